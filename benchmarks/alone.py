"""The least that commands can take: what they read and send, by the same libraries, and nothing else.

`python benchmarks/alone.py events FILE`: libyaml's events of a file, looked at by nobody.
`python benchmarks/alone.py plan FOLDER`: a hooks.yaml as data, the rows of its state, all pages of its list (those that
hold the address of the next one), and whether the values are equal. No reference, no default, no check of anything, no
key, no secret, no error that is told.
`python benchmarks/alone.py creates URL REQUESTS THREADS`: so many creates by so many threads, by the standard library's
client. No intent, no result, no state, no progress, and no answer looked at.
"""

from __future__ import annotations

import json
import sqlite3
import sys
import threading
from collections.abc import Callable
from http.client import HTTPConnection
from itertools import count
from pathlib import Path
from urllib.parse import urljoin, urlsplit

COMPARED = ("url", "events", "name", "config")


def events(file: str) -> None:
    """Go through the events of a YAML file."""
    import yaml

    parser = yaml.CBaseLoader(Path(file).read_bytes())
    next_event = parser.get_event
    while type(next_event()) is not yaml.StreamEndEvent:
        pass


def plan(folder: str) -> None:
    """Read all that a plan reads, and compare it. Exits with 1 where anything differs."""
    import requests

    from reconciler.documents.quick import quick

    data, _ = quick((Path(folder) / "hooks.yaml").read_bytes())
    with sqlite3.connect(Path(folder) / ".reconcile" / "state.db") as state:
        rows = state.execute("SELECT address, id, sent, echo FROM records").fetchall()
    live = {}
    with requests.Session() as session:
        session.trust_env = False
        url: str | None = f"{data['providers']['bench']['base_url']}/webhooks"
        while url is not None:
            page = session.get(url, timeout=30).json()
            live.update({item["id"]: item for item in page["results"]})
            url = page["next"] and urljoin(url, page["next"])
    for address, record_id, *documents in rows:
        wanted, there = data["subscriptions"][address], live[record_id]
        wanted["events"].sort()
        there["events"].sort()
        sent, echo = map(json.loads, documents)
        for name in COMPARED:
            if not wanted[name] == there[name] == sent[name] == echo[name]:
                sys.exit(f"{address}: {name} differs")


def creates(url: str, requests: str, threads: str) -> None:
    """Send creates, each thread over a connection of its own."""
    parts = urlsplit(url)
    numbers = count()

    def work() -> None:
        connection = HTTPConnection(parts.hostname or "", parts.port)
        while (number := next(numbers)) < int(requests):
            body = json.dumps({"url": f"https://hooks.example.com/orders/{number:06d}", "events": ["a", "b", "c"]})
            connection.request("POST", parts.path, body, {"Content-Type": "application/json"})
            connection.getresponse().read()
        connection.close()

    running = [threading.Thread(target=work) for _ in range(int(threads))]
    for one in running:
        one.start()
    for one in running:
        one.join()


if __name__ == "__main__":
    programs: dict[str, Callable[..., None]] = {"events": events, "plan": plan, "creates": creates}
    programs[sys.argv[1]](*sys.argv[2:])

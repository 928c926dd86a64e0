"""The least that an apply can take: as many requests by as many threads, and nothing else.

`python benchmarks/posting.py URL REQUESTS THREADS`, with the standard library's client alone: no intent, no result, no
state, no progress, and no answer looked at.
"""

from __future__ import annotations

import json
import sys
import threading
from http.client import HTTPConnection
from itertools import count
from urllib.parse import urlsplit


def post(url: str, requests: int, threads: int) -> None:
    """Send `requests` creates to `url` by so many threads, each over a connection of its own."""
    parts = urlsplit(url)
    numbers = count()

    def work() -> None:
        connection = HTTPConnection(parts.hostname or "", parts.port)
        while (number := next(numbers)) < requests:
            body = json.dumps({"url": f"https://hooks.example.com/orders/{number:06d}", "events": ["a", "b", "c"]})
            connection.request("POST", parts.path, body, {"Content-Type": "application/json"})
            connection.getresponse().read()
        connection.close()

    running = [threading.Thread(target=work) for _ in range(threads)]
    for one in running:
        one.start()
    for one in running:
        one.join()


if __name__ == "__main__":
    post(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))

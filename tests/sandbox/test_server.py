"""The server itself: what it remembers, whom it answers, how it ends, and what another process may do."""

from __future__ import annotations

import io
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from reconciler.errors import ConfigError, UsageError
from reconciler.sandbox import Faults, Sandbox, Served, serve

MakeApi = Callable[..., Any]
CANARY = "CANARY-5d1c"


def raw(sandbox: Sandbox, request: bytes) -> bytes:
    """Send bytes as they are and return all that comes back."""
    with socket.create_connection(("127.0.0.1", int(sandbox.url.rpartition(":")[2])), timeout=5) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def test_requests_are_remembered_without_query_header_or_body(api: MakeApi) -> None:
    lines: list[str] = []
    with Sandbox(log=lines.append) as sandbox, requests.Session() as session:
        session.trust_env = False
        for provider in sandbox.specs:
            url, secret = sandbox.base_url(provider), {"api_key": CANARY, "cursor": CANARY}
            for path in ("/hooks", "/hook", "/webhooks", "/subscriptions", "/login"):
                for headers in ({"Authorization": f"Bearer {CANARY}"}, {}):
                    body = {"secret": CANARY, "handle": CANARY, "password": CANARY, "url": f"https://{CANARY}"}
                    for method in ("GET", "POST", "DELETE"):
                        session.request(method, url + path, params=secret, json=body, headers=headers)
        assert len(sandbox.requests) == len(lines) == len(sandbox.specs) * 5 * 2 * 3
        remembered = repr(sandbox.requests) + "\n".join(lines)
        assert CANARY not in remembered
        assert "200 list GET /lipscore/hooks" in lines


def test_a_log_line_cannot_be_forged(api: MakeApi) -> None:
    lines: list[str] = []
    with Sandbox(log=lines.append) as sandbox:
        raw(sandbox, b"GET /argyle/\x1b[2Jx\x85y HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert lines == [r"404 - GET /argyle/\x1b[2Jx\x85y"]


def test_what_was_done_is_counted(sandbox: Sandbox, api: MakeApi) -> None:
    lipscore = api("lipscore")
    lipscore.create()
    lipscore.create()
    assert sandbox.requests[0] == Served("lipscore", "create", "POST", "/lipscore/hooks", 200, True)
    assert sandbox.requests[0] == ("lipscore", "create", "POST", "/lipscore/hooks", 200, True)
    assert sandbox.count("lipscore", "create") == 2
    assert sandbox.count("lipscore", "create", committed=True) == 1
    assert sandbox.count("lipscore", "create", committed=False) == 1
    assert sandbox.count("argyle", "create") == 0


def test_records_are_changed_behind_its_back(sandbox: Sandbox, api: MakeApi) -> None:
    argyle = api("argyle")
    twins = [sandbox.insert("argyle", argyle.record()) for _ in range(2)]
    assert [record["id"] for record in argyle.items(argyle.list())] == twins
    sandbox.change("argyle", twins[0], {"config.days_synced": 5, "url": "https://elsewhere.example.com"})
    changed = argyle.items(argyle.list())[0]
    assert (changed["config"]["days_synced"], changed["url"]) == (5, "https://elsewhere.example.com")
    sandbox.remove("argyle", twins[0])
    assert [record["id"] for record in argyle.items(argyle.list())] == twins[1:]
    with pytest.raises(LookupError, match=twins[0]):
        sandbox.remove("argyle", twins[0])
    sandbox.clear("argyle")
    assert sandbox.records("argyle") == []


def test_an_inserted_record_keeps_its_id_and_later_ones_avoid_it(sandbox: Sandbox, api: MakeApi) -> None:
    lipscore = api("lipscore")
    assert sandbox.insert("lipscore", {**lipscore.record(), "id": 2}) == "2"
    with pytest.raises(ValueError, match="2"):
        sandbox.insert("lipscore", {"id": 2})
    following = str(int(lipscore.made(1)) + 1)
    assert sandbox.insert("lipscore", {"id": int(following) + 1}) == str(int(following) + 1)
    ids = [lipscore.made(number) for number in (2, 3)]
    assert len({str(record["id"]) for record in sandbox.records("lipscore")}) == 5, ids


def test_what_is_given_out_is_a_copy(sandbox: Sandbox, api: MakeApi) -> None:
    record = api("argyle").record()
    record_id = sandbox.insert("argyle", record)
    record["config"]["days_synced"] = 1
    sandbox.records("argyle")[0]["config"]["days_synced"] = 2
    values = {"labels": {"a": 1}}
    sandbox.change("argyle", record_id, values)
    values["labels"]["a"] = 2
    kept = sandbox.records("argyle")[0]
    assert (kept["config"]["days_synced"], kept["labels"]) == (30, {"a": 1})


def test_unknown_names_are_told(sandbox: Sandbox) -> None:
    with pytest.raises(LookupError, match=r"argile.*argyle"):
        sandbox.base_url("argile")
    with pytest.raises(RuntimeError, match="started"):
        _ = Sandbox().url


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "attacker.example"},
        {"Host": "127.0.0.1.attacker.example"},
        {"Host": ""},
        {"Host": "["},
        {"Origin": "https://attacker.example"},
        {"Origin": "null"},
    ],
)
def test_only_loopback_names_are_answered(sandbox: Sandbox, headers: dict[str, str]) -> None:
    lines = "".join(f"{name}: {value}\r\n" for name, value in {"Host": "localhost", **headers}.items())
    for path in ("/lipscore/hooks?api_key=k", "/_sandbox/requests"):
        assert raw(sandbox, f"GET {path} HTTP/1.1\r\n{lines}\r\n".encode()).startswith(b"HTTP/1.1 403 ")
    assert sandbox.requests == []


def test_it_listens_on_loopback_alone(sandbox: Sandbox) -> None:
    assert sandbox.url.startswith("http://127.0.0.1:")
    for name in ("127.0.0.1", "localhost:80", "[::1]:80"):
        request = f"GET /lipscore/hooks?api_key=k HTTP/1.1\r\nHost: {name}\r\n\r\n"
        assert raw(sandbox, request.encode()).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"nonsense\r\n\r\n", b"400"),
        (b"GET http://x/ HTTP/1.1\r\n\r\n", b"400"),
        (b"GET / HTTP/2\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", b"411"),
        (b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", b"411"),
        (b"POST / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n", b"413"),
        (b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\n\r\n", b"431"),
        (b"GET / HTTP/1.1\r\n" + b"".join(b"h%d: x\r\n" % number for number in range(200)) + b"\r\n", b"431"),
    ],
)
def test_bad_http_gets_an_answer(sandbox: Sandbox, request_: bytes, status: bytes) -> None:
    with socket.create_connection(("127.0.0.1", int(sandbox.url.rpartition(":")[2])), timeout=5) as connection:
        connection.sendall(request_)
        assert connection.recv(12) == b"HTTP/1.1 " + status


def test_connections_are_kept_open_unless_asked_otherwise(sandbox: Sandbox) -> None:
    one = b"GET /lipscore/hooks?api_key=k HTTP/1.1\r\nHost: localhost\r\n\r\n"
    last = one.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    assert raw(sandbox, one * 3).count(b"HTTP/1.1 200 OK") == 3
    assert raw(sandbox, last + one).count(b"HTTP/1.1 200 OK") == 1


def test_a_request_that_never_ends_is_dropped(sandbox: Sandbox) -> None:
    assert raw(sandbox, b"POST /lipscore/hooks HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n{") == b""
    assert sandbox.requests == []


def test_closing_cuts_connections_and_ends_delays(api: MakeApi) -> None:
    with Sandbox(faults=Faults.model_validate({"faults": [{"kind": "delay_after", "seconds": 600}]})) as sandbox:
        client = api("argyle", sandbox.base_url("argyle"))
        outcome: list[object] = []

        def create() -> None:
            try:
                outcome.append(client.create(timeout=60))
            except requests.ConnectionError as error:
                outcome.append(error)

        waiting = threading.Thread(target=create)
        waiting.start()
        while not sandbox.count("argyle", "create"):
            threading.Event().wait(0.01)
    waiting.join(10)
    assert not waiting.is_alive()
    assert len(sandbox.records("argyle")) == 1, "what was recorded stays readable"
    with pytest.raises(requests.ConnectionError):
        client.list()


def test_another_process_can_look_and_change(sandbox: Sandbox, api: MakeApi) -> None:
    argyle = api("argyle")
    admin = f"{sandbox.url}/_sandbox"
    with requests.Session() as session:
        session.trust_env = False
        record_id = session.post(f"{admin}/records/argyle", json=argyle.record()).json()["id"]
        assert [record["id"] for record in session.get(f"{admin}/records/argyle").json()] == [record_id]
        assert session.patch(f"{admin}/records/argyle/{record_id}", json={"name": "other"}).status_code == 204
        assert argyle.items(argyle.list())[0]["name"] == "other"
        assert session.get(f"{admin}/requests").json() == [["argyle", "list", "GET", "/argyle/webhooks", 200, False]]

        assert session.put(f"{admin}/faults", json={"faults": [{"kind": "html"}]}).status_code == 204
        assert argyle.list().headers["Content-Type"].startswith("text/html")
        assert session.get(f"{admin}/records/argyle").status_code == 200, "no fault hits the administration"
        assert session.put(f"{admin}/faults", json={"faults": [{"kind": "htm"}]}).status_code == 400
        assert session.put(f"{admin}/faults", data=b"{").status_code == 400
        session.put(f"{admin}/faults", json={})

        assert session.delete(f"{admin}/records/argyle/{record_id}").status_code == 204
        assert session.delete(f"{admin}/records/argyle/{record_id}").status_code == 404
        argyle.create()
        assert session.delete(f"{admin}/records/argyle").status_code == 204
        assert sandbox.records("argyle") == []
        assert session.delete(f"{admin}/tokens").status_code == 204
        assert session.get(f"{admin}/records/nobody").status_code == 404
        assert session.get(f"{admin}/nothing").status_code == 404


def test_serving_says_how_to_use_it_and_stops_when_told() -> None:
    out, log, stop = io.StringIO(), io.StringIO(), threading.Event()
    served = threading.Thread(target=serve, args=(0, None, out), kwargs={"log": log, "stop": stop})
    served.start()
    while "providers:" not in out.getvalue():
        threading.Event().wait(0.01)
    said = out.getvalue()
    connections = yaml.safe_load(said[said.index("providers:") :])["providers"]
    assert connections["argyle"]["key_id"] == "${env:ARGYLE_KEY_ID}"
    assert "export ARGYLE_KEY_ID=sandbox\n" in said
    url = connections["argyle"]["base_url"]
    assert requests.get(f"{url}/webhooks", auth=("a", "b"), timeout=5).status_code == 200
    stop.set()
    served.join(10)
    assert not served.is_alive()
    assert log.getvalue() == "200 list GET /argyle/webhooks\n"


def test_serving_tells_what_is_wrong(tmp_path: Path, sandbox: Sandbox) -> None:
    with pytest.raises(UsageError, match="--port"):
        serve(int(sandbox.url.rpartition(":")[2]), None, io.StringIO())
    faults = tmp_path / "faults.yaml"
    faults.write_text("faults: [{kind: html, provider: argile}]\n")
    with pytest.raises(UsageError, match=r"faults\.yaml.*argile"):
        serve(0, faults, io.StringIO())
    with pytest.raises(ConfigError):
        serve(0, tmp_path / "nothing.yaml", io.StringIO())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_cleanly(number: signal.Signals) -> None:
    code = "import sys; from reconciler.sandbox import serve; serve(0, None, sys.stdout); print('ended')"
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
    )
    with process:
        assert process.stdout is not None
        while process.stdout.readline().strip() != "providers:":
            pass
        process.send_signal(number)
        rest, _ = process.communicate(timeout=10)
        assert rest.endswith("ended\n")
        assert process.returncode == 0

"""A provider for the benchmarks, in a process of its own: `python -m benchmarks.server RECORDS LATENCY`.

It answers from bytes that are made beforehand, so that what is measured is the client. (The sandbox
checks every request and keeps real records; it would take more time than what it serves.)
Prints its address, then serves until it is terminated:

    GET  /numbered/hooks?page=K    a page of 100 that says how many pages there are
    GET  /chained/hooks?after=K    a page of 100 that holds the address of the next one
    GET  /argyle/webhooks?after=K  the same, as Argyle writes it
    POST to any of them            makes a record, which the lists show from then on
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any
from urllib.parse import parse_qs, urlsplit

from benchmarks.inputs import PAGE, live_record

WHERE = {"numbered": "/numbered/hooks", "chained": "/chained/hooks", "argyle": "/argyle/webhooks"}
JSON = b"HTTP/1.1 %d OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"


class Provider:
    """All records, and the pages of their lists as they go over the wire."""

    def __init__(self, records: int) -> None:
        self.records = [live_record(number) for number in range(records)]
        self._pages: dict[tuple[str, int], bytes] = {}
        for number in range(-(-records // PAGE)):
            for way in WHERE:
                self.page(way, number)

    def page(self, way: str, number: int) -> bytes:
        """Return the answer with page `number`, from 0."""
        found = self._pages.get((way, number))
        if found is None:
            pages = max(1, -(-len(self.records) // PAGE))
            items = self.records[number * PAGE : (number + 1) * PAGE]
            following = f"{WHERE[way]}?after={number + 1}" if number + 1 < pages else None
            content = {
                "numbered": {"items": items, "pages": pages},
                "chained": {"items": items, "next": following},
                "argyle": {"results": items, "next": following},
            }
            found = self._pages[way, number] = answer(200, content[way])
        return found

    def make(self, body: bytes) -> bytes:
        """Take a record in and return the answer to its create."""
        record = {**json.loads(body), "id": f"made-{len(self.records)}"}
        self.records.append(record)
        self._pages.clear()
        return answer(201, record)


def answer(status: int, content: Any) -> bytes:
    """Return an answer as it goes over the wire."""
    body = json.dumps(content).encode()
    return JSON % (status, len(body), body)


class Talk(asyncio.Protocol):
    """One connection: HTTP/1.1 kept alive, one request after the other, each answered after `latency` seconds."""

    def __init__(self, provider: Provider, latency: float) -> None:
        self._provider = provider
        self._latency = latency
        self._waiting = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where answers go."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101  a server's connections are
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer when a request is whole."""
        self._waiting += data
        head, separator, rest = self._waiting.partition(b"\r\n\r\n")
        if not separator:
            return
        lines = head.decode("latin-1").split("\r\n")
        length = next((int(line[15:]) for line in lines if line.lower().startswith("content-length:")), 0)
        if len(rest) < length:
            return
        self._waiting = rest[length:]
        method, target, _ = lines[0].split(" ")
        asyncio.get_running_loop().call_later(self._latency, self._answer, method, target, rest[:length])

    def _answer(self, method: str, target: str, body: bytes) -> None:
        parts = urlsplit(target)
        if method == "POST":
            self._transport.write(self._provider.make(body))
            return
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        number = int(query["page"]) - 1 if "page" in query else int(query.get("after", 0))
        self._transport.write(self._provider.page(parts.path.split("/")[1], number))


async def serve(records: int, latency: float) -> None:
    """Serve on any free port of loopback."""
    provider = Provider(records)
    server = await asyncio.get_running_loop().create_server(
        lambda: Talk(provider, latency), "127.0.0.1", 0, backlog=256
    )
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), float(sys.argv[2])))

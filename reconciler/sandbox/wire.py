"""HTTP/1.1 by hand, so that an answer can also be cut, reset, late or endless."""

from __future__ import annotations

import socket
import struct
import sys
import traceback
from collections.abc import Callable
from dataclasses import field
from http import HTTPStatus
from io import BufferedIOBase
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Event, Lock
from typing import Any, Literal
from urllib.parse import parse_qsl, unquote

from reconciler.slotted import dataclass

_MOST_HEADERS = 100
_LONGEST_LINE = 65_536
_LARGEST_BODY = 10_000_000


@dataclass(frozen=True, slots=True)
class Request:
    """One request. Header names are in small letters; `path` is still quoted."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    raw_query: str = ""


@dataclass(slots=True)
class Answer:
    """One answer, and how it travels.

    `delay` is waited before it is sent; the body is sent `repeat` times; `ending` cuts it: `reset`
    sends nothing and resets the connection, `half` announces all of it and closes half way.
    """

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0
    repeat: int = 1
    ending: Literal["whole", "half", "reset"] = "whole"


class Malformed(Exception):
    """What came in is no request that this server takes: `status` and why."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Server(ThreadingTCPServer):
    """Serves on the loopback address alone: each request goes to `answer`, a thread a connection."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 256

    def __init__(self, port: int, answer: Callable[[Request], Answer]) -> None:
        self.answer = answer
        self.stopping = Event()
        self._open: set[socket.socket] = set()
        self._lock = Lock()
        super().__init__(("127.0.0.1", port), _Exchanges)

    def opened(self, connection: socket.socket) -> None:
        """Remember a connection, to be closed with the server."""
        with self._lock:
            self._open.add(connection)

    def closed(self, connection: socket.socket) -> None:
        """Forget a connection."""
        with self._lock:
            self._open.discard(connection)

    def close(self) -> None:
        """Stop: no new connections, open ones are cut, delays end at once."""
        self.stopping.set()
        self.shutdown()
        self.server_close()
        with self._lock:
            connections = list(self._open)
        for connection in connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # the other side was faster

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Report an error in the stand-in itself by its type and place, for its text may quote a request.

        A client that went away is none.
        """
        kind, _, trace = sys.exc_info()
        if not self.stopping.is_set() and kind is not None:
            *_, last = traceback.extract_tb(trace)
            sys.stderr.write(f"the sandbox failed: {kind.__name__} at {last.filename}:{last.lineno}\n")


class _Exchanges(StreamRequestHandler):
    """The requests of one connection, one after the other."""

    disable_nagle_algorithm = True
    server: Server
    connection: socket.socket

    def handle(self) -> None:
        self.server.opened(self.connection)
        try:
            while self._exchange():
                pass
        except OSError:
            return  # the client went away, as clients do that time out
        finally:
            self.server.closed(self.connection)

    def _exchange(self) -> bool:
        """Take one request and answer it; return whether the connection stays open."""
        try:
            request = read_request(self.rfile)
        except Malformed as error:
            self._send(Answer(error.status, str(error).encode(), {"Content-Type": "text/plain"}), keep=False)
            return False
        if request is None:
            return False
        answer = self.server.answer(request)
        if answer.delay:
            self.server.stopping.wait(answer.delay)
        if answer.ending == "reset":
            self._reset()
            return False
        keep = answer.ending == "whole" and request.headers.get("connection", "").lower() != "close"
        self._send(answer, keep)
        return keep

    def _send(self, answer: Answer, keep: bool) -> None:
        lines = [f"HTTP/1.1 {answer.status} {_reason(answer.status)}"]
        lines += [f"{name}: {value}" for name, value in answer.headers.items()]
        if answer.status != HTTPStatus.NO_CONTENT:
            lines.append(f"Content-Length: {len(answer.body) * answer.repeat}")
        if not keep:
            lines.append("Connection: close")
        head = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"
        half = answer.ending == "half"
        self.connection.sendall(head + (answer.body[: len(answer.body) // 2] if half else answer.body))
        for _ in range(answer.repeat - 1):
            self.connection.sendall(answer.body)

    def _reset(self) -> None:
        # With a linger time of 0 the close sends RST; detached, or the server would send FIN first.
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.server.closed(self.connection)
        socket.close(self.connection.detach())


def read_request(stream: BufferedIOBase) -> Request | None:
    """Read one request; None at the end of the connection. Raises `Malformed`."""
    line = _line(stream)
    if not line:
        return None
    try:
        method, target, version = line.split(" ")
    except ValueError:
        raise Malformed(400, "this is no HTTP request line") from None
    if version not in ("HTTP/1.1", "HTTP/1.0") or not target.startswith("/"):
        raise Malformed(400, "only HTTP/1.1 with a path is served")
    headers: dict[str, str] = {}
    while line := _line(stream):
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
        if len(headers) > _MOST_HEADERS:
            raise Malformed(431, "too many headers")
    if "transfer-encoding" in headers or not headers.get("content-length", "0").isdigit():
        raise Malformed(411, "a body needs a Content-Length")
    length = int(headers.get("content-length", "0"))
    if length > _LARGEST_BODY:
        raise Malformed(413, "the body is too large")
    body = stream.read(length) if length else b""
    if len(body) < length:
        return None
    path, _, query = target.partition("?")
    return Request(method, path, dict(parse_qsl(query, keep_blank_values=True)), headers, body, query)


def segments(path: str) -> list[str]:
    """Return the parts of a quoted path, unquoted."""
    return [unquote(part) for part in path.strip("/").split("/")]


def _line(stream: BufferedIOBase) -> str:
    line = stream.readline(_LONGEST_LINE + 1)
    if len(line) > _LONGEST_LINE:
        raise Malformed(431, "a line is too long")
    return line.decode("latin-1").rstrip("\r\n")


def _reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Status"

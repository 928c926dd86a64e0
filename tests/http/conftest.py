"""A server made of a bare socket, which can misbehave in every way, and a clock that does not wait."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from reconciler.http.clock import Clock

Behaviour = Callable[[socket.socket], bool]
"""Answers one request; returns whether the connection stays open."""


def answer(status: int, body: bytes = b"", headers: str = "", promised: int | None = None) -> Behaviour:
    """Answer; `promised` is the content length that is told, if it is not the body's."""

    def behave(sock: socket.socket) -> bool:
        length = len(body) if promised is None else promised
        head = f"HTTP/1.1 {status} Some\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n{headers}\r\n"
        sock.sendall(head.encode() + body)
        return promised is None

    return behave


def reset(sock: socket.socket) -> bool:
    """Drop the connection with a reset."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return False


def hang_up(sock: socket.socket) -> bool:
    """Close without a word."""
    return False


class Wire:
    """Serves `script`, one behaviour a request, the last one for ever. `seen` has each request as it came."""

    answer = staticmethod(answer)
    reset = staticmethod(reset)
    hang_up = staticmethod(hang_up)

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.script: list[Behaviour] = [answer(200, b"{}")]
        self.seen: list[bytes] = []
        self.connections = 0
        self.outlasted = False
        self._context = context
        self._open: list[socket.socket] = []
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._accept)
        self._thread.start()
        self._workers: list[threading.Thread] = []

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            worker = threading.Thread(target=self._serve, args=(sock,))
            self._workers.append(worker)
            worker.start()

    def _serve(self, sock: socket.socket) -> None:
        try:
            if self._context is not None:
                sock = self._context.wrap_socket(sock, server_side=True)
        except OSError:
            sock.close()
            return
        self._open.append(sock)
        with sock, contextlib.suppress(OSError):
            while request := self._request(sock):
                with self._lock:
                    self.seen.append(request)
                    behaviour = self.script.pop(0) if len(self.script) > 1 else self.script[0]
                if not behaviour(sock):
                    return

    @staticmethod
    def _request(sock: socket.socket) -> bytes:
        data = b""
        while b"\r\n\r\n" not in data:
            part = sock.recv(65536)
            if not part or part[0] == 0x16:  # gone, or a TLS greeting that is not for us
                return b""
            data += part
        head, _, body = data.partition(b"\r\n\r\n")
        length = next((int(h[15:]) for h in head.lower().split(b"\r\n") if h.startswith(b"content-length:")), 0)
        while len(body) < length:
            body += sock.recv(65536)
        return head + b"\r\n\r\n" + body

    def trickle(self, text: bytes) -> Behaviour:
        """Send `text` a byte at a time, each well within a socket's time-out, all far beyond the request's."""

        def behave(sock: socket.socket) -> bool:
            with contextlib.suppress(OSError):
                for byte in text:
                    sock.sendall(bytes([byte]))
                    time.sleep(0.03)
                self.outlasted = True
            return False

        return behave

    def close(self) -> None:
        """Stop serving."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for sock in self._open:
            with contextlib.suppress(OSError):
                socket.socket.shutdown(sock, socket.SHUT_RDWR)
        self._thread.join()
        for worker in self._workers:
            worker.join()


@dataclass
class Hands:
    """A clock whose time passes only where somebody sleeps."""

    now: float = 1000.0
    slept: list[float] = field(default_factory=list)
    chance: float = 1.0

    def sleep(self, seconds: float, stop: threading.Event | None) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def clock(self) -> Clock:
        return Clock(lambda: self.now, lambda: 1_700_000_000 + self.now, self.sleep, lambda: self.chance)


@pytest.fixture
def wire() -> Iterator[Wire]:
    server = Wire()
    yield server
    server.close()


@pytest.fixture
def make_wire() -> Iterator[Callable[[ssl.SSLContext], Wire]]:
    made: list[Wire] = []

    def make(context: ssl.SSLContext) -> Wire:
        made.append(Wire(context))
        return made[-1]

    yield make
    for server in made:
        server.close()


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)

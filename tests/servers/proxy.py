"""A way to a server on which answers get lost: what was sent arrived, or did not, and nobody is told."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_SIZE = 1 << 16


class Proxy:
    """Passes bytes to and fro. `lose` decides what happens to the next requests that have certain bytes in them."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = int(self._listener.getsockname()[1])
        self.seen: list[bytes] = []
        self._trigger = b""
        self._left = 0
        self._arrives = True
        self._guard = threading.Lock()
        self._open: set[socket.socket] = set()
        threading.Thread(target=self._accept, daemon=True).start()

    def lose(self, trigger: bytes, times: int = 1, *, arrives: bool) -> None:
        """Cut the connection at the next requests with `trigger`: after they arrived, or before."""
        with self._guard:
            self._trigger, self._left, self._arrives = trigger, times, arrives

    def close(self) -> None:
        """Stop, and cut what is open."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits in accept
        self._listener.close()
        with self._guard:
            for one in self._open:
                with suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._pass, args=(client,), daemon=True).start()

    def _pass(self, client: socket.socket) -> None:
        with client, socket.create_connection(("127.0.0.1", self._target)) as server:
            with self._guard:
                self._open |= {client, server}
            mute = threading.Event()
            back = threading.Thread(target=self._answers, args=(server, client, mute), daemon=True)
            back.start()
            with suppress(OSError):
                while data := client.recv(_SIZE):
                    self.seen.append(data)
                    cut, arrives = self._due(data)
                    if cut:
                        mute.set()
                        if arrives:
                            server.sendall(data)
                            back.join(10)  # the server has answered; the answer is not passed on
                        break
                    server.sendall(data)
            for one in (client, server):
                with suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)
            back.join(10)
            with self._guard:
                self._open -= {client, server}

    def _due(self, data: bytes) -> tuple[bool, bool]:
        with self._guard:
            if not self._left or self._trigger not in data:
                return False, False
            self._left -= 1
            return True, self._arrives

    @staticmethod
    def _answers(server: socket.socket, client: socket.socket, mute: threading.Event) -> None:
        with suppress(OSError):
            while data := server.recv(_SIZE):
                if mute.is_set():
                    return
                client.sendall(data)


@contextmanager
def lossy(target: int) -> Iterator[Proxy]:
    """A proxy in front of a local port, until the end of the block."""
    proxy = Proxy(target)
    try:
        yield proxy
    finally:
        proxy.close()

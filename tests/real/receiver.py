"""What gets a provider's deliveries, and tells whose secret signed them."""

from __future__ import annotations

import hashlib
import hmac
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Receiver:
    """A local web server: deliveries by path, the newest last, each its headers and its body."""

    port: int
    deliveries: dict[str, list[tuple[dict[str, str], bytes]]] = field(default_factory=dict)

    def url(self, path: str) -> str:
        """The address to subscribe with."""
        return f"http://127.0.0.1:{self.port}/{path}"

    def signature(self, path: str, header: str) -> str | None:
        """What the newest delivery to a path was signed with, without the name of the method."""
        signature = self.deliveries[f"/{path}"][-1][0].get(header.lower())
        return signature and signature.rpartition("=")[2]

    def expected(self, path: str, secret: str) -> str:
        """The signature of the newest delivery to a path, had it been made with this secret."""
        return hmac.new(secret.encode(), self.deliveries[f"/{path}"][-1][1], hashlib.sha256).hexdigest()


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Serve until the end of the block."""
    receiver = Receiver(0)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver.deliveries.setdefault(self.path, []).append((headers, body))
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the name that the base class gives
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

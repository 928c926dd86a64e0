"""What Google's own server answers on its XML interface, in front of an emulator that has the JSON one alone.

The client library writes through the XML interface, with conditions in headers.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import unquote, urlencode, urlsplit

_CONDITION = "x-goog-if-generation-match"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    emulator = 0

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_PUT(self) -> None:
        bucket, _, name = unquote(urlsplit(self.path).path.lstrip("/")).partition("/")
        content = self.rfile.read(int(self.headers.get("content-length", 0)))
        query = {"uploadType": "multipart"}
        if self.headers.get(_CONDITION) is not None:
            query["ifGenerationMatch"] = self.headers[_CONDITION]
        parts = (
            b'--cut\r\nContent-Type: application/json\r\n\r\n{"name": ',
            json.dumps(name).encode(),
            b"}\r\n--cut\r\n",
        )
        body = b"".join((*parts, b"Content-Type: application/octet-stream\r\n\r\n", content, b"\r\n--cut--\r\n"))
        status, _, answer = self._ask(
            "POST",
            f"/upload/storage/v1/b/{bucket}/o?{urlencode(query)}",
            body,
            {"content-type": "multipart/related; boundary=cut"},
        )
        made = json.loads(answer) if status == 200 else {}
        self._answer(status, made, b"")

    def do_GET(self) -> None:
        self._object(body=True)

    def do_HEAD(self) -> None:
        self._object(body=False)

    def do_DELETE(self) -> None:
        bucket, _, name = self._names()
        status, _, _ = self._ask("DELETE", f"/storage/v1/b/{bucket}/o/{name}")
        self._answer(204 if status == 200 else status, {}, b"")

    def _object(self, *, body: bool) -> None:
        bucket, _, name = self._names()
        status, headers, content = self._ask("GET", f"/{bucket}/{name}")
        if status != 200:
            self._answer(status, {}, b"<Error><Code>NoSuchKey</Code></Error>", body=body)
            return
        about = {"etag": headers["etag"].strip('"'), "generation": headers["x-goog-generation"]}
        self._answer(status, about, content, body=body)

    def _names(self) -> tuple[str, str, str]:
        # A slash of the object's name stays escaped: in the JSON interface a name is one segment.
        bucket, slash, name = urlsplit(self.path).path.lstrip("/").partition("/")
        return bucket, slash, name.replace("/", "%2F")

    def _ask(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.emulator, timeout=30)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        finally:
            connection.close()

    def _answer(self, status: int, about: dict[str, str], content: bytes, *, body: bool = True) -> None:
        self.send_response(status)
        if about:
            self.send_header("etag", f'"{about["etag"]}"')
            self.send_header("x-goog-generation", about["generation"])
            self.send_header("last-modified", "Thu, 01 Jan 2026 00:00:00 GMT")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        if body:
            self.wfile.write(content)


class _Server(ThreadingHTTPServer):
    request_queue_size = 128


@contextmanager
def xml_interface(emulator: int) -> Iterator[int]:
    """Serve the XML interface in front of the emulator at port `emulator`; gives the port."""
    handler = type("Handler", (_Handler,), {"emulator": emulator})
    server = _Server(("127.0.0.1", 0), handler)
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

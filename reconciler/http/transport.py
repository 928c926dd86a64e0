"""One exchange over `requests`: never redirected, bounded in time and size, its errors told in our words.

It imports `requests`, so it is itself imported only when a connection is opened. An exception of
`requests` or `urllib3` carries whole URLs, so none leaves: `exchange` returns a `Failure` instead.
"""

from __future__ import annotations

import os
import ssl
import zlib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import certifi
import requests
from requests.utils import get_environ_proxies
from urllib3.util.ssl_ import create_urllib3_context

from reconciler import __version__
from reconciler.errors import ConfigError, Problem
from reconciler.http.address import is_loopback
from reconciler.http.connections import Adapter, Progress, current
from reconciler.http.failures import TROUBLE, explain
from reconciler.http.message import Failure, Reply, Request
from reconciler.http.watchdog import Watchdog

MAX_BODY = 16 * 1024 * 1024
_CHUNK = 65_536
_HEADERS = {
    "User-Agent": f"webhook-reconciler/{__version__}",
    "Accept": "application/json",
    "Accept-Encoding": "gzip",
}
_CA_VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")


class Transport:
    """The pooled connections to one origin. `exchange` is thread-safe.

    Proxies and authorities come from the environment, once. Raises `ConfigError` where the file of
    authorities that it names cannot be used.
    """

    def __init__(self, base_url: str, timeout: float, pool: int) -> None:
        self._timeout = timeout
        self._proxies: Mapping[str, str] = {} if is_loopback(base_url) else get_environ_proxies(base_url)
        secure = base_url.lower().startswith("https:")
        self._adapter = Adapter(pool, _tls_context(*_authorities()) if secure else None)
        self._watchdog = Watchdog(timeout)

    def exchange(self, request: Request) -> Reply | Failure:
        """Send `request` once and return what came of it. Raises nothing."""
        progress = Progress()
        current.progress = progress
        self._watchdog.watch(progress)
        try:
            return self._converse(request, progress)
        except TROUBLE as error:
            failure = explain(error, progress, self._timeout)
        finally:
            progress.ended = True
        return failure

    def close(self) -> None:
        """Close the pooled connections."""
        self._watchdog.close()
        self._adapter.close()

    def _converse(self, request: Request, progress: Progress) -> Reply:
        # Without a session, which would look for cookies, redirects and credentials that we do not want,
        # and would turn %2E%2E of a path into a step up.
        prepared = requests.PreparedRequest()
        prepared.method = request.method
        prepared.url = request.url
        prepared.prepare_headers({**_HEADERS, **request.headers})
        prepared.prepare_body(request.body, None)
        response = self._adapter.send(prepared, stream=True, timeout=self._timeout, proxies=self._proxies)
        headers = {name.lower(): value for name, value in response.headers.items()}
        body, cut, hopeless = b"", None, False
        try:
            body = b"".join(_decoded(response.raw, headers.get("content-encoding", "")))
        except _TooMuch as error:
            cut, hopeless = str(error), True
        except TROUBLE:
            cut = "the answer was cut short"
        finally:
            response.close()
        if progress.expired:  # an end of stream may have been our own doing
            body, cut = b"", f"no complete answer within {self._timeout:g} s"
        return Reply(response.status_code, headers, body, cut, progress.expired, hopeless)


class _TooMuch(Exception):
    """The body is larger, or otherwise encoded, than we take."""


def _decoded(raw: Any, encoding: str) -> Iterator[bytes]:
    """Yield the body's parts, decoded, never more than `MAX_BODY` in all, whatever a gzip bomb promises."""
    encoding = encoding.strip().lower()
    if encoding not in ("", "identity", "gzip", "x-gzip", "deflate"):
        raise _TooMuch("the answer is encoded in a way that was not asked for")
    inflate = zlib.decompressobj(zlib.MAX_WBITS | 32) if encoding not in ("", "identity") else None
    left = MAX_BODY
    while chunk := raw.read(_CHUNK, decode_content=False):
        try:
            part = inflate.decompress(chunk, left + 1) if inflate else chunk
        except zlib.error:
            raise OSError("not gzip") from None
        left -= len(part)
        if left < 0:
            raise _TooMuch(f"the answer is larger than {MAX_BODY // 1024 // 1024} MiB")
        yield part
    if inflate is not None and left < MAX_BODY and not inflate.eof:
        raise OSError("gzip stream without its end")


def _authorities() -> tuple[str, str]:
    for variable in _CA_VARIABLES:
        if path := os.environ.get(variable):
            return path, variable
    return certifi.where(), "certifi"


@lru_cache(maxsize=8)
def _tls_context(path: str, origin: str) -> ssl.SSLContext:
    context = create_urllib3_context()
    try:
        if Path(path).is_dir():
            context.load_verify_locations(capath=path)
        else:
            context.load_verify_locations(cafile=path)
    except (OSError, ssl.SSLError):
        problem = Problem(f"{origin} names {path}, which cannot be read as certificates of authorities")
        raise ConfigError([problem]) from None
    return context

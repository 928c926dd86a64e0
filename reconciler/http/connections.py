"""Our connections below `requests`: they note how far a request has come, and log nothing.

Whether a request ever left decides whether it may be sent again, and no exception tells it reliably.
"""

from __future__ import annotations

import logging
import socket
import ssl
import threading
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

for _name in ("urllib3.connectionpool", "urllib3.connection", "urllib3.util.retry", "urllib3.poolmanager"):
    # Their debug lines hold whole URLs, and with them a key that travels in the query.
    logging.getLogger(_name).addFilter(lambda _: False)


class Progress:
    """How far the current thread's request has come."""

    def __init__(self) -> None:
        self.connecting = False
        self.sent = False
        self.expired = False
        self.ended = False
        self.connection: _Noted | None = None
        self.socket: Any = None  # the connection itself forgets it as soon as an answer says that it is the last

    def expire(self) -> None:
        """The time is up: cut the socket, which wakes the thread that waits on it."""
        self.expired = True
        with _owning:
            ours = self.connection is not None and self.connection.owner is self
            if ours and isinstance(self.socket, socket.socket):
                try:
                    # The plain method: that of a TLS socket would pull its state from under the reader.
                    socket.socket.shutdown(self.socket, socket.SHUT_RDWR)
                except OSError:  # already closed: there is nobody left to wake
                    return


_owning = threading.Lock()
current = threading.local()


class _Noted(HTTPConnection):
    """Notes when a connection is being made and when the first byte of a request leaves."""

    owner: Progress | None = None

    def connect(self) -> None:
        progress: Progress = current.progress
        self._own(progress)
        progress.connecting = True
        super().connect()
        progress.connecting = False

    def send(self, data: Any) -> None:
        progress: Progress = current.progress
        if self.sock is None:
            self.connect()
        if not progress.connecting:  # else these are words to a proxy
            self._own(progress)
            progress.socket = self.sock
            progress.sent = True
        super().send(data)

    def _own(self, progress: Progress) -> None:
        with _owning:
            self.owner = progress
            progress.connection = self


class _NotedTLS(_Noted, HTTPSConnection):
    """The same over TLS."""


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Noted


class _PoolTLS(HTTPSConnectionPool):
    ConnectionCls = _NotedTLS


class Adapter(HTTPAdapter):
    """Uses our connections, and one TLS context for all of them."""

    def __init__(self, pool: int, context: ssl.SSLContext | None) -> None:
        self._context = context
        super().__init__(pool_connections=2, pool_maxsize=pool, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Make the pools of direct connections."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _PoolTLS}

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        """Make the pools of connections through a proxy."""
        manager = super().proxy_manager_for(proxy, **kwargs)
        manager.pool_classes_by_scheme = {"http": _Pool, "https": _PoolTLS}
        return manager

    def build_connection_pool_key_attributes(
        self, request: requests.PreparedRequest, verify: Any, cert: Any = None
    ) -> tuple[Any, Any]:
        """Say which connections may be shared: those of one host and of the one TLS context."""
        host, _ = super().build_connection_pool_key_attributes(request, verify, cert)
        return host, {"ssl_context": self._context} if self._context else {}

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Do nothing: the shared context already holds the authorities."""

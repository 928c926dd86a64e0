"""Tells in our words, without a URL or a secret, why an exchange failed, and whether the request had left."""

from __future__ import annotations

import http.client
import os
import socket
import ssl
from collections.abc import Iterator

import requests
import urllib3

from reconciler.http.connections import Progress
from reconciler.http.message import Failure

TROUBLE = (requests.RequestException, urllib3.exceptions.HTTPError, http.client.HTTPException, OSError, ValueError)
"""All that an exchange may raise."""

_REASONS: tuple[tuple[type[BaseException], str], ...] = (
    (socket.gaierror, "its name does not resolve"),
    (ConnectionRefusedError, "the connection was refused"),
    (http.client.RemoteDisconnected, "the connection was closed without an answer"),
    (ConnectionError, "the connection was reset"),
    (ssl.SSLError, "TLS failed"),
    (urllib3.exceptions.ProxyError, "the proxy did not let us through"),
    (http.client.HTTPException, "the answer is not HTTP"),
)


def explain(error: BaseException, progress: Progress, timeout: float) -> Failure:
    """Return what `error` means. `sent` is False only where it is certain."""
    chain = list(_causes(error))
    if progress.connection is not None:
        sent = progress.sent
    else:
        never = requests.ConnectTimeout | urllib3.exceptions.NewConnectionError | ValueError
        sent = not any(isinstance(one, never) for one in chain)
    if progress.expired or any(isinstance(one, TimeoutError | requests.Timeout) for one in chain):
        what = "no answer" if sent else "no connection"
        return Failure(f"{what} within {timeout:g} s", sent, timed_out=sent)
    for one in chain:
        if isinstance(one, ssl.SSLCertVerificationError):
            reason = f"its TLS certificate is not trusted ({one.verify_message}); REQUESTS_CA_BUNDLE names authorities"
            return Failure(reason, sent, hopeless=True)
    if isinstance(error, ValueError) and not sent:
        return Failure("it cannot be sent: a credential, address or proxy is malformed", sent, hopeless=True)
    return Failure(_reason(chain), sent)


def _reason(chain: list[BaseException]) -> str:
    for kind, reason in _REASONS:
        if any(isinstance(one, kind) for one in chain):
            return reason
    numbers = [one.errno for one in chain if isinstance(one, OSError) and isinstance(one.errno, int)]
    return os.strerror(numbers[-1]) if numbers else "the connection failed"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an exception and all that it wraps, in whichever way."""
    waiting, seen = [error], set[int]()
    while waiting:
        one = waiting.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        inner = (*one.args, getattr(one, "reason", None), one.__cause__, one.__context__)
        waiting.extend(candidate for candidate in inner if isinstance(candidate, BaseException))

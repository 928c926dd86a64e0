"""Puts a connection's credentials on its requests, by the way that its table and its settings name."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import quote, urlencode

from reconciler.errors import ConfigError, NotSent, Problem, ProviderError, Unreadable
from reconciler.http.client import Client
from reconciler.http.clock import Clock
from reconciler.http.message import Reply, Request
from reconciler.http.redaction import Redactor
from reconciler.providers.answers import Judge
from reconciler.providers.paths import at, filled, put
from reconciler.providers.spec import Auth, LoginCall, Spec
from reconciler.records import Secret

_MARGIN = 60.0


def chosen(spec: Spec, credentials: Mapping[str, Secret], connection: str) -> Auth | None:
    """Return the first way to authenticate whose credentials are all given; None where the table has no way.

    Raises `ConfigError` where none is complete.
    """
    for auth in spec.auths:
        if all(name in credentials for name in auth.credentials):
            return auth
    if not spec.auths:
        return None
    ways = " or ".join(" and ".join(f"`{name}`" for name in auth.credentials) for auth in spec.auths)
    raise ConfigError([Problem(f"connection {connection} lacks credentials: {spec.title} takes {ways}")])


class Signer:
    """Signs with credentials that stay the same."""

    def __init__(self, headers: Mapping[str, str] | None = None, query: Mapping[str, str] | None = None) -> None:
        self._headers = dict(headers or {})
        self._query = urlencode(dict(query or {}), quote_via=quote)

    def signed(self, request: Request) -> Request:
        """Return `request` with the credentials on it."""
        url = request.url
        if self._query:
            url = f"{url}{'&' if '?' in url else '?'}{self._query}"
        return replace(request, url=url, headers={**request.headers, **self._headers})

    def renewed(self, request: Request) -> bool:
        """Whether, after a 401 for the signed `request`, there are other credentials to try."""
        return False


class TokenSigner(Signer):
    """Signs with a token that a log-in call gives: once a run, by one thread, and again after a 401."""

    def __init__(
        self, call: LoginCall, base_url: str, credentials: Mapping[str, str], client: Client, judge: Judge, clock: Clock
    ) -> None:
        super().__init__()
        self._call = call
        self._base_url = base_url
        self._credentials = credentials
        self._client = client
        self._judge = judge
        self._clock = clock
        self._lock = threading.Lock()
        self._token: str | None = None
        self._good_until: float | None = None
        self._refusal: str | None = None

    def signed(self, request: Request) -> Request:
        """Return `request` with the token on it. Raises `Unreadable` or `NotSent` where the log-in fails."""
        try:
            return replace(request, headers={**request.headers, "Authorization": f"Bearer {self._current()}"})
        except Unreadable as error:
            message = str(error)
        raise _instead(request, message)

    def renewed(self, request: Request) -> bool:
        """Forget the token that `request` carried, unless another thread has a newer one already."""
        with self._lock:
            if request.headers.get("Authorization") == f"Bearer {self._token}":
                self._token = None
        return True

    def _current(self) -> str:
        with self._lock:
            if self._refusal is not None:  # asking again and again could lock the account
                raise Unreadable(self._refusal)
            now = self._clock.monotonic()
            if self._token is None or (self._good_until is not None and now >= self._good_until):
                self._token = self._log_in()
                lifetime = self._call.lifetime
                self._good_until = None if lifetime is None else now + lifetime - min(_MARGIN, lifetime / 10)
            return self._token

    def _log_in(self) -> str:
        body: dict[str, object] = {}
        for path, value in self._call.body.items():
            put(body, path, filled(value, self._credentials) if isinstance(value, str) else value)
        url = self._base_url + self._call.path
        headers = {**self._call.headers, "Content-Type": "application/json"}
        request = Request(self._call.method, url, "read", headers, json.dumps(body).encode())
        reply = self._client.send(request)
        redactor = self._client.redactor
        where = f"log-in, {request.method} {redactor.address(url)}"
        try:
            data = self._judge.read(reply, self._call, where, redactor)
        except Unreadable as error:
            if _is_refusal(reply):
                self._refusal = str(error)
            raise
        token = at(data, self._call.token)
        if not isinstance(token, str) or not token:
            raise Unreadable(f"{where}: there is no token at `{self._call.token}` of the answer")
        redactor.add(token)
        return token


def signer(
    auth: Auth | None, base_url: str, credentials: Mapping[str, Secret], client: Client, judge: Judge, clock: Clock
) -> Signer:
    """Return what signs a connection's requests. The values are revealed here, for the requests alone."""
    if auth is None:
        return Signer()
    values = {name: credentials[name].reveal() for name in auth.credentials}
    if auth.basic is not None:
        parts = auth.basic if isinstance(auth.basic, list) else []
        pair = ":".join(values[name] for name in parts).encode()
        encoded = base64.b64encode(pair).decode()
        client.redactor.add(encoded)
        return Signer({"Authorization": f"Basic {encoded}"})
    if auth.bearer is not None:
        return Signer({"Authorization": f"Bearer {values[auth.bearer]}"})
    if auth.query is not None:
        return Signer(query={parameter: values[name] for parameter, name in auth.query.items()})
    if auth.header is not None:
        return Signer({header: filled(template, values) for header, template in auth.header.items()})
    if auth.login is not None:
        return TokenSigner(auth.login, base_url, values, client, judge, clock)
    raise AssertionError("the model lets exactly one way through")


def redactor_for(auth: Auth | None, credentials: Mapping[str, Secret]) -> Redactor:
    """Return a redactor that knows the connection's credentials, and where they travel."""
    known = [secret.reveal() for secret in credentials.values() if secret.known]
    return Redactor(known, (auth.query or {}) if auth is not None else ())


def _instead(request: Request, message: str) -> ProviderError:
    """The error of a call that was not made because the log-in before it failed."""
    return Unreadable(message) if request.effect == "read" else NotSent(f"{message}; nothing was sent")


def _is_refusal(reply: Reply) -> bool:
    return 400 <= reply.status < 500 and reply.status not in (408, 429)

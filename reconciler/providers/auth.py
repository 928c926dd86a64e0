"""Puts a connection's credentials on its requests, by the way that its table and its settings name."""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode, urlsplit

from reconciler.errors import ConfigError, NotSent, Problem, ProviderError, Unreadable
from reconciler.http.address import is_loopback
from reconciler.http.client import Client
from reconciler.http.clock import Clock
from reconciler.http.message import Reply, Request
from reconciler.http.redaction import Redactor
from reconciler.providers.answers import Judge
from reconciler.providers.bodies import encoded
from reconciler.providers.paths import as_text, at, filled, filled_value, put
from reconciler.providers.spec import Auth, BasicPair, Call, ClientCredentials, LoginCall, Spec
from reconciler.records import Secret

_MARGIN = 60.0
_BEARER = {"Authorization": "Bearer {access_token}"}


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


class Token(NamedTuple):
    """What a log-in gave: the token, and for how many seconds it is good, where that is known."""

    text: str
    lifetime: float | None


class TokenSigner(Signer):
    """Signs with a token that `fetch` gives: once a run, by one thread, and again after a 401.

    `headers` are templates that carry it as {access_token}.
    """

    def __init__(self, fetch: Callable[[], Token], headers: Mapping[str, str], clock: Clock) -> None:
        super().__init__()
        self._fetch = fetch
        self._templates = headers
        self._clock = clock
        self._lock = threading.Lock()
        self._token: str | None = None
        self._good_until: float | None = None
        self._refusal: str | None = None

    def signed(self, request: Request) -> Request:
        """Return `request` with the token on it. Raises `Unreadable` or `NotSent` where the log-in fails."""
        try:
            return replace(request, headers={**request.headers, **self._carried(self._current())})
        except Unreadable as error:
            message = str(error)
        raise _instead(request, message)

    def renewed(self, request: Request) -> bool:
        """Forget the token that `request` carried, unless another thread has a newer one already."""
        with self._lock:
            if self._token is not None and self._carried(self._token).items() <= dict(request.headers).items():
                self._token = None
        return True

    def _carried(self, token: str) -> dict[str, str]:
        return {name: filled(text, {"access_token": token}) for name, text in self._templates.items()}

    def _current(self) -> str:
        with self._lock:
            if self._refusal is not None:  # asking again and again could lock the account
                raise Unreadable(self._refusal)
            now = self._clock.monotonic()
            if self._token is None or (self._good_until is not None and now >= self._good_until):
                try:
                    self._token, lifetime = self._fetch()
                except LoginRefused as refused:
                    self._refusal = str(refused)
                    raise
                self._good_until = None if lifetime is None else now + lifetime - min(_MARGIN, lifetime / 10)
            return self._token


class LoginRefused(Unreadable):
    """A log-in was clearly refused: the credentials are wrong."""


class Doorman:
    """Gets tokens, by a log-in call or by OAuth2 client credentials."""

    def __init__(self, base_url: str, credentials: Mapping[str, str], client: Client, judge: Judge) -> None:
        self._base_url = base_url
        self._credentials = credentials
        self._client = client
        self._judge = judge

    def log_in(self, call: LoginCall) -> Token:
        """Return what a log-in call gives. Raises `Unreadable`."""
        body: dict[str, Any] = {}
        for path, value in call.body.items():
            put(body, path, filled_value(value, self._credentials))
        query = {name: filled(as_text(value), self._credentials) for name, value in call.query.items()}
        headers = {name: filled(text, self._credentials) for name, text in call.headers.items()}
        url = self._base_url + filled(call.path, self._credentials)
        url = f"{url}?{urlencode(query, quote_via=quote)}" if query else url
        content, kind = encoded(body, call.encoding or "json")
        request = Request(call.method, url, "read", {**headers, "Content-Type": kind}, content)
        token, _ = self._ask(request, call, call.token)
        return Token(token, call.lifetime)

    def trade(self, way: ClientCredentials) -> Token:
        """Return what OAuth2 client credentials give. Raises `Unreadable`."""
        user, password = (self._credentials[name] for name in way.client)
        body = {"grant_type": "client_credentials", **({"scope": way.scope} if way.scope else {})}
        body |= {name: filled(text, self._credentials) for name, text in way.body.items()}
        headers = {}
        if way.send == "basic":
            headers["Authorization"] = _basic(user, password, self._client.redactor)
        else:
            body |= dict(zip(("client_id", "client_secret"), (user, password), strict=True))
        content, kind = encoded(body, way.encoding)
        request = Request("POST", self._token_url(way), "read", {**headers, "Content-Type": kind}, content)
        token, data = self._ask(request, Call(post="/"), way.token)
        lifetime = at(data, way.lifetime)
        known = isinstance(lifetime, int | float) and not isinstance(lifetime, bool)
        return Token(token, float(lifetime) if known else None)

    def _token_url(self, way: ClientCredentials) -> str:
        url = filled(way.token_url, self._credentials)
        if url.startswith("/"):
            return self._base_url + url
        # What stands in for a provider, on loopback, stands in for its token server too.
        return self._base_url + urlsplit(url).path if is_loopback(self._base_url) else url

    def _ask(self, request: Request, call: Call, path: str) -> tuple[str, Any]:
        reply = self._client.send(request)
        redactor = self._client.redactor
        where = f"log-in, {request.method} {redactor.address(request.url)}"
        try:
            data = self._judge.read(reply, call, where, redactor)
        except Unreadable as error:
            if _is_refusal(reply):
                raise LoginRefused(str(error)) from None
            raise
        token = at(data, path)
        if not isinstance(token, str) or not token:
            raise Unreadable(f"{where}: there is no token at `{path}` of the answer")
        redactor.add(token)
        return token, data


def signer(
    auth: Auth | None, base_url: str, credentials: Mapping[str, Secret], client: Client, judge: Judge, clock: Clock
) -> Signer:
    """Return what signs a connection's requests. The values are revealed here, for the requests alone."""
    if auth is None:
        return Signer()
    values = {name: credentials[name].reveal() for name in auth.credentials}
    if auth.basic is not None:
        pair = auth.basic
        if isinstance(pair, BasicPair):
            return Signer(
                {"Authorization": _basic(filled(pair.user, values), filled(pair.password, values), client.redactor)}
            )
        return Signer({"Authorization": _basic(values[pair[0]], values[pair[1]], client.redactor)})
    if auth.bearer is not None:
        return Signer({"Authorization": f"Bearer {values[auth.bearer]}"})
    if auth.query is not None:
        return Signer(query={parameter: values[name] for parameter, name in auth.query.items()})
    if auth.header is not None:
        return Signer({header: filled(template, values) for header, template in auth.header.items()})
    doorman = Doorman(base_url, values, client, judge)
    if auth.login is not None:
        return TokenSigner(partial(doorman.log_in, auth.login), auth.login.send, clock)
    if auth.oauth2 is not None:
        return TokenSigner(partial(doorman.trade, auth.oauth2), _BEARER, clock)
    return Signer()  # the credential is in the path: see `prefix`


def prefix(auth: Auth | None, credentials: Mapping[str, Secret]) -> str:
    """Return what goes before every path: a credential, where the table puts it there."""
    if auth is None or auth.path is None:
        return ""
    values = {name: credentials[name].reveal() for name in auth.credentials}
    return filled(auth.path, values, lambda value: quote(value, safe=":"))


def in_path(auth: Auth | None, credentials: Mapping[str, Secret]) -> dict[str, str]:
    """Return the credentials, by name, that a call's path may have within it."""
    return {name: credentials[name].reveal() for name in auth.credentials} if auth is not None else {}


def in_body(auth: Auth | None, credentials: Mapping[str, Secret]) -> dict[str, str]:
    """Return the credentials, by path, that the body of every call has."""
    named = (auth.body or {}) if auth is not None else {}
    return {path: credentials[name].reveal() for path, name in named.items()}


def redactor_for(auth: Auth | None, credentials: Mapping[str, Secret]) -> Redactor:
    """Return a redactor that knows the connection's credentials, and where they travel."""
    known = [secret.reveal() for secret in credentials.values() if secret.known]
    return Redactor(known, (auth.query or {}) if auth is not None else ())


def _basic(user: str, password: str, redactor: Redactor) -> str:
    encoded_pair = base64.b64encode(f"{user}:{password}".encode()).decode()
    redactor.add(encoded_pair)
    return f"Basic {encoded_pair}"


def _instead(request: Request, message: str) -> ProviderError:
    """The error of a call that was not made because the log-in before it failed."""
    return Unreadable(message) if request.effect == "read" else NotSent(f"{message}; nothing was sent")


def _is_refusal(reply: Reply) -> bool:
    return 400 <= reply.status < 500 and reply.status != 408 and not reply.too_many

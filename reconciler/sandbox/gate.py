"""Who may come in: the ways of a table's `auth`, from the other side."""

from __future__ import annotations

import base64
import binascii
import re
import secrets
from collections.abc import Iterable, Mapping
from threading import Lock
from typing import Any
from urllib.parse import unquote

from reconciler.providers.paths import at
from reconciler.providers.spec import Auth, BasicPair, Call, ClientCredentials, LoginCall, Spec
from reconciler.sandbox.routes import pattern, unfilled
from reconciler.sandbox.wire import Request


class Gate:
    """Checks the credentials of one account; without expected ones, any that are not empty will do."""

    def __init__(self, spec: Spec, expected: Mapping[str, str] | None) -> None:
        self._auths = spec.auths
        self._expected = expected
        self._issued: set[str] = set()
        self._expired: set[str] = set()
        self._lock = Lock()

    def admits(self, request: Request, in_path: Mapping[str, str]) -> bool:
        """Whether a request carries what one of the table's ways asks for; `in_path` are those in its path or body."""
        right = all(value == (self._expected or {}).get(name, value) for name, value in in_path.items())
        return not self._auths or (right and any(self._admits(auth, request, in_path) for auth in self._auths))

    def stripped(self, path: str) -> tuple[str, dict[str, str]]:
        """Return a path without the credentials before it, and these, where the table puts some there."""
        for auth in self._auths:
            if auth.path is not None:
                found = re.match(pattern(auth.path.strip("/"), "[^/]+").pattern + "(?:/|$)", path)
                if found:
                    return path[found.end() :], {name: unquote(text) for name, text in found.groupdict().items()}
        return path, {}

    def log_in(self, call: Call, request: Request, body: Mapping[str, Any]) -> tuple[str, str, str | None] | None:
        """Return a new token, where it goes in the answer, and where its lifetime does; None for wrong credentials."""
        for auth in self._auths:
            if auth.login == call:
                presented: dict[str, str] = {}
                for path, template in auth.login.body.items():
                    if isinstance(template, str):
                        presented |= unfilled(template, at(body, path))
                return self._issued_to(presented, auth, auth.login.token, None)
            if auth.oauth2 is not None and not isinstance(call, LoginCall):
                presented = _client(auth.oauth2, request, body)
                return self._issued_to(presented, auth, auth.oauth2.token, auth.oauth2.lifetime)
        return None

    def _issued_to(
        self, presented: Mapping[str, str], auth: Auth, path: str, lifetime: str | None
    ) -> tuple[str, str, str | None] | None:
        if not self._right(presented, auth.credentials):
            return None
        token = f"sandbox-{secrets.token_urlsafe(24)}"
        with self._lock:
            self._issued.add(token)
        return token, path, lifetime

    def expire_tokens(self) -> None:
        """Refuse from now on every token that was given out so far."""
        with self._lock:
            self._expired |= self._issued
            self._issued.clear()

    def _admits(self, auth: Auth, request: Request, in_path: Mapping[str, str]) -> bool:
        authorization = request.headers.get("authorization", "")
        if auth.none:
            return not authorization
        scheme, _, value = authorization.partition(" ")
        token = value.strip() if scheme.lower() == "bearer" else ""
        if auth.login or auth.oauth2:
            if auth.login:
                carried = (unfilled(text, request.headers.get(name.lower())) for name, text in auth.login.send.items())
                token = next((one["access_token"] for one in carried if "access_token" in one), "")
            with self._lock:
                return token in self._issued
        if auth.bearer:
            with self._lock:
                return token not in self._expired and self._right({auth.bearer: token}, [auth.bearer])
        presented: dict[str, str] = dict(in_path) if auth.path is not None or auth.body is not None else {}
        if auth.basic is not None and scheme.lower() == "basic":
            presented = _pair(auth.basic, *_basic(value))
        for parameter, name in (auth.query or {}).items():
            presented[name] = request.query.get(parameter, "")
        for header, template in (auth.header or {}).items():
            presented |= unfilled(template, request.headers.get(header.lower()))
        return self._right(presented, auth.credentials)

    def _right(self, presented: Mapping[str, str], names: Iterable[str]) -> bool:
        expected = self._expected
        if expected is None:
            return any(presented.values())
        return all(
            name in expected and secrets.compare_digest(expected[name].encode(), presented.get(name, "").encode())
            for name in names
        )


def _basic(value: str) -> tuple[str, str]:
    try:
        user, _, password = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return user, password


def _pair(pair: list[str] | BasicPair, user: str, password: str) -> dict[str, str]:
    if isinstance(pair, list):
        return dict(zip(pair, (user, password), strict=True))
    return {**unfilled(pair.user, user), **unfilled(pair.password, password)}


def _client(way: ClientCredentials, request: Request, body: Mapping[str, Any]) -> dict[str, str]:
    """Return the credentials of a request for a token; none where it asks for something else."""
    if body.get("grant_type") != "client_credentials" or (way.scope is not None and body.get("scope") != way.scope):
        return {}
    if way.send == "basic":
        scheme, _, value = request.headers.get("authorization", "").partition(" ")
        pair = _basic(value) if scheme.lower() == "basic" else ("", "")
    else:
        pair = (str(body.get("client_id", "")), str(body.get("client_secret", "")))
    presented = dict(zip(way.client, pair, strict=True))
    for name, template in way.body.items():
        presented |= unfilled(template, body.get(name))
    return presented

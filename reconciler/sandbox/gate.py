"""Who may come in: the ways of a table's `auth`, from the other side."""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Iterable, Mapping
from threading import Lock
from typing import Any

from reconciler.providers.paths import at
from reconciler.providers.spec import Auth, LoginCall, Spec
from reconciler.sandbox.routes import pattern
from reconciler.sandbox.wire import Request


class Gate:
    """Checks the credentials of one account; without expected ones, any that are not empty will do."""

    def __init__(self, spec: Spec, expected: Mapping[str, str] | None) -> None:
        self._auths = spec.auths
        self._expected = expected
        self._issued: set[str] = set()
        self._expired: set[str] = set()
        self._lock = Lock()

    def admits(self, request: Request) -> bool:
        """Whether a request carries what one of the table's ways asks for."""
        return not self._auths or any(self._admits(auth, request) for auth in self._auths)

    def log_in(self, call: LoginCall, body: Mapping[str, Any]) -> str | None:
        """Return a new token for the credentials in a log-in's body; None where they are wrong."""
        names = next(auth.credentials for auth in self._auths if auth.login == call)
        presented: dict[str, str] = {}
        for path, template in call.body.items():
            if isinstance(template, str):
                presented |= _unfilled(template, at(body, path))
        if not self._right(presented, names):
            return None
        token = f"sandbox-{secrets.token_urlsafe(24)}"
        with self._lock:
            self._issued.add(token)
        return token

    def expire_tokens(self) -> None:
        """Refuse from now on every token that was given out so far."""
        with self._lock:
            self._expired |= self._issued
            self._issued.clear()

    def _admits(self, auth: Auth, request: Request) -> bool:
        authorization = request.headers.get("authorization", "")
        scheme, _, value = authorization.partition(" ")
        token = value.strip() if scheme.lower() == "bearer" else ""
        if auth.login:
            with self._lock:
                return token in self._issued
        if auth.bearer:
            with self._lock:
                return token not in self._expired and self._right({auth.bearer: token}, [auth.bearer])
        presented: dict[str, str] = {}
        if isinstance(auth.basic, list) and scheme.lower() == "basic":
            presented = dict(zip(auth.basic, _basic(value), strict=True))
        for parameter, name in (auth.query or {}).items():
            presented[name] = request.query.get(parameter, "")
        for header, template in (auth.header or {}).items():
            presented |= _unfilled(template, request.headers.get(header.lower()))
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


def _unfilled(template: str, text: Any) -> dict[str, str]:
    """Return the values that made `text` of `template`: `Token {key}` and `Token abc` give {key: abc}."""
    found = pattern(template, ".*").fullmatch(text) if isinstance(text, str) else None
    return found.groupdict() if found else {}

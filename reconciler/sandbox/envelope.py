"""Answers as a table's calls have them: where the record is, and what marks a success."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reconciler.providers.paths import MISSING, at, put
from reconciler.providers.spec import Call
from reconciler.sandbox.store import to_json
from reconciler.sandbox.wire import Answer


def good(
    call: Call,
    value: Any,
    path: str | None,
    headers: Mapping[str, str] | None = None,
    beside: Mapping[str, Any] | None = None,
) -> Answer:
    """Return a good answer to `call` that has `value` at `path` (None: all of it), and what is `beside` it."""
    body: Any = {} if path else dict(value) if isinstance(value, dict) else value
    if path:
        put(body, path, value)
    if isinstance(body, dict):
        mark(body, call)
        for place, one in (beside or {}).items():
            put(body, place, one)
    return as_json(status_of(call), to_json(body), headers)


def mark(body: dict[str, Any], call: Call) -> None:
    """Put into a body what marks a success."""
    for path, value in call.success.where.items():
        put(body, path, value)
    for path in call.success.empty:
        if at(body, path) is MISSING and "." in path:
            put(body, path, [])


def status_of(call: Call) -> int:
    """Return the status of a good answer."""
    return call.success.status[0] if call.success.status else 200


def as_json(status: int, body: bytes, headers: Mapping[str, str] | None = None) -> Answer:
    """Return an answer of JSON."""
    return Answer(status, body, {"Content-Type": "application/json", **(headers or {})})

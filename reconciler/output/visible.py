"""Texts and values from outside, made fit to be shown: nothing unseen, nothing secret."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from reconciler.records import SENSITIVE, SENSITIVE_CHANGED, Fields, Scope, Secret

_FIRST = ("url", "events", "secret", "name", "description", "enabled", "headers")
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def visible(text: str) -> str:
    """Return `text` in one line, with all that a terminal would obey or hide written as an escape.

    That is what Unicode calls not printable: control characters, line ends, bidi overrides, zero-width
    and private characters, lone surrogates, and spaces other than the common one.
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _escaped(char) for char in text)


def _escaped(char: str) -> str:
    if char in _SHORT:
        return _SHORT[char]
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def shown(value: Any) -> Any:
    """Return `value` as plain JSON to be shown: each secret as what may be shown of it, tuples as lists."""
    if isinstance(value, Secret):
        return value.shown
    if isinstance(value, Mapping):
        return {str(name): shown(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [shown(item) for item in value]
    return value


def shown_change(before: Any, after: Any) -> tuple[Any, Any]:
    """Return two values that differ as `shown` does, the later of two unlike secrets said to be changed."""
    if isinstance(before, Secret) and isinstance(after, Secret):
        return before.shown, _changed(before, after)
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        left, right = shown(before), shown(after)
        for name in before.keys() & after.keys():
            right[str(name)] = shown_change(before[name], after[name])[1]
        return left, right
    if isinstance(before, list | tuple) and isinstance(after, list | tuple) and len(before) == len(after):
        return shown(before), [shown_change(left, right)[1] for left, right in zip(before, after, strict=True)]
    return shown(before), shown(after)


def _changed(before: Secret, after: Secret) -> str:
    # By fingerprint, not by `==`, which refuses secrets that are not sealed: those count as changed.
    if after.fingerprint is not None and before.fingerprint == after.fingerprint:
        return after.shown
    if after.shown == SENSITIVE:
        return SENSITIVE_CHANGED
    return f"{after.shown} {SENSITIVE_CHANGED}" if after.shown == before.shown else after.shown


def shown_text(value: Any) -> str:
    """Return a value that went through `shown` as one line: `(none)`, a secret's words, or JSON."""
    if value is None:
        return "(none)"
    if value in (SENSITIVE, SENSITIVE_CHANGED):
        return str(value)
    return visible(json.dumps(value, ensure_ascii=False))


def ordered(fields: Fields) -> dict[str, Any]:
    """Return `fields` with the common ones first and the provider's own in the alphabet's order."""
    names = [name for name in _FIRST if name in fields]
    return {name: fields[name] for name in [*names, *sorted(fields.keys() - set(names))]}


def place(connection: str, scope: Scope) -> str:
    """Return where a record lives as words: `argyle`, or `github repo=acme/web`."""
    return visible(" ".join([connection, *(f"{name}={value}" for name, value in scope)]))

"""The nouns of a state as plain JSON, the same for a table's columns and for a whole document.

Secrets become their fingerprints. An array is a tuple in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from reconciler.records import Deposed, Intent, Known, Scope, from_stored, to_stored
from reconciler.state.model import Identity

Noun = TypeVar("Noun", Known, Deposed, Intent, Identity)
_Reader = Callable[[Any], Any]


class Malformed(ValueError):
    """A piece of JSON is not what it should be; the message says where and what is expected."""


def encode(noun: Known | Deposed | Intent | Identity) -> dict[str, Any]:
    """Return a noun as JSON, its keys in the order of the type. Raises `ValueError` for an unsealed secret."""
    return {name: _written(name, getattr(noun, name)) for name in SHAPES[type(noun)]}


def decode(kind: type[Noun], value: Any) -> Noun:
    """Return the noun that `encode` made this JSON from. Raises `Malformed` saying what is wrong with it."""
    shape = SHAPES[kind]
    if not isinstance(value, dict):
        raise Malformed("an object is expected")
    for name in value:
        if name not in shape:
            raise Malformed(f"{name}: there is no such key here")
    fields = {}
    for name, read in shape.items():
        if name not in value:
            raise Malformed(f"{name}: is missing")
        try:
            fields[name] = read(value[name])
        except Malformed as error:
            raise Malformed(f"{name}: {error}") from None
    return kind(**fields)


def _written(name: str, value: Any) -> Any:
    if name == "scope":
        return dict(value)
    if isinstance(value, Deposed):
        return encode(value)
    return to_stored(value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise Malformed("a text is expected")
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Malformed("true or false is expected")
    return value


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise Malformed("a list of texts is expected")
    return tuple(_text(item) for item in value)


def _scope(value: Any) -> Scope:
    if not isinstance(value, dict):
        raise Malformed("an object is expected")
    return tuple(sorted((name, _text(item)) for name, item in value.items()))


def _fields(value: Any) -> Mapping[str, Any]:
    fields = from_stored(value)
    if not isinstance(fields, dict):
        raise Malformed("an object is expected")
    return fields


def _optional(read: _Reader) -> _Reader:
    return lambda value: None if value is None else read(value)


def _deposed(value: Any) -> Deposed:
    return decode(Deposed, value)


SHAPES: Mapping[type, Mapping[str, _Reader]] = {
    Known: {
        "address": _text,
        "connection": _text,
        "scope": _scope,
        "id": _text,
        "key": _text,
        "sent": _fields,
        "echo": _optional(_fields),
        "protect": _flag,
        "kept": _optional(_text),
    },
    Deposed: {"address": _text, "connection": _text, "scope": _scope, "id": _text},
    Intent: {
        "id": _text,
        "address": _optional(_text),
        "connection": _text,
        "scope": _scope,
        "operation": _text,
        "key": _text,
        "url": _text,
        "ids_before": _texts,
        "record_id": _optional(_text),
        "sent": _fields,
        "protect": _flag,
        "replaces": _optional(_deposed),
        "run": _text,
    },
    Identity: {"connection": _text, "provider": _text, "base_url": _text, "account": _optional(_text)},
}
"""What each noun has, in the order in which it is written, and how each part is read and checked."""

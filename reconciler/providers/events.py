"""Events in every shape in which providers take and show them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reconciler.providers.fields import FieldSpec, Way
from reconciler.providers.paths import MISSING, at, kind_of
from reconciler.providers.values import Misfit, mapped, unmapped


def encode(field: FieldSpec, events: Sequence[str], way: Way, path: str | None) -> Iterator[tuple[str, Any]]:
    """Yield where `events` go in their record, and as what."""
    names = [mapped(field, event) for event in events]
    shape = field.shape_of(way)
    if field.each == "one":
        yield from _encode_one(field, names[0], way, path)
    elif shape == "flags":
        chosen = dict.fromkeys(map(str, names), True)
        known = dict.fromkeys((str(mapped(field, event)) for event in field.known), False)
        yield from ((_below(path, name), value) for name, value in {**known, **chosen}.items())
    elif path is not None:
        yield path, _together(field, names, shape)


def decode(field: FieldSpec, record: Any, way: Way, path: str | None) -> tuple[str, ...]:
    """Return our events out of their `record`. Raises `Misfit`."""
    shape = field.shape_of(way)
    if field.default is not None and path is not None and at(record, path) in (MISSING, None):
        return tuple(sorted(field.default))
    if field.each == "one":
        names = [_decode_one(field, record, way, path)]
    elif shape == "flags":
        names = _flags(field, record, path)
    else:
        names = _names(field, at(record, path), shape, path)
    found = set()
    for name in names:
        event = unmapped(field, name)
        if not isinstance(event, str):
            raise Misfit(f"`{path}` should hold texts and holds {kind_of(event)}")
        found.add(event)
    return tuple(sorted(found))


def _together(field: FieldSpec, names: list[Any], shape: str) -> Any:
    if shape == "text":
        return (field.separator or ",").join(map(str, names))
    if shape == "map":
        return dict.fromkeys(map(str, names), True)
    return [_parts(field, str(name)) for name in names] if shape == "objects" else names


def _encode_one(field: FieldSpec, name: Any, way: Way, path: str | None) -> Iterator[tuple[str, Any]]:
    value: Any = _parts(field, str(name)) if field.keys else name
    if path is None:
        yield from value.items()
    else:
        yield path, [value] if field.boxed in ("both", way) else value


def _decode_one(field: FieldSpec, record: Any, way: Way, path: str | None) -> Any:
    value = at(record, path)
    if field.boxed in ("both", way) and isinstance(value, list) and len(value) == 1:
        value = value[0]
    if field.keys and isinstance(value, Mapping):
        return _joined(field, value)
    if not isinstance(unmapped(field, value), str):
        raise Misfit(f"`{path}` should be a text and is {kind_of(value)}")
    return value


def _names(field: FieldSpec, value: Any, shape: str, path: str | None) -> list[Any]:
    if shape == "text" and isinstance(value, str):
        return [name for part in value.split(field.separator or ",") if (name := part.strip())]
    if shape == "map" and isinstance(value, Mapping):
        return [str(name) for name, wanted in value.items() if wanted not in (False, None)]
    if shape not in ("list", "objects") or not isinstance(value, list):
        wanted = {"text": "a text", "map": "an object"}.get(shape, "a list")
        raise Misfit(f"`{path}` should be {wanted} and is {kind_of(value)}")
    if shape == "objects":
        for one in value:
            if not isinstance(one, Mapping):
                raise Misfit(f"`{path}` should hold objects and holds {kind_of(one)}")
        return [_joined(field, one) for one in value]
    return value


def _flags(field: FieldSpec, record: Any, path: str | None) -> list[str]:
    known = {str(mapped(field, event)) for event in field.known}
    flags = {name: at(record, _below(path, name)) for name in sorted(known)}
    if path is not None and isinstance(beneath := at(record, path), Mapping):
        flags = {**{str(name): value for name, value in beneath.items()}, **flags}
    if not any(isinstance(value, bool) for value in flags.values()):
        raise Misfit(f"there is no true or false for any event{f' below `{path}`' if path else ''}")
    return [name for name, value in flags.items() if value is True]


def _parts(field: FieldSpec, name: str) -> dict[str, Any]:
    parts = name.split(field.separator or ".", len(field.keys) - 1)
    return dict(zip(field.keys, parts, strict=False))


def _joined(field: FieldSpec, value: Mapping[str, Any]) -> str:
    parts = [value.get(key) for key in field.keys]
    while len(parts) > 1 and parts[-1] is None:
        parts.pop()
    for key, part in zip(field.keys, parts, strict=False):
        if not isinstance(part, str):
            raise Misfit(f"`{key}` of an event should be a text and is {kind_of(part)}")
    return (field.separator or ".").join(str(part) for part in parts)


def _below(path: str | None, name: str) -> str:
    return name if path is None else f"{path}.{name}"

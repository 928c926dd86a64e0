"""What one field's value looks like at the provider: the same steps forth, to write, and back, to read.

Values here are plain: secrets are revealed before, and sealed after.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from reconciler.providers import events
from reconciler.providers.fields import FieldSpec, Way
from reconciler.providers.paths import MISSING, as_text, at, kind_of
from reconciler.providers.values import Misfit, mapped, unmapped


def encode(name: str, field: FieldSpec, value: Any, way: Way) -> Iterator[tuple[str, Any]]:
    """Yield where our `value` goes in their record, and as what."""
    path = field.write_path if way == "write" else field.read_path
    if name == "events":
        yield from events.encode(field, value, way, path)
    elif path is not None:
        yield path, _theirs(field, value, way)


def decode(name: str, field: FieldSpec, record: Any, way: Way) -> Any:
    """Return our value out of their `record`; `MISSING` where there is none. Raises `Misfit`."""
    path = field.write_path if way == "write" else field.read_path
    if name == "events":
        return events.decode(field, record, way, path)
    return MISSING if path is None else ours(field, at(record, path), way)


def is_bare(name: str, field: FieldSpec) -> bool:
    """Whether what is at its path in a record of theirs is our value as it stands."""
    options = field.boxed, field.fresh, field.encoded, field.pairs, field.values
    changed = field.present or any(option is not None for option in options)
    return name != "events" and field.read_path is not None and not changed


def ours(field: FieldSpec, value: Any, way: Way) -> Any:
    """Return one value of theirs as ours. Raises `Misfit`."""
    if field.present and way == "read":
        return value is not MISSING and value not in (None, "")
    if value is MISSING or value is None:
        return value
    if field.boxed in ("both", way):
        value = unboxed(value, field.read_path)
        if value is MISSING:
            return value
    if field.fresh is not None:
        return _is_ahead(value, field.fresh, field.read_path)
    if field.encoded == "json" and isinstance(value, str):
        value = _from_json(value, field.read_path)
    elif field.encoded == "text" and isinstance(value, str) and field.type in ("boolean", "integer", "number"):
        value = _from_json(value.lower(), field.read_path)
    if field.pairs is not None:
        return _mapping(value, field.pairs, field.read_path)
    return unmapped(field, value)


def unboxed(value: Any, path: str | None) -> Any:
    """Return the only element of a list; `MISSING` of an empty one. Raises `Misfit` for more."""
    if not isinstance(value, list):
        raise Misfit(f"`{path}` should be a list of one and is {kind_of(value)}")
    if len(value) > 1:
        raise Misfit(f"`{path}` should be a list of one and has {len(value)} elements")
    return value[0] if value else MISSING


def _theirs(field: FieldSpec, value: Any, way: Way) -> Any:
    if value is None:
        return None
    if field.present and way == "read":
        return "present" if value else None
    if field.fresh is not None:
        days = field.fresh + 7 if value else 0.0
        return (datetime.now(UTC) + timedelta(days=days)).isoformat().replace("+00:00", "Z")
    if field.pairs is not None and isinstance(value, Mapping):
        first, second = field.pairs
        value = [{first: key, second: inner} for key, inner in value.items()]
    else:
        value = mapped(field, value)
    if field.encoded == "json":
        value = json.dumps(value, ensure_ascii=False)
    elif field.encoded == "text":
        value = as_text(value)
    return [value] if field.boxed in ("both", way) else value


def _mapping(value: Any, pairs: list[str], path: str | None) -> dict[str, Any]:
    key, inner = pairs
    if isinstance(value, Mapping):
        return dict(value)
    if not isinstance(value, list) or not all(isinstance(one, Mapping) and key in one for one in value):
        raise Misfit(f"`{path}` should be a list of objects with `{key}` and is {kind_of(value)}")
    return {str(one[key]): one.get(inner) for one in value}


def _from_json(text: str, path: str | None) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise Misfit(f"`{path}` should be JSON in a text and is not") from None


def _is_ahead(value: Any, days: float, path: str | None) -> bool:
    try:
        if isinstance(value, str):
            when = datetime.fromisoformat(value)
        else:  # seconds, or milliseconds where that would be after the year 5000
            when = datetime.fromtimestamp(value / 1000 if value > 1e11 else value, UTC)
    except (ValueError, TypeError, OverflowError, OSError):
        raise Misfit(f"`{path}` should be a time and is {kind_of(value)}") from None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return when - datetime.now(UTC) > timedelta(days=days)

"""The two-way map of single values that a field's `values` gives."""

from __future__ import annotations

import json
from typing import Any

from reconciler.providers.fields import FieldSpec
from reconciler.providers.paths import as_text


class Misfit(Exception):
    """An answer is not what the table says. The message names the place and the type, never a value."""


def is_one_of(value: Any, wanted: Any) -> bool:
    """Whether a value of theirs is `wanted`, or among them where these are several."""
    return any(
        value == one and isinstance(value, bool) == isinstance(one, bool)
        for one in (wanted if isinstance(wanted, list) else [wanted])
    )


def mapped(field: FieldSpec, value: Any) -> Any:
    """Return our value in their words."""
    if field.values is None or isinstance(value, dict):
        return value
    if isinstance(value, list | tuple):
        return [mapped(field, one) for one in value]
    theirs = field.values.get(as_text(value), value)
    return theirs[0] if isinstance(theirs, list) else theirs


def unmapped(field: FieldSpec, value: Any) -> Any:
    """Return their value in our words."""
    if field.values is None:
        return value
    if isinstance(value, list):
        return [unmapped(field, one) for one in value]
    for ours, theirs in field.values.items():
        for one in theirs if isinstance(theirs, list) else [theirs]:
            if one == value and isinstance(one, bool) == isinstance(value, bool):
                return _typed(field, ours)
    return value


def _typed(field: FieldSpec, text: str) -> Any:
    if field.type == "boolean":
        return text == "true"
    if field.type in ("integer", "number"):
        return json.loads(text)
    return text

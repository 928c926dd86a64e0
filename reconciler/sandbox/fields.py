"""What a provider takes in one field, and the types that the texts of a form stand for."""

from __future__ import annotations

from typing import Any

from reconciler.providers.paths import MISSING, as_text
from reconciler.providers.shapes import decode
from reconciler.providers.spec import FieldSpec
from reconciler.providers.values import Misfit

_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}
_USUAL_KINDS = {"events": "array", "enabled": "boolean", "headers": "object"}


def typed_as(field: FieldSpec, text: str) -> Any:
    """Return the value of a form's text: forms have no types."""
    if field.encoded is not None or field.boxed is not None:
        return text
    for theirs in (field.values or {}).values():
        for one in theirs if isinstance(theirs, list) else [theirs]:
            if not isinstance(one, str) and as_text(one) == text:
                return one
    if field.values is None and field.type in ("boolean", "integer", "number") and text in ("true", "false"):
        return text == "true"
    if field.values is None and field.type in ("integer", "number") and text.lstrip("-").isdecimal():
        return int(text)
    return text


def wrong_with(name: str, field: FieldSpec, record: dict[str, Any], value: Any) -> str | None:
    """Return what is wrong with a field's `value` in a record, as its provider would say it; None for nothing."""
    needed = (field.required and field.via is None) or name == "url" or (name == "events" and field.default is None)
    plain = _is_plain(field)
    if not plain and (value is not MISSING or field.beside):
        try:
            value = decode(name, field, record, "read")
        except Misfit:
            return "Not what this field takes."
    if value is MISSING or value is None:
        return "This field is required." if needed else None
    if needed and value in ("", [], ()):
        return "This field may not be blank."
    return _wrong_type(name, field, value) if plain else None


def _is_plain(field: FieldSpec) -> bool:
    """Whether a field's value is kept as it is, for the checks of its type."""
    formed = (field.encoded, field.boxed, field.pairs, field.fresh, field.present or None)
    return all(one is None for one in formed) and field.shape_of("read") == "list" and not field.keys


def _wrong_type(name: str, field: FieldSpec, value: Any) -> str | None:
    if field.values and not isinstance(value, list) and name != "events":
        known = [one for theirs in field.values.values() for one in (theirs if isinstance(theirs, list) else [theirs])]
        return None if value in known else "Not a valid choice."
    kind = "string" if field.each else field.type or _USUAL_KINDS.get(name, "string")
    if kind == "any" or (field.values and name == "events"):
        return None
    if not isinstance(value, _TYPES[kind]) or (isinstance(value, bool) and kind != "boolean"):
        return f"Not a valid {kind}."
    if name == "events" and isinstance(value, list) and not all(isinstance(event, str) for event in value):
        return "Not a list of strings."
    return None

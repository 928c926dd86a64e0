"""What a value may be, in the words of pydantic's core schemas: data, which it compiles, and JSON Schema is made from.

`agrees` sees without pydantic whether a value is as such a schema says: to load pydantic takes longer than
all of a small file's checks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

Schema: TypeAlias = dict[str, Any]

ANY: Schema = {"type": "any"}
TEXT: Schema = {"type": "str", "strict": True}
FILLED: Schema = {"type": "str", "strict": True, "min_length": 1}
BOOLEAN: Schema = {"type": "bool", "strict": True}
INTEGER: Schema = {"type": "int", "strict": True}
NUMBER: Schema = {"type": "float", "strict": True}


def one_of(choices: list[Any]) -> Schema:
    """Return the schema of one of `choices`."""
    return {"type": "literal", "expected": choices}


def list_of(items: Schema = ANY, min_length: int = 0) -> Schema:
    """Return the schema of a list."""
    least = {"min_length": min_length} if min_length else {}
    return {"type": "list", "items_schema": items, "strict": True, **least}


def mapping_of(values: Schema = ANY) -> Schema:
    """Return the schema of a mapping of texts to `values`."""
    return {"type": "dict", "keys_schema": TEXT, "values_schema": values, "strict": True}


def keys(kinds: Mapping[str, tuple[Schema, bool]], *, others: bool) -> Schema:
    """Return the schema of a mapping with these keys, and whether each must be there; `others` may be there too."""
    fields = {
        name: {"type": "typed-dict-field", "schema": kind, "required": needed} for name, (kind, needed) in kinds.items()
    }
    return {"type": "typed-dict", "fields": fields, "extra_behavior": "ignore" if others else "forbid"}


def agrees(schema: Schema, value: Any) -> bool:
    """Whether a value is as `schema`, one of those that this module makes, says."""
    return _AGREES[schema["type"]](schema, value)


def _text(schema: Schema, value: Any) -> bool:
    return isinstance(value, str) and len(value) >= schema.get("min_length", 0)


def _one_of(schema: Schema, value: Any) -> bool:
    return any(type(value) is type(one) and value == one for one in schema["expected"])


def _list(schema: Schema, value: Any) -> bool:
    if not isinstance(value, list) or len(value) < schema.get("min_length", 0):
        return False
    return all(agrees(schema["items_schema"], item) for item in value)


def _mapping(schema: Schema, value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    return all(isinstance(name, str) and agrees(schema["values_schema"], item) for name, item in value.items())


def _keys(schema: Schema, value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    fields = schema["fields"]
    if schema["extra_behavior"] == "forbid" and not value.keys() <= fields.keys():
        return False
    return all(
        agrees(field["schema"], value[name]) if name in value else not field["required"]
        for name, field in fields.items()
    )


_AGREES: Mapping[str, Callable[[Schema, Any], bool]] = {
    "any": lambda _, value: True,  # noqa: ARG005  one form for all
    "str": _text,
    "bool": lambda _, value: type(value) is bool,
    "int": lambda _, value: type(value) is int,
    "float": lambda _, value: type(value) in (int, float),
    "literal": _one_of,
    "list": _list,
    "dict": _mapping,
    "typed-dict": _keys,
}

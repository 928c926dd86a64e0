"""What a value may be, in the words of pydantic's core schemas: data, which it compiles, and JSON Schema is made from.

`judge_of` makes of such a schema what sees without pydantic whether a value is as it says: to load pydantic takes
longer than all of a small file's checks.
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


def judge_of(schema: Schema) -> Callable[[Any], bool]:
    """Return what tells whether a value is as `schema`, one of those that this module makes, says."""
    return _JUDGES[schema["type"]](schema)


def _text(schema: Schema) -> Callable[[Any], bool]:
    least = schema.get("min_length", 0)
    return lambda value: isinstance(value, str) and len(value) >= least


def _exactly(*kinds: type) -> Callable[[Schema], Callable[[Any], bool]]:
    return lambda _: lambda value: type(value) in kinds


def _one_of(schema: Schema) -> Callable[[Any], bool]:
    choices = schema["expected"]
    return lambda value: any(type(value) is type(one) and value == one for one in choices)


def _list(schema: Schema) -> Callable[[Any], bool]:
    item, least = judge_of(schema["items_schema"]), schema.get("min_length", 0)
    return lambda value: isinstance(value, list) and len(value) >= least and all(map(item, value))


def _mapping(schema: Schema) -> Callable[[Any], bool]:
    name, item = judge_of(schema["keys_schema"]), judge_of(schema["values_schema"])
    return lambda value: isinstance(value, dict) and all(map(name, value)) and all(map(item, value.values()))


def _keys(schema: Schema) -> Callable[[Any], bool]:
    fields = {name: judge_of(field["schema"]) for name, field in schema["fields"].items()}
    needed = {name for name, field in schema["fields"].items() if field["required"]}
    others = schema["extra_behavior"] != "forbid"

    def judge(value: Any) -> bool:
        if not isinstance(value, dict) or not needed <= value.keys():
            return False
        for name, item in value.items():
            fits = fields.get(name)
            if not others if fits is None else not fits(item):
                return False
        return True

    return judge


_JUDGES: Mapping[str, Callable[[Schema], Callable[[Any], bool]]] = {
    "any": lambda _: lambda _: True,
    "str": _text,
    "bool": _exactly(bool),
    "int": _exactly(int),
    "float": _exactly(int, float),
    "literal": _one_of,
    "list": _list,
    "dict": _mapping,
    "typed-dict": _keys,
}

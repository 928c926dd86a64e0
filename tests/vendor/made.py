"""Values made from a schema: everything that the vendor says an answer may be, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from tests.vendor.schemas import Schema

_TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=12)
_FORMATS = {
    "uri": st.from_regex(r"https://[a-z]{1,8}\.example/[a-z0-9/_-]{0,8}", fullmatch=True),
    "date-time": st.datetimes().map(lambda when: when.isoformat() + "Z"),
    "date": st.dates().map(lambda when: when.isoformat()),
    "uuid": st.uuids().map(str),
    "email": st.just("someone@mail.example"),
}
_TYPES = ("string", "integer", "number", "boolean", "null", "array", "object")

Always = Mapping[str, st.SearchStrategy[Any] | None]
"""What is never left out nor null, whatever a schema says, by dotted path (a list's items have its path). With a
strategy: such values alone."""


def values(schema: Schema, always: Always, path: str = "") -> st.SearchStrategy[Any]:
    """Return a strategy of values that are valid under a plain schema."""
    chosen = always.get(path)
    if chosen is not None:
        return chosen
    if "const" in schema:
        return st.just(schema["const"])
    if "enum" in schema:
        return st.sampled_from([one for one in schema["enum"] if one is not None or path not in always])
    for key in ("oneOf", "anyOf"):
        if key in schema:
            rest = {name: value for name, value in schema.items() if name != key}
            return st.one_of(
                [values(_merged(rest, one), always, path) for one in schema[key] if _may(one, always, path)]
            )
    kinds = schema.get("type", "object" if "properties" in schema else _TYPES[:4])
    named = [kinds] if isinstance(kinds, str) else list(kinds)
    return st.one_of([_of(kind, schema, always, path) for kind in named if kind != "null" or path not in always])


def _of(kind: str, schema: Schema, always: Always, path: str) -> st.SearchStrategy[Any]:
    match kind:
        case "string":
            return _text(schema)
        case "integer" | "number":
            least, most = schema.get("minimum", -(2**53)), schema.get("maximum", 2**53)
            return st.integers(int(least), int(most))
        case "boolean":
            return st.booleans()
        case "null":
            return st.none()
        case "array":
            least = schema.get("minItems", 0)
            most = max(least, min(3, schema.get("maxItems", 3)))
            return st.lists(values(schema.get("items", {}), always, path), min_size=least, max_size=most)
    return _object(schema, always, path)


def _object(schema: Schema, always: Always, path: str) -> st.SearchStrategy[Any]:
    """Where a schema requires nothing it says nothing of what is left out, so nothing is."""
    properties = {name: values(one, always, _below(path, name)) for name, one in schema.get("properties", {}).items()}
    inner = schema.get("additionalProperties")
    if not properties:
        below = [name.rpartition(".")[2] for name in always if name.rpartition(".")[0] == path]
        if not below:
            other = values(inner, always, "?") if isinstance(inner, dict) else _TEXTS
            return st.dictionaries(_TEXTS.filter(bool), other, max_size=2)
        return st.fixed_dictionaries({name: values({"type": "string"}, always, _below(path, name)) for name in below})
    required = schema.get("required") or list(properties)
    needed = {name for name in properties if name in required or _below(path, name) in always}
    return st.fixed_dictionaries(
        {name: one for name, one in properties.items() if name in needed},
        optional={name: one for name, one in properties.items() if name not in needed},
    )


def _text(schema: Schema) -> st.SearchStrategy[str]:
    if schema.get("format") in _FORMATS:
        return _FORMATS[schema["format"]]
    if "pattern" in schema:
        return st.from_regex(re.compile(schema["pattern"]))
    least = schema.get("minLength", 0)
    most = max(least, min(12, schema.get("maxLength", 12)))
    return st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=least, max_size=most)


def _merged(rest: Mapping[str, Any], one: Schema) -> dict[str, Any]:
    made = {**rest, **one}
    if "properties" in rest:
        made["properties"] = {**rest["properties"], **one.get("properties", {})}
        made["required"] = [*rest.get("required", ()), *one.get("required", ())]
    return made


def _may(schema: Schema, always: Always, path: str) -> bool:
    return schema.get("type") != "null" or path not in always


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name

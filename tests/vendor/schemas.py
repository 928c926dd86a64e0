"""A vendor's schemas as plain JSON Schema: references followed, `allOf` merged, OpenAPI's `nullable` said as a type."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

Schema: TypeAlias = Mapping[str, Any]
_NO_MEANING = ("discriminator", "xml", "deprecated", "nullable", "allOf", "required", "default")


def plain(schema: Schema, document: Mapping[str, Any], above: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return the schema without anything that only OpenAPI knows. What contains itself is anything there."""
    reference = schema.get("$ref")
    if reference is not None:
        return {} if reference in above else plain(resolved(reference, document), document, (*above, reference))
    made: dict[str, Any] = {}
    for part in schema.get("allOf", ()):
        made = _together(made, plain(part, document, above))
    own = {key: value for key, value in schema.items() if key not in _NO_MEANING and not key.startswith("x-")}
    for key in ("properties", "items", "additionalProperties", "oneOf", "anyOf"):
        if key in own:
            own[key] = _each(own[key], document, above, named=key == "properties")
    if isinstance(schema.get("required"), list):
        own["required"] = schema["required"]
    if isinstance(own.get("exclusiveMinimum"), bool) or isinstance(own.get("exclusiveMaximum"), bool):
        own = {key: value for key, value in own.items() if not key.startswith("exclusive")}
    made = _together(made, own)
    return _or_null(made) if schema.get("nullable") else made


def resolved(reference: str, document: Mapping[str, Any]) -> Any:
    """Return what a reference of the document refers to."""
    found: Any = document
    for step in reference.removeprefix("#/").split("/"):
        found = found[step.replace("~1", "/").replace("~0", "~")]
    return found


def closed(schema: Schema) -> dict[str, Any]:
    """Return the schema for what we send: nothing that it does not name, nothing that is only read."""
    made = dict(schema)
    properties = made.get("properties")
    if properties:
        made["properties"] = {name: closed(one) for name, one in properties.items() if not one.get("readOnly")}
        made["required"] = [name for name in made.get("required", ()) if name in made["properties"]]
        made.setdefault("additionalProperties", False)
    for key in ("oneOf", "anyOf"):
        if key in made:
            made[key] = [closed(one) for one in made[key]]
    if isinstance(made.get("items"), dict):
        made["items"] = closed(made["items"])
    return made


def below(schema: Schema, path: str | None) -> list[Schema]:
    """Return the schemas of what is at a dotted path, one for each way that the schema has; none: it knows no such."""
    found = list(_ways(schema))
    for step in path.split(".") if path else ():
        found = [inner for one in found for entered in _entered(one, step) for inner in _ways(entered)]
    return found


def words(schemas: list[Schema]) -> list[Any] | None:
    """Return the values that a schema of some place enumerates, or those of a list's items; None where it does not."""
    found: list[Any] = []
    for one in schemas:
        for inner in _ways(one["items"]) if isinstance(one.get("items"), dict) else [one]:
            if "enum" not in inner:
                return None
            found += [value for value in inner["enum"] if value is not None and value not in found]
    return found or None


def _ways(schema: Schema) -> Iterator[Schema]:
    alternatives = [*schema.get("oneOf", ()), *schema.get("anyOf", ())]
    if not alternatives:
        yield schema
    for one in alternatives:
        rest = {key: value for key, value in schema.items() if key not in ("oneOf", "anyOf")}
        yield from _ways(_together(rest, dict(one)))


def _entered(schema: Schema, step: str) -> Iterator[Schema]:
    if step in schema.get("properties", {}):
        yield schema["properties"][step]
    elif isinstance(schema.get("additionalProperties"), dict):
        yield schema["additionalProperties"]
    elif schema.get("additionalProperties") is True or not {"properties", "items", "enum"} & schema.keys():
        if schema.get("type", "object") == "object":
            yield {}
    elif step.isdecimal() and isinstance(schema.get("items"), dict):
        yield schema["items"]


def _each(value: Any, document: Mapping[str, Any], above: tuple[str, ...], *, named: bool) -> Any:
    if named:
        return {name: plain(one, document, above) for name, one in value.items()}
    if isinstance(value, list):
        return [plain(one, document, above) for one in value]
    return plain(value, document, above) if isinstance(value, dict) else value


def _together(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    made = {**first, **second}
    if "properties" in first and "properties" in second:
        both = {**first["properties"], **second["properties"]}
        shared = first["properties"].keys() & second["properties"].keys()
        made["properties"] = {
            name: _together(first["properties"][name], second["properties"][name]) if name in shared else one
            for name, one in both.items()
        }
    if first.get("required") or second.get("required"):
        made["required"] = sorted({*first.get("required", ()), *second.get("required", ())})
    return made


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    made = dict(schema)
    if "enum" in made:
        made["enum"] = [*made["enum"], *([] if None in made["enum"] else [None])]
    if isinstance(made.get("type"), str):
        made["type"] = [made["type"], "null"]
    for key in ("oneOf", "anyOf"):
        if key in made:
            made[key] = [*made[key], {"type": "null"}]
    return made

"""The JSON Schema of hooks.yaml, for editors: from the same models and tables that the loader checks with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from reconciler.config import captures
from reconciler.config.load import read_config
from reconciler.config.model import ConnectionModel, FileModel
from reconciler.config.shape import value_schema
from reconciler.errors import ConfigError
from reconciler.providers import registry
from reconciler.providers.spec import COMMON_FIELDS, Spec

_REFERENCE = {"type": "string", "pattern": r"\$\{", "description": "A text with references such as ${env:NAME}."}
_EACH = {"type": "string", "pattern": r"^\$\{each\.value(\.[^.\s}]+)*\}$", "description": "Of this for_each's value."}
_ABOUT = {
    "url": "Where the provider sends its calls: https.",
    "events": "What it is called for; the order means nothing.",
    "secret": "What deliveries are signed with. Write it as ${env:NAME}.",
    "name": "The name that the provider shows; default the subscription's.",
    "description": "A text that the provider shows.",
    "enabled": "false: switched off, or no record where the provider has no switch.",
    "headers": "Headers of each delivery; their values are secrets.",
}


def json_schema(specs: Mapping[str, Spec] | None = None) -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a hooks.yaml whose connections are of the providers `specs`.

    Without `specs`: those of the catalog.

    A subscription names a connection, not a provider, so its keys are those of all of them together.
    """
    if specs is None:
        specs = {name: registry.load_spec(name) for name in registry.catalog()}
    schema = FileModel.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "hooks.yaml of reconcile"
    properties = schema["properties"]
    definitions = schema.setdefault("$defs", {})
    definitions["Connection"] = _connection(specs)
    definitions["Subscription"] = _subscription(specs)
    policy = definitions["PolicyModel"]
    definitions["Policy"] = policy | {"title": "Policy"}
    del definitions["PolicyModel"]
    _point(properties["providers"], "Connection")
    _point(properties["subscriptions"], "Subscription")
    for name, definition in (("defaults", "Subscription"), ("policy", "Policy")):
        properties[name] = {"$ref": f"#/$defs/{definition}", "description": properties[name]["description"]}
    # One of the two must be there, as an empty file of subscriptions is more likely a mistake.
    schema["anyOf"] = [{"required": ["subscriptions"]}, {"required": ["include"]}]
    return schema


def schema_of(file: Path) -> dict[str, Any]:
    """Return the schema for the file of that path: the catalog's, with the tables that the file's connections name.

    A file that is not there or not sound gives as many of its tables as can be read: it is being written.
    """
    specs = {name: registry.load_spec(name) for name in registry.catalog()}
    found: Mapping[str, Any] = {}
    with suppress(ConfigError):
        found = read_config(file, []).providers
    for name, entry in found.items():
        with suppress(ConfigError):
            if isinstance(entry.get("spec"), str):
                specs[f"spec {name}"] = registry.load_spec_file(file.parent / entry["spec"])
            elif isinstance(entry.get("type"), str) and entry["type"] not in specs:
                specs[entry["type"]] = registry.load_spec(entry["type"])
    return json_schema(specs)


def _point(mapping: dict[str, Any], definition: str) -> None:
    mapping["additionalProperties"] = {"$ref": f"#/$defs/{definition}"}
    mapping["propertyNames"] = {"pattern": r"^[^\s\[\]*?]+$"}


def _connection(specs: Mapping[str, Spec]) -> dict[str, Any]:
    schema = ConnectionModel.model_json_schema()
    schema["title"] = "Connection"
    schema["additionalProperties"] = False
    users: dict[str, list[str]] = {}
    for spec in specs.values():
        names = {name: None for auth in spec.auths for name in auth.credentials}
        for name in names:
            users.setdefault(name, []).append(spec.title)
    for name, titles in users.items():
        about = f"A credential of {_listed(titles)}. Write it as ${{env:NAME}}."
        schema["properties"][name] = {"type": "string", "minLength": 1, "description": about}
    schema["properties"]["manage"] = {"anyOf": [schema["properties"]["manage"], _REFERENCE]}
    schema["properties"]["listing"] = {"anyOf": [schema["properties"]["listing"], _REFERENCE]}
    return schema


def _subscription(specs: Mapping[str, Spec]) -> dict[str, Any]:
    properties: dict[str, Any] = {
        "provider": {"type": "string", "description": "A connection under `providers:`."},
        "protect": _typed([{"type": "boolean"}], "true: nothing deletes or replaces this record."),
        "enabled": _typed([{"type": "boolean"}], _ABOUT["enabled"]),
        "for_each": {
            "description": "A subscription for each: `${each.key}` and `${each.value}` are its own.",
            "anyOf": [
                {"type": "array", "items": {"type": "string"}, "uniqueItems": True},
                {"type": "object"},
            ],
        },
    }
    fields: dict[str, list[tuple[str, dict[str, Any], str | None]]] = {}
    for spec in specs.values():
        for name, field in spec.record.fields().items():
            if field.made:
                continue
            fields.setdefault(name, []).append((spec.title, _generated(value_schema(name, field)), field.description))
        for name, parameter in spec.scope.items():
            fields.setdefault(name, []).append((spec.title, {"type": "string", "minLength": 1}, parameter.description))
    if any(field.visibility == "on_create" for spec in specs.values() for field in spec.record.fields().values()):
        properties[captures.NAME] = _capture()
    for name, uses in fields.items():
        properties[name] = _typed(_distinct(one for _, one, _ in uses), _about(name, uses))
    schema: dict[str, Any] = {"type": "object", "additionalProperties": False, "properties": properties}
    return schema


def _capture() -> dict[str, Any]:
    return {
        **_generated(captures.capture_schema()),
        "minProperties": 1,
        "maxProperties": 1,
        "description": "Where the secret goes that the provider makes: a file, or the standard input of a command.",
    }


def _about(name: str, uses: list[tuple[str, dict[str, Any], str | None]]) -> str:
    if name in COMMON_FIELDS:
        return _ABOUT[name]
    told = next((about for _, _, about in uses if about), None)
    owners = f"Of {_listed([title for title, _, _ in uses])}."
    return f"{told} {owners}" if told else owners


def _typed(kinds: Iterable[dict[str, Any]], about: str) -> dict[str, Any]:
    """A value of one of `kinds`, or what a reference may stand for."""
    choices = list(kinds)
    free = any(kind == {} or (kind.get("type") == "string" and "enum" not in kind) for kind in choices)
    if not free:
        texts = all("enum" in kind or "const" in kind for kind in choices)
        choices.append(_REFERENCE if texts else _EACH)
    return {"description": about, **(choices[0] if len(choices) == 1 else {"anyOf": choices})}


def _generated(schema: Any) -> dict[str, Any]:
    return GenerateJsonSchema().generate(schema)


def _distinct(schemas: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for one in schemas:
        if one not in found:
            found.append(one)
    return found


def _listed(names: list[str]) -> str:
    return ", ".join(dict.fromkeys(names))

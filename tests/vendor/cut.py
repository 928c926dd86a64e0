"""Cuts a vendor's API description down to the paths that a table uses, with what they refer to.

    python tests/vendor/cut.py DESCRIPTION PATH… > tests/vendor/NAME/openapi.json

A PATH ending in `*` takes all paths that begin so. Left out are descriptions, examples, links, tags and vendor
extensions, and answers that are errors; nothing is changed.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

_WORDS = {
    "description",
    "example",
    "examples",
    "externalDocs",
    "tags",
    "summary",
    "contact",
    "termsOfService",
    "links",
    "title",
}
_NAMES = {
    "properties",
    "paths",
    "schemas",
    "definitions",
    "parameters",
    "responses",
    "securitySchemes",
    "securityDefinitions",
}


def cut(description: dict[str, Any], wanted: list[str]) -> dict[str, Any]:
    """Return the part of a description (OpenAPI 3 or Swagger 2) that is about the paths `wanted`."""
    paths = {path: item for path, item in description["paths"].items() if any(_is(path, one) for one in wanted)}
    kept: dict[str, Any] = {
        key: description[key]
        for key in ("swagger", "openapi", "host", "basePath", "servers", "security")
        if key in description
    }
    kept["info"] = {
        key: description["info"].get(key) for key in ("title", "version", "license") if description["info"].get(key)
    }
    kept["consumes"], kept["produces"] = description.get("consumes"), description.get("produces")
    kept["paths"] = bare(paths)
    for parent, name in (("components", "securitySchemes"), (None, "securityDefinitions")):
        holder = description.get(parent, {}) if parent else description
        if name in holder:
            (kept.setdefault(parent, {}) if parent else kept)[name] = bare(holder[name], named=True)
    left = list(references(kept))
    while left:
        steps = left.pop().removeprefix("#/").split("/")
        source, target = description, kept
        for step in steps[:-1]:
            source, target = source[step], target.setdefault(step, {})
        if steps[-1] not in target:
            target[steps[-1]] = bare(source[steps[-1]])
            left += references(target[steps[-1]])
    return {key: value for key, value in kept.items() if value is not None}


def bare(value: Any, *, named: bool = False) -> Any:
    """Return a part without what only people read. `named`: its keys are names that the vendor chose."""
    if isinstance(value, list):
        return [bare(one) for one in value]
    if not isinstance(value, dict):
        return value
    found = {}
    for key, inner in value.items():
        if named or not (key in _WORDS or key.startswith("x-")):
            found[key] = bare(_good(inner) if key == "responses" else inner, named=key in _NAMES and not named)
    return found


def _good(answers: dict[str, Any]) -> dict[str, Any]:
    return {status: one for status, one in answers.items() if not status.startswith(("3", "4", "5", "default"))}


def references(value: Any) -> Iterator[str]:
    """Yield everything that a part refers to."""
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def _is(path: str, wanted: str) -> bool:
    return path.startswith(wanted[:-1]) if wanted.endswith("*") else path == wanted


if __name__ == "__main__":
    whole = yaml.load(Path(sys.argv[1]).read_text(encoding="utf-8"), yaml.CSafeLoader)  # JSON is YAML as well
    json.dump(cut(whole, sys.argv[2:]), sys.stdout, separators=(",", ":"), ensure_ascii=False)
    sys.stdout.write("\n")

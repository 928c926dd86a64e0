"""Finds a provider's table: in the catalog, in a file of the user's own, or from an installed adapter."""

from __future__ import annotations

import hashlib
import json
import threading
from functools import cache
from importlib import metadata, resources
from pathlib import Path
from typing import Any, Protocol

from reconciler.documents import read, suggest, validate
from reconciler.errors import ConfigError, Problem
from reconciler.providers.checks import problems_in
from reconciler.providers.protocol import Connection, Settings
from reconciler.providers.spec import Spec
from reconciler.records import Fingerprinter

_GROUP = "reconciler.providers"
_adapters: dict[int, Adapter] = {}


class Adapter(Protocol):
    """A provider in Python, for what no table can say: the object behind an entry point of `reconciler.providers`.

    Its `spec` tells the abilities, fields and credentials as a table does.
    """

    spec: Spec

    def open_connection(
        self, settings: Settings, fingerprint: Fingerprinter, *, stop: threading.Event | None = None
    ) -> Connection:
        """Open a connection, as `engine.open_connection` does for tables."""


@cache
def catalog() -> tuple[str, ...]:
    """Return the names of the providers that come with the package, sorted."""
    names = (entry.name for entry in _folder().iterdir())
    return tuple(sorted(name.removesuffix(".yaml") for name in names if name.endswith(".yaml")))


@cache
def load_spec(name: str) -> Spec:
    """Return a provider's table by its type. Raises `ConfigError`, with a suggestion, for an unknown one."""
    if name in catalog():
        with resources.as_file(_folder() / f"{name}.yaml") as path:
            return load_spec_file(path)
    for entry in metadata.entry_points(group=_GROUP, name=name):
        adapter: Adapter = entry.load()
        _adapters[id(adapter.spec)] = adapter
        return adapter.spec
    near = suggest(name, catalog())
    hint = f"did you mean {near}?" if near else f"known are {', '.join(catalog())}; `spec:` names a table of your own"
    raise ConfigError([Problem(f"there is no provider {name!r}", None, hint)])


def load_spec_file(path: Path) -> Spec:
    """Return the table in a file. Raises `ConfigError` with every problem and where it stands."""
    document = read(path)
    spec = validate(Spec, document)
    problems = [Problem(message, document.locate(place), hint) for message, place, hint in problems_in(spec)]
    if problems:
        raise ConfigError(problems)
    return spec


def adapter_of(spec: Spec) -> Adapter | None:
    """Return the adapter that a spec came from; None for a table."""
    return _adapters.get(id(spec))


def spec_hash(spec: Spec) -> str:
    """Return a hash of what a table says: its comments, key order, short forms and defaults do not count."""
    said = spec.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    content = json.dumps(said, sort_keys=True, separators=(",", ":"))
    return "sha256:" + hashlib.sha256(content.encode()).hexdigest()


def table_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a provider's table."""
    schema = Spec.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "A provider's table"}


def _folder() -> resources.abc.Traversable:
    return resources.files("reconciler.providers") / "catalog"

"""Finds a provider's table: in the catalog, in a file of the user's own, or from an installed adapter."""

from __future__ import annotations

import json
import threading
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Protocol

from reconciler.documents import Model, read, suggest, validate
from reconciler.errors import ConfigError, Problem
from reconciler.providers.protocol import Connection, Settings
from reconciler.providers.spec import Spec
from reconciler.records import Fingerprinter

_CATALOG = Path(__file__).parent / "catalog"
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
    return tuple(sorted(path.stem for path in _CATALOG.glob("*.yaml")))


@cache
def load_spec(name: str) -> Spec:
    """Return a provider's table by its type. Raises `ConfigError`, with a suggestion, for an unknown one."""
    if name in catalog():
        return Spec.model_validate(read(_CATALOG / f"{name}.yaml").data)
    from importlib import metadata

    for entry in metadata.entry_points(group=_GROUP, name=name):
        adapter: Adapter = entry.load()
        _adapters[id(adapter.spec)] = adapter
        return adapter.spec
    near = suggest(name, catalog())
    hint = f"did you mean {near}?" if near else f"known are {', '.join(catalog())}; `spec:` names a table of your own"
    raise ConfigError([Problem(f"there is no provider {name!r}", None, hint)])


def load_spec_file(path: Path) -> Spec:
    """Return the table in a file. Raises `ConfigError` with every problem and where it stands."""
    from reconciler.providers.checks import problems_in

    document = read(path)
    spec = validate(Spec, document)
    problems = [Problem(message, document.locate(place), hint) for message, place, hint in problems_in(spec)]
    if problems:
        raise ConfigError(problems)
    return spec


def adapter_of(spec: Spec) -> Adapter | None:
    """Return the adapter that a spec came from; None for a table."""
    return _adapters.get(id(spec))


@lru_cache
def spec_hash(spec: Spec) -> str:
    """Return a hash of what a table says: its comments, key order, short forms and defaults do not count."""
    import hashlib

    content = json.dumps(_said(spec), sort_keys=True, separators=(",", ":"))
    return "sha256:" + hashlib.sha256(content.encode()).hexdigest()


def table_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a provider's table."""
    schema = Spec.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "A provider's table"}


def _said(value: Any) -> Any:
    """Return what differs from the defaults, as JSON."""
    if isinstance(value, Model):
        return _said(value.said())
    if isinstance(value, dict):
        return {name: _said(item) for name, item in value.items()}
    return [_said(item) for item in value] if isinstance(value, list) else value

"""The schemas that are kept here: a folder for each, whose `vendor.yaml` says what it is and for which tables."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from tests.vendor.graphql_schema import GraphQl
from tests.vendor.openapi import Contract, OpenApi


@dataclass(frozen=True)
class Vendor:
    """One schema. `newer` is what the tables know and the schema does not have yet, by table and field.

    That is a list of words, or `all` of the field, or the field in `answers`. `retired` are words that the schema has
    and the tables leave out on purpose.
    """

    name: str
    source: str
    tables: list[str]
    newer: dict[str, dict[str, list[str] | str]] = field(default_factory=dict)
    retired: dict[str, dict[str, list[str]]] = field(default_factory=dict)

    def lacks(self, table: str, *places: str) -> set[str]:
        """The fields of a table that the schema does not have yet, at all or in one of `places`."""
        return {name for name, said in self.newer.get(table, {}).items() if said in ("all", *places)}

    @cached_property
    def contract(self) -> Contract:
        """What judges requests by the schema."""
        sdl = _FOLDER / self.name / "schema.graphql"
        if sdl.exists():
            return GraphQl(sdl.read_text(encoding="utf-8"))
        return OpenApi(json.loads((_FOLDER / self.name / "openapi.json").read_text(encoding="utf-8")))


_FOLDER = Path(__file__).parent
FILES = sorted(_FOLDER.glob("*/vendor.yaml"))


def _vendor(path: Path) -> Vendor:
    said: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return Vendor(path.parent.name, **said)


VENDORS = [_vendor(path) for path in FILES]

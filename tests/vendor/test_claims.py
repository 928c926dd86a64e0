"""`tested` in a table is a claim, and these tests hold it: what is claimed is tested, and what is tested is claimed."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from reconciler.providers.registry import catalog, load_spec

TESTS = Path(__file__).parents[1]
VENDORS = sorted((TESTS / "vendor").glob("*/vendor.yaml"))


def claims(against: str) -> set[tuple[str, str]]:
    return {(name, one.source) for name in catalog() for one in load_spec(name).tested if one.against == against}


def test_each_schema_is_claimed_by_its_tables_and_each_claim_has_its_schema() -> None:
    held = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in VENDORS]

    assert claims("schema") == {(table, one["source"]) for one in held for table in one["tables"]}


@pytest.mark.parametrize("path", VENDORS, ids=lambda path: path.parent.name)
def test_a_schema_says_where_it_is_from_and_has_its_licence(path: Path) -> None:
    source = yaml.safe_load(path.read_text(encoding="utf-8"))["source"]

    assert re.fullmatch(r"(npm|pypi) (@[\w.-]+/)?[\w.-]+@\d[\w.+-]*", source)
    assert source in (path.parent / "README.md").read_text(encoding="utf-8")
    licence = (path.parent / "LICENSE").read_text(encoding="utf-8")
    assert re.search(
        "Permission is hereby granted, free of charge|Apache License|Redistribution and use in source and binary forms",
        licence,
    )


def test_each_server_is_claimed_by_the_tables_that_drive_it_and_each_claim_is_driven() -> None:
    assert claims("server") == {claim for path in _modules() for claim in drives(path)}


def test_each_server_that_is_driven_is_installed_in_that_version() -> None:
    for table, source in sorted(claims("server")):
        assert source in installed(), f"{table} claims {source}, which no list of packages for tests has"


def drives(path: Path) -> Iterator[tuple[str, str]]:
    """Yield what a module of tests says it drives: `DRIVES = {"github": "npm emulate@0.11.2"}`, table by server."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        if isinstance(target, ast.Name) and target.id == "DRIVES" and isinstance(node, ast.Assign | ast.AnnAssign):
            assert node.value is not None
            yield from ast.literal_eval(node.value).items()


def installed() -> set[str]:
    """The servers of the lists of packages beside the tests: package.json and requirements*.txt."""
    found = set()
    for path in _beside("package.json"):
        packages = json.loads(path.read_text(encoding="utf-8")).get("dependencies", {})
        found |= {f"npm {name}@{version}" for name, version in packages.items()}
    for path in _beside("*.txt"):
        pinned = re.findall(r"(?m)^([\w.-]+)(?:\[[\w,-]+\])?==([\w.+-]+)", path.read_text(encoding="utf-8"))
        found |= {f"pypi {name}@{version}" for name, version in pinned}
    return found


def _modules() -> list[Path]:
    return [path for folder in ("real", "servers") for path in (TESTS / folder).glob("*.py")]


def _beside(pattern: str) -> list[Path]:
    return [path for folder in ("real", "servers") for path in (TESTS / folder).glob(pattern)]

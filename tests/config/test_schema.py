"""The JSON Schema and the loader agree: what one rejects by shape, so does the other."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from reconciler.config import load_config
from reconciler.config.schema import json_schema, schema_of
from reconciler.errors import ConfigError

ROOT = Path(__file__).parent.parent.parent
FILES = [ROOT / "hooks.yaml", *sorted((ROOT / "examples").glob("*/hooks.yaml"))]
EVERYTHING = """\
version: 1
state: a.db
providers:
  argyle: {environment: sandbox, key_id: a, key_secret: b, manage: declared, adopt: true, concurrency: 2, rate: 1.5,
           timeout: 20, retry: 5, listing: auto}
  flightrates: {token: t, undocumented: [delete]}
  lipscore: {type: lipscore, base_url: "http://127.0.0.1:1/x", api_key: "${env:KEY:-k}"}
policy: {max_deletes: 3, require_secret: false, allowed_hosts: ["*.example.com"], require_https: true}
defaults: {protect: false, secret: s}
subscriptions:
  a: {provider: argyle, url: "https://a.example.com/", events: [users.fully_synced], name: A, config: {days_synced: 30}}
  b: {provider: flightrates, url: "https://b.example.com/", events: [dbs], shop: "1", enabled: false, password: p}
  c: {provider: lipscore, url: "https://${each.key}.example.com/", events: [rating_created], for_each: [x, y]}
  d: {provider: lipscore, url: "https://d.example.com/", events: [rating_created], protect: true,
      for_each: {x: {y: 1}}}
"""
BY_SHAPE = re.compile(r"unknown key|has no (field|key)|must be\b|cannot be the name of|`version`")
"""What the loader says of a wrong shape. Everything else needs more than the value itself: a table, another key."""

OTHERS: list[Any] = [None, True, 7, -1, 1.5, "", "text", "${env:X}", [], ["text"], [7], {}, {"odd": 1}, [{}], "1", 0]


def paths(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a document."""
    yield at
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from paths(item, (*at, key))


def problems(folder: Path, document: Any) -> list[str]:
    file = folder / "hooks.yaml"
    file.write_text(json.dumps(document), encoding="utf-8")
    try:
        load_config(file, resolve=False)
    except ConfigError as error:
        return [problem.message for problem in error.problems]
    return []


@st.composite
def mutated(draw: st.DrawFn) -> Any:
    """A valid document with one thing put in the place of another, added, or taken out."""
    document = copy.deepcopy(yaml.safe_load(EVERYTHING))
    place = draw(st.sampled_from([path for path in paths(document) if path]))
    parent = document
    for key in place[:-1]:
        parent = parent[key]
    how = draw(st.sampled_from(["other", "other", "other", "gone", "more"]))
    if how == "other":
        parent[place[-1]] = copy.deepcopy(draw(st.sampled_from(OTHERS)))
    elif how == "gone":
        del parent[place[-1]]
    elif isinstance(parent, dict):
        parent[draw(st.sampled_from(["odd", "evnets", "a b", "x[y]"]))] = copy.deepcopy(parent[place[-1]])
    else:
        parent.append(copy.deepcopy(draw(st.sampled_from(OTHERS))))
    return document


@settings(max_examples=3 * settings().max_examples)
@given(document=mutated())
def test_what_one_rejects_by_shape_so_does_the_other(tmp_path_factory: pytest.TempPathFactory, document: Any) -> None:
    told = problems(tmp_path_factory.getbasetemp(), document)
    wrong = [error.message for error in VALIDATOR.iter_errors(document)]

    if wrong:
        assert told, f"the loader takes what the schema does not: {wrong}"
    if any(BY_SHAPE.search(one) for one in told):
        assert wrong, f"the schema takes what the loader does not: {told}"


VALIDATOR = Draft202012Validator(json_schema())


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(json_schema())


def test_the_whole_format_is_valid(tmp_path: Path) -> None:
    document = yaml.safe_load(EVERYTHING)

    assert problems(tmp_path, document) == []
    assert [error.message for error in VALIDATOR.iter_errors(document)] == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.parent.name))
def test_the_examples_are_valid_with_the_schema_made_beside_them(file: Path) -> None:
    validator = Draft202012Validator(schema_of(file))

    assert [error.message for error in validator.iter_errors(yaml.safe_load(file.read_text(encoding="utf-8")))] == []


def test_fields_of_a_table_of_ones_own_are_known_beside_its_file_alone() -> None:
    file = ROOT / "examples" / "own-provider" / "hooks.yaml"
    document = yaml.safe_load(file.read_text(encoding="utf-8"))

    assert any("warehouse" in error.message for error in VALIDATOR.iter_errors(document))
    document["subscriptions"]["parcels"]["retries"] = "five"
    wrong = list(Draft202012Validator(schema_of(file)).iter_errors(document))
    assert [list(error.path) for error in wrong] == [["subscriptions", "parcels", "retries"]]


def test_a_file_that_is_broken_or_not_there_gives_the_catalogs_schema(tmp_path: Path) -> None:
    broken = tmp_path / "hooks.yaml"
    broken.write_text("version: [", encoding="utf-8")

    assert schema_of(broken) == schema_of(tmp_path / "none.yaml") == json_schema()


def test_every_key_has_a_description() -> None:
    schema = json_schema()

    for name in ("Connection", "Subscription", "Policy"):
        for key, about in schema["$defs"][name]["properties"].items():
            assert about.get("description") or all(one.get("description") for one in about["anyOf"]), (name, key)
    assert [key for key, about in schema["properties"].items() if not about.get("description")] == []

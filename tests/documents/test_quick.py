"""What is read quickly is what is read closely: by way of the node graph."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from reconciler.documents import read_text, reader
from reconciler.documents.quick import Unusual, quick
from reconciler.errors import ConfigError

ROOT = Path(__file__).parents[2]
FILES = [ROOT / "hooks.yaml", *sorted(ROOT.glob("examples/**/*.yaml")), *sorted(ROOT.glob("reconciler/**/*.yaml"))]


def closely(text: str) -> Any:
    with patch.object(reader, "quick", side_effect=Unusual):
        document = read_text(text, "f.yaml")
    document.check()
    return document.data


def _paths(data: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield path
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for step, inner in items:
        yield from _paths(inner, (*path, step))


def agrees(text: str) -> bool:
    """Whether a text was read quickly; if so, it holds the same as by a closer look."""
    try:
        data, _ = quick(text.encode())
    except Unusual:
        return False
    assert json.dumps(data) == json.dumps(closely(text))
    document = read_text(text, "f.yaml")
    with patch.object(reader, "quick", side_effect=Unusual):
        by_nodes = read_text(text, "f.yaml")
    for path in _paths(data):
        assert document.locate(path) == by_nodes.locate(path)
        assert document.locate(path, key=True) == by_nodes.locate(path, key=True)
    return True


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_files_of_the_project_are_read_quickly(path: Path) -> None:
    assert agrees(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# a comment alone",
        "a: 1\n---\nb: 2",
        "a: &x 1",
        "a: &x {b: 1}\nc: *x",
        "<<: {a: 1}",
        "a: !!str 1",
        "a: !x {}",
        "a: 1\na: 2",
        "1: a",
        "{[a]: 1}",
        "? {a: 1}\n: b",
        "a: [",
        "a: .inf",
        "a: \x07",
        "a: " + "[" * 200 + "]" * 200,
    ],
)
def test_the_unusual_gets_a_closer_look(text: str) -> None:
    with pytest.raises(Unusual):
        quick(text.encode())


@pytest.mark.parametrize(
    "text",
    [
        "'<<': 1",
        "a: '1'",
        "? a\n: b",
        "null",
        "- a\n- [b, {c: d}]",
        "a: |\n  b\n  c\n",
        "%YAML 1.2\n---\na: on",
    ],
)
def test_the_plain_is_read_quickly(text: str) -> None:
    assert agrees(text)


@pytest.mark.parametrize("levels", range(97, 103))
def test_depth_is_judged_alike(levels: int) -> None:
    agrees("a: " + "[" * levels + "b" + "]" * levels)
    agrees("a: " + "[" * levels + "]" * levels)


SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
DATA = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20)


@given(DATA)
def test_any_data_is_read_alike(data: Any) -> None:
    agrees(yaml.safe_dump(data, allow_unicode=True))


@given(st.text(alphabet="ab1:-?,.[]{}&*!|>'\"%#~ \n<", max_size=30))
def test_any_text_is_read_alike_or_closely(text: str) -> None:
    try:
        agrees(text)
    except ConfigError as error:
        pytest.fail(f"read quickly, and wrong by a closer look: {error}")

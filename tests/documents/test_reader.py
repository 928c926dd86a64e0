from __future__ import annotations

import contextlib
import gc
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.documents import collector_paused, read, read_text
from reconciler.errors import ConfigError, Problem


def data_of(text: str) -> Any:
    document = read_text(text, "f.yaml")
    document.check()
    return document.data


def problems_of(text: str) -> tuple[Problem, ...]:
    try:
        return read_text(text, "f.yaml").problems
    except ConfigError as error:
        return error.problems


def only_problem(text: str) -> str:
    problems = problems_of(text)
    assert len(problems) == 1, problems
    return str(problems[0])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("on", "on"),
        ("yes", "yes"),
        ("No", "No"),
        ("2024-01-01", "2024-01-01"),
        ("12:30:45", "12:30:45"),
        ("1_000", "1_000"),
        ("=", "="),
        ("0b11", "0b11"),
        ("true", True),
        ("FALSE", False),
        ("tRue", "tRue"),
        ("~", None),
        ("null", None),
        ("0", 0),
        ("-12", -12),
        ("00123", 123),
        ("0o17", 15),
        ("0x1F", 31),
        ("1e3", 1000.0),
        ("-.5", -0.5),
        ("1.", 1.0),
        (".", "."),
        ("+", "+"),
        ("1.2.3", "1.2.3"),
        ("'00123'", "00123"),
        ('"true"', "true"),
        ("|\n  1\n", "1\n"),
    ],
)
def test_scalars_follow_the_core_schema(text: str, value: object) -> None:
    found = data_of(f"k: {text}")["k"]
    assert found == value
    assert type(found) is type(value)


def test_an_empty_value_is_null() -> None:
    assert data_of("a:\nb: ''") == {"a": None, "b": ""}


@pytest.mark.parametrize("text", [".inf", "-.Inf", ".nan", "1e999", "1" * 5000, "0x" + "f" * 5000])
def test_numbers_that_json_cannot_carry_are_errors(text: str) -> None:
    assert only_problem(f"k: {text}").startswith("f.yaml:1:4: ")


def test_duplicate_keys_name_both_positions() -> None:
    assert only_problem("a: 1\nb: 2\na: 3\n") == (
        "f.yaml:3:1: the key `a` stands twice in one mapping\n    the first is at f.yaml:1:1"
    )


def test_the_first_of_two_equal_keys_counts_for_what_follows() -> None:
    assert read_text("a: 1\na: 2", "f.yaml").data == {"a": 1}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: !!str 1", "f.yaml:1:4: the tag !!str is not allowed"),
        ("a: !python/object:os.system x", "f.yaml:1:4: the tag !python/object:os.system is not allowed"),
        ("a: !!set {b}", "f.yaml:1:4: the tag !!set is not allowed"),
        ("1: a", "f.yaml:1:1: the key 1 is not a text"),
        ("true: a", "f.yaml:1:1: the key true is not a text"),
        ("? [a]\n: b", "f.yaml:1:3: a key must be a text, and this is a list or a mapping"),
        ("? \n: b", "f.yaml:1:2: a key is missing here"),
        ("a: &x [*x]", "f.yaml:1:4: this alias holds itself"),
        ("a: *x", "f.yaml:1:4: this alias names an anchor that is not there"),
        ("a: &x 1\nb: &x 2", "f.yaml:2:4: this anchor is given twice"),
        ("a: &x 1\nb:\n  <<: *x", "f.yaml:1:4: `<<` merges mappings only, and this is none"),
        ("a: 1\n---\nb: 2", "f.yaml:2:1: a second document begins here"),
        ("a:\n\tb: 1", "f.yaml:2:1: a tab stands where YAML wants spaces"),
        ("a: b: c", "f.yaml:1:5: this is not YAML: mapping values are not allowed in this context"),
        (
            "a: [b",
            "f.yaml:2:1: this is not YAML: did not find expected ',' or ']'\n    while parsing a flow sequence, which",
        ),
        ("a: @b", "f.yaml:1:4: this is not YAML: found character that cannot start any token"),
        ("a: x\x00y", "f.yaml:1:5: the control character U+0000 is not allowed here"),
        ("a: b\nc: \x07", "f.yaml:2:4: the control character U+0007 is not allowed here"),
        ("", "f.yaml:1:1: the file is empty"),
        ("# only a comment\n", "f.yaml:1:1: the file is empty"),
        ("a: '\ud800'", "f.yaml:1:5: this text is not Unicode"),
        ("[" * 100_000, "f.yaml:1:1: this is nested deeper than 100 levels"),
        ("- " * 5_000, "f.yaml:1:1: this is nested deeper than 100 levels"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text: str, expected: str) -> None:
    assert only_problem(text).startswith(expected)


def test_all_that_can_be_collected_is_collected() -> None:
    places = [str(problem).partition(": ")[0] for problem in problems_of("a: !x 1\n2: b\nc: 1\nc: 2\nd: .nan\n")]
    assert places == ["f.yaml:1:4", "f.yaml:2:1", "f.yaml:4:1", "f.yaml:5:4"]


def test_anchors_and_merges_work_and_explicit_keys_win() -> None:
    text = "base: &b {x: 1, y: 2}\nother: &o {y: 3, z: 4}\na: {y: 9, <<: *b}\nc:\n  <<: [*b, *o]\nd: *b\n"
    data = data_of(text)
    assert data["a"] == {"x": 1, "y": 9}
    assert data["c"] == {"x": 1, "y": 2, "z": 4}
    assert data["d"] == {"x": 1, "y": 2}


def test_a_quoted_merge_key_is_a_key() -> None:
    assert data_of("'<<': {a: 1}") == {"<<": {"a": 1}}


def test_two_merge_keys_are_an_error() -> None:
    assert "`<<` stands here twice" in only_problem("a: &a {x: 1}\nb:\n  <<: *a\n  <<: *a\n")


def test_an_alias_bomb_is_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 10)]
    assert "aliases make this document grow" in only_problem("\n".join(lines))


def test_a_bomb_of_merges_is_refused() -> None:
    big = ", ".join(f"k{i}: 1" for i in range(1000))
    text = f"a: &a {{{big}}}\n" + "\n".join(f"b{i}: {{<<: *a}}" for i in range(1000))
    assert "aliases make this document grow" in only_problem(text)


def test_aliases_cannot_nest_deeper_than_the_text_may() -> None:
    text = "a0: &a0 [1]\n" + "\n".join(f"a{i}: &a{i} [*a{i - 1}]" for i in range(1, 300))
    assert "aliases make this document grow" in only_problem(text)


def test_positions_of_keys_values_and_items() -> None:
    document = read_text("a:\n  b: [x, {c: 1}]\n", "f.yaml")
    assert str(document.locate()) == "f.yaml:1:1"
    assert str(document.locate(("a", "b"), key=True)) == "f.yaml:2:3"
    assert str(document.locate(("a", "b"))) == "f.yaml:2:6"
    assert str(document.locate(("a", "b", 1, "c"))) == "f.yaml:2:14"
    assert str(document.locate(("a", "b", 1, "nothing", "there"))) == "f.yaml:2:10"
    assert str(document.locate(("a", "b", 7))) == "f.yaml:2:6"


def test_a_merged_key_stands_where_it_was_written() -> None:
    document = read_text("a: &a {x: 1}\nb:\n  <<: *a\n  y: 2\n", "f.yaml")
    assert str(document.locate(("b", "x"))) == "f.yaml:1:11"


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    bad = tmp_path / "latin.yaml"
    bad.write_bytes(b"a: 1\nb: caf\xe9\n")
    for path, words in (
        (tmp_path / "none.yaml", "there is no such file\n    create it"),
        (tmp_path, "is a directory"),
        (bad, f"{bad}:2:7: this is not UTF-8"),
        (Path("a\0b"), "cannot be read: embedded null byte"),
    ):
        with pytest.raises(ConfigError) as caught:
            read(path)
        assert words in str(caught.value)


def test_a_byte_order_mark_is_accepted(tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n")
    document = read(path)
    assert document.data == {"a": 1, "b": 2}
    assert str(document.locate(("b",))) == f"{path}:2:4"


def test_the_collector_is_as_it_was_afterwards() -> None:
    assert gc.isenabled()
    with collector_paused():
        assert not gc.isenabled()
        with collector_paused():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()


@pytest.mark.parametrize(("number", "kept"), [(1_000, False), (150_000, True)])
def test_what_was_there_before_is_set_aside_only_where_many_objects_are_made(number: int, kept: bool) -> None:
    gc.collect()
    before = gc.get_freeze_count()
    try:
        with collector_paused():
            made = [[one] for one in range(number)]
        assert (gc.get_freeze_count() - before > len(made)) is kept
    finally:
        gc.unfreeze()


_YAMLISH = st.text(alphabet="ab01:-[]{}&*!<>?,|'\"#%@`\\ \t\n\r~.x\x00\x85\ufeff\u2028é", max_size=60)


@given(st.one_of(_YAMLISH, st.text(max_size=40), st.binary(max_size=40).map(lambda b: b.decode("latin-1"))))
def test_no_text_ends_in_anything_but_data_or_a_config_error(text: str) -> None:
    with contextlib.suppress(ConfigError):
        read_text(text, "f.yaml").locate(("a", 0, "b"))


_TEXT = st.text(
    alphabet=st.characters(min_codepoint=32, max_codepoint=126) | st.sampled_from("\né€\U0001f600"), max_size=8
)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | _TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXT, inner, max_size=4),
    max_leaves=15,
)


@given(_JSON)
def test_json_is_read_as_it_is(value: Any) -> None:
    assert data_of(json.dumps(value, ensure_ascii=False)) == value

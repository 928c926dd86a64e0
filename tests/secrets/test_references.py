from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import ConfigError
from reconciler.secrets.references import Each, Pending, Resolver, holds_reference, parse

HERE = Path("nowhere")


def value(text: str, each: Each | None = None, *, filled: bool = False, folder: Path = HERE, **environ: str) -> Any:
    return Resolver(environ).value(text, folder, each, filled=filled)


def error(text: str, each: Each | None = None, *, filled: bool = False, folder: Path = HERE, **environ: str) -> str:
    with pytest.raises(ConfigError) as caught:
        value(text, each, filled=filled, folder=folder, **environ)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("${env:A}", "1e3"),
        ("x-${env:A}-${env:A}", "x-1e3-1e3"),
        ("${env:NONE:-d}", "d"),
        ("${env:EMPTY:-d}", "d"),
        ("${env:A:-d}", "1e3"),
        ("${env:NONE:-}", ""),
        ("${env:NONE:-http://a:-b}", "http://a:-b"),
        ("${env:EMPTY}", ""),
        ("$${env:A}", "${env:A}"),
        ("a$${b}c${env:A}", "a${b}c1e3"),
        ("$x $ {y} $$", "$x $ {y} $$"),
        ("", ""),
    ],
)
def test_environment_and_literals(text: str, expected: str) -> None:
    assert value(text, A="1e3", EMPTY="") == expected


def test_a_missing_variable_is_named_and_the_value_of_no_other_is() -> None:
    message = error("${env:A}${env:NONE}${env:TWO}", A="hidden")
    assert "the environment variable NONE is not set" in message
    assert "the environment variable TWO is not set" in message
    assert "hidden" not in message


def test_an_empty_variable_counts_as_missing_in_secrets() -> None:
    assert "EMPTY is empty" in error("Bearer ${env:EMPTY}", filled=True, EMPTY="")
    assert value("${env:EMPTY:-d}", filled=True, EMPTY="") == "d"
    assert "EMPTY is empty" in error("${env:EMPTY:-}", filled=True, EMPTY="")


@pytest.mark.parametrize(
    "text",
    ["${", "${}", "${env:}", "${env:A", "${A}", "${env:1A}", "${env:A-b}", "${file:}", "${file: }", "${each.other}",
     "${each.key.x}", "${each.value.}", "${ENV:A}", "${env:A:-${env:B}}", "${env.A}", "${vault:x}"],
)  # fmt: skip
def test_a_malformed_reference_is_an_error_even_where_nothing_is_resolved(text: str) -> None:
    with pytest.raises(ConfigError):
        Resolver(None).value(text, HERE)


def test_a_literal_secret_is_not_quoted_in_the_message() -> None:
    assert "hunter2" not in error("${hunter2}")


def test_files(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"one\n")
    (tmp_path / "b").write_bytes(b"two\r\n")
    (tmp_path / "c").write_bytes(b"three\n\n")
    (tmp_path / "empty").write_bytes(b"\n")
    (tmp_path / "latin").write_bytes(b"\xe9")
    (tmp_path / "dir").mkdir()
    assert value("${file:a}/${file:b}/${file:c}", folder=tmp_path) == "one/two/three\n"
    assert value(f"${{file:{tmp_path}/a}}") == "one"
    assert value("${file:empty}", folder=tmp_path) == ""
    assert "is empty" in error("${file:empty}", folder=tmp_path, filled=True)
    assert "is not UTF-8" in error("${file:latin}", folder=tmp_path)
    assert "is a directory" in error("${file:dir}", folder=tmp_path)
    assert "is not there" in error("${file:none}", folder=tmp_path)
    assert "cannot be read" in error("${file:a\0b}", folder=tmp_path)


@pytest.mark.parametrize("typed", [30, True, None, ["a"], {"x": 1}, "text", 1.5])
def test_each_value_alone_keeps_its_type(typed: object) -> None:
    assert value("${each.value}", Each("k", typed)) == typed
    assert value("${each.value.f.g}", Each("k", {"f": {"g": typed}})) == typed


def test_each_in_a_text_is_text() -> None:
    assert value("${each.key}", Each("k", 1)) == "k"
    assert value("a-${each.key}-${each.value.n}-${each.value.b}", Each("k", {"n": 5, "b": True})) == "a-k-5-true"


@pytest.mark.parametrize(
    ("text", "each", "words"),
    [
        ("${each.key}", None, "without for_each"),
        ("${each.value.x}", Each("k", {"y": 1}), "no each.value.x for the key `k`\n    it has: y"),
        ("${each.value.x}", Each("k", "text"), "it is no mapping"),
        ("a${each.value}", Each("k", {"y": 1}), "cannot be part of a text"),
        ("a${each.value}", Each("k", None), "cannot be part of a text"),
    ],
)
def test_each_that_cannot_be(text: str, each: Each | None, words: str) -> None:
    assert words in error(text, each)


def test_without_an_environment_texts_are_pending_but_each_is_known() -> None:
    resolver = Resolver(None)
    found = resolver.value("x${env:A}", HERE)
    assert isinstance(found, Pending)
    assert found == "x${env:A}"
    assert isinstance(resolver.value("${file:none}", HERE), Pending)
    assert resolver.value("${each.key}", HERE, Each("k", 1)) == "k"
    assert not isinstance(resolver.value("$${", HERE), Pending)


def test_a_variable_that_is_not_utf8() -> None:
    assert "A is not UTF-8" in error("${env:A}", A="\udce9")


def test_holds_reference() -> None:
    assert holds_reference({"a": ["b", {"c": "${env:X}"}]})
    assert not holds_reference({"a": ["b", {"c": "$x"}], "d": 5, "e": None})


@given(st.text(alphabet="${}:-env.filach kyu\0A", max_size=30))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    try:
        parts = parse(text)
    except ConfigError:
        return
    if "${" not in text:
        assert parts == (text,)

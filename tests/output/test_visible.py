from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.output.visible import ordered, place, shown, shown_change, shown_text, visible
from reconciler.records import Secret


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain, ünï ☃ 日本", "plain, ünï ☃ 日本"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("two\nlines\r\n\tand", "two\\nlines\\r\\n\\tand"),
        ("\u202eflipped", "\\u202eflipped"),
        ("zero\u200bwidth", "zero\\u200bwidth"),
        ("\x9b31m", "\\x9b31m"),
        ("\ud800", "\\ud800"),
        ("\U000e0041", "\\U000e0041"),
        ("\u2028", "\\u2028"),
    ],
)
def test_what_a_terminal_would_obey_or_hide_is_written_out(text: str, expected: str) -> None:
    assert visible(text) == expected


@given(st.text())
def test_nothing_unseen_is_left_in_any_text(text: str) -> None:
    result = visible(text)
    assert not [char for char in result if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp")]
    result.encode("utf-8")


def test_a_value_is_one_line_of_json_and_a_secret_its_words() -> None:
    assert shown_text({"a": "x\n\u202e", "b": [1, None, True]}) == '{"a": "x\\n\\u202e", "b": [1, null, true]}'
    assert shown_text(shown(Secret("v", "f"))) == "(sensitive)"
    assert shown_text(None) == "(none)"
    assert shown_text("") == '""'


def test_secrets_are_shown_as_what_may_be_shown_however_deep() -> None:
    value = {"a": [Secret("v", "f")], "b": {"c": Secret("v", "f", "https://***@x/")}, "d": ("e",)}
    assert shown(value) == {"a": ["(sensitive)"], "b": {"c": "https://***@x/"}, "d": ["e"]}


def test_a_changed_secret_is_said_to_be_changed_and_an_equal_one_is_not() -> None:
    one, same, other = Secret("v", "1"), Secret("v", "1"), Secret("w", "2")
    assert shown_change(one, other) == ("(sensitive)", "(sensitive, changed)")
    assert shown_change({"k": one, "l": one}, {"k": same, "l": other})[1] == {
        "k": "(sensitive)",
        "l": "(sensitive, changed)",
    }
    assert shown_change([one, one], [same, other])[1] == ["(sensitive)", "(sensitive, changed)"]
    assert shown_change(None, one) == (None, "(sensitive)")
    assert shown_change(Secret("v"), Secret("v"))[1] == "(sensitive, changed)", "unsealed: cannot be told to be equal"


def test_a_url_with_credentials_shows_its_masked_form_and_still_that_it_changed() -> None:
    mask = "https://***@x/"
    assert shown_change(Secret("a", "1", mask), Secret("b", "2", "https://***@y/")) == (mask, "https://***@y/")
    assert shown_change(Secret("a", "1", mask), Secret("b", "2", mask)) == (mask, f"{mask} (sensitive, changed)")


def test_common_fields_come_first() -> None:
    assert list(ordered({"zeta": 1, "alpha": 1, "events": 1, "url": 1})) == ["url", "events", "alpha", "zeta"]


def test_a_place_names_its_scope() -> None:
    assert place("github", (("org", "acme"), ("repo", "a\nb"))) == "github org=acme repo=a\\nb"

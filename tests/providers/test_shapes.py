"""What is written in any shape is read back from the same shape, and hostile answers are told, not believed."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.providers.bodies import decoded_form, encoded
from reconciler.providers.calls import Form
from reconciler.providers.events import decode, encode
from reconciler.providers.fields import FieldSpec
from reconciler.providers.paths import at, put
from reconciler.providers.shapes import decode as decode_field
from reconciler.providers.shapes import encode as encode_field
from reconciler.providers.shapes import is_bare
from reconciler.providers.values import Misfit

KNOWN = ["a.b", "c.d", "e.f", "g"]
SHAPES: list[dict[str, Any]] = [
    {"at": "events"},
    {"at": "x.events", "as": "text"},
    {"at": "events", "as": "text", "separator": " "},
    {"at": "events", "as": "objects", "keys": ["name"]},
    {"at": "events", "as": "objects", "keys": ["entity", "action"]},
    {"at": "events", "as": "map"},
    {"at": "flags", "as": "flags", "known": KNOWN, "values": {"a.b": "ab", "c.d": "cd.on", "e.f": "ef"}},
    {"as": "flags", "known": KNOWN, "values": {"a.b": "ab", "c.d": "cd", "e.f": "ef"}},
]
events = st.lists(st.sampled_from(KNOWN), min_size=1, unique=True).map(lambda found: tuple(sorted(found)))


@given(st.sampled_from(SHAPES), events)
def test_events_come_back_from_every_shape(shape: dict[str, Any], wanted: tuple[str, ...]) -> None:
    field = FieldSpec.model_validate(shape)
    record: dict[str, Any] = {}
    for path, value in encode(field, wanted, "write", field.write_path):
        put(record, path, value)
    assert decode(field, record, "read", field.read_path) == wanted


json_like = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["events", "name", "ab", "x"]), inner),
    max_leaves=8,
)


@given(
    st.sampled_from([*SHAPES, {"at": "events", "each": "one"}, {"each": "one", "keys": ["events", "name"]}]), json_like
)
def test_whatever_a_provider_shows_is_events_or_a_misfit(shape: dict[str, Any], shown: Any) -> None:
    field = FieldSpec.model_validate(shape)
    try:
        found = decode(field, shown, "read", field.read_path)
    except Misfit:
        return
    assert all(isinstance(event, str) for event in found)


def test_all_flags_are_sent() -> None:
    field = FieldSpec.model_validate(SHAPES[-1])
    assert dict(encode(field, ("a.b", "new"), "write", None)) == {
        "ab": True, "cd": False, "ef": False, "g": False, "new": True,
    }  # fmt: skip
    with pytest.raises(Misfit, match="no true or false for any event"):
        decode(field, {"url": "u", "new": True}, "read", None)


@pytest.mark.parametrize(
    ("field", "ours", "theirs"),
    [
        ({"at": "f", "encoded": "json", "type": "object"}, {"a": [1]}, '{"a": [1]}'),
        ({"at": "f", "encoded": "text", "type": "boolean"}, True, "true"),
        ({"at": "f", "encoded": "text", "type": "integer"}, 5, "5"),
        ({"at": "f", "boxed": "both"}, "x", ["x"]),
        ({"at": "f", "pairs": ["key", "value"], "type": "object"}, {"a": "1"}, [{"key": "a", "value": "1"}]),
        ({"at": "f", "type": "boolean", "values": {"true": ["on", "auto"], "false": "off"}}, True, "on"),
        ({"at": "f", "type": "boolean", "values": {"true": False, "false": True}}, True, False),
        ({"at": "f", "type": "array", "values": {"a": "A"}}, ["a", "b"], ["A", "b"]),
    ],
)
def test_a_value_there_and_back(field: dict[str, Any], ours: Any, theirs: Any) -> None:
    spec = FieldSpec.model_validate(field)
    assert list(encode_field("f", spec, ours, "write")) == [("f", theirs)]
    assert decode_field("f", spec, {"f": theirs}, "read") == ours


def test_of_several_values_any_is_read() -> None:
    spec = FieldSpec.model_validate({"at": "f", "type": "boolean", "values": {"true": ["on", "auto"], "false": "off"}})
    assert decode_field("f", spec, {"f": "auto"}, "read") is True
    assert decode_field("f", spec, {"f": "other"}, "read") == "other"


@pytest.mark.parametrize(
    ("field", "theirs"),
    [
        ({"at": "f", "encoded": "json"}, "{"),
        ({"at": "f", "encoded": "text", "type": "integer"}, "five"),
        ({"at": "f", "boxed": "read"}, "x"),
        ({"at": "f", "boxed": "read"}, ["x", "y"]),
        ({"at": "f", "pairs": ["key", "value"]}, [{"name": "a"}]),
        ({"at": "f", "fresh": 1}, "tomorrow"),
        ({"at": "f", "fresh": 1}, []),
        ({"at": "f", "fresh": 1}, 1e300),
    ],
)
def test_what_does_not_fit_is_told(field: dict[str, Any], theirs: Any) -> None:
    with pytest.raises(Misfit):
        decode_field("f", FieldSpec.model_validate(field), {"f": theirs}, "read")


FORMS = [Form(), Form(arrays="indexed"), Form(nested="dots", arrays="repeat"), Form(nested="dots", arrays="indexed")]
names = st.text("abcdef_", min_size=1, max_size=5)
texts = st.text(max_size=8)
bodies = st.dictionaries(
    names, texts | st.lists(texts, min_size=2, max_size=4) | st.dictionaries(names, texts, min_size=1, max_size=3)
)


@given(st.sampled_from(FORMS), bodies)
def test_a_form_says_what_was_put_into_it(form: Form, body: dict[str, Any]) -> None:
    content, kind = encoded(body, form)
    assert kind == "application/x-www-form-urlencoded"
    assert decoded_form(content.decode(), form) == body


def test_a_form_writes_plain_values_as_texts() -> None:
    body = {"a": {"b": True, "c": None}, "d": ["x", 2], "e": 1.5}
    assert parse_qsl(encoded(body, "form")[0].decode(), keep_blank_values=True) == [
        ("a[b]", "true"), ("a[c]", ""), ("d[]", "x"), ("d[]", "2"), ("e", "1.5"),
    ]  # fmt: skip
    assert encoded({"d": ["x", 2]}, Form(arrays="comma"))[0] == b"d=x%2C2"


OPTIONS = st.fixed_dictionaries(
    {"at": st.sampled_from(["value", "deep.value"])},
    optional={
        "type": st.sampled_from(["string", "boolean", "integer", "object", "array"]),
        "present": st.booleans(),
        "boxed": st.sampled_from(["both", "read", "write"]),
        "fresh": st.sampled_from([0, 30]),
        "encoded": st.sampled_from(["json", "text"]),
        "pairs": st.just(["name", "value"]),
        "values": st.just({"true": "on", "false": "off"}),
        "default": st.sampled_from([None, True]),
    },
)
THEIRS = st.sampled_from(["on", "", "2099-01-01T00:00:00Z", 4102444800, None, True, 1, [], ["on"], {"name": "a"}, "{}"])


@given(OPTIONS, THEIRS, st.booleans())
def test_what_is_taken_as_it_stands_is_what_decoding_makes_of_it(
    options: dict[str, Any], shown: Any, there: bool
) -> None:
    field = FieldSpec.model_validate(options)
    record: dict[str, Any] = {"deep": {}}
    if there:
        put(record, field.at or "", shown)
    if is_bare("config", field):
        assert decode_field("config", field, record, "read") is at(record, field.read_path)

"""The two-way map: what is written, what is understood, and what a provider hides."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.providers.mapping import Misfit, RecordMap, secret_texts
from reconciler.providers.paths import put, without
from reconciler.providers.spec import Spec
from reconciler.records import Secret, url_value


def fingerprint(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def mapped(record: dict[str, Any], **spec: Any) -> RecordMap:
    whole = {"title": "T", "record": {"url": "url", **record}, "create": {"post": "/hooks"}, **spec}
    return RecordMap(Spec.model_validate(whole), "c", fingerprint)


def read(record: dict[str, Any], item: dict[str, Any]) -> dict[str, Any]:
    return dict(mapped(record).live({"id": 1, "url": "https://a.example/", **item}, ()).fields)


def test_dotted_paths_and_constants() -> None:
    table = mapped({"url": "config.url", "events": "on", "constants": {"config.content_type": "json", "name": "web"}})
    fields = {"url": "https://a.example/", "events": ("b", "a")}
    assert table.body(fields) == {
        "config": {"content_type": "json", "url": "https://a.example/"},
        "name": "web",
        "on": ["b", "a"],
    }


def test_a_field_may_differ_by_way() -> None:
    record = {"enabled": {"write": "disabled", "read": "status", "type": "boolean",
                          "values": {"true": False, "false": True}}}  # fmt: skip
    assert mapped(record).body({"enabled": True}) == {"disabled": False}
    assert read(record, {"status": False, "disabled": True})["enabled"] is True


def test_values_map_both_ways_and_keep_their_types() -> None:
    record = {
        "events": {"at": "e", "values": {"order.created": 7}},
        "enabled": {"at": "status", "type": "boolean", "values": {"true": "enabled", "false": "disabled"}},
        "level": {"at": "level", "type": "integer", "values": {"1": "low", "2": "high"}},
    }
    body = mapped(record).body({"events": ("order.created", "x"), "enabled": False, "level": 2})
    assert body == {"e": [7, "x"], "status": "disabled", "level": "high"}
    fields = read(record, {"e": ["x", 7], "status": "disabled", "level": "high"})
    assert (fields["events"], fields["enabled"], fields["level"]) == (("order.created", "x"), False, 2)
    assert read(record, {"e": [], "status": "odd"})["enabled"] == "odd"


@given(st.lists(st.text(min_size=1, max_size=5)))
def test_events_are_a_set(events: list[str]) -> None:
    assert read({"events": "events"}, {"events": events})["events"] == tuple(sorted(set(events)))


@pytest.mark.parametrize("mask", ["***", "*", "••••••", "xxxxxxxx", "XXXX", "sk_****1234", "[REDACTED]", "(hidden)"])
def test_a_mask_is_no_value(mask: str) -> None:
    assert "secret" not in read({"secret": {"at": "s", "read": "clear"}}, {"s": mask})


@pytest.mark.parametrize("visibility", ["masked", "never", "on_create", None])
def test_a_secret_that_is_not_shown_in_clear_is_left_out(visibility: str | None) -> None:
    record = {"secret": {"at": "s"} if visibility is None else {"at": "s", "read": visibility}}
    assert "secret" not in read(record, {"s": "abc"})


def test_a_secret_in_clear_is_sealed() -> None:
    fields = read({"secret": {"at": "s", "read": "clear"}, "headers": {"at": "h", "read": "clear"}},
                  {"s": "xerox", "h": {"X-Key": "v", "n": 5, "none": None}})  # fmt: skip
    assert fields["secret"] == Secret("xerox").sealed(fingerprint)
    assert fields["headers"]["X-Key"] == Secret("v").sealed(fingerprint)
    assert fields["headers"]["n"] == Secret("5").sealed(fingerprint)
    assert fields["headers"]["none"] is None
    assert "xerox" not in repr(fields)


def test_a_secret_that_only_the_create_shows_is_captured() -> None:
    table = mapped({"secret": {"at": "signing.key", "read": "on_create"}})
    assert table.captured({"signing": {"key": "made"}})["secret"].reveal() == "made"
    assert table.captured({"signing": {"key": "****"}}) == {}
    assert table.captured({}) == {}


def test_volatile_parts_of_a_mapped_object_are_left_out() -> None:
    record = {"config": {"at": "config", "type": "object"}, "volatile": ["config.seen.at", "updated_at"]}
    fields = read(record, {"config": {"a": 1, "seen": {"at": "now", "by": "x"}}, "updated_at": "now"})
    assert fields["config"] == {"a": 1, "seen": {"by": "x"}}


def test_only_what_the_answer_has_is_a_field_and_null_is_the_default() -> None:
    record = {"name": "name", "config": {"at": "c", "type": "object", "default": {}}, "shop": "shop"}
    assert read(record, {"c": None, "shop": None}) == {"url": "https://a.example/", "config": {}, "shop": None}


def test_an_array_whose_order_means_nothing_is_sorted() -> None:
    assert read({"items": {"at": "i", "type": "array", "unordered": True}}, {"i": ["b", {"x": 1}, "a"]})["items"] == [
        "a", "b", {"x": 1},
    ]  # fmt: skip


def test_a_url_with_credentials_is_a_secret_and_the_key_has_its_fingerprint() -> None:
    live = mapped({}).live({"id": 5, "url": "https://u:hunter22@a.example/"}, (("repo", "r"),))
    assert str(live.fields["url"]) == "https://***@a.example/"
    assert "hunter22" not in live.key
    assert '["repo","r"]' in live.key


@pytest.mark.parametrize("identifier", [None, "", "  ", True, 1.5, {}, []])
def test_an_id_is_a_text_or_a_number(identifier: Any) -> None:
    with pytest.raises(Misfit, match="id"):
        mapped({}).live({"id": identifier, "url": "https://a.example/"}, ())


def test_the_first_id_that_is_there_counts() -> None:
    table = mapped({"id": ["id", "_id"]})
    assert table.id_of({"_id": "b"}) == "b"
    assert table.id_of({"id": None, "_id": 7}) == "7"
    assert table.id_of({"id": "a", "_id": "b"}) == "a"


@pytest.mark.parametrize(
    "item", [{"url": None}, {"url": 5}, {"url": ["x"]}, {"events": "a"}, {"events": None}, {"events": [1]}]
)
def test_a_url_or_events_of_a_wrong_type_do_not_fit(item: dict[str, Any]) -> None:
    with pytest.raises(Misfit):
        mapped({"events": "events"}).live({"id": 1, "url": "https://a.example/", "events": [], **item}, ())


def test_a_secret_whose_value_is_not_at_hand_is_not_sent() -> None:
    with pytest.raises(ValueError, match="not known"):
        mapped({"secret": "s"}).body({"secret": Secret(None, "f")})


def test_every_secret_of_what_is_written_is_known_to_the_redaction() -> None:
    url = url_value("https://us%65r:pass1234@a.example/?token=tok12345&page=2")
    fields = {"url": url, "secret": Secret("s"), "headers": {"a": Secret("h")}, "list": [Secret("l")], "name": "n"}
    found = set(secret_texts(fields))
    assert {"s", "h", "l", "user", "pass1234", "tok12345"} <= found
    assert "n" not in found


def test_a_number_makes_a_list_and_is_taken_out_of_one() -> None:
    data: dict[str, Any] = {"targets": "of another kind"}
    put(data, "targets.1.address", "b")
    put(data, "targets.0.address", "a")
    put(data, "by.7", "x")
    assert data == {"targets": [{"address": "a"}, {"address": "b"}], "by": [*({} for _ in range(7)), "x"]}
    named: dict[str, Any] = {"by": {"7": "old"}}
    put(named, "by.7", "new")
    assert named == {"by": {"7": "new"}}

    left = without(data, "targets.1.address")
    assert left["targets"] == [{"address": "a"}, {}]
    assert without(data, "targets.0")["targets"] == [{"address": "b"}]
    assert data["targets"] == [{"address": "a"}, {"address": "b"}], "what it came from is as it was"
    assert without(data, "targets.5.address") == without(data, "targets.x") == data

"""What a file leaves out of a record's key is what a read then shows: the two are one record."""

from __future__ import annotations

from reconciler.config import seal_all
from reconciler.providers.mapping import RecordMap
from reconciler.providers.spec import Spec
from reconciler.records import Desired

TABLE = {
    "title": "Acme",
    "key": ["scope", "url", "events", "mode"],
    "record": {
        "url": "url",
        "events": {"at": "events", "default": ["b", "a"]},
        "mode": {"at": "mode", "default": "all"},
    },
    "create": {"post": "/hooks"},
}


def test_defaults_count_in_the_key() -> None:
    spec = Spec.model_validate(TABLE)
    url = "https://hooks.example.com/a"
    left_out = Desired("a", "acme", (), {"url": url}, frozenset({"url"}), "")
    other = Desired("b", "acme", (), {"url": url, "mode": "some"}, frozenset({"url", "mode"}), "")

    one, two = seal_all([left_out, other], str, {"acme": spec})
    shown = RecordMap(spec, "acme", str)
    bare = shown.live({"id": "1", "url": url}, ())
    whole = shown.live({"id": "1", "url": url, "events": ["a", "b"], "mode": "all"}, ())

    assert one.key == bare.key == whole.key
    assert two.key != one.key

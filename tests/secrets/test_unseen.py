"""Secrets that the provider hides, masks, shows or forgets: a changed one is planned, a mask is never written back."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.secrets.conftest import Place

EVERY = ["hides", "masks", "shows", "replaces", "erases"]
KEY = "RECONCILE_STATE_KEY"


@pytest.mark.parametrize("provider", ["erases", "masks"])
def test_an_update_that_would_erase_the_secret_carries_it_again(place: Place, provider: str) -> None:
    place.write(provider, secret="mine", description="old")
    assert place.apply().code == 0
    place.write(provider, secret="mine", description="new")
    applied = place.apply()
    assert applied.changes == [("update", "field_changed", "done")]
    assert [one["path"] for one in applied.json["changes"][0]["differences"]] == ["description"]
    record = place.record(provider)
    assert (record["secret"], record["note"]) == ("mine", "new")
    assert place.plan().json["changes"] == []


def test_an_update_that_leaves_the_secret_alone_does_not_carry_it(place: Place) -> None:
    place.write("hides", secret="mine", description="old")
    assert place.apply().code == 0
    place.sandbox.change("hides", place.record("hides")["id"], {"secret": "set by hand"})
    place.write("hides", secret="mine", description="new")
    assert place.apply().changes == [("update", "field_changed", "done")]
    assert place.record("hides")["secret"] == "set by hand"


def test_a_mask_is_read_and_never_written_back(place: Place) -> None:
    place.write("masks", secret="mine", description="old")
    assert place.apply().code == 0
    assert place.plan().json["changes"] == []
    place.sandbox.change("masks", place.record("masks")["id"], {"note": "meddled"})
    assert place.apply().changes == [("update", "drifted", "done")]
    assert place.record("masks")["secret"] == "mine"


def test_a_clear_secret_that_the_provider_begins_to_mask_is_neither_drift_nor_written_back(place: Place) -> None:
    place.write("shows", secret="mine", description="old")
    assert place.apply().code == 0
    record_id = place.record("shows")["id"]
    place.sandbox.change("shows", record_id, {"secret": "****************"})
    planned = place.plan()
    assert (planned.json["changes"], planned.json["drift"]) == ([], [])
    place.write("shows", secret="mine", description="new")
    assert place.apply().changes == [("update", "field_changed", "done")]
    assert place.record("shows")["secret"] == "****************"
    assert place.plan().json["changes"] == []
    place.write("shows", secret="another", description="new")
    assert place.apply().changes == [("update", "secret_changed", "done")]
    assert place.record("shows")["secret"] == "another"


def test_an_update_that_starts_from_what_is_there_takes_no_mask_along(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the table knows of: a key that somebody else set, shown masked, is left out and not overwritten."""
    place.write("merges", secret="mine", description="old")
    assert place.apply().code == 0
    record_id = place.record("merges")["id"]
    place.sandbox.change("merges", record_id, {"other": {"token": "sk_****1234", "note": "wait ... and see"}})
    place.write("merges", secret="mine", description="new")
    sent: list[dict[str, Any]] = []
    update = place.sandbox._stand_in("merges").store.update

    def noted(scope: Any, record: str, body: dict[str, Any], *rest: Any, **more: Any) -> Any:
        sent.append(copy.deepcopy(body))
        return update(scope, record, body, *rest, **more)

    monkeypatch.setattr(place.sandbox._stand_in("merges").store, "update", noted)
    assert place.apply().changes == [("update", "field_changed", "done")]
    assert sent[0]["other"] == {"note": "wait ... and see"}
    assert sent[0]["note"] == "new"
    assert "*" not in str(sent)


@pytest.mark.parametrize("seen", ["somebody else's", None])
def test_a_clear_secret_that_somebody_changed_is_drift_shown_as_none(place: Place, seen: str | None) -> None:
    place.write("shows", secret="mine")
    assert place.apply().code == 0
    place.sandbox.change("shows", place.record("shows")["id"], {"secret": seen})
    planned = place.plan()
    assert planned.changes == [("update", "drifted", None)]
    assert "somebody else" not in planned.out
    assert place.apply().code == 0
    assert place.record("shows")["secret"] == "mine"


@pytest.mark.parametrize("key", [None, "a key of our own"])
@pytest.mark.parametrize("provider", EVERY)
def test_a_changed_secret_is_a_change_with_its_own_reason(place: Place, provider: str, key: str | None) -> None:
    place.environ = {KEY: key} if key else {}
    place.write(provider, secret="old")
    assert place.apply().code == 0
    place.write(provider, secret="new")
    action = "replace" if provider == "replaces" else "update"
    planned = place.plan("--detailed-exitcode")
    assert (planned.code, planned.changes) == (2, [(action, "secret_changed", None)])
    (difference,) = planned.json["changes"][0]["differences"]
    assert difference == {"path": "secret", "before": "(sensitive)", "after": "(sensitive, changed)"}
    assert "secret changed" in place.run("plan").out
    assert place.apply().code == 0
    assert place.record(provider)["secret"] == "new"
    assert place.plan().json["changes"] == []


def test_a_secret_that_leaves_the_file_is_no_silent_change(place: Place) -> None:
    place.write("hides", secret="mine")
    assert place.apply().code == 0
    place.write("hides")
    assert place.plan().changes == [("update", "secret_changed", None)]


@pytest.mark.parametrize(
    ("first", "then", "message"),
    [
        ("one key", "another key", "was made with another RECONCILE_STATE_KEY"),
        ("one key", None, "was made with RECONCILE_STATE_KEY, which is not set"),
        (None, "another key", "keeps a key of its own"),
    ],
)
@pytest.mark.parametrize("command", [["plan"], ["apply", "--auto-approve"], ["rotate", "one", "--auto-approve"]])
def test_another_key_is_an_error_and_never_a_difference(
    place: Place, first: str | None, then: str | None, message: str, command: list[str]
) -> None:
    place.environ = {KEY: first} if first else {}
    place.write("hides", secret="mine")
    assert place.apply().code == 0
    before = place.record("hides")
    place.environ = {KEY: then} if then else {}
    ended = place.run(*command)
    assert ended.code == 1
    assert message in ended.err
    assert ended.out == ""
    assert place.record("hides") == before
    assert "one key" not in ended.err
    assert "another key" not in ended.err.replace("another RECONCILE_STATE_KEY", "")


def test_a_headers_secret_is_fingerprinted_value_by_value(place: Place) -> None:
    import yaml

    from reconciler.providers.registry import load_spec_file
    from reconciler.sandbox import Sandbox
    from tests.secrets.conftest import table

    spec: dict[str, Any] = table("hides")
    spec["record"]["headers"] = {"at": "headers", "read": "never"}
    (place.folder / "hides.yaml").write_text(yaml.safe_dump(spec))
    with Sandbox({"hides": load_spec_file(place.folder / "hides.yaml")}) as place.sandbox:
        place.write("hides", headers={"X-One": "canary-1", "X-Two": "canary-2"})
        assert place.apply().code == 0
        place.write("hides", headers={"X-One": "canary-1", "X-Two": "canary-3"})
        planned = place.plan()
        assert planned.changes == [("update", "secret_changed", None)]
        assert [one["path"] for one in planned.json["changes"][0]["differences"]] == ["headers.X-Two"]
        assert place.apply().code == 0
        assert place.record("hides")["headers"] == {"X-One": "canary-1", "X-Two": "canary-3"}
        assert "canary" not in planned.out + place.state()

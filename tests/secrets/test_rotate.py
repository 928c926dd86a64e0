"""`reconcile rotate`: one secret, on purpose, by whatever way the provider has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from reconciler.sandbox import Faults

if TYPE_CHECKING:
    from tests.secrets.conftest import Place

FILE = {"file": "secret.txt"}


def captured(place: Place) -> str:
    return (place.folder / "secret.txt").read_text()


@pytest.mark.parametrize(
    ("provider", "action"), [("hides", "update"), ("shows", "update"), ("masks", "update"), ("replaces", "replace")]
)
def test_a_secret_of_ours_is_sent_again(place: Place, provider: str, action: str) -> None:
    place.write(provider, secret="declared")
    assert place.apply().code == 0
    place.sandbox.change(provider, place.record(provider)["id"], {"secret": "somebody else's"})
    rotated = place.rotate()
    assert (rotated.code, rotated.changes) == (0, [(action, "rotated", "done")])
    assert [one["path"] for one in rotated.json["changes"][0]["differences"]] == ["secret"]
    assert place.record(provider)["secret"] == "declared"
    assert place.plan().json["changes"] == []


def test_a_new_secret_goes_along(place: Place) -> None:
    place.write("hides", secret="old")
    assert place.apply().code == 0
    place.write("hides", secret="new")
    assert place.rotate().changes == [("update", "rotated", "done")]
    assert place.record("hides")["secret"] == "new"
    assert place.plan().json["changes"] == []


def test_one_that_the_provider_makes_is_made_anew_by_its_own_call(place: Place) -> None:
    place.write("renews", capture=FILE)
    assert place.apply().code == 0
    before = place.record("renews")
    rotated = place.rotate("-vv")
    assert (rotated.code, rotated.changes) == (0, [("update", "rotated", "done")])
    after = place.record("renews")
    assert after["id"] == before["id"]
    assert after["secret"] == captured(place) != before["secret"]
    assert after["secret"] not in rotated.out + rotated.err + place.state()
    assert place.plan().json["changes"] == []
    operations = [one["operation"] for one in place.run("history", "--format", "json").json]
    assert operations[:2] == ["capture", "rotate"]


def test_or_by_a_replacement_where_there_is_no_such_call(place: Place) -> None:
    place.write("makes", capture=FILE)
    assert place.apply().code == 0
    before = place.record("makes")
    assert place.rotate().changes == [("replace", "rotated", "done")]
    after = place.record("makes")
    assert after["id"] != before["id"]
    assert after["secret"] == captured(place) != before["secret"]
    assert place.plan().json["changes"] == []


@pytest.mark.parametrize("kind", ["reset_after", "half_body", "html", "reset_before"])
def test_a_lost_answer_is_not_known_and_the_secret_counts_as_lost(place: Place, kind: str) -> None:
    place.write("renews", capture=FILE)
    assert place.apply().code == 0
    place.sandbox.faults = Faults.model_validate({"faults": [{"kind": kind, "operation": "rotate", "times": 1}]})
    rotated = place.rotate()
    assert (rotated.code, rotated.changes) == (1, [("update", "rotated", "unknown")])
    assert "`reconcile rotate one` again" in rotated.error
    assert place.count("renews", "rotate") == 1
    assert "never captured" in place.plan().warnings[0]
    assert place.rotate().code == 0
    assert captured(place) == place.record("renews")["secret"]
    assert place.plan().warnings == []


def test_a_refusal_changes_nothing(place: Place) -> None:
    place.write("renews", capture=FILE)
    assert place.apply().code == 0
    place.sandbox.faults = Faults.model_validate({"faults": [{"kind": "status", "status": 403, "operation": "rotate"}]})
    assert place.rotate().changes == [("update", "rotated", "failed")]
    assert captured(place) == place.record("renews")["secret"]
    assert place.plan().warnings == []


def test_a_renewal_that_was_cut_short_counts_as_lost(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    from reconciler.providers.engine import RestConnection

    place.write("renews", capture=FILE)
    assert place.apply().code == 0

    def died(self: RestConnection, scope: Any, record_id: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(RestConnection, "rotate", died)
    assert place.run("rotate", "one", "--auto-approve").code == 130
    monkeypatch.undo()
    monkeypatch.chdir(place.folder)
    assert any("never captured" in one for one in place.plan().warnings)
    assert place.rotate().code == 0
    assert captured(place) == place.record("renews")["secret"]


def test_it_shows_its_plan_and_asks(place: Place) -> None:
    place.write("makes", capture=FILE)
    assert place.apply().code == 0
    asked = place.run("rotate", "one")
    assert asked.code == 1
    assert "give --auto-approve" in asked.err
    shown = place.run("rotate", "one", "--auto-approve").out
    assert "one (makes)" in shown
    assert "will be replaced: its secret is renewed on purpose" in shown
    assert "its secret goes to the file secret.txt" in shown
    assert "~ secret = (sensitive) -> (sensitive, changed) (forces replacement)" in shown


def test_the_guards_hold_for_it(place: Place) -> None:
    place.write("replaces", secret="s", protect=True)
    assert place.apply().code == 0
    refused = place.rotate()
    assert refused.code == 1
    assert refused.json["refusals"] == ["one is protected: this plan would replace it"]
    assert place.count("replaces", "create") == 1


@pytest.mark.parametrize(
    ("provider", "fields", "applied", "message"),
    [
        ("hides", {"secret": "s"}, False, "The state has nothing at one yet: `reconcile apply` creates it"),
        ("hides", {}, True, "one declares no secret, and Acme makes none"),
        ("renews", {}, True, "nobody would see the new one. Add `capture: {file: PATH}`"),
    ],
)
def test_it_says_why_it_cannot(place: Place, provider: str, fields: Any, applied: bool, message: str) -> None:
    place.write(provider, **fields)
    if applied:
        assert place.apply().code == 0
    writes = len(place.sandbox.requests)
    rotated = place.rotate()
    assert rotated.code == 1
    assert message in rotated.err
    assert len(place.sandbox.requests) == writes


def test_an_address_is_one_record(place: Place) -> None:
    place.write("hides", secret="s", for_each={"a": 1, "b": 2}, url="https://hooks.example.com/${each.key}")
    assert place.apply().code == 0
    assert "one is more than one record: one[a], one[b]. Renew one at a time" in place.rotate().err
    assert place.rotate(address="one[a]").changes == [("update", "rotated", "done")]
    assert "one[q] is not declared in hooks.yaml" in place.rotate(address="one[q]").err

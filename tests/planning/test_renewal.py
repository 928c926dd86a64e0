"""Secrets that the provider makes, that are kept for their sink, or that are renewed on purpose."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reconciler.planning import Policy
from reconciler.planning.plan import Plan
from reconciler.records import Ability, Capture, Secret
from tests.planning.world import desired, known, live, plan

MAKES = Ability("acme", made=frozenset({"secret"}), hidden=frozenset({"secret"}))
MAKES_AND_RENEWS = replace(MAKES, rotates=True)
TAKES = Ability("acme", hidden=frozenset({"secret"}))
NO_UPDATE = replace(TAKES, cannot={"update": "no call"})
CAPTURE = Capture("secrets/a")
MADE = Secret(None, "made")


def messages(made: Plan) -> list[str]:
    return [one.message for one in made.warnings if one.address == "a"]


def rotating(
    ability: Ability, *, secret: str | None = None, sent: str | None = None, url: str = "https://h.example.com/a"
) -> Plan:
    wanted = desired("a", url=url, **({"secret": Secret(None, secret)} if secret else {}))
    remembered = known("a", "1", **({"secret": Secret(None, sent)} if sent else {}))
    return plan(
        [replace(wanted, capture=CAPTURE if ability.made else None)],
        [remembered],
        [live("1")],
        ability=ability,
        policy=Policy(targets=("a",), rotate="a"),
    )


def test_a_secret_that_nobody_would_see_is_said_before_it_is_made() -> None:
    (told,) = messages(plan([desired("a")], ability=MAKES))
    assert "makes its secret and shows it once, to nobody here" in told
    assert "capture: {file: PATH}" in told
    assert messages(plan([replace(desired("a"), capture=CAPTURE)], ability=MAKES)) == []
    assert messages(plan([desired("a", secret=Secret(None, "mine"))], ability=MAKES)) == []


def test_a_capture_is_no_difference_but_part_of_what_is_reviewed() -> None:
    captured = known("a", "1", secret=MADE)
    for capture in (CAPTURE, Capture("secrets/b"), None):
        made = plan([replace(desired("a"), capture=capture)], [captured], [live("1")], ability=MAKES)
        assert (made.changes, made.warnings, made.unchanged) == ((), (), 1)
    digests = {
        plan([replace(desired("a"), capture=capture)], ability=MAKES).digest
        for capture in (CAPTURE, Capture("secrets/a", folder="elsewhere"), Capture("secrets/b"), None)
    }
    assert len(digests) == 3


def test_a_secret_that_was_never_captured_is_said_on_every_plan() -> None:
    made = plan([replace(desired("a"), capture=CAPTURE)], [known("a", "1")], [live("1")], ability=MAKES)
    assert made.changes == ()
    (told,) = messages(made)
    assert "never captured" in told
    assert "`reconcile rotate a`" in told


def test_a_kept_secret_is_a_change_of_its_own() -> None:
    kept = replace(known("a", "1", secret=MADE), kept="aesgcm1:…")
    (change,) = plan([replace(desired("a"), capture=CAPTURE)], [kept], [live("1")], ability=MAKES).changes
    assert (change.action, change.reason, change.differences) == ("update", "secret_kept", ())
    without = plan([desired("a")], [kept], [live("1")], ability=MAKES)
    assert without.changes == ()
    assert "kept in the state, encrypted" in messages(without)[0]


@pytest.mark.parametrize(("ability", "action"), [(TAKES, "update"), (NO_UPDATE, "replace")])
@pytest.mark.parametrize("sent", ["old", "new", None])
def test_rotate_sends_the_declared_secret_whether_it_differs_or_not(
    ability: Ability, action: str, sent: str | None
) -> None:
    (change,) = rotating(ability, secret="new", sent=sent).changes
    assert (change.action, change.reason) == (action, "rotated")
    assert [one.path for one in change.differences] == ["secret"]


@pytest.mark.parametrize(("ability", "action"), [(MAKES, "replace"), (MAKES_AND_RENEWS, "update")])
def test_rotate_lets_the_provider_make_a_new_one(ability: Ability, action: str) -> None:
    (change,) = rotating(ability, sent="made").changes
    assert (change.action, change.reason, change.blocked) == (action, "rotated", None)
    (difference,) = change.differences
    assert difference.path == "secret"
    assert difference.before != difference.after


def test_what_differs_besides_goes_along() -> None:
    (change,) = rotating(TAKES, secret="new", sent="new", url="https://h.example.com/b").changes
    assert sorted(one.path for one in change.differences) == ["secret", "url"]


def test_a_call_that_renews_a_secret_alone_waits_for_what_differs_besides() -> None:
    (change,) = rotating(MAKES_AND_RENEWS, sent="made", url="https://h.example.com/b").changes
    assert change.blocked is not None
    assert "it differs in url as well" in change.blocked


def test_rotate_respects_protection() -> None:
    remembered = replace(known("a", "1", secret=Secret(None, "old")), protect=True)
    wanted = replace(desired("a", secret=Secret(None, "new")), protect=True)
    made = plan([wanted], [remembered], [live("1")], ability=NO_UPDATE, policy=Policy(targets=("a",), rotate="a"))
    assert "a is protected" in made.refusals[0]


def test_a_mask_in_the_place_of_a_clear_secret_is_no_drift() -> None:
    secret = Secret(None, "sent")
    seen = replace(live("1"), masked=frozenset({"secret"}))
    ability = Ability("acme")
    made = plan([desired("a", secret=secret)], [known("a", "1", secret=secret)], [seen], ability=ability)
    assert (made.changes, made.drift, made.unchanged) == ((), (), 1)
    changed = plan(
        [desired("a", secret=Secret(None, "new"))], [known("a", "1", secret=secret)], [seen], ability=ability
    )
    assert [one.reason for one in changed.changes] == ["secret_changed"]
    (adopted,) = plan([desired("a", secret=secret)], [], [seen], ability=ability).changes
    assert (adopted.action, adopted.differences) == ("adopt", ())

"""What counts as a difference: change, drift, and what a provider merely writes in its own way."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from reconciler.records import Ability, Secret
from tests.planning.world import desired, known, live, plan


def secret(text):
    return Secret(text).sealed(lambda value: hashlib.sha256(value.encode()).hexdigest()[:8])


def outline(made):
    return [(c.action, c.reason, [(d.path, d.before, d.after) for d in c.differences]) for c in made.changes]


def test_equal_everywhere_is_unchanged():
    made = plan([desired("a", size=1)], [known("a", "7", size=1)], [live("7", size=1)])
    assert (made.changes, made.drift, made.unchanged) == ((), (), 1)


def test_a_change_of_the_file():
    made = plan([desired("a", size=2)], [known("a", "7", size=1)], [live("7", size=1)])
    assert outline(made) == [("update", "field_changed", [("size", 1, 2)])]
    assert made.drift == ()


def test_drift_is_told_apart_and_repaired():
    made = plan([desired("a", size=1)], [known("a", "7", size=1)], [live("7", size=3)])
    assert outline(made) == [("update", "drifted", [("size", 3, 1)])]
    assert [(d.path, d.before, d.after) for d in made.drift[0].differences] == [("size", 1, 3)]


def test_a_provider_that_rewrites_a_value_is_not_in_eternal_drift():
    rewritten = replace(known("a", "7", size="uuxx"), echo={**known("a", "7").sent, "size": "demo1"})
    assert plan([desired("a", size="uuxx")], [rewritten], [live("7", size="demo1")]).changes == ()
    made = plan([desired("a", size="uuxx")], [rewritten], [live("7", size="other")])
    assert outline(made) == [("update", "drifted", [("size", "other", "uuxx")])]
    made = plan([desired("a", size="new")], [rewritten], [live("7", size="demo1")])
    assert outline(made) == [("update", "field_changed", [("size", "demo1", "new")])]


def test_what_somebody_already_did_by_hand_is_no_change():
    assert plan([desired("a", size=2)], [known("a", "7", size=1)], [live("7", size=2)]).changes == ()


def test_an_undeclared_field_is_not_compared():
    remembered = replace(known("a", "7"), echo={**known("a", "7").sent, "size": 1})
    assert plan([desired("a")], [remembered], [live("7", size=9)]).changes == ()


def test_a_field_that_leaves_the_file_goes_back_to_the_default():
    ability = Ability("acme", defaults={"size": 5})
    made = plan([desired("a")], [known("a", "7", size=1)], [live("7", size=1)], ability=ability)
    assert outline(made) == [("update", "field_changed", [("size", 1, 5)])]
    assert plan([desired("a")], [known("a", "7", size=5)], [live("7", size=5)], ability=ability).changes == ()


def test_a_defaulted_name_is_never_compared():
    wanted = desired("a", name="a")
    wanted = replace(wanted, declared=wanted.declared - {"name"})
    assert plan([wanted], [known("a", "7")], [live("7", name="renamed by hand")]).changes == ()


def test_before_the_first_read_back_what_is_there_counts_as_the_echo():
    assert plan([desired("a", size=1)], [known("a", "7", size=1, echo=None)], [live("7", size=4)]).changes == ()


def test_a_nested_object_differs_part_by_part():
    made = plan(
        [desired("a", config={"days": 31, "deep": {"x": 1}, "__own": 1})],
        [known("a", "7", config={"days": 30, "deep": {"x": 1}, "__own": 2})],
        [live("7", config={"days": 30, "deep": {"x": 1}, "__own": 2})],
    )
    assert outline(made)[0][2] == [("config.__own", 2, 1), ("config.days", 30, 31)]


def test_unlike_objects_do_not_collapse_into_one():
    made = plan(
        [desired("a", config={"b": 1, "secret": secret("s")})],
        [known("a", "7", config={"a": 1, "secret": secret("s")})],
        [live("7", config={"a": 1, "secret": secret("s")})],
    )
    assert outline(made)[0][2] == [("config.a", 1, None), ("config.b", None, 1)]


def test_events_are_one_value():
    made = plan([desired("a", events=["x", "y"])], [known("a", "7", events=["x"])], [live("7", events=["x"])])
    assert outline(made)[0][2] == [("events", ("x",), ("x", "y"))]


@pytest.mark.parametrize("hidden", [True, False])
def test_a_changed_secret_has_a_reason_of_its_own(hidden):
    ability = Ability("acme", hidden=frozenset({"secret"}) if hidden else frozenset())
    seen = live("7") if hidden else live("7", secret=secret("old"))
    made = plan([desired("a", secret=secret("new"))], [known("a", "7", secret=secret("old"))], [seen], ability=ability)
    assert [(c.action, c.reason) for c in made.changes] == [("update", "secret_changed")]
    assert "new" not in repr(made)
    assert "old" not in repr(made.changes[0].differences)


def test_a_hidden_secret_is_no_drift():
    ability = Ability("acme", hidden=frozenset({"secret"}))
    made = plan([desired("a", secret=secret("s"))], [known("a", "7", secret=secret("s"))], [live("7")], ability=ability)
    assert made.changes == ()


def test_a_clear_secret_that_somebody_took_away_is_drift():
    made = plan([desired("a", secret=secret("s"))], [known("a", "7", secret=secret("s"))], [live("7")])
    assert [(c.action, c.reason) for c in made.changes] == [("update", "drifted")]


def test_a_hidden_secret_of_an_adopted_record_is_taken_to_be_the_declared_one():
    ability = Ability("acme", hidden=frozenset({"secret"}))
    made = plan([desired("a", secret=secret("s"))], [], [live("7")], ability=ability)
    assert made.changes[0].differences == ()
    assert "rotate" in made.warnings[0].message


def test_immutable_fields_force_a_replacement():
    ability = Ability("acme", immutable=frozenset({"size"}))
    made = plan([desired("a", size=2)], [known("a", "7", size=1)], [live("7", size=1)], ability=ability)
    assert outline(made) == [("replace", "immutable_field_changed", [("size", 1, 2)])]


def test_an_event_that_the_provider_did_not_take_is_a_warning_on_every_plan():
    remembered = replace(known("a", "7", events=["x", "y"]), echo={**known("a", "7").sent, "events": ("x",)})
    for _ in range(2):
        made = plan([desired("a", events=["x", "y"])], [remembered], [live("7", events=["x"])])
        assert made.changes == ()
        assert "y" in made.warnings[0].message


def test_true_is_not_one():
    made = plan([desired("a", size=True)], [known("a", "7", size=1)], [live("7", size=1)])
    assert len(made.changes) == 1


def test_a_changed_protection_is_a_change_of_the_state_alone():
    made = plan([desired("a", protect=True)], [known("a", "7")], [live("7")])
    assert outline(made) == [("update", "protect_changed", [("protect", False, True)])]

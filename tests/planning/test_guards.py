"""What stops an apply before its first request, what only blocks, and what selection takes along."""

from __future__ import annotations

from reconciler.planning import Policy
from reconciler.records import Ability
from tests.planning.world import desired, known, live, plan

URLS = [f"https://h.example.com/{number}" for number in range(20)]


def many(count, start=0):
    numbers = range(start, start + count)
    remembered = [known(f"a{n}", str(n), url=URLS[n]) for n in numbers]
    return remembered, [live(str(n), url=URLS[n]) for n in numbers]


def test_more_deletes_than_allowed_are_refused():
    remembered, seen = many(12)
    made = plan([desired("a0", url=URLS[0])], remembered, seen)
    assert "11 records would be deleted and max_deletes is 10" in made.refusals[0]
    assert plan([desired("a0", url=URLS[0])], remembered, seen, policy=Policy(max_deletes=11)).refusals == ()


def test_replacements_do_not_count_as_deletes():
    ability = Ability("acme", cannot={"update": "none"})
    remembered, seen = many(5)
    wanted = [desired(f"a{n}", url=URLS[n + 5]) for n in range(5)]
    made = plan(wanted, remembered, seen, ability=ability, policy=Policy(max_deletes=0))
    assert [change.action for change in made.changes] == ["replace"] * 5
    assert made.refusals == ()


def test_all_would_go_is_refused_however_few():
    made = plan([], [known("a", "7")], [live("7")])
    assert "--allow-deletes all" in made.refusals[0]
    assert plan([], [known("a", "7")], [live("7")], policy=Policy(None, all_may_go=True)).refusals == ()


def test_a_protected_record_refuses_its_delete_even_after_its_entry_is_gone():
    remembered = [known("a", "7", protect=True), known("b", "8", url=URLS[1])]
    made = plan([desired("b", url=URLS[1])], remembered, [live("7"), live("8", url=URLS[1])])
    assert "a is protected" in made.refusals[0]
    assert made.changes[0].blocked


def test_a_protected_record_refuses_its_replacement():
    ability = Ability("acme", cannot={"update": "none"})
    made = plan(
        [desired("a", url=URLS[1], protect=True)], [known("a", "7", protect=True)], [live("7")], ability=ability
    )
    assert "a is protected" in made.refusals[0]


def test_protection_lets_updates_through():
    made = plan([desired("a", size=2, protect=True)], [known("a", "7", size=1, protect=True)], [live("7", size=1)])
    assert made.refusals == ()
    assert made.changes[0].blocked is None


def test_two_known_records_of_which_none_is_there_look_like_another_account():
    remembered, _ = many(2)
    wanted = [desired(f"a{n}", url=URLS[n]) for n in range(2)]
    made = plan(wanted, remembered, [])
    assert all("--allow-recreate" in str(change.blocked) for change in made.changes)
    allowed = plan(wanted, remembered, [], policy=Policy(allow_recreate=True))
    assert all(change.blocked is None for change in allowed.changes)
    assert not plan(wanted[:1], remembered[:1], []).changes[0].blocked


def test_manage_all_deletes_what_nobody_declared_and_counts_it():
    ability = Ability("acme", manage_all=True)
    seen = [live("7"), live("8", url=URLS[1])]
    made = plan([desired("a")], [known("a", "7")], seen, ability=ability, policy=Policy(max_deletes=0))
    assert [(change.action, change.address, change.id) for change in made.changes] == [("delete", None, "8")]
    assert made.refusals
    targeted = plan([desired("a")], [known("a", "7")], seen, ability=ability, policy=Policy(targets=("a",)))
    assert targeted.changes == ()


def test_without_manage_all_an_unowned_record_is_told_and_left_alone():
    made = plan([desired("a")], [known("a", "7")], [live("7"), live("8", url=URLS[1])])
    assert made.changes == ()
    assert [one.id for one in made.unmanaged] == ["8"]


def test_a_target_selects_and_a_bare_name_means_all_its_records():
    wanted = [desired("a[x]"), desired("a[y]", url=URLS[1]), desired("ab", url=URLS[2])]
    for target, expected in {
        "a": ["a[x]", "a[y]"],
        "a[x]": ["a[x]"],
        "a*": ["a[x]", "a[y]", "ab"],
        "a?": ["ab"],
    }.items():
        made = plan(wanted, policy=Policy(targets=(target,)))
        assert [change.address for change in made.changes] == expected, target


def test_both_ends_of_a_rename_go_together():
    made = plan([desired("new")], [known("old", "7")], [live("7")], policy=Policy(targets=("old",)))
    assert [change.action for change in made.changes] == ["rename"]


def test_a_create_takes_along_the_delete_that_it_waits_for():
    ability = Ability("acme", unique=(("url",),))
    made = plan(
        [desired("new", events=["f"])],
        [known("old", "7")],
        [live("7")],
        ability=ability,
        policy=Policy(None, all_may_go=True, targets=("new",)),
    )
    assert {change.action for change in made.changes} == {"create", "delete"}


def test_a_connection_selects():
    wanted = [desired("a", "c1"), desired("b", "c2")]
    assert [c.address for c in plan(wanted, policy=Policy(connections=("c2",))).changes] == ["b"]

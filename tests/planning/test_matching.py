"""Who is who: by id, by key, renamed, moved, adopted, or blocked."""

from __future__ import annotations

from reconciler.planning import Policy, make_plan
from reconciler.planning.plan import Unknown
from reconciler.records import Ability, Deposed
from tests.planning.world import desired, known, live, plan, views

ONE = {"url": "https://h.example.com/one"}
TWO = {"url": "https://h.example.com/two"}
NO_UPDATE = Ability("acme", cannot={"update": "acme has no update call"})
NO_DELETE = Ability("acme", cannot={"update": "no update call", "delete": "no document names a delete call"})


def only(made):
    assert len(made.changes) == 1, made.changes
    return made.changes[0]


def test_what_is_nowhere_is_created():
    change = only(plan([desired("a")]))
    assert (change.action, change.reason, change.id) == ("create", "not_at_provider", None)


def test_an_equal_live_record_is_adopted_and_never_duplicated():
    change = only(plan([desired("a", name="x")], [], [live("7", name="x")]))
    assert (change.action, change.id, change.differences) == ("adopt", "7", ())


def test_urls_are_compared_folded():
    wanted = desired("a", url="HTTPS://Hooks.Example.COM:443")
    change = only(plan([wanted], [], [live("7", url="https://hooks.example.com/")]))
    assert (change.action, change.differences) == ("adopt", ())
    assert change.after["url"] == "HTTPS://Hooks.Example.COM:443", "sent as written"


def test_adoption_carries_an_update_along():
    change = only(plan([desired("a", size=2)], [], [live("7", size=1)]))
    assert change.action == "adopt"
    assert [(one.path, one.before, one.after) for one in change.differences] == [("size", 1, 2)]
    assert change.blocked is None


def test_adoption_is_blocked_where_it_would_need_a_replacement():
    change = only(plan([desired("a", size=2)], [], [live("7", size=1)], ability=NO_UPDATE))
    assert change.action == "adopt"
    assert "reconcile import a 7" in str(change.blocked)


def test_adopt_false_blocks_and_names_import():
    change = only(plan([desired("a")], [], [live("7")], ability=Ability("acme", adopt=False)))
    assert "reconcile import a 7" in str(change.blocked)


def test_several_twins_block_and_are_listed():
    change = only(plan([desired("a")], [], [live("7"), live("8")]))
    assert change.action == "create"
    assert "7, 8" in str(change.blocked)
    assert "import" in str(change.blocked)


def test_a_twin_that_another_address_holds_is_not_adopted():
    made = plan([desired("a"), desired("b", **TWO)], [known("b", "7")], [live("7")])
    assert {change.address: change.action for change in made.changes} == {"a": "create", "b": "update"}


def test_a_record_with_the_same_url_and_other_events_is_told_with_its_import():
    made = plan([desired("a", events=["e", "f"])], [], [live("7", events=["e"])])
    assert only(made).action == "create"
    assert "reconcile import a 7" in str(made.unmanaged[0].note)


def test_a_new_address_for_the_same_key_is_a_rename_without_a_call():
    change = only(plan([desired("new")], [known("old", "7")], [live("7")]))
    assert (change.action, change.address, change.origin.address, change.id) == ("rename", "new", "old", "7")


def test_a_rename_with_a_changed_field_is_one_change():
    change = only(plan([desired("new", size=2)], [known("old", "7", size=1)], [live("7", size=1)]))
    assert (change.action, change.origin.address) == ("update", "old")


def test_another_connection_is_one_replacement_across_them():
    change = only(plan([desired("a", "c2")], [known("a", "7", "c1")], [live("7", "c1")]))
    assert (change.action, change.reason, change.connection) == ("replace", "connection_changed", "c2")
    assert (change.origin.connection, change.origin.id) == ("c1", "7")


def test_a_move_is_blocked_where_either_end_is_unknown():
    for failed in ("c1", "c2"):
        change = only(plan([desired("a", "c2")], [known("a", "7", "c1")], [live("7", "c1")], errors=[failed]))
        assert failed in str(change.blocked)


def test_a_replacement_takes_over_an_equal_record_instead_of_a_second_one():
    change = only(
        plan([desired("a", **TWO)], [known("a", "7", **ONE)], [live("7", **ONE), live("8", **TWO)], ability=NO_UPDATE)
    )
    assert (change.action, change.id, change.twin.id) == ("replace", "7", "8")


def test_what_left_the_file_is_deleted_and_what_is_gone_is_forgotten():
    made = plan([], [known("a", "7", **ONE), known("b", "8", **TWO)], [live("7", **ONE)])
    assert {change.address: change.action for change in made.changes} == {"a": "delete", "b": "forget"}


def test_what_the_provider_cannot_delete_is_blocked_with_the_reason():
    change = only(plan([], [known("a", "7")], [live("7")], ability=NO_DELETE))
    assert (change.action, change.blocked) == ("delete", "no document names a delete call")
    change = only(plan([desired("a", **TWO)], [known("a", "7", **ONE)], [live("7", **ONE)], ability=NO_DELETE))
    assert change.action == "replace"
    assert "no document names a delete call" in str(change.blocked)


def test_old_halves_are_deleted_first_and_do_not_count():
    made = plan(
        [desired("a")],
        [known("a", "8")],
        [live("7", **TWO), live("8")],
        deposed=(Deposed("a", "c", (), "7"),),
        policy=Policy(max_deletes=0),
    )
    change = only(made)
    assert (change.action, change.reason, change.id, made.refusals) == ("delete", "deposed", "7", ())


def test_an_old_half_that_is_gone_is_forgotten():
    made = plan([desired("a")], [known("a", "8")], [live("8")], deposed=(Deposed("a", "c", (), "7"),))
    assert only(made).action == "forget"


def test_without_a_list_the_state_is_the_witness():
    made = plan([desired("a", **TWO), desired("b")], [known("a", "7", **ONE)], by_state=["c"])
    assert {change.address: change.action for change in made.changes} == {"a": "update", "b": "create"}
    assert plan([desired("a")], [known("a", "7")], by_state=["c"]).changes == ()


def test_an_address_whose_last_write_is_unclear_is_left_alone():
    unknown = Unknown("c", (), "the outcome of a create is unknown", "a")
    made = plan([desired("a"), desired("b", **TWO)], unresolved={"a": unknown})
    assert [change.address for change in made.changes] == ["b"]
    assert made.unknown[0].address == "a"
    assert not made.complete


def test_an_unclear_write_to_an_address_that_left_the_file_is_told_where_it_was():
    unresolved = {"a": Unknown("c", (), "the outcome of a create is unknown", "a")}
    assert plan([desired("b")], unresolved=unresolved, policy=Policy(connections=("c",))).unknown[0].address == "a"
    assert plan([desired("b")], unresolved=unresolved, policy=Policy(connections=("d",))).unknown == ()


def test_a_place_that_was_not_read_is_left_alone():
    from dataclasses import replace

    seen = views([desired("a", "c1"), desired("b", "c2")])
    seen = replace(seen, views=tuple(view for view in seen.views if view.connection == "c1"))
    made = make_plan(seen, Policy(connections=("c1",)))
    assert [change.address for change in made.changes] == ["a"]
    assert made.complete


def test_a_vanished_record_is_drift_and_is_created_again():
    made = plan([desired("a")], [known("a", "7")], [])
    assert only(made).reason == "not_at_provider"
    assert made.drift[0].gone


def test_two_swapped_urls_of_a_unique_provider_are_two_replacements():
    unique = Ability("acme", cannot={"update": "none"}, unique=(("url", "events"),))
    made = plan(
        [desired("a", **TWO), desired("b", **ONE)],
        [known("a", "1", **ONE), known("b", "2", **TWO)],
        [live("1", **ONE), live("2", **TWO)],
        ability=unique,
    )
    assert [change.action for change in made.changes] == ["replace", "replace"]


def test_a_swap_by_updates_breaks_its_ring_with_one_replacement():
    unique = Ability("acme", unique=(("url", "events"),))
    made = plan(
        [desired("a", **TWO), desired("b", **ONE)],
        [known("a", "1", **ONE), known("b", "2", **TWO)],
        [live("1", **ONE), live("2", **TWO)],
        ability=unique,
    )
    assert sorted(change.action for change in made.changes) == ["replace", "update"]
    assert [change.reason for change in made.changes if change.action == "replace"] == ["swapped"]

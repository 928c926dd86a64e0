"""Killed between any two instructions that matter: the next run finds out what was done, and goes on from there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from reconciler.errors import Ambiguous
from reconciler.records import Ability, Deposed
from tests.applying.bench import (
    Bench,
    FakeConnection,
    actions,
    dropped,
    failing,
    hidden,
    lost,
    outcomes,
    unreadable,
    wanted,
    well,
)
from tests.applying.test_writes import ids, sealed

UNSENT = failing(Ambiguous("never answered"))
"""The process dies before its request is carried out; `well`, in the same place: after it, before it is recorded."""
REPLACING = hidden(cannot={"update": "no call for it"})


def no_call(bench: Bench) -> bool:
    return sum(len(one.calls) for one in bench.connections.values()) == 0


def forget_calls(bench: Bench) -> None:
    for one in bench.connections.values():
        one.calls.clear()


def levels(bench: Bench) -> list[Any]:
    return [one.fields.get("level") for one in bench.there.records.values()]


def killed(bench: Bench, *desired: Any, sent: bool) -> None:
    """An apply that is killed in its next write, before or after the provider did it."""
    bench.die(*desired, at=well if sent else lambda do: None)
    forget_calls(bench)


# Creates


def test_a_create_that_was_sent_is_taken_over_without_a_call(bench: Bench) -> None:
    killed(bench, wanted(), sent=True)
    assert bench.plan_is_empty(wanted())
    assert (no_call(bench), ids(bench)) == (True, {"hook": "acme-1"})
    assert "taken over" in bench.recovery.notes[0][1]


def test_a_create_that_was_not_sent_is_sent_and_the_place_is_doubtful(bench: Bench) -> None:
    killed(bench, wanted(), sent=False)
    assert outcomes(bench.apply(wanted())) == {"hook": "done"}
    assert bench.recovery.doubtful == {("acme", ())}
    assert len(bench.there.records) == 1


def test_recovery_ignores_that_adoption_is_off(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(FakeConnection(ability=hidden(adopt=False)))
    killed(bench, wanted(), sent=True)
    assert bench.plan_is_empty(wanted())


def test_an_altered_echo_is_taken_over_and_not_drift_for_ever(bench: Bench) -> None:
    bench.there.alter = {"events": ("else",)}
    killed(bench, wanted(level=1), sent=True)
    assert bench.plan_is_empty(wanted(level=1))
    assert no_call(bench)


def test_anothers_record_that_was_there_before_is_never_ours(bench: Bench) -> None:
    bench.there.put(wanted(events=["other"]).fields)
    killed(bench, wanted(), sent=False)
    assert outcomes(bench.apply(wanted())) == {"hook": "done"}
    assert ids(bench) == {"hook": "acme-2"}


def test_several_that_could_be_it_stay_unknown_until_told(bench: Bench) -> None:
    bench.there.alter = {"events": ("else",)}
    killed(bench, wanted(), sent=True)
    bench.there.put(wanted(events=["more"]).fields)
    result = bench.apply(wanted())
    assert (result.ok, no_call(bench)) == (False, True)
    assert "acme-1, acme-2" in result.plan.unknown[0].error


def test_a_create_whose_address_left_the_file_is_found_and_deleted(bench: Bench) -> None:
    bench.apply(wanted("keep", "b"))
    killed(bench, wanted("keep", "b"), wanted(), sent=True)
    assert actions(bench.apply(wanted("keep", "b")).plan) == {"hook": "delete"}
    assert len(bench.there.records) == 1
    assert bench.plan_is_empty(wanted("keep", "b"))


def test_a_create_whose_address_was_renamed_is_found_and_renamed(bench: Bench) -> None:
    killed(bench, wanted("old"), sent=True)
    assert actions(bench.apply(wanted("new")).plan) == {"new": "rename"}
    assert no_call(bench)


def test_protection_is_recorded_with_what_was_found(bench: Bench) -> None:
    killed(bench, wanted(protect=True), sent=True)
    assert bench.plan_is_empty(wanted(protect=True))
    assert bench.state().records["hook"].protect


# Replacements


@pytest.mark.parametrize("sent", [True, False])
def test_a_replacement_cut_in_its_first_half(make_bench: Callable[..., Bench], sent: bool) -> None:
    bench = make_bench(FakeConnection(ability=REPLACING))
    bench.apply(wanted(level=1))
    killed(bench, wanted(level=2), sent=sent)
    assert actions(bench.apply(wanted(level=2)).plan) == {"hook": "delete" if sent else "replace"}
    assert levels(bench) == [2]
    assert bench.plan_is_empty(wanted(level=2))


@pytest.mark.parametrize("sent", [True, False])
def test_a_replacement_cut_in_its_second_half(make_bench: Callable[..., Bench], sent: bool) -> None:
    bench = make_bench(FakeConnection(ability=REPLACING))
    bench.apply(wanted(level=1))
    bench.there.writes = [well]
    killed(bench, wanted(level=2), sent=sent)
    assert (actions(bench.apply(wanted(level=2)).plan)) == ({} if sent else {"hook": "delete"})
    assert (levels(bench), bench.state().deposed) == ([2], [])
    assert bench.plan_is_empty(wanted(level=2))


def test_old_halves_of_several_replacements_that_were_cut_are_all_deleted_first(
    make_bench: Callable[..., Bench],
) -> None:
    bench = make_bench(FakeConnection(ability=REPLACING))
    for level in range(4):
        bench.there.writes = [well] if level else []
        if level:
            killed(bench, wanted(level=level), sent=False)
        else:
            bench.apply(wanted(level=level))
    assert len(bench.there.records) >= 2
    bench.apply(wanted(level=9))
    assert [name for name, _ in bench.there.calls[:2]] == ["delete", "create"]
    assert (levels(bench), bench.state().deposed) == ([9], [])


def ring(bench: Bench) -> tuple[Any, Any]:
    """Two records that swap their URLs, where the provider takes a URL once and changes nothing in place."""
    bench.apply(wanted("one", "a"), wanted("two", "b"))
    forget_calls(bench)
    return wanted("one", "b"), wanted("two", "a")


@pytest.mark.parametrize("sent", [True, False])
@pytest.mark.parametrize("nth", [0, 1, 2, 3])
@pytest.mark.parametrize("ability", [REPLACING, hidden()], ids=["replaced", "in place"])
def test_a_swap_that_is_cut_anywhere_ends_with_two_records(
    make_bench: Callable[..., Bench], nth: int, sent: bool, ability: Ability
) -> None:
    bench = make_bench(FakeConnection(ability=replace(ability, unique=(("url",),))))
    swapped = ring(bench)
    if nth == 3 and "update" not in ability.cannot:
        nth = 1  # in place it is three writes: one is deleted, one changed, one made
    bench.there.writes = [well] * nth
    killed(bench, *swapped, sent=sent)
    bench.there.writes.clear()
    result = bench.apply(*swapped)
    assert result.ok, result.outcomes
    there = {one.id: one.fields["url"][-1] for one in bench.there.records.values()}
    assert {address: there[number] for address, number in ids(bench).items()} == {"one": "b", "two": "a"}
    assert len(there) == 2
    assert bench.plan_is_empty(*swapped)


@pytest.mark.parametrize("sent", [True, False])
@pytest.mark.parametrize("half", ["new", "old"])
def test_a_replacement_across_connections_that_is_cut(make_bench: Callable[..., Bench], half: str, sent: bool) -> None:
    bench = make_bench(FakeConnection("here"), FakeConnection("there"))
    bench.apply(wanted(at="here"))
    forget_calls(bench)
    if half == "new":
        killed(bench, wanted(at="there"), sent=sent)
    else:
        cut = bench.connections["here"]
        cut.writes = [dropped, dropped, dropped]
        if sent:
            cut.writes, cut.reads = [lost], [well, unreadable]
        assert outcomes(bench.apply(wanted(at="there"))) == {"hook": "unknown" if sent else "failed"}
        cut.reads.clear()
    assert bench.apply(wanted(at="there")).ok
    assert {name: len(one.records) for name, one in bench.connections.items()} == {"here": 0, "there": 1}
    assert bench.state().records["hook"].connection == "there"
    assert bench.plan_is_empty(wanted(at="there"))


@pytest.mark.parametrize("sent", [True, False])
def test_a_rename_with_a_replacement_that_is_cut(make_bench: Callable[..., Bench], sent: bool) -> None:
    bench = make_bench(FakeConnection(ability=replace(REPLACING, unique=(("url",),))))
    bench.apply(wanted("old", level=1))
    killed(bench, wanted("new", level=2), sent=sent)
    assert bench.apply(wanted("new", level=2)).ok
    assert (levels(bench), set(ids(bench))) == ([2], {"new"})
    assert bench.plan_is_empty(wanted("new", level=2))


# Updates


@pytest.mark.parametrize("sent", [True, False])
def test_an_update_that_was_cut(bench: Bench, sent: bool) -> None:
    bench.apply(wanted(url="a", level=1))
    killed(bench, wanted(url="b", level=2), sent=sent)
    result = bench.apply(wanted(url="b", level=2))
    assert outcomes(result) == ({} if sent else {"hook": "done"})
    assert actions(bench.apply(wanted("renamed", url="b", level=2)).plan) == {"renamed": "rename"}
    assert levels(bench) == [2]


@pytest.mark.parametrize("sent", [True, False])
def test_a_cut_update_of_a_hidden_secret_is_sent_again(make_bench: Callable[..., Bench], sent: bool) -> None:
    bench = make_bench(FakeConnection(ability=hidden("secret")))
    bench.apply(wanted(secret=sealed("old"), level=1))
    killed(bench, wanted(secret=sealed("new"), level=2), sent=sent)
    assert outcomes(bench.apply(wanted(secret=sealed("new"), level=2))) == {"hook": "done"}
    assert [name for name, _ in bench.there.calls] == ["update"]
    assert bench.plan_is_empty(wanted(secret=sealed("new"), level=2))


@pytest.mark.parametrize("to", [sealed("new"), None], ids=["changed", "removed"])
def test_a_cut_update_of_a_hidden_secret_is_no_proof_of_the_old_one_either(
    make_bench: Callable[..., Bench], to: Any
) -> None:
    bench = make_bench(FakeConnection(ability=hidden("secret")))
    bench.apply(wanted(secret=sealed("old")))
    killed(bench, wanted(secret=to) if to else wanted(), sent=True)
    assert outcomes(bench.apply(wanted(secret=sealed("old")))) == {"hook": "done"}


@pytest.mark.parametrize("sent", [True, False])
def test_an_adoption_whose_update_was_cut(bench: Bench, sent: bool) -> None:
    """A field of the record that is taken over differs by not being there."""
    bench.there.put(wanted().fields)
    killed(bench, wanted(level=3), sent=sent)
    bench.apply(wanted(level=3))
    assert levels(bench) == [3]
    assert bench.plan_is_empty(wanted(level=3))


@pytest.mark.parametrize("sent", [True, False])
def test_a_rename_with_an_update_that_was_cut(make_bench: Callable[..., Bench], sent: bool) -> None:
    bench = make_bench()
    bench.apply(wanted("old", level=1))
    killed(bench, wanted("new", level=2), sent=sent)
    bench.apply(wanted("new", level=2))
    assert (levels(bench), ids(bench)) == ([2], {"new": "acme-1"})
    assert bench.plan_is_empty(wanted("new", level=2))


# Deletes


@pytest.mark.parametrize("sent", [True, False])
def test_a_delete_that_was_cut(bench: Bench, sent: bool) -> None:
    bench.apply(wanted("a"), wanted("b", "b"))
    killed(bench, wanted("b", "b"), sent=sent)
    assert outcomes(bench.apply(wanted("b", "b"))) == ({} if sent else {"a": "done"})
    assert (set(ids(bench)), len(bench.there.records)) == ({"b"}, 1)


def test_a_delete_that_was_cut_and_is_wanted_again(bench: Bench) -> None:
    bench.apply(wanted("a"), wanted("b", "b"))
    killed(bench, wanted("b", "b"), sent=True)
    assert outcomes(bench.apply(wanted("a"), wanted("b", "b"))) == {"a": "done"}
    assert len(bench.there.records) == 2


# Where nothing is listed


@pytest.mark.parametrize("sent", [True, False])
def test_without_a_list_updates_and_deletes_are_simply_done_again(make_bench: Callable[..., Bench], sent: bool) -> None:
    bench = make_bench(FakeConnection(can_list=False))
    bench.apply(wanted("a", level=1), wanted("b", "b"))
    killed(bench, wanted("a", level=2), wanted("b", "b"), sent=sent)
    assert outcomes(bench.apply(wanted("a", level=2), wanted("b", "b"))) == {"a": "done"}
    killed(bench, wanted("b", "b"), sent=sent)
    assert outcomes(bench.apply(wanted("b", "b"))) == {"a": "done"}
    assert [one.fields["url"][-1] for one in bench.there.records.values()] == ["b"]


@pytest.mark.parametrize("sent", [True, False])
def test_without_a_list_a_create_that_was_cut_is_asked_about(make_bench: Callable[..., Bench], sent: bool) -> None:
    bench = make_bench(FakeConnection(can_list=False))
    killed(bench, wanted(), sent=sent)
    for _ in range(2):
        result = bench.apply(wanted())
        assert (result.ok, no_call(bench)) == (False, True)
        assert "`reconcile import hook ID` if it was made" in result.plan.unknown[0].error


def test_an_unreadable_place_keeps_its_intents_for_the_run_that_can_read_it(bench: Bench) -> None:
    killed(bench, wanted(), sent=True)
    bench.there.reads = [unreadable]
    assert not bench.apply(wanted()).ok
    assert len(bench.state().intents) == 1
    assert bench.plan_is_empty(wanted())


def test_a_deposed_record_that_is_gone_is_forgotten(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(FakeConnection(ability=REPLACING))
    bench.apply(wanted(level=1))
    bench.there.writes = [well]
    killed(bench, wanted(level=2), sent=False)
    assert bench.state().deposed == [Deposed("hook", "acme", (), "acme-1")]
    bench.there.records.pop(((), "acme-1"))
    assert actions(bench.apply(wanted(level=2)).plan) == ({})
    assert bench.state().deposed == []

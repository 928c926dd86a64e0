"""A whole apply: what goes on after a failure, what waits, what an interrupt leaves, and what a failing state does."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from reconciler.errors import Ambiguous, Refused, StateError
from reconciler.planning.plan import Change
from reconciler.state.model import Operation, PutIntent
from tests.applying.bench import (
    Bench,
    FakeConnection,
    dropped,
    failing,
    hidden,
    late,
    lost,
    outcomes,
    unreadable,
    wanted,
    well,
)
from tests.applying.test_writes import ids

REFUSED = failing(Refused("422 Unprocessable", 422))
UNIQUE = hidden(cannot={"update": "no"}, unique=(("url",),))


def test_one_that_fails_does_not_stop_the_others(bench: Bench) -> None:
    bench.there.writes = [well, REFUSED]
    result = bench.apply(*(wanted(name, name) for name in "abcd"))
    assert sorted(outcomes(result).values()) == ["done", "done", "done", "failed"]
    assert not result.ok


def test_what_waits_for_a_failed_one_is_not_attempted_and_says_for_which(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(FakeConnection(ability=UNIQUE))
    bench.apply(wanted("a", "x"), wanted("b", "y"))
    bench.there.writes = [REFUSED]
    result = bench.apply(wanted("b", "y"), wanted("c", "x", ["f"]))
    assert outcomes(result) == {"a": "failed", "c": "not_attempted"}
    assert "it waits for a" in [one.error for one in result.outcomes]


def test_a_replacement_whose_first_half_fails_leaves_the_old_record_alone(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(FakeConnection(ability=hidden(cannot={"update": "no"})))
    bench.apply(wanted(level=1))
    bench.there.writes = [REFUSED]
    assert outcomes(bench.apply(wanted(level=2))) == {"hook": "failed"}
    assert (ids(bench), len(bench.there.records)) == ({"hook": "acme-1"}, 1)


def test_a_replacement_whose_second_half_fails_says_so_and_is_finished_by_the_next_run(
    make_bench: Callable[..., Bench],
) -> None:
    bench = make_bench(FakeConnection(ability=hidden(cannot={"update": "no"})))
    bench.apply(wanted(level=1))
    bench.there.writes = [well, REFUSED]
    result = bench.apply(wanted(level=2))
    assert (outcomes(result), result.outcomes[0].id_after) == ({"hook": "failed"}, "acme-2")
    assert outcomes(bench.apply(wanted(level=2))) == {"hook": "done"}
    assert list(bench.there.records) == [((), "acme-2")]


def test_a_half_that_waits_for_a_failed_one_is_told_as_a_half(make_bench: Callable[..., Bench]) -> None:
    """In a swap both are deleted first; where one delete fails, the other record is gone and not made anew."""
    bench = make_bench(FakeConnection(ability=UNIQUE))
    bench.apply(wanted("a", "x"), wanted("b", "y"))
    bench.there.writes = [well, REFUSED]
    result = bench.apply(wanted("a", "y"), wanted("b", "x"))
    assert outcomes(result) == {"a": "failed", "b": "failed"}
    assert any("One of its two halves is done" in str(one.error) for one in result.outcomes)
    assert bench.apply(wanted("a", "y"), wanted("b", "x")).ok
    assert len(bench.there.records) == 2


def stopping(bench: Bench, then: Any = well) -> Callable[[Callable[[], Any]], Any]:
    """A write during which the user interrupts."""

    def behave(do: Callable[[], Any]) -> Any:
        bench.stop.set()
        return then(do)

    return behave


def test_an_interrupt_finishes_what_is_under_way_and_begins_nothing_else(bench: Bench) -> None:
    bench.there.writes = [stopping(bench)]
    result = bench.apply(wanted("a"), wanted("b", "b"))
    assert outcomes(result) == {"a": "done", "b": "not_attempted"}
    assert (set(ids(bench)), bench.state().intents) == ({"a"}, {})


def test_an_interrupt_between_the_halves_of_a_replacement_is_told(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(FakeConnection(ability=hidden(cannot={"update": "no"})))
    bench.apply(wanted(level=1))
    bench.there.writes = [stopping(bench)]
    result = bench.apply(wanted(level=2))
    assert (outcomes(result), result.outcomes[0].id_after) == ({"hook": "interrupted"}, "acme-2")
    bench.stop.clear()
    assert outcomes(bench.apply(wanted(level=2))) == {"hook": "done"}


@pytest.mark.parametrize("sent", [True, False])
def test_what_is_not_seen_at_once_after_an_interrupt_stays_open(bench: Bench, sent: bool) -> None:
    """There is no time to wait for the second read, so absence is not believed."""
    bench.there.writes = [stopping(bench, lost if sent else failing(Ambiguous("reset")))]
    result = bench.apply(wanted())
    assert outcomes(result) == {"hook": "done" if sent else "unknown"}
    assert len(bench.state().intents) == (0 if sent else 1)
    bench.stop.clear()
    assert bench.apply(wanted()).ok
    assert len(bench.there.records) == 1


def test_an_update_that_times_out_in_an_interrupt_stays_open(bench: Bench) -> None:
    bench.apply(wanted(level=1))
    bench.there.writes = [stopping(bench, late)]
    assert outcomes(bench.apply(wanted(level=2))) == {"hook": "unknown"}
    bench.stop.clear()
    assert bench.apply(wanted(level=2)).ok


class FullDisk:
    """Takes the store's commits until `full`, and none from then on that is not about the lock."""

    def __init__(self, bench: Bench, monkeypatch: pytest.MonkeyPatch, kind: type | None, nth: int) -> None:
        self.left = nth
        self.full = False
        self._kind = kind
        real = type(bench.store).commit

        def commit(store: Any, *operations: Operation) -> None:
            if self._kind is None or any(isinstance(one, self._kind) for one in operations):
                self.left -= 1
            if self.left < 0:
                self.full = True
            if self.full:
                raise StateError("The state cannot be written: the disk is full.")
            real(store, *operations)

        monkeypatch.setattr(type(bench.store), "commit", commit)


def test_no_request_is_made_whose_intent_cannot_be_recorded(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        FullDisk(bench, patch, PutIntent, 0)
        result = bench.apply(wanted("a"), wanted("b", "b"))
    assert bench.there.calls == []
    assert outcomes(result) == {"a": "not_attempted", "b": "not_attempted"}
    assert "nothing was sent" in str(result.outcomes[0].error)
    assert "disk is full" in result.warnings[0].message
    assert bench.apply(wanted("a"), wanted("b", "b")).ok


@pytest.mark.parametrize("nth", range(1, 9))
@pytest.mark.parametrize("parallelism", [1, 3])
def test_a_disk_that_fills_up_stops_the_apply_and_the_next_one_recovers(
    make_bench: Callable[..., Bench], monkeypatch: pytest.MonkeyPatch, nth: int, parallelism: int
) -> None:
    bench = make_bench(FakeConnection(ability=UNIQUE))
    bench.apply(*(wanted(name, name) for name in "abc"))
    then = (wanted("a", "b"), wanted("b", "a"), wanted("d", "d"), wanted("e", "e"))
    with monkeypatch.context() as patch:
        disk = FullDisk(bench, patch, None, nth)
        result = bench.apply(*then, parallelism=parallelism)
        assert disk.full
    assert not bench.stop.is_set()  # a failed state is no interrupt
    assert set(outcomes(result).values()) <= {"done", "unknown", "not_attempted", "interrupted"}
    for change, outcome in zip(result.plan.changes, result.outcomes, strict=True):
        if outcome.status == "not_attempted":
            assert _untouched(bench, change), outcome
    assert bench.apply(*then).ok
    assert sorted(one.fields["url"][-1] for one in bench.there.records.values()) == ["a", "b", "d", "e"]
    assert bench.plan_is_empty(*then)


def _untouched(bench: Bench, change: Change) -> bool:
    """Whether what a change says of its record is still so."""
    if change.action == "create":
        return all(one.key != change.desired.key for one in bench.there.records.values() if change.desired)
    return ((), change.id) in bench.there.records


def test_a_lock_that_was_broken_stops_the_apply_before_its_next_request(bench: Bench) -> None:
    def broken(do: Callable[[], Any]) -> Any:
        with sqlite3.connect(bench.path) as connection:
            connection.execute("DELETE FROM lock")
        connection.close()
        return do()

    bench.there.writes = [broken]
    result = bench.apply(wanted("a"), wanted("b", "b"))
    assert outcomes(result) == {"a": "unknown", "b": "not_attempted"}
    assert len(bench.there.calls) == 1
    assert "lock" in result.warnings[0].message
    assert bench.apply(wanted("a"), wanted("b", "b")).ok
    assert len(bench.there.records) == 2


def test_a_lock_that_was_broken_also_stops_a_second_try(bench: Bench) -> None:
    def broken(do: Callable[[], Any]) -> Any:
        with sqlite3.connect(bench.path) as connection:
            connection.execute("DELETE FROM lock")
        connection.close()
        raise Ambiguous("the connection was reset")

    bench.there.writes = [broken]
    assert outcomes(bench.apply(wanted())) == {"hook": "unknown"}
    assert len(bench.there.calls) == 1


def test_what_cannot_be_read_back_is_told_and_remembered_by_the_next_run(bench: Bench) -> None:
    bench.there.reads = [well, unreadable]
    result = bench.apply(wanted())
    assert (outcomes(result), result.ok) == ({"hook": "done"}, True)
    assert "could not be read back" in result.warnings[0].message
    assert bench.state().records["hook"].echo is None


def test_a_written_record_that_a_read_does_not_show_is_told(bench: Bench) -> None:
    bench.there.reads = [well, lambda do: (), lambda do: ()]
    result = bench.apply(wanted())
    assert [one.message for one in result.warnings] == [
        "acme-1 was written and a complete read does not show it yet; plan again"
    ]


def test_events_that_the_provider_did_not_take_are_told(bench: Bench) -> None:
    bench.there.alter = {"events": ("e",)}
    result = bench.apply(wanted(events=["e", "f"]))
    assert [one.message for one in result.warnings] == ["the provider did not take these events: f"]


def test_many_lost_answers_at_once_make_nothing_twice(make_bench: Callable[..., Bench]) -> None:
    """Siblings with one URL, under way side by side, their answers lost every second time."""
    bench = make_bench(FakeConnection(ability=replace(hidden(), unique=())))
    # Two are dropped in all, so that none is given up, whichever way the threads share these out.
    bench.there.writes = [lost, well, dropped, late] * 2 + [lost, well, late] * 10
    records = [wanted(f"hook[{event}]", "same", [event]) for event in "abcdefghijklmnopqrst"]
    barrier = threading.Barrier(4, timeout=30)
    with_others = bench.there.writes[0]

    def together(do: Callable[[], Any]) -> Any:
        barrier.wait()
        return with_others(do)

    bench.there.writes[:4] = [together] * 4
    result = bench.apply(*records, parallelism=8)
    assert result.ok, result.outcomes
    assert sorted(one.fields["events"][0] for one in bench.there.records.values()) == list("abcdefghijklmnopqrst")
    assert set(ids(bench).values()) == {number for _, number in bench.there.records}
    assert bench.plan_is_empty(*records)

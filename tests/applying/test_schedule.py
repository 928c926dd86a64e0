"""Which step runs when, and what becomes of the rest where one ends the run."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.applying.order import Step
from reconciler.applying.schedule import run_steps
from reconciler.planning.plan import Change, Outcome

DONE = Outcome("done")
MAIN = threading.main_thread().ident or 0


def change(connection: str = "one") -> Change:
    return Change("a", connection, "github", (), "create", "not_at_provider")


def step(index: int, after: frozenset[int] = frozenset()) -> Step:
    return Step(index, index, "make", set(after))


def run(
    steps: Sequence[Step],
    perform: Callable[[Step], Outcome],
    parallelism: int = 4,
    halted: Callable[[], bool] = lambda: False,
    connections: Sequence[str] = (),
) -> dict[int, Outcome]:
    outcomes: dict[int, Outcome] = {}
    changes = [change(name) for name in connections] or [change() for _ in steps]
    run_steps(steps, changes, perform, parallelism, halted, outcomes)
    return outcomes


GRAPHS = st.integers(0, 12).flatmap(
    lambda size: st.tuples(
        *(st.frozensets(st.integers(0, index - 1) if index else st.nothing()) for index in range(size))
    )
)


@given(GRAPHS, st.frozensets(st.integers(0, 11)), st.integers(1, 5))
def test_every_step_runs_after_what_it_waits_for_and_not_after_a_failure(
    graph: tuple[frozenset[int], ...], failing: frozenset[int], parallelism: int
) -> None:
    guard = threading.Lock()
    under_way: set[int] = set()
    most, order = 0, []

    def perform(one: Step) -> Outcome:
        nonlocal most
        with guard:
            under_way.add(one.index)
            most = max(most, len(under_way))
            order.append(one.index)
        with guard:
            under_way.discard(one.index)
        return Outcome("failed", "no") if one.index in failing else DONE

    outcomes = run([step(index, after) for index, after in enumerate(graph)], perform, parallelism)

    begins: set[int] = set()
    for index, after in enumerate(graph):
        if after <= begins - failing:
            begins.add(index)
    assert sorted(order) == sorted(outcomes) == sorted(begins)
    assert all(order.index(before) < order.index(index) for index in begins for before in graph[index])
    assert most <= parallelism


def test_all_threads_are_used() -> None:
    together = threading.Barrier(4, timeout=10)

    def perform(_: Step) -> Outcome:
        together.wait()
        return DONE

    assert len(run([step(index) for index in range(4)], perform)) == 4


def test_a_thread_that_finds_nothing_to_do_waits_for_what_becomes_ready() -> None:
    together = threading.Barrier(2, timeout=10)

    def perform(one: Step) -> Outcome:
        if one.index:
            together.wait()  # only two threads at once can pass
        return DONE

    first = frozenset({0})
    assert len(run([step(0), step(1, first), step(2, first)], perform, parallelism=2)) == 3


def test_free_threads_go_to_the_connection_with_the_fewest_under_way() -> None:
    begun: list[int] = []
    two = threading.Event()

    def perform(one: Step) -> Outcome:
        begun.append(one.index)
        if len(begun) == 2:
            two.set()
        assert two.wait(10)
        return DONE

    run([step(index) for index in range(3)], perform, parallelism=2, connections=["slow", "slow", "other"])
    assert sorted(begun[:2]) == [0, 2]


def test_nothing_begins_once_it_is_halted() -> None:
    done: list[int] = []

    def perform(one: Step) -> Outcome:
        done.append(one.index)
        return DONE

    outcomes = run([step(index) for index in range(9)], perform, parallelism=1, halted=lambda: len(done) >= 3)
    assert sorted(outcomes) == done == [0, 1, 2]


def test_what_a_step_raises_ends_the_run_and_is_raised() -> None:
    begun = []

    def perform(one: Step) -> Outcome:
        begun.append(one.index)
        if one.index == 2:
            raise ZeroDivisionError
        return DONE

    with pytest.raises(ZeroDivisionError):
        run([step(index) for index in range(9)], perform, parallelism=1)
    assert begun == [0, 1, 2]


@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="signals reach one thread on POSIX only")
def test_an_interrupt_lets_what_is_under_way_end_and_nothing_begin(interruptible: None) -> None:
    begun, ended = [], []
    interrupted = threading.Event()

    def perform(one: Step) -> Outcome:
        begun.append(one.index)
        if not interrupted.is_set():
            time.sleep(0.3)  # by now the main thread has started all threads and waits for them
            interrupted.set()
            signal.pthread_kill(MAIN, signal.SIGINT)
            time.sleep(0.3)  # by now it has noticed
        ended.append(one.index)
        return DONE

    with pytest.raises(KeyboardInterrupt):
        run([step(index) for index in range(9)], perform, parallelism=1)
    assert begun == ended == [0]

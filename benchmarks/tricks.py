"""What the program's tricks are worth: each against the same without it, in turns, within this process."""

from __future__ import annotations

import gc
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from benchmarks.inputs import EVENTS, MORE, hooks
from benchmarks.rows import TIMES, Row, seconds
from reconciler.documents import read, reader
from reconciler.documents.quick import Unusual
from reconciler.planning.differences import differences
from reconciler.records import Known
from reconciler.state.grouping import GroupCommit
from reconciler.state.model import PutRecord
from reconciler.state.sqlite import SqliteStore

MANY = 10_000
TURNS = 5

Pairs = dict[str, dict[str, tuple[object, object]]]


def tricks() -> Iterator[Row]:
    """Yield a row for each trick, and the time of the differences by itself."""
    with TemporaryDirectory() as folder:
        yield from _reading(Path(folder))
        yield from _differing()
        yield from _committing(Path(folder))


def _reading(folder: Path) -> Iterator[Row]:
    path = hooks(folder, MANY, "https://hooks.example.net")

    def by_nodes() -> object:
        with patch.object(reader, "quick", side_effect=Unusual):
            return read(path)

    quick, nodes = _in_turns(lambda: read(path), by_nodes)
    yield _row("tricks", "a plain file by libyaml's events : by its node graph", quick, nodes)


def _differing() -> Iterator[Row]:
    pairs: Pairs = {
        str(number): {
            "events": (tuple(EVENTS), (*EVENTS, MORE)),
            "config": ({"retries": number, "region": "eu"}, {"retries": number + 1, "region": "eu"}),
        }
        for number in range(MANY)
    }
    few = dict(list(pairs.items())[: MANY // 10])
    together, alone, whole = _in_turns(
        lambda: differences(few),
        lambda: [differences({key: pair}) for key, pair in few.items()],
        lambda: differences(pairs),
    )
    yield Row("changed", f"deepdiff over all {MANY:,} pairs that differ", round(whole, 2), "s", 1.0, "by itself")
    yield _row("tricks", f"deepdiff once over {len(few):,} pairs : once a pair", together, alone)


def _committing(folder: Path) -> Iterator[Row]:
    threads, each = 32, 10
    store = SqliteStore(folder / "state.db")

    class Alone(GroupCommit):  # type: ignore[type-arg]
        def submit(self, item: object) -> None:
            with self._guard:
                self._write([item])

    def commits() -> None:
        def some(number: int) -> None:
            for turn in range(each):
                store.commit(PutRecord(Known(f"{number}-{turn}", "c", (), "1", "k", {})))

        running = [threading.Thread(target=some, args=(number,)) for number in range(threads)]
        for one in running:
            one.start()
        for one in running:
            one.join()

    grouped = store._commits
    single = Alone(store._write)

    def one_by_one() -> None:
        store._commits = single
        try:
            commits()
        finally:
            store._commits = grouped

    with store.locked("benchmark"):
        together, alone = _in_turns(commits, one_by_one, clock=time.perf_counter)
    store.close()
    yield _row(
        "tricks", f"{threads * each} durable commits of {threads} threads, grouped : one by one", together, alone
    )


def _row(point: str, says: str, trick: float, without: float) -> Row:
    return Row(point, says, round(trick / without, 2), TIMES, None, f"{seconds(trick)} : {seconds(without)}")


def _in_turns(*actions: Callable[[], object], clock: Callable[[], float] = time.process_time) -> list[float]:
    times: list[list[float]] = [[] for _ in actions]
    for turn in range(TURNS + 1):
        for action, taken in zip(actions, times, strict=True):
            gc.collect()
            began = clock()
            action()
            if turn:
                taken.append(clock() - began)
    return [statistics.median(taken) for taken in times]

"""Two runners that apply at once on a shared state, a hundred times: one writer at any time, and nothing lost."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from reconciler.applying import Progress
from reconciler.planning import Result
from reconciler.state.open import open_store
from reconciler.workflow.options import Options
from reconciler.workflow.session import Session
from tests.flows.flow import Flow
from tests.servers.fixtures import Place

ROUNDS = 100


class Writers:
    """Counts who is between the taking and the letting go of the lock."""

    def __init__(self) -> None:
        self.most = self._now = 0
        self._guard = threading.Lock()

    def come(self) -> None:
        with self._guard:
            self._now += 1
            self.most = max(self.most, self._now)

    def go(self) -> None:
        with self._guard:
            self._now -= 1


def _run(options: Options, start: threading.Barrier, writers: Writers, ended: list[Result | Exception | None]) -> None:
    try:
        with Session(options) as session:

            def confirm(plan: object) -> bool:  # asked under the lock
                writers.come()
                return True

            class Last(Progress):
                def ended(self) -> None:
                    writers.go()

            start.wait(60)
            ended.append(session.apply(confirm, Last()))
    except Exception as error:  # noqa: BLE001 -- the test looks at it
        ended.append(error)


@pytest.mark.long
@pytest.mark.parametrize("kind", ["postgresql", "s3"])
def test_two_runners_at_once_a_hundred_times(flow: Flow, places: Callable[[str], Place], kind: str) -> None:
    place = places(kind)()
    options = Options(file=flow.file, state=place, lock_timeout=120.0)
    writers = Writers()
    for number in range(ROUNDS):
        # Each round makes one record and deletes the one of the round before.
        url = f"https://hooks.example.com/{number}"
        flow.write({f"hook-{number}": flow.subscription("argyle", url=url)})
        ended: list[Result | Exception | None] = []
        start = threading.Barrier(2)
        runners = [threading.Thread(target=_run, args=(replace(options), start, writers, ended)) for _ in range(2)]
        for runner in runners:
            runner.start()
        for runner in runners:
            runner.join(120)
        results = [one for one in ended if isinstance(one, Result)]
        assert len(results) == 2, ended
        done = sorted(len(one.outcomes) for one in results)
        assert done == [0, 1 if not number else 2], done  # the second of them finds nothing to do
        assert all(outcome.status == "done" for one in results for outcome in one.outcomes)
        assert flow.urls("argyle") == [url]
    assert writers.most == 1
    assert flow.writes() == 2 * ROUNDS - 1

    store = open_store(place, environ={})
    state, history = store.load(), list(store.history())
    store.close()
    assert list(state.records) == [f"hook-{ROUNDS - 1}"]
    assert (state.deposed, state.intents) == ([], {})
    assert len(history) == 2 * ROUNDS - 1
    runs: list[Any] = [run for run, _ in itertools.groupby(entry.run for entry in history)]
    assert len(runs) == len(set(runs)) == ROUNDS  # no run writes between two writes of another

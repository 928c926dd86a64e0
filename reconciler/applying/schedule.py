"""Which step runs when: a pool of threads over the steps, each after those it waits for."""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from heapq import heappop, heappush

from reconciler.applying.order import Step
from reconciler.planning.plan import Change, Outcome

Perform = Callable[[Step], Outcome]


def run_steps(
    steps: Sequence[Step],
    changes: Sequence[Change],
    perform: Perform,
    parallelism: int,
    halted: Callable[[], bool],
    outcomes: dict[int, Outcome],
) -> None:
    """Run every step that has no outcome yet once all it waits for are done, up to `parallelism` at a time.

    Free threads go to the connection that has the fewest under way, so that a slow one does not hold
    up the others. Once `halted` says so no further step begins. The outcomes go into `outcomes`, by
    step; a step that never began has none. An exception of `perform` stops the rest and is raised at the end.
    """
    queue = _Queue((step for step in steps if step.index not in outcomes), changes, outcomes)
    crew = _Crew(queue, perform, halted, outcomes)
    with ThreadPoolExecutor(max_workers=parallelism, thread_name_prefix="apply") as pool:
        try:
            for worker in [pool.submit(crew.work) for _ in range(min(parallelism, len(steps)))]:
                worker.result()
        finally:
            crew.dismiss()


class _Crew:
    """The threads that run the steps. Each takes its next one itself: to be handed it would be two more waits."""

    def __init__(
        self, queue: _Queue, perform: Perform, halted: Callable[[], bool], outcomes: dict[int, Outcome]
    ) -> None:
        self._queue = queue
        self._perform = perform
        self._halted = halted
        self._outcomes = outcomes
        self._turn = threading.Condition()
        self._running = 0
        self._dismissed = False

    def work(self) -> None:
        """Run steps until none is left that could begin. What `perform` raises ends the others' work too."""
        step = self._next()
        while step is not None:
            outcome: Outcome | None = None
            try:
                outcome = self._perform(step)
            finally:
                step = self._next(step, outcome)

    def dismiss(self) -> None:
        """Let no further step begin."""
        with self._turn:
            self._dismissed = True
            self._turn.notify_all()

    def _next(self, ended: Step | None = None, outcome: Outcome | None = None) -> Step | None:
        """Note how a step ended (without an outcome: not at all), and return the one to begin now."""
        with self._turn:
            if ended is not None:
                self._end(ended, outcome)
            while not (self._dismissed or self._halted()):
                step = self._queue.take()
                if step is not None:
                    self._running += 1
                    return step
                if not self._running:
                    return None
                self._turn.wait()
            return None

    def _end(self, step: Step, outcome: Outcome | None) -> None:
        self._running -= 1
        if outcome is None:
            self._dismissed = True
        else:
            self._outcomes[step.index] = outcome
            self._queue.ended(step, outcome)
        self._turn.notify_all()  # those who wait are as many as find nothing to do: mostly none


class _Queue:
    """The steps that have not begun: each connection's ready ones in their order, and who waits for whom."""

    def __init__(self, steps: Iterable[Step], changes: Sequence[Change], outcomes: dict[int, Outcome]) -> None:
        self._changes = changes
        self._ready: defaultdict[str, list[tuple[int, Step]]] = defaultdict(list)
        self._waiting: dict[int, set[int]] = {}
        self._dependents: defaultdict[int, list[Step]] = defaultdict(list)
        self._busy: Counter[str] = Counter()
        for step in steps:
            self._waiting[step.index] = {
                index for index in step.after if index not in outcomes or outcomes[index].status != "done"
            }
            for index in self._waiting[step.index]:
                self._dependents[index].append(step)
            self._offer(step)

    def take(self) -> Step | None:
        """Return the step that is to begin next; None where none is ready."""
        ready = [name for name, steps in self._ready.items() if steps]
        if not ready:
            return None
        name = min(ready, key=lambda one: (self._busy[one], self._ready[one][0][0]))
        self._busy[name] += 1
        return heappop(self._ready[name])[1]

    def ended(self, step: Step, outcome: Outcome) -> None:
        """A step is over; if it is done, those that waited for it alone are ready."""
        self._busy[self._connection(step)] -= 1
        if outcome.status != "done":
            return
        for dependent in self._dependents[step.index]:
            self._waiting[dependent.index].discard(step.index)
            self._offer(dependent)

    def _offer(self, step: Step) -> None:
        if not self._waiting[step.index]:
            heappush(self._ready[self._connection(step)], (step.index, step))

    def _connection(self, step: Step) -> str:
        return self._changes[step.change].connection

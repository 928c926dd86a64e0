"""Which step runs when: a pool of threads over the steps, each after those it waits for."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from heapq import heappop, heappush
from queue import SimpleQueue

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
    # What has ended comes by itself: to ask all that run (`wait`) would take longer the more do.
    finished: SimpleQueue[tuple[Step, Future[Outcome]]] = SimpleQueue()
    running = 0
    failure: BaseException | None = None
    with ThreadPoolExecutor(max_workers=parallelism, thread_name_prefix="apply") as pool:
        while True:
            while failure is None and running < parallelism and not halted():
                step = queue.take()
                if step is None:
                    break
                running += 1
                pool.submit(perform, step).add_done_callback(partial(_note_end, finished, step))
            if not running:
                break
            step, future = finished.get()
            running -= 1
            error = future.exception()
            if error is None:
                outcomes[step.index] = future.result()
                queue.ended(step, outcomes[step.index])
            else:
                failure = failure or error
    if failure is not None:
        raise failure


def _note_end(finished: SimpleQueue[tuple[Step, Future[Outcome]]], step: Step, future: Future[Outcome]) -> None:
    finished.put((step, future))


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

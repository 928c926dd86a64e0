"""Which step runs when: a pool of threads over the steps, each after those it waits for."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from reconciler.applying.order import Step
from reconciler.planning.plan import Change, Outcome

Perform = Callable[[Step], Outcome]


def run_steps(
    steps: Sequence[Step],
    changes: Sequence[Change],
    perform: Perform,
    parallelism: int,
    stop: threading.Event,
) -> dict[int, Outcome]:
    """Run every step once all it waits for are done, up to `parallelism` at a time.

    Free threads go to the connection that has the fewest under way, so that a slow one does not hold
    up the others. Once `stop` is set no further step begins. Returns the outcomes by step; a step
    that never began has none. An exception of `perform` stops the rest and is raised at the end.
    """
    outcomes: dict[int, Outcome] = {}
    pending = {step.index: step for step in steps}
    running: dict[Future[Outcome], Step] = {}
    busy: Counter[str] = Counter()
    failure: BaseException | None = None
    with ThreadPoolExecutor(max_workers=parallelism, thread_name_prefix="apply") as pool:
        while True:
            done = {index for index, outcome in outcomes.items() if outcome.status == "done"}
            while not stop.is_set() and failure is None and len(running) < parallelism:
                ready = [step for step in pending.values() if step.after <= done]
                if not ready:
                    break
                step = min(ready, key=lambda one: (busy[changes[one.change].connection], one.index))
                del pending[step.index]
                busy[changes[step.change].connection] += 1
                running[pool.submit(perform, step)] = step
            if not running:
                break
            finished, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in finished:
                step = running.pop(future)
                busy[changes[step.change].connection] -= 1
                error = future.exception()
                if error is None:
                    outcomes[step.index] = future.result()
                else:
                    failure = failure or error
    if failure is not None:
        raise failure
    return outcomes

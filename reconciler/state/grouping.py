"""Several threads' commits in one write: what a store's disk or server takes long for is paid once."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from reconciler.errors import StateError
from reconciler.slotted import dataclass

T = TypeVar("T")


class Outage(StateError):
    """The store cannot be written at all now: what failed is the write, not what was to be written."""


@dataclass(slots=True)
class _Turn(Generic[T]):
    item: T
    done: bool = False
    error: Exception | None = None


class GroupCommit(Generic[T]):
    """Hands items to `write` in groups. `write` gets one or more items and takes all of them or raises.

    Whoever comes first writes; those who come meanwhile wait, and the first of them writes for all.
    """

    def __init__(self, write: Callable[[Sequence[T]], None]) -> None:
        self._write = write
        self._waiting: deque[_Turn[T]] = deque()
        self._leading = threading.Lock()

    def submit(self, item: T) -> None:
        """Return once `item` is written. Raises what `write` raised for it; thread-safe."""
        turn = _Turn(item)
        self._waiting.append(turn)
        with self._leading:
            if not turn.done:
                self._lead(turn)
        if turn.error is not None:
            raise turn.error

    def _lead(self, own: _Turn[T]) -> None:
        turns = [self._waiting.popleft() for _ in range(len(self._waiting))]
        try:
            self._write_all(turns)
        finally:
            # Cut short by an interrupt: the others' turns are the next leader's.
            self._waiting.extendleft(turn for turn in reversed(turns) if not turn.done and turn is not own)

    def _write_all(self, turns: Sequence[_Turn[T]]) -> None:
        error: Exception | None = None
        try:
            self._write([turn.item for turn in turns])
        except Exception as raised:  # noqa: BLE001 -- raised again, in the thread whose item it is
            error = raised
        if error is not None and len(turns) > 1 and not isinstance(error, Outage):
            for turn in turns:  # one bad item must not take the others with it
                self._write_all([turn])
            return
        for turn in turns:
            turn.done, turn.error = True, error

"""Several threads' commits in one write: what a store's disk or server takes long for is paid once."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from reconciler.errors import StateError

T = TypeVar("T")


class Outage(StateError):
    """The store cannot be written at all now: what failed is the write, not what was to be written."""


class _Turn(Generic[T]):
    """An item on its way, and the lock that its thread sleeps on until it is written or the thread is to write."""

    __slots__ = ("done", "error", "item", "wake")

    def __init__(self, item: T) -> None:
        self.item = item
        self.done = False
        self.error: Exception | None = None
        self.wake = threading.Lock()
        self.wake.acquire()


class GroupCommit(Generic[T]):
    """Hands items to `write` in groups. `write` gets one or more items and takes all of them or raises.

    Whoever comes first writes; those who come meanwhile wait, and the first of them writes for all. Each sleeps on a
    lock of its own: on a common one those whose item is written would wake one after the other, each in line for
    the interpreter, before the next group begins.
    """

    def __init__(self, write: Callable[[Sequence[T]], None]) -> None:
        self._write = write
        self._guard = threading.Lock()
        self._waiting: deque[_Turn[T]] = deque()
        self._leader: _Turn[T] | None = None

    def submit(self, item: T) -> None:
        """Return once `item` is written. Raises what `write` raised for it; thread-safe."""
        turn = _Turn(item)
        try:
            with self._guard:
                self._waiting.append(turn)
                if self._leader is None:
                    self._leader = turn
                    turn.wake.release()
            turn.wake.acquire()
            if not turn.done:
                self._lead()
        finally:
            self._left(turn)
        if turn.error is not None:
            raise turn.error

    def _lead(self) -> None:
        with self._guard:
            turns = list(self._waiting)
            self._waiting.clear()
        try:
            self._write_all(turns)
        finally:
            # Cut short by an interrupt: the others' turns are the next leader's.
            with self._guard:
                self._waiting.extendleft(turn for turn in reversed(turns) if not turn.done)

    def _left(self, turn: _Turn[T]) -> None:
        """A thread goes on, or was interrupted, wherever it was: if it led, the first who waits does now."""
        with self._guard:
            if turn in self._waiting:
                self._waiting.remove(turn)
            if self._leader is turn:
                self._leader = self._waiting[0] if self._waiting else None
                if self._leader is not None:
                    self._leader.wake.release()

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
            if turn is not self._leader:
                turn.wake.release()

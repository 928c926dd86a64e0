"""Bounds the whole of an exchange: the socket's own time-out bounds one wait only, and a slow answer has many."""

from __future__ import annotations

import threading
import time
from collections import deque

from reconciler.http.connections import Progress

_LAST = 1.0
"""Seconds to wait for the thread's end, which is at hand."""


class Watchdog:
    """Cuts exchanges that take longer than `timeout` seconds; thread-safe.

    One thread watches all of them: a timer each would take longer to start than many an answer takes to
    come. As all have the same time, they run out of it in the order in which they began.
    """

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        self._watched: deque[tuple[float, Progress]] = deque()
        self._some = threading.Event()
        self._closed = threading.Event()
        self._guard = threading.Lock()
        self._thread: threading.Thread | None = None

    def watch(self, progress: Progress) -> None:
        """Cut this exchange when its time is up, unless it has `ended` by then."""
        self._watched.append((time.monotonic() + self._timeout, progress))
        if not self._some.is_set():
            self._some.set()
        if self._thread is None:
            self._start()

    def close(self) -> None:
        """Watch no more."""
        self._closed.set()
        self._some.set()
        if self._thread is not None:
            self._thread.join(_LAST)

    def _start(self) -> None:
        with self._guard:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="watchdog", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while not self._closed.is_set():
            if not self._watched:
                self._some.clear()
                if not self._watched:  # else one came before the clearing
                    self._some.wait()
                continue
            deadline, progress = self._watched[0]
            left = deadline - time.monotonic()
            if progress.ended or left <= 0:
                self._watched.popleft()
                if not progress.ended:
                    progress.expire()
            else:
                self._closed.wait(left)

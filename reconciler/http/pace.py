"""How fast a connection may go: requests at a time, requests a second, and pauses after a 429."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext

from reconciler.http.clock import Clock
from reconciler.slotted import dataclass

_FIRST_SLOWDOWN = 0.1
_SLOWEST = 5.0
_SPEED_UP = 0.9
_LONGEST_HOLD = 30.0


@dataclass(frozen=True, slots=True)
class Quota:
    """The headers (in small letters) that say how many requests are left, and when there are new ones.

    `epoch`: the latter is a time in seconds since 1970, not from now.
    """

    remaining: str
    reset: str
    epoch: bool = False

    def wait(self, headers: Mapping[str, str], now: float) -> float:
        """Return the seconds to wait before the next request: none while some are left."""
        left, reset = headers.get(self.remaining, ""), headers.get(self.reset, "")
        try:
            if float(left) >= 1:
                return 0.0
            seconds = float(reset) - (now if self.epoch else 0.0)
        except ValueError:
            return 0.0
        return min(max(seconds, 0.0), _LONGEST_HOLD)


class Pace:
    """One connection's limits, shared by all its threads; other connections are untouched.

    A 429 stops all threads until the provider's `Retry-After` and then doubles the time between two
    requests; every good answer shortens it again, down to what `rate` allows.
    """

    def __init__(
        self, concurrency: int | None, rate: float | None, clock: Clock, stop: threading.Event | None = None
    ) -> None:
        self._places = threading.BoundedSemaphore(concurrency) if concurrency else nullcontext()
        self._least = 1 / rate if rate else 0.0
        self._between = self._least
        self._clock = clock
        self._stop = stop
        self._lock = threading.Lock()
        self._next = 0.0
        self._paused_until = 0.0

    @contextmanager
    def turn(self) -> Iterator[bool]:
        """Hold a place for one request. Yields False where the wait for it was interrupted."""
        with self._places:
            yield self._wait()

    def pause(self, seconds: float) -> None:
        """The provider said 429: nobody sends for `seconds`, and all go slower from then on."""
        with self._lock:
            now = self._clock.monotonic()
            if now >= self._paused_until:
                self._between = min(max(self._between * 2, _FIRST_SLOWDOWN), max(_SLOWEST, self._least))
            self._paused_until = max(self._paused_until, now + seconds)

    def hold(self, seconds: float) -> None:
        """Nobody sends for `seconds`, as no requests are left until then."""
        with self._lock:
            self._paused_until = max(self._paused_until, self._clock.monotonic() + seconds)

    def went_well(self) -> None:
        """The provider answered: go a little faster, if a 429 had slowed us down."""
        with self._lock:
            slowed = self._between * _SPEED_UP
            self._between = slowed if slowed > max(self._least, _FIRST_SLOWDOWN / 10) else self._least

    def _wait(self) -> bool:
        while True:
            with self._lock:
                now = self._clock.monotonic()
                start = max(self._next, self._paused_until)
                if start <= now:
                    self._next = now + self._between
                    return True
            if self._stop is not None and self._stop.is_set():
                return False
            self._clock.sleep(start - now, self._stop)

"""How long to wait before a second try, and for how long at all."""

from __future__ import annotations

import threading
from email.utils import parsedate_to_datetime

from reconciler.http.clock import Clock

_BASE = 0.2
_LONGEST = 5.0
_LONGEST_ASKED = 30.0


def backoff(attempt: int, clock: Clock) -> float:
    """Return the seconds to wait after the `attempt`-th try (from 1): exponential, with full jitter."""
    return clock.random() * min(_LONGEST, _BASE * 2.0 ** min(attempt - 1, 16))


def asked(retry_after: str | None, clock: Clock) -> float | None:
    """Return the seconds that a `Retry-After` asks for (a number or a date), at most 30; None for none."""
    if retry_after is None:
        return None
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        seconds = float(text[:9])
    else:
        try:
            seconds = parsedate_to_datetime(text).timestamp() - clock.wall()
        except (ValueError, OverflowError):
            return None
    return min(max(seconds, 0.0), _LONGEST_ASKED)


class Patience:
    """For how long a connection is tried again: `limit` seconds since it last answered, over all threads."""

    def __init__(self, limit: float, clock: Clock) -> None:
        self._limit = limit
        self._clock = clock
        self._lock = threading.Lock()
        self._failing_since: float | None = None

    def answered(self) -> None:
        """The provider is there: the next failure starts anew."""
        with self._lock:
            self._failing_since = None

    def allows(self, delay: float, since: float) -> bool:
        """Whether a request whose first try failed at `since` may wait `delay` seconds more."""
        now = self._clock.monotonic()
        with self._lock:
            if self._failing_since is None:
                self._failing_since = now
            start = min(self._failing_since, since)
        return now + delay <= start + self._limit

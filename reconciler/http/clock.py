"""Time and chance as one value, so that tests can take their place."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable

from reconciler.slotted import dataclass


def _sleep(seconds: float, stop: threading.Event | None) -> None:
    if stop is None:
        time.sleep(seconds)
    else:
        stop.wait(seconds)


@dataclass(frozen=True, slots=True)
class Clock:
    """`sleep` returns early when its event is set; `wall` is seconds since 1970; `random` is in [0, 1)."""

    monotonic: Callable[[], float] = time.monotonic
    wall: Callable[[], float] = time.time
    sleep: Callable[[float, threading.Event | None], None] = _sleep
    random: Callable[[], float] = random.random

"""Ctrl-C and SIGTERM: the first stops gently, the second leaves at once; the next run recovers."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import click

from reconciler.cli.endings import INTERRUPTED

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interrupts:
    """Turns signals into a stop. Outside of `gently` the first one also ends the command where it is.

    `stop` is set for other reasons as well (a state that fails in mid-apply); `came` tells of signals alone.
    """

    def __init__(self) -> None:
        self.stop = threading.Event()
        self.came = False
        self._gentle = False

    @contextmanager
    def watched(self) -> Iterator[Interrupts]:
        """Handle the signals for as long as the block runs."""
        before = {number: signal.signal(number, self._handle) for number in _SIGNALS}
        try:
            yield self
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    @contextmanager
    def gently(self) -> Iterator[None]:
        """While writes are under way: the first signal only stops what has not begun."""
        self._gentle = True
        try:
            yield
        finally:
            self._gentle = False

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if self.came:
            # os.write, not print: the handler may have interrupted a print that holds the stream's lock.
            os.write(2, b"\nInterrupted again: leaving at once. The next run reads first and recovers.\n")
            os._exit(INTERRUPTED)
        self.came = True
        self.stop.set()
        if not self._gentle:
            raise KeyboardInterrupt
        os.write(2, b"\nInterrupted: finishing what is under way; nothing new begins. Again to leave at once.\n")


def was_interrupted(interrupts: Interrupts) -> bool:
    """Whether a signal came; says so, for the last line of an apply."""
    if not interrupts.came:
        return False
    click.echo("Interrupted.", err=True)
    return True

"""What an apply tells while it runs: a line as each change begins and ends, and on a terminal how far it is."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import TextIO

from reconciler.applying.progress import Progress
from reconciler.output.page import Tone, painted
from reconciler.output.terminal import is_interactive, wants_color
from reconciler.output.visible import visible
from reconciler.output.words import STATUS_WORDS, subject
from reconciler.planning.plan import Action, Change, Outcome

_UNDER_WAY: dict[Action, str] = {
    "create": "creating",
    "update": "changing",
    "replace": "replacing",
    "delete": "deleting",
    "adopt": "adopting",
    "rename": "renaming",
    "forget": "forgetting",
}
_DONE: dict[Action, str] = {
    "create": "created",
    "update": "changed",
    "replace": "replaced",
    "delete": "deleted",
    "adopt": "adopted",
    "rename": "renamed",
    "forget": "forgotten",
}

LOGGER = "reconciler.progress"


def progress_to(stream: TextIO, *, color: str, log_format: str) -> Progress:
    """Return who tells of an apply: lines on `stream` (stderr), or records of the log where that is JSON."""
    if log_format == "json":
        return TextProgress(_log, color=False)
    writer = _Writer(stream)
    return TextProgress(
        writer.line, color=wants_color(color, stream), status=writer.status if is_interactive(stream) else None
    )


class TextProgress(Progress):
    """Writes one line an event through `line`, and how far it is through `status`, where there is one."""

    def __init__(
        self,
        line: Callable[[str], None],
        *,
        color: bool,
        status: Callable[[str], None] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._line = line
        self._status = status
        self._color = color
        self._clock = clock
        self._lock = threading.Lock()
        self._total = 0
        self._ended = 0
        self._since: dict[int, float] = {}  # by the change's identity: a change cannot be hashed

    def began(self, total: int) -> None:
        """Begin to count."""
        with self._lock:
            self._total, self._ended = total, 0
            self._since.clear()

    def started(self, change: Change) -> None:
        """Tell that a change is under way."""
        with self._lock:
            self._since[id(change)] = self._clock()
            self._tell(f"{subject(change)}: {_UNDER_WAY[change.action]} ...", "plain")

    def note(self, change: Change | None, message: str) -> None:
        """Tell what happened on the way."""
        with self._lock:
            where = f"{subject(change)}: " if change else ""
            self._tell(f"{where}{visible(message)}", "faint")

    def finished(self, change: Change, outcome: Outcome) -> None:
        """Tell how a change ended, and after how many seconds."""
        with self._lock:
            self._ended += 1
            since = self._since.pop(id(change), None)
            elapsed = "" if since is None else f"{self._clock() - since:.1f} s"
            self._tell(f"{subject(change)}: {_ending(change, outcome, elapsed)}", _tone(outcome))

    def ended(self) -> None:
        """Take the status away."""
        with self._lock:
            if self._status:
                self._status("")

    def _tell(self, text: str, tone: Tone) -> None:
        self._line(painted(text, tone, color=self._color))
        if self._status:
            self._status(f" {self._ended}/{self._total} done, {len(self._since)} under way")


class _Writer:
    """Writes lines and one passing status line; falls silent when nobody reads any more."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._status = ""
        self._deaf = False

    def line(self, text: str) -> None:
        self._write(f"{self._blank()}{text}\n")

    def status(self, text: str) -> None:
        blank = self._blank()
        self._status = text
        self._write(f"{blank}{text}")

    def _blank(self) -> str:
        """What takes the present status off the screen. Spaces, which every terminal understands."""
        blank = f"\r{' ' * len(self._status)}\r" if self._status else ""
        self._status = ""
        return blank

    def _write(self, text: str) -> None:
        if self._deaf:
            return
        try:
            self._stream.write(text)
            self._stream.flush()
        except (OSError, ValueError):
            # The reader of stderr left, or it was closed. The apply matters more than who watches it.
            self._deaf = True


def _log(text: str) -> None:
    logging.getLogger(LOGGER).info("%s", text)


def _ending(change: Change, outcome: Outcome, elapsed: str) -> str:
    if outcome.status == "done":
        number = outcome.id_after or (change.id if change.action != "create" else None)
        details = ", ".join(filter(None, [f"id {visible(number)}" if number else "", elapsed]))
        return f"{_DONE[change.action]} ({details})" if details else _DONE[change.action]
    error = outcome.error or change.blocked
    words = STATUS_WORDS[outcome.status] + (f" ({elapsed})" if elapsed else "")
    return f"{words}: {visible(error)}" if error else words


def _tone(outcome: Outcome) -> Tone:
    return "good" if outcome.status == "done" else "bad"

"""The exception tree. Every error that leaves a layer is one of these.

    ReconcileError            what the user is told, in one message, with exit code 1
    ├── ConfigError           the file (or a provider's table) is wrong: one or many `Problem`s
    ├── UsageError            the command line asks for something that cannot be
    ├── StateError            the state cannot be read, written or trusted
    │   └── StateLocked       somebody else holds the lock
    ├── CaptureError          a secret that a provider made cannot be handed to where the file says
    └── ProviderError         a call to a provider did not end well
        ├── Unreadable        a read failed or was not complete: nothing is known there
        ├── Refused           a write was clearly refused: the provider did nothing
        ├── NotSent           a write never reached the provider: it did nothing
        └── Ambiguous         a write may or may not have happened: read before you go on

Messages hold no secret: whoever builds one from a provider's words scrubs them first.
"""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.slotted import dataclass


@dataclass(frozen=True, slots=True)
class Location:
    """A place in a text file; `line` and `column` count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in a file: what, where, and what would be right."""

    message: str
    location: Location | None = None
    hint: str | None = None

    def __str__(self) -> str:
        where = f"{self.location}: " if self.location else ""
        hint = f"\n    {self.hint}" if self.hint else ""
        return f"{where}{self.message}{hint}"


class ReconcileError(Exception):
    """Base of all errors that are told to the user as one message."""


class ConfigError(ReconcileError):
    """A file is wrong. `problems` has all that was found in one run, in the file's order."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class UsageError(ReconcileError):
    """The command line asks for something that cannot be."""


class StateError(ReconcileError):
    """The state cannot be read, written or trusted; the message says what to do."""


class StateLocked(StateError):
    """Somebody else holds the state's lock; the message says who, where and since when."""


class CaptureError(ReconcileError):
    """A secret that a provider made cannot be handed to the file or command that is to have it."""


class ProviderError(ReconcileError):
    """A call to a provider did not end well."""


class Unreadable(ProviderError):
    """A read failed or was not complete. Nothing may be concluded from it."""


class Refused(ProviderError):
    """The provider clearly refused a write and did nothing. `status` is the HTTP status, if any."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class NotSent(ProviderError):
    """A write never reached the provider, so it did nothing."""


class Ambiguous(ProviderError):
    """A write may or may not have happened. `timed_out`: the answer may still be on its way to come true."""

    def __init__(self, message: str, *, timed_out: bool = False) -> None:
        super().__init__(message)
        self.timed_out = timed_out

"""What goes wrong on purpose: which requests are hit, and by what.

A file of faults:

    seed: 7
    faults:
      - {provider: argyle, operation: create, kind: status, status: 503, retry_after: 1, times: 2}
      - {kind: reset_after, rate: 0.1}
      - {operation: list, kind: half_body, page: 2, times: 1}

Of the faults that fit a request the first that is due hits it. Which of its matching requests a fault
hits depends on the seed and their number alone, so a run can be repeated.
"""

from __future__ import annotations

from email.utils import formatdate
from fnmatch import fnmatchcase
from math import ceil
from pathlib import Path
from random import Random
from threading import Lock
from time import time
from typing import Any, Literal

from reconciler import documents
from reconciler.documents import Field, Model

Operation = Literal["login", "account", "list", "get", "create", "update", "delete", "rotate", "after"]
OPERATIONS: tuple[Operation, ...] = ("login", "account", "list", "get", "create", "update", "delete", "rotate", "after")

FaultKind = Literal[
    "status",
    "reset_before",
    "delay",
    "error_in_200",
    "redirect",
    "throttled",
    "status_after",
    "reset_after",
    "delay_after",
    "half_body",
    "not_json",
    "html",
    "altered_echo",
    "gzip_bomb",
    "huge",
]


def _some_operation(value: str) -> None:
    if not any(fnmatchcase(operation, value) for operation in OPERATIONS):
        raise ValueError(f"no operation fits {value!r}; there are {', '.join(OPERATIONS)}")


class Fault(Model):
    """One thing that goes wrong, and when. Without any of the limits it hits every request that fits."""

    kind: FaultKind = Field(
        description="Before anything is done: status, reset_before, error_in_200, redirect, throttled (too "
        "many requests, as the provider says it); delay then does it. "
        "After it is done: status_after, reset_after, delay_after, half_body, not_json, html, gzip_bomb, huge. "
        "altered_echo: done, but with other values than were sent."
    )
    provider: str = Field("*", description="Providers by name, with * and ?.")
    operation: str = Field(
        "*",
        check=_some_operation,
        description="login, account, list, get, create, update, delete, rotate or after, with * and ?.",
    )
    page: int | None = Field(None, ge=1, description="Only this page of a list, counted from 1.")
    after: int = Field(0, ge=0, description="Spare the first so many that fit.")
    nth: int | None = Field(None, ge=1, description="Only the nth that fits (after those that `after` spares).")
    times: int | None = Field(None, ge=0, description="At most so many times.")
    rate: float | None = Field(None, ge=0, le=1, description="The part of those that fit, at random.")
    status: int = Field(503, ge=200, le=599, description="For status and status_after.")
    retry_after: float | None = Field(None, ge=0, description="Seconds, sent as Retry-After.")
    retry_after_form: Literal["seconds", "date"] = Field("seconds", description="How Retry-After is written.")
    seconds: float = Field(1.0, ge=0, description="For delay and delay_after.")
    alter: dict[str, Any] = Field(
        default_factory=dict,
        description="For altered_echo: dotted paths to values. None: lists are turned round, objects get a key more.",
    )
    location: str = Field("https://elsewhere.invalid/", description="For redirect.")
    size: int = Field(50_000_000, ge=1, description="For gzip_bomb (unpacked) and huge: bytes.")

    def fits(self, provider: str, operation: str, page: int | None) -> bool:
        """Whether a request is of those that this fault may hit; `provider` may be `name@account`."""
        return (
            fnmatchcase(operation, self.operation)
            and (fnmatchcase(provider, self.provider) or fnmatchcase(provider.partition("@")[0], self.provider))
            and (self.page is None or self.page == page)
        )

    def may_hit(self, provider: str) -> bool:
        """Whether any account of a provider is among those that this fault is for."""
        return fnmatchcase(provider, self.provider.partition("@")[0])

    def headers(self) -> dict[str, str]:
        """Return the headers that go with the status."""
        if self.retry_after is None:
            return {}
        if self.retry_after_form == "date":
            return {"Retry-After": formatdate(ceil(time() + self.retry_after), usegmt=True)}
        return {"Retry-After": f"{self.retry_after:g}"}


class Faults(Model):
    """A list of faults and the seed of their chances."""

    seed: int = 0
    faults: list[Fault] = Field(default_factory=list)


def read_faults(path: Path) -> Faults:
    """Read a file of faults. Raises `ConfigError` with all that is wrong in it."""
    return documents.validate(Faults, documents.read(path))


class Injector:
    """Decides for each request whether a fault hits it. Thread-safe; it counts, so it is made anew for new faults."""

    def __init__(self, faults: Faults) -> None:
        self._lock = Lock()
        self._lines = [_Line(fault, f"{faults.seed}/{number}") for number, fault in enumerate(faults.faults)]

    def choose(self, provider: str, operation: str, page: int | None = None) -> Fault | None:
        """Return the fault that hits a request, if any. `page` counts from 1 and is given for a list."""
        with self._lock:
            due = [line for line in self._lines if line.fault.fits(provider, operation, page) and line.is_due()]
            if not due:
                return None
            due[0].hits += 1
            return due[0].fault


class _Line:
    """A fault with its counts. Every request that fits is counted, also where an earlier fault hits it."""

    def __init__(self, fault: Fault, seed: str) -> None:
        self.fault = fault
        self.hits = 0
        self._random = Random(seed)  # noqa: S311 - chances that can be repeated are what is wanted
        self._seen = 0

    def is_due(self) -> bool:
        fault = self.fault
        self._seen += 1
        lucky = fault.rate is None or self._random.random() < fault.rate
        number = self._seen - fault.after
        return (
            lucky
            and number >= 1
            and (fault.nth is None or fault.nth == number)
            and (fault.times is None or self.hits < fault.times)
        )

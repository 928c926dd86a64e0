"""Runs the steps over one table, against the sandbox: each with an account, a file and a state of its own."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, NamedTuple, Self

from reconciler.conformance.bench import Bench, Failed, Skipped
from reconciler.conformance.faults import PAGE, Account, troubled
from reconciler.conformance.samples import Samples
from reconciler.conformance.steps import Step, everyday
from reconciler.errors import ReconcileError
from reconciler.providers.spec import Spec
from reconciler.sandbox import Sandbox

Status = Literal["ok", "failed", "skipped"]
FAST = {"retry": 0, "settle": 0, "rate": 100_000}
"""How a connection to the sandbox is set: it needs no patience."""


class Tried(NamedTuple):
    """How one step ended; `reason` says why it failed or was skipped."""

    step: str
    does: str
    status: Status
    reason: str | None = None


class Suite:
    """All steps for one table against the sandbox. Use it as a context manager.

    `file` is where the table is, `None` for one of the catalog, whose name it then has.
    """

    def __init__(self, name: str, spec: Spec, file: Path | None) -> None:
        self._name = name
        self._spec = spec
        self._file = file
        self._samples = Samples(spec)
        self._sandbox = Sandbox({name: spec}, page_limit=PAGE)
        self._entered = 0

    def __enter__(self) -> Self:
        self._sandbox.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._sandbox.close()

    def names(self) -> list[str]:
        """Return the names of the steps, in their order."""
        return [step.name for step in self._steps(Account(self._sandbox, self._name))]

    def run(self) -> Iterator[Tried]:
        """Try one step after the other."""
        for name in self.names():
            yield self.try_one(name)

    def try_one(self, name: str) -> Tried:
        """Try one step, in an account of its own."""
        self._entered += 1
        place = f"{self._name}@{self._entered}"
        account = Account(self._sandbox, place)
        step = next(one for one in self._steps(account) if one.name == name)
        with tempfile.TemporaryDirectory(prefix="reconcile-check-") as folder:
            tried = attempt(step, lambda: Bench(Path(folder), self._connection(place), self._samples))
        account.recovers()
        return tried

    def _steps(self, account: Account) -> Iterator[Step]:
        yield from everyday(self._samples)
        yield from troubled(account)

    def _connection(self, place: str) -> dict[str, Any]:
        table = {"type": self._name} if self._file is None else {"spec": str(self._file.resolve())}
        auth = next(iter(self._spec.auths), None)
        credentials = dict.fromkeys(auth.credentials if auth else (), "sandbox")
        return {**table, **FAST, "base_url": self._sandbox.base_url(place), **credentials, **undocumented(self._spec)}


def attempt(step: Step, bench: Any) -> Tried:
    """Try one step on a bench that is made for it, and say how it ended."""
    try:
        step.run(bench())
    except Skipped as skipped:
        return Tried(step.name, step.does, "skipped", str(skipped))
    except (Failed, ReconcileError) as failure:
        return Tried(step.name, step.does, "failed", str(failure))
    return Tried(step.name, step.does, "ok")


def undocumented(spec: Spec) -> dict[str, list[str]]:
    """Return the connection's key that allows every call of a table that no document names."""
    calls = {"list": spec.listing, "get": spec.get, "create": spec.create, "update": spec.update, "delete": spec.delete}
    names = [name for name, call in calls.items() if call is not None and not call.documented]
    return {"undocumented": names} if names else {}

"""What planning returns: the changes, and everything else a reviewer must be told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any, Literal

from reconciler.records import Ability, Deposed, Desired, Fingerprinter, Known, Live, Scope, View
from reconciler.slotted import dataclass

Action = Literal["create", "update", "replace", "delete", "adopt", "rename", "forget"]
ACTIONS: tuple[Action, ...] = ("create", "update", "replace", "delete", "adopt", "rename", "forget")


@dataclass(frozen=True, slots=True)
class Difference:
    """One field (or a part of one, as a dotted path) that differs. Values may hold `Secret`s."""

    path: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a record comes from in a rename or a replacement across connections or scopes."""

    address: str
    connection: str
    scope: Scope
    id: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that an apply would do.

    `id` is the record's id at the provider now (None for a create). `before` and `after` are fields.
    `blocked` says why it cannot be carried out. `origin` is set for a rename and for a replacement
    whose old half lives elsewhere; a change with an `origin` of another address first re-addresses
    the state's entry. `address` is None only for what `manage: all` deletes.
    `forced_by` are the names of the fields that make a replacement of an update (empty: every difference does).
    `desired`, `known` and `live` are the views it was made from, for whoever carries it out. `twin` is
    a live record that nobody holds and that a replacement takes over instead of creating its new half.
    """

    address: str | None
    connection: str
    provider: str
    scope: Scope
    action: Action
    reason: str
    id: str | None = None
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    differences: tuple[Difference, ...] = ()
    blocked: str | None = None
    origin: Origin | None = None
    desired: Desired | None = None
    known: Known | None = None
    live: Live | None = None
    twin: Live | None = None
    deposed: Deposed | None = None
    forced_by: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Drift:
    """A record that is no longer as it was after our last write. `gone`: it is not there any more."""

    address: str
    connection: str
    scope: Scope
    id: str
    differences: tuple[Difference, ...] = ()
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Unmanaged:
    """A live record that neither the file nor the state names; it is told and left alone."""

    connection: str
    scope: Scope
    id: str
    url: Any
    events: tuple[str, ...]
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """A connection's scope (or one address in it) of which nothing can be said, and why."""

    connection: str
    scope: Scope
    error: str
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Warned:
    """Something that deserves a look but stops nothing."""

    message: str
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """All that `plan` shows. `refusals` are guards: an apply of this plan makes no request at all."""

    changes: tuple[Change, ...] = ()
    drift: tuple[Drift, ...] = ()
    unmanaged: tuple[Unmanaged, ...] = ()
    unknown: tuple[Unknown, ...] = ()
    warnings: tuple[Warned, ...] = ()
    refusals: tuple[str, ...] = ()
    unchanged: int = 0
    digest: str = ""

    @property
    def complete(self) -> bool:
        """Whether all that was selected could be read."""
        return not self.unknown

    def summary(self) -> dict[str, int]:
        """Return the number of changes by action, and of unchanged records."""
        counts: dict[str, int] = dict.fromkeys(ACTIONS, 0)
        for change in self.changes:
            counts[change.action] += 1
        counts["unchanged"] = self.unchanged
        return counts


@dataclass(frozen=True, slots=True)
class Policy:
    """The guards of the file and of the command line that planning applies.

    `max_deletes` None means any number. `all_may_go` is `--allow-deletes all` (or `destroy`).
    `rotate` is the address whose secrets are renewed whether they differ or not.
    """

    max_deletes: int | None = 10
    all_may_go: bool = False
    allow_recreate: bool = False
    targets: tuple[str, ...] = ()
    connections: tuple[str, ...] = ()
    rotate: str | None = None


@dataclass(frozen=True, slots=True)
class Views:
    """The input of planning: desired from the file, known from the state, live from the providers.

    `views` has one entry for each (connection, scope) that was read. `abilities` one a connection.
    `unresolved` maps an address, which may have left the file, to where and why an earlier write's
    outcome cannot be told. `deposed` are old halves still to be deleted. `context` is what else the
    digest covers: base URLs, hashes of the tables, the state's lineage (JSON-like, no secret).
    `rekey` hashes secrets for the digest where the state has no key yet that another run would share.
    """

    desired: tuple[Desired, ...]
    known: tuple[Known, ...]
    views: tuple[View, ...]
    abilities: Mapping[str, Ability]
    deposed: tuple[Deposed, ...] = ()
    unresolved: Mapping[str, Unknown] = field(default_factory=dict)
    warnings: tuple[Warned, ...] = ()
    context: Mapping[str, Any] = field(default_factory=dict)
    rekey: Fingerprinter | None = None


Status = Literal["done", "failed", "unknown", "not_attempted", "interrupted"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one change ended. `id_after` is the record's id afterwards, `error` what went wrong."""

    status: Status
    error: str | None = None
    id_after: str | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """A plan that was carried out: `outcomes` has one entry for each of `plan.changes`, in their order."""

    plan: Plan
    outcomes: tuple[Outcome, ...]
    warnings: tuple[Warned, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether everything that was selected is done and known."""
        return self.plan.complete and not self.plan.refusals and all(one.status == "done" for one in self.outcomes)

"""What the rest of the program knows of a provider: an open connection, and what its calls may raise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Protocol

from reconciler.providers.spec import Spec
from reconciler.records import Ability, Fields, Live, Scope, Secret
from reconciler.slotted import dataclass


@dataclass(frozen=True, slots=True)
class Settings:
    """One connection of the file, resolved: what is needed to open it.

    `provider` is the type; `credentials` are by the table's names. `by_state` is `listing: state`.
    `timeout` bounds one request, `retry` all waiting for retries on this connection, both in seconds.
    `rate` is requests a second, `concurrency` requests at a time; None: the table's, else unbounded.
    `settle` is the seconds after which a write is sure to show in a read; None: the table's.
    `abreast` is how many requests one list may have under way, where they need not wait for each other.
    """

    name: str
    provider: str
    spec: Spec
    base_url: str
    credentials: Mapping[str, Secret] = field(default_factory=dict)
    adopt: bool = True
    manage_all: bool = False
    by_state: bool = False
    undocumented: frozenset[str] = frozenset()
    concurrency: int | None = None
    rate: float | None = None
    timeout: float = 30.0
    retry: float = 40.0
    settle: float | None = None
    abreast: int = 1


@dataclass(frozen=True, slots=True)
class Written:
    """What a successful write gave back: the record's id, and the secrets that exist only in this answer.

    Where a call that had to follow did not go well, `trouble` says so, and `unset` are the fields that it was for.
    """

    id: str
    captured: Fields | None = None
    unset: frozenset[str] = frozenset()
    trouble: str | None = None


class Connection(Protocol):
    """One account at a provider, opened with its credentials. All methods are thread-safe."""

    name: str
    base_url: str
    ability: Ability
    can_list: bool
    can_get: bool
    settle: float
    """Seconds after which a write is sure to show in a read."""

    def list(self, scope: Scope) -> tuple[Live, ...]:
        """Read all records of a scope. Raises `Unreadable` where the read failed or was not complete."""

    def get(self, scope: Scope, record_id: str) -> Live | None:
        """Read one record; None where the provider says that it is not there. Raises `Unreadable`."""

    def create(self, scope: Scope, fields: Fields) -> Written:
        """Make a record. Raises `Refused`, `NotSent` or `Ambiguous`."""

    def update(self, scope: Scope, record_id: str, fields: Fields, changed: frozenset[str]) -> Written:
        """Change a record in place: `fields` is the whole record, `changed` what differs. Raises as `create`."""

    def rotate(self, scope: Scope, record_id: str) -> Written:
        """Let the provider make a new secret; the answer's `captured` has it. Raises as `create`."""

    def delete(self, scope: Scope, record_id: str) -> None:
        """Delete a record; gone already is done. Raises `Refused`, `NotSent` or `Ambiguous`."""

    def account(self) -> str | None:
        """Return the account's id where the table can read one, else None. Raises `Unreadable`."""

    def close(self) -> None:
        """Close the pooled connections."""

"""What a state holds, and the few operations that change it.

Every store (SQLite, PostgreSQL, an object store) does the same: it loads a `State`, and commits a
batch of `Operation`s all or nothing. `State.apply` says what each operation means; the stores that
keep one document use it as it is, those with tables say the same in SQL.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import field, replace
from typing import Protocol, TypeAlias, assert_never

from reconciler.errors import StateError
from reconciler.records import Deposed, Fields, Fingerprinter, Intent, Known
from reconciler.slotted import dataclass

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True)
class Identity:
    """Which account a connection was, when it was last applied: type, resolved base URL, account id if readable."""

    connection: str
    provider: str
    base_url: str
    account: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the history: who did what to which record, when, and how it ended. It holds no secret.

    `at` is UTC in ISO 8601 with milliseconds. `operation`: create, update, delete, adopt, rename,
    forget, import, remove, move, rotate, capture, recover. `outcome`: done, failed, unknown. `digest` is that of
    the saved plan, if one was applied. `actor` and `host` say who ran it.
    """

    at: str
    run: str
    actor: str
    host: str
    operation: str
    outcome: str
    address: str | None = None
    connection: str | None = None
    id: str | None = None
    detail: str | None = None
    digest: str | None = None


@dataclass(frozen=True, slots=True)
class PutRecord:
    """Insert the record of an address, or put it in the place of the one that is there."""

    record: Known


@dataclass(frozen=True, slots=True)
class SetEcho:
    """Remember the first complete read after a write, if the address still has this id."""

    address: str
    id: str
    echo: Fields


@dataclass(frozen=True, slots=True)
class SetProtect:
    """Change `protect` of an address."""

    address: str
    protect: bool


@dataclass(frozen=True, slots=True)
class RemoveRecord:
    """Forget the record of an address. Its deposed ids stay."""

    address: str


@dataclass(frozen=True, slots=True)
class MoveRecord:
    """Give a record (and its deposed ids and open intents) another address.

    What is not there is not moved. Refused where the other address has a record already.
    """

    source: str
    target: str


@dataclass(frozen=True, slots=True)
class PutDeposed:
    """Remember the old half of a replacement. One object at the provider is remembered once, under the last address."""

    deposed: Deposed


@dataclass(frozen=True, slots=True)
class RemoveDeposed:
    """Forget an old half: it is gone. Its connection, scope and id say which, whatever its address is by now."""

    deposed: Deposed


@dataclass(frozen=True, slots=True)
class PutIntent:
    """Remember a write that is about to leave."""

    intent: Intent


@dataclass(frozen=True, slots=True)
class RemoveIntent:
    """The outcome of a write is recorded."""

    id: str


@dataclass(frozen=True, slots=True)
class PutIdentity:
    """Remember which account a connection is."""

    identity: Identity


@dataclass(frozen=True, slots=True)
class RemoveIdentity:
    """Forget which account a connection was."""

    connection: str


@dataclass(frozen=True, slots=True)
class AddHistory:
    """Append a line to the history."""

    entry: Entry


@dataclass(frozen=True, slots=True)
class ReplaceAll:
    """Put another state (`state push`) in the place of all that is there, the history and the key apart.

    Its lineage is taken over; the serial becomes the higher of the two.
    """

    state: State


Operation: TypeAlias = (
    PutRecord
    | SetEcho
    | SetProtect
    | RemoveRecord
    | MoveRecord
    | PutDeposed
    | RemoveDeposed
    | PutIntent
    | RemoveIntent
    | PutIdentity
    | RemoveIdentity
    | AddHistory
    | ReplaceAll
)


@dataclass(slots=True)
class State:
    """The state in memory. `lineage` is made once and never changes; `serial` grows with every commit.

    `fresh`: nothing was ever committed. `key_id` names the key of the fingerprints in it.
    """

    lineage: str
    serial: int = 0
    key_id: str = ""
    fresh: bool = False
    records: dict[str, Known] = field(default_factory=dict)
    deposed: list[Deposed] = field(default_factory=list)
    intents: dict[str, Intent] = field(default_factory=dict)
    identities: dict[str, Identity] = field(default_factory=dict)

    def apply(self, operation: Operation) -> None:  # noqa: C901, PLR0912 -- a case for each operation
        """Carry out one operation in place. The serial and the history are the store's.

        An operation on what is not there does nothing. Raises `StateError`, and changes nothing,
        where a record would be moved over another one.
        """
        match operation:
            case PutRecord(record):
                self.records[record.address] = record
            case SetEcho(address, record_id, echo):
                known = self.records.get(address)
                if known is not None and known.id == record_id:
                    self.records[address] = replace(known, echo=echo)
            case SetProtect(address, protect):
                if address in self.records:
                    self.records[address] = replace(self.records[address], protect=protect)
            case RemoveRecord(address):
                self.records.pop(address, None)
            case MoveRecord(source, target):
                self._move(source, target)
            case PutDeposed(deposed):
                self.deposed = [*self._deposed_but(deposed), deposed]
            case RemoveDeposed(deposed):
                self.deposed = self._deposed_but(deposed)
            case PutIntent(intent):
                self.intents[intent.id] = intent
            case RemoveIntent(intent_id):
                self.intents.pop(intent_id, None)
            case PutIdentity(identity):
                self.identities[identity.connection] = identity
            case RemoveIdentity(connection):
                self.identities.pop(connection, None)
            case AddHistory():
                pass
            case ReplaceAll(state):
                self.lineage, self.serial = state.lineage, max(self.serial, state.serial)
                self.records, self.deposed = dict(state.records), list(state.deposed)
                self.intents, self.identities = dict(state.intents), dict(state.identities)
            case _:
                assert_never(operation)

    def _move(self, source: str, target: str) -> None:
        if source in self.records and source != target:
            if target in self.records:
                raise StateError(f"{source} cannot become {target}: the state has a record of that address already.")
            self.records[target] = replace(self.records.pop(source), address=target)
        self.deposed = [replace(old, address=target) if old.address == source else old for old in self.deposed]
        for intent in self.intents.values():
            if intent.address == source:
                replaces = replace(intent.replaces, address=target) if intent.replaces else None
                self.intents[intent.id] = replace(intent, address=target, replaces=replaces)

    def _deposed_but(self, one: Deposed) -> list[Deposed]:
        place = (one.connection, one.scope, one.id)
        return [old for old in self.deposed if (old.connection, old.scope, old.id) != place]


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds the lock: its id (for `state unlock ID`), a fencing token, and who, where, since when."""

    id: str
    token: int
    actor: str
    host: str
    pid: int
    since: str
    command: str


class Store(Protocol):
    """A place that keeps a state. All methods raise `StateError` with a message that says what to do."""

    location: str
    """What the user called it, without credentials, for messages."""

    @property
    def fingerprint(self) -> Fingerprinter:
        """The keyed hash (HMAC-SHA256, hex) that seals secrets. Made, and stored, with the first use."""

    def load(self) -> State:
        """Read the whole state. Needs no lock. A store that does not exist yet gives a fresh one, unwritten."""

    def commit(self, *operations: Operation) -> None:
        """Carry out `operations` all or nothing, durably. Needs the lock; thread-safe.

        Raises `StateError` where the lock was lost (broken by name), before anything is written.
        """

    def locked(self, command: str, timeout: float = 0.0) -> AbstractContextManager[Holder]:
        """Hold the lock. Waits up to `timeout` seconds, then raises `StateLocked`.

        A holder that died on this host is noticed and its lock taken over.
        """

    def check_held(self) -> None:
        """Raise `StateError` where this store's lock is no longer held: to be called before each request."""

    def unlock(self, lock_id: str) -> Holder:
        """Break the lock with that id and return who held it."""

    def history(self, limit: int | None = None) -> Iterator[Entry]:
        """The history, newest first."""

    def close(self) -> None:
        """Let go of files and connections."""

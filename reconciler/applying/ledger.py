"""The state while it is applied: every commit goes to the store and to the copy in memory alike."""

from __future__ import annotations

import threading
from collections.abc import Callable

from reconciler.reading import Place
from reconciler.records import Deposed, Intent, Known
from reconciler.slotted import dataclass
from reconciler.state.model import AddHistory, Entry, Holder, Operation, State, Store


@dataclass(frozen=True, slots=True)
class Author:
    """Who makes the entries of the history: the lock's holder, the run, the plan's digest, and a clock."""

    holder: Holder
    run: str
    now: Callable[[], str]
    digest: str | None = None


class Ledger:
    """A store that is held, and what it holds. Thread-safe."""

    def __init__(self, store: Store, state: State, author: Author) -> None:
        self._store = store
        self._state = state
        self._author = author
        self._guard = threading.Lock()

    @property
    def run(self) -> str:
        """The id of this run."""
        return self._author.run

    def commit(self, *operations: Operation) -> None:
        """Commit durably, then to the copy. Raises `StateError` where the store fails or the lock was lost."""
        self._store.commit(*operations)
        with self._guard:
            for operation in operations:
                self._state.apply(operation)

    def check_held(self) -> None:
        """Raise `StateError` where the lock was lost: to be called before a request that follows no commit."""
        self._store.check_held()

    def known(self, address: str | None) -> Known | None:
        """The record that the state has for an address now."""
        with self._guard:
            return self._state.records.get(address) if address is not None else None

    def holder(self, old: Deposed) -> Known | None:
        """The record that the state has for this object at the provider, whatever its address."""
        place = (old.connection, old.scope, old.id)
        with self._guard:
            records = self._state.records.values()
            return next((one for one in records if (one.connection, one.scope, one.id) == place), None)

    def held(self, place: Place) -> set[str]:
        """The ids in a place that some address holds, old halves included."""
        with self._guard:
            held = {one.id for one in self._state.records.values() if (one.connection, one.scope) == place}
            return held | {one.id for one in self._state.deposed if (one.connection, one.scope) == place}

    def open_creates(self, place: Place) -> list[Intent]:
        """The create intents in a place whose outcome is not recorded."""
        with self._guard:
            return [
                one
                for one in self._state.intents.values()
                if one.operation == "create" and (one.connection, one.scope) == place
            ]

    def creates_of_this_run(self) -> dict[Place, list[Intent]]:
        """The create intents of this run whose outcome is not recorded, by place."""
        found: dict[Place, list[Intent]] = {}
        with self._guard:
            for one in self._state.intents.values():
                if one.operation == "create" and one.run == self._author.run:
                    found.setdefault((one.connection, one.scope), []).append(one)
        return found

    def under_way(self, address: str | None, record_id: str | None) -> bool:
        """Whether a write of this run to an address (or, without one, a record) has no recorded outcome."""
        with self._guard:
            return any(
                one.run == self._author.run
                and one.address == address
                and (address is not None or one.record_id == record_id)
                for one in self._state.intents.values()
            )

    def entry(
        self,
        operation: str,
        outcome: str,
        address: str | None,
        connection: str | None,
        *,
        record_id: str | None = None,
        detail: str | None = None,
    ) -> AddHistory:
        """Return a line of the history by this run's author, to be committed with what it tells of."""
        author = self._author
        holder = author.holder
        return AddHistory(
            Entry(
                at=author.now(),
                run=author.run,
                actor=holder.actor,
                host=holder.host,
                operation=operation,
                outcome=outcome,
                address=address,
                connection=connection,
                id=record_id,
                detail=detail,
                digest=author.digest,
            )
        )

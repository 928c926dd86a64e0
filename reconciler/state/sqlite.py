"""The state in one SQLite file: owner-only, durable, one writer at a time."""

from __future__ import annotations

import logging
import os
import sqlite3
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from reconciler.errors import StateError, StateLocked
from reconciler.records import Deposed, Fingerprinter, Intent, Known
from reconciler.secrets.fingerprints import Key
from reconciler.state import locks, schema
from reconciler.state.grouping import GroupCommit
from reconciler.state.model import Entry, Holder, Identity, Operation, State
from reconciler.state.process import is_gone
from reconciler.state.sqlite_file import SqliteFile
from reconciler.state.statements import Statement, entries, rows, statements

_log = logging.getLogger(__name__)
_POLL = 0.2


class SqliteStore:
    """A `Store` in a SQLite file. It belongs to the process that made it; its threads may share it.

    Reading never makes the file; the first `locked()` does. Until then the lineage and the
    fingerprint key exist in memory only, and that `locked()` stores them: what was planned in this
    process on a fresh state stays comparable. Another process that plans before anything was
    stored has a key and a lineage of its own.

    `key` is the one from `RECONCILE_STATE_KEY`; the file then keeps its id only. Without it the
    file keeps a random key of its own.
    """

    def __init__(self, path: str | os.PathLike[str], key: Key | None = None) -> None:
        self.location = os.fspath(path)
        self._file = SqliteFile(self.location)
        self._key = key
        self._key_given = key is not None
        self._lineage = uuid.uuid4().hex
        self._holder: Holder | None = None
        self._commits: GroupCommit[Sequence[Statement]] = GroupCommit(self._write)

    @property
    def fingerprint(self) -> Fingerprinter:
        """The keyed hash that seals secrets. Raises `StateError` where the right key is not at hand."""
        with self._file.reading() as connection:
            if connection is not None:
                self._agree_on_key(connection)
                if self._key is None:
                    raise StateError(
                        f"The state {self.location} was made with RECONCILE_STATE_KEY, which is not set. "
                        "Set it to the same text as then."
                    )
            elif self._key is None:
                self._key = Key.generate()
            return self._key.fingerprint

    def load(self) -> State:
        """Read the whole state. Needs no lock and writes nothing. `fresh` holds until the first commit."""
        with self._file.reading() as connection:
            if connection is None:
                return State(self._lineage, key_id=self._key.id if self._key else "", fresh=True)
            self._agree_on_key(connection)
            lineage, serial, key_id = schema.read_meta(connection, lineage=str, serial=int, key_id=str)
            return State(
                lineage,
                serial,
                key_id,
                fresh=serial == 0,
                records={record.address: record for record in rows(connection, Known)},
                deposed=list(rows(connection, Deposed)),
                intents={intent.id: intent for intent in rows(connection, Intent)},
                identities={identity.connection: identity for identity in rows(connection, Identity)},
            )

    def commit(self, *operations: Operation) -> None:
        """Carry out `operations` all or nothing, durably. Needs the lock; thread-safe.

        Raises `StateError`, with nothing written, where the lock is not held any more, a record would be
        moved over another, or the file cannot be written. Threads that commit at once share a transaction.
        """
        self._own_holder()
        self._commits.submit([statement for operation in operations for statement in statements(operation)])

    @contextmanager
    def locked(self, command: str, timeout: float = 0.0) -> Iterator[Holder]:
        """Hold the lock; make the file where there is none, and upgrade an older one.

        Waits up to `timeout` seconds, then raises `StateLocked`. A holder that died on this machine is
        noticed and its lock taken over.
        """
        deadline = time.monotonic() + timeout
        self._file.prepare()
        while True:
            holder, ours = self._try_lock(command)
            if ours:
                break
            left = deadline - time.monotonic()
            if left <= 0:
                raise StateLocked(locks.locked_message(self.location, holder))
            time.sleep(min(_POLL, left))
        self._holder = holder
        try:
            yield holder
        finally:
            self._holder = None
            self._release(holder)

    def check_held(self) -> None:
        """Raise `StateError` where this store's lock is no longer held."""
        self._own_holder()
        with self._file.reading() as connection:
            self._verify_held(connection)

    def unlock(self, lock_id: str) -> Holder:
        """Break the lock with that id and return who held it. Raises `StateError` for any other id."""
        with self._file.reading() as readable:
            if readable is None:
                raise self._not_locked()
        with self._file.writing() as connection:
            present = locks.read(connection)
            if present is None:
                raise self._not_locked()
            holder = present[0]
            if holder.id != lock_id:
                raise StateError(f"There is no lock {lock_id}. {locks.locked_message(self.location, holder)}")
            locks.remove(connection, holder)
            return holder

    def history(self, limit: int | None = None) -> Iterator[Entry]:
        """The history, newest first."""
        with self._file.reading() as connection:
            return iter(entries(connection, limit) if connection is not None else ())

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _write(self, batches: Sequence[Sequence[Statement]]) -> None:
        with self._file.writing() as connection:
            self._verify_held(connection)
            for batch in batches:
                for sql, values in batch:
                    connection.execute(sql, values)
                connection.execute("UPDATE meta SET serial = serial + 1")

    def _own_holder(self) -> Holder:
        if self._holder is None:
            raise StateError(f"The state {self.location} cannot be changed without its lock.")
        return self._holder

    def _verify_held(self, connection: sqlite3.Connection | None) -> None:
        own = self._own_holder()
        present = locks.read(connection) if connection is not None else None
        if present is None or present[0] != own:
            now = f"now it is held by {locks.described(present[0])}" if present else "nobody holds it now"
            raise StateError(
                f"The lock of the state {self.location} was broken: {own.id} was ours, {now}. "
                "Nothing more is written. Once no other run is at work, run plan again."
            )

    def _not_locked(self) -> StateError:
        return StateError(f"The state {self.location} is not locked; there is nothing to break.")

    def _try_lock(self, command: str) -> tuple[Holder, bool]:
        """Return who holds the lock now, and whether it is us."""
        with self._file.writing() as connection:
            version = schema.version_of(connection, self.location)
            present = locks.read(connection) if version else None
            if present is not None:
                if not is_gone(present[1]):
                    return present[0], False
                _log.warning("took over the lock of a run that died: %s", locks.described(present[0]))
            if version:
                schema.migrate(connection, version)
            else:
                key = self._key or Key.generate()
                schema.initialise(connection, self._lineage, key.id, None if self._key_given else key.reveal())
            self._agree_on_key(connection)
            return locks.take(connection, command), True

    def _release(self, holder: Holder) -> None:
        try:
            with self._file.writing() as connection:
                locks.remove(connection, holder)
        except StateError as error:
            # What was done is done and recorded; the next run on this machine takes the lock over.
            _log.warning("the lock %s was not released: %s", holder.id, error)

    def _agree_on_key(self, connection: sqlite3.Connection) -> None:
        """Take the stored key, or raise `StateError` where ours is another: fingerprints would all differ."""
        key_id, stored = schema.read_meta(connection, key_id=str, key=bytes | None)
        if self._key is None:
            self._key = Key(stored) if stored is not None else None
        elif self._key.id == key_id:
            return
        elif not self._key_given:
            raise StateError(f"The state {self.location} was made by another run in the meantime. Run plan again.")
        elif stored is not None:
            raise StateError(
                f"The state {self.location} keeps a key of its own ({key_id}), but RECONCILE_STATE_KEY is set. "
                "Unset RECONCILE_STATE_KEY for this state."
            )
        else:
            raise StateError(
                f"The state {self.location} was made with another RECONCILE_STATE_KEY (the id of its key is {key_id}, "
                f"that of the one given {self._key.id}). Set RECONCILE_STATE_KEY to the same text as then."
            )

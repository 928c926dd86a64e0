"""The state in one SQLite file: owner-only, durable, one writer at a time."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence

from reconciler.records import Deposed, Intent, Known
from reconciler.state import schema, sqlite_lock
from reconciler.state.base import BaseStore
from reconciler.state.keyring import KeyNote, Keyring
from reconciler.state.model import AddHistory, Entry, Holder, Identity, Operation, ReplaceAll, State
from reconciler.state.process import is_gone
from reconciler.state.sealing import Plain, Sealer
from reconciler.state.sqlite_file import SqliteFile
from reconciler.state.statements import Statement, clearing, entries, moving, rows, statements


class SqliteStore(BaseStore[Sequence[Statement]]):
    """A `Store` in a SQLite file.

    With a given key (`RECONCILE_STATE_KEY`) the file keeps its id only. Without one it keeps a random key of its own.
    """

    def __init__(self, path: str | os.PathLike[str], keys: Keyring | None = None) -> None:
        super().__init__(os.fspath(path), keys)
        self._sealer: Sealer = Plain()
        # Once for each connection: it would make SQLite prepare every statement anew.
        self._file = SqliteFile(self.location, lambda connection: moving(connection, lambda: self._sealer))

    def load(self) -> State:
        """Read the whole state. Needs no lock and writes nothing. `fresh` holds until the first commit."""
        with self._file.reading() as connection:
            if connection is None:
                return State(self._lineage, key_id=self._keys.key_id, fresh=True)
            return self._read(connection, self._keys.sealer(_note_in(connection)))

    def check_held(self) -> None:
        """Raise `StateError` where this store's lock is no longer held."""
        self._own_holder()
        with self._file.reading() as connection:
            self._verify_held(_holder_in(connection))

    def unlock(self, lock_id: str) -> Holder:
        """Break the lock with that id and return who held it. Raises `StateError` for any other id."""
        with self._file.reading() as readable:
            self._check_breakable(_holder_in(readable), lock_id)
        with self._file.writing() as connection:
            holder = self._check_breakable(_holder_in(connection), lock_id)
            sqlite_lock.remove(connection, holder)
            return holder

    def history(self, limit: int | None = None) -> Iterator[Entry]:
        """The history, newest first."""
        with self._file.reading() as connection:
            if connection is None:
                return iter(())
            return iter(entries(connection, limit, self._keys.sealer(_note_in(connection))))

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _note(self) -> KeyNote | None:
        with self._file.reading() as connection:
            return _note_in(connection) if connection is not None else None

    def _prepare(self) -> None:
        self._file.prepare()

    def _batch(self, operations: Sequence[Operation]) -> Sequence[Statement]:
        return [statement for operation in operations for statement in statements(operation, self._sealer)]

    def _write(self, batches: Sequence[Sequence[Statement]]) -> None:
        with self._file.writing() as connection:
            self._verify_held(_holder_in(connection))
            for batch in batches:
                for sql, values in batch:
                    connection.execute(sql, values)
            connection.execute("UPDATE meta SET serial = serial + ?", (len(batches),))

    def _try_lock(self, command: str) -> tuple[Holder, bool]:
        with self._file.writing() as connection:
            version = schema.version_of(connection, self.location)
            present = sqlite_lock.read(connection) if version else None
            if present is not None:
                if not is_gone(present[1]):
                    return present[0], False
                self._told_takeover(present[0])
            if version:
                schema.migrate(connection, version)
            else:
                schema.initialise(connection, self._lineage, self._keys.renewed())
            self._sealer = self._keys.sealer(_note_in(connection))
            return sqlite_lock.take(connection, command), True

    def _release(self, holder: Holder) -> None:
        with self._file.writing() as connection:
            sqlite_lock.remove(connection, holder)

    def _rewrite(self, state: State, lines: Sequence[Entry], note: KeyNote) -> None:
        self._sealer = self._keys.sealer(note)
        anew: list[Operation] = [ReplaceAll(state), *map(AddHistory, lines)]
        with self._file.writing() as connection:
            self._verify_held(_holder_in(connection))
            change = "UPDATE meta SET key_id = ?, key = ?, sealed = ?, serial = serial + 1"
            connection.execute(change, (note.key_id, note.stored, note.sealed))
            clearing(connection)
            for operation in anew:
                for sql, values in statements(operation, self._sealer):
                    connection.execute(sql, values)

    def _read(self, connection: sqlite3.Connection, sealer: Sealer) -> State:
        lineage, serial, key_id = schema.read_meta(connection, lineage=str, serial=int, key_id=str)
        return State(
            lineage,
            serial,
            key_id,
            fresh=serial == 0,
            records={record.address: record for record in rows(connection, Known, sealer)},
            deposed=list(rows(connection, Deposed, sealer)),
            intents={intent.id: intent for intent in rows(connection, Intent, sealer)},
            identities={identity.connection: identity for identity in rows(connection, Identity, sealer)},
        )


def _note_in(connection: sqlite3.Connection) -> KeyNote:
    key_id, stored, sealed = schema.read_meta(connection, key_id=str, key=bytes | None, sealed=int)
    return KeyNote(key_id, stored, bool(sealed))


def _holder_in(connection: sqlite3.Connection | None) -> Holder | None:
    present = sqlite_lock.read(connection) if connection is not None else None
    return present[0] if present else None

"""The state in a PostgreSQL database: a row a noun, a transaction a commit, one writer at a time.

The lock is a row that says who, where and since when, and beside it a session's advisory lock that
the server lets go of when its client is gone: a row without it is a dead run's.
"""

# ruff: noqa: S608 -- the only thing put into the SQL is the name of the schema, which was checked

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from reconciler.state.advance import advanced, check_sealed
from reconciler.state.base import BaseStore
from reconciler.state.keyring import KeyNote, Keyring
from reconciler.state.locks import new_holder
from reconciler.state.model import Entry, Holder, Operation, State
from reconciler.state.postgresql_database import Connection, PostgresDatabase
from reconciler.state.postgresql_schema import initialise, making, migrate, version_of
from reconciler.state.rows import difference, entry_document, entry_from, fill

_Operations = Sequence[Operation]


class PostgresStore(BaseStore[_Operations]):
    """A `Store` in a schema of a PostgreSQL database. `url` is libpq's, with `?schema=NAME` (default `reconcile`)."""

    def __init__(self, url: str, keys: Keyring | None = None) -> None:
        self._database = PostgresDatabase(url)
        super().__init__(self._database.location, keys)
        self._schema = self._database.schema
        self._held: State | None = None
        self._marked = 0

    def load(self) -> State:
        """Read the whole state. Needs no lock and writes nothing. `fresh` holds until the first commit."""

        def work(connection: Connection) -> State:
            if not self._version(connection):
                return State(self._lineage, key_id=self._keys.key_id, fresh=True)
            return self._read(connection)

        return self._database.read(work)

    def check_held(self) -> None:
        """Raise `StateError` where this store's lock is no longer held."""
        self._own_holder()
        self._database.read(lambda connection: self._verify_held(self._holder_in(connection)))

    def unlock(self, lock_id: str) -> Holder:
        """Break the lock with that id and return who held it. Raises `StateError` for any other id."""

        def work(connection: Connection) -> Holder:
            present = None
            if self._version(connection):
                self._last_write(connection)
                present = self._holder_in(connection)
            holder = self._check_breakable(present, lock_id)
            self._remove(connection, holder)
            return holder

        return self._database.write(work)

    def history(self, limit: int | None = None) -> Iterator[Entry]:
        """The history, newest first."""

        def work(connection: Connection) -> list[Entry]:
            return self._lines(connection, limit) if self._version(connection) else []

        return iter(self._database.read(work))

    def close(self) -> None:
        """Close the connection."""
        self._database.close()

    def _note(self) -> KeyNote | None:
        return self._database.read(lambda connection: self._note_in(connection) if self._version(connection) else None)

    def _prepare(self) -> None:
        """Whether the database can be used shows when the lock is taken."""

    def _batch(self, operations: _Operations) -> _Operations:
        check_sealed(operations)
        return operations

    def _try_lock(self, command: str) -> tuple[Holder, bool]:
        return self._database.write(lambda connection: self._take(connection, command))

    def _take(self, connection: Connection, command: str) -> tuple[Holder, bool]:
        making(connection)
        version = version_of(connection, self._schema, self.location)
        if version:
            self._last_write(connection)
            present = self._holder_in(connection)
            if present is not None:
                if self._lives(connection, present):
                    return present, False
                self._told_takeover(present)
            migrate(connection, self._schema, version)
        else:
            initialise(connection, self._schema, self._lineage, self._keys.renewed())
        self._keys.sealer(self._note_in(connection))
        (token,) = _row(connection, f"UPDATE {self._schema}.state SET token = token + 1 RETURNING token")
        holder = new_holder(token, command)
        connection.execute(f"DELETE FROM {self._schema}.lock")
        connection.execute(
            f"INSERT INTO {self._schema}.lock (id, token, actor, host, pid, since, command) "
            "VALUES (%s, %s, %s, %s, %s, %s, %s)",
            (holder.id, token, holder.actor, holder.host, holder.pid, holder.since, command),
        )
        self._held = None
        self._mark(connection, holder)
        return holder, True

    def _release(self, holder: Holder) -> None:
        def work(connection: Connection) -> None:
            self._last_write(connection)
            self._remove(connection, holder)
            connection.execute("SELECT pg_advisory_unlock_all()")

        self._database.write(work)

    def _write(self, batches: Sequence[_Operations]) -> None:
        write = secrets.token_hex(8)
        held, self._held = self._held, None

        def work(connection: Connection) -> State | None:
            if self._last_write(connection) == write:
                return None  # an earlier try was committed, and its answer was lost
            self._guard(connection)
            before = held or self._read(connection)
            after, entries = advanced(before, batches)
            self._store(connection, before, after, entries)
            self._finish(connection, after, write)
            return after

        self._held = self._database.write(work)

    def _rewrite(self, state: State, lines: Sequence[Entry], note: KeyNote) -> None:
        write = secrets.token_hex(8)
        after = replace(state, serial=state.serial + 1)
        self._held = None

        def work(connection: Connection) -> None:
            if self._last_write(connection) == write:
                return
            self._guard(connection)
            connection.execute(
                f"UPDATE {self._schema}.state SET key_id = %s, key = %s, sealed = %s",
                (note.key_id, note.stored, note.sealed),
            )
            for table in ("nouns", "history"):
                connection.execute(f"DELETE FROM {self._schema}.{table}")
            self._store(connection, State(state.lineage), after, lines)
            self._finish(connection, after, write)

        self._database.write(work)

    def _store(self, connection: Connection, before: State, after: State, entries: Sequence[Entry]) -> None:
        sealer = self._keys.sealer(self._note_in(connection))
        gone, put = difference(before, after, sealer)
        with connection.cursor() as cursor:
            if gone:
                cursor.executemany(f"DELETE FROM {self._schema}.nouns WHERE kind = %s AND name = %s", gone)
            if put:
                cursor.executemany(
                    f"INSERT INTO {self._schema}.nouns (kind, name, place, value) VALUES (%s, %s, %s, %s) "
                    "ON CONFLICT (kind, name) DO UPDATE SET place = excluded.place, value = excluded.value",
                    put,
                )
            if entries:
                lines = [(sealer.seal(json.dumps(entry_document(entry))),) for entry in entries]
                cursor.executemany(f"INSERT INTO {self._schema}.history (value) VALUES (%s)", lines)

    def _finish(self, connection: Connection, after: State, write: str) -> None:
        change = f"UPDATE {self._schema}.state SET lineage = %s, serial = %s, last_write = %s"
        connection.execute(change, (after.lineage, after.serial, write))

    def _guard(self, connection: Connection) -> None:
        """See that the lock is ours, and that the server knows us to be alive, also after a lost connection."""
        self._verify_held(self._holder_in(connection))
        if self._marked != self._database.session:
            self._mark(connection, self._own_holder())

    def _mark(self, connection: Connection, holder: Holder) -> None:
        (taken,) = _row(connection, "SELECT pg_try_advisory_lock(%s)", _number(holder))
        if taken:  # else the server has not noticed yet that our connection before is gone
            self._marked = self._database.session

    def _lives(self, connection: Connection, holder: Holder) -> bool:
        if self._holder is not None and holder.id == self._holder.id:
            return True
        (free,) = _row(connection, "SELECT pg_try_advisory_xact_lock(%s)", _number(holder))
        return not free

    def _version(self, connection: Connection) -> int:
        """Return the tables' version; older ones are upgraded, which a read rolls back."""
        version = version_of(connection, self._schema, self.location)
        if version:
            migrate(connection, self._schema, version)
        return version

    def _last_write(self, connection: Connection) -> str:
        """Keep all other writers out until the transaction ends, and return which write was the last."""
        (write,) = _row(connection, f"SELECT last_write FROM {self._schema}.state FOR UPDATE")
        return str(write)

    def _note_in(self, connection: Connection) -> KeyNote:
        key_id, stored, sealed = _row(connection, f"SELECT key_id, key, sealed FROM {self._schema}.state")
        return KeyNote(key_id, None if stored is None else bytes(stored), sealed)

    def _holder_in(self, connection: Connection) -> Holder | None:
        found = connection.execute(
            f"SELECT id, token, actor, host, pid, since, command FROM {self._schema}.lock"
        ).fetchone()
        return Holder(*found) if found else None

    def _remove(self, connection: Connection, holder: Holder) -> None:
        gone = f"DELETE FROM {self._schema}.lock WHERE id = %s AND token = %s"
        connection.execute(gone, (holder.id, holder.token))

    def _read(self, connection: Connection) -> State:
        sealer = self._keys.sealer(self._note_in(connection))
        lineage, serial, key_id = _row(connection, f"SELECT lineage, serial, key_id FROM {self._schema}.state")
        rows = connection.execute(f"SELECT kind, value FROM {self._schema}.nouns ORDER BY kind, place, name")
        return fill(State(lineage, serial, key_id, fresh=serial == 0), rows.fetchall(), sealer)

    def _lines(self, connection: Connection, limit: int | None) -> list[Entry]:
        sealer = self._keys.sealer(self._note_in(connection))
        rows = connection.execute(
            f"SELECT value FROM {self._schema}.history ORDER BY number DESC LIMIT %s", (limit,)
        ).fetchall()
        return [entry_from(json.loads(sealer.open(line))) for (line,) in rows]


def _row(connection: Connection, query: str, *values: Any) -> Any:
    found = connection.execute(query, values).fetchone()
    if found is None:
        raise ValueError("the row about the state itself is missing")
    return found


def _number(holder: Holder) -> int:
    """The advisory lock of a holder: 64 bits of its id, signed as PostgreSQL has them."""
    return int.from_bytes(hashlib.sha256(holder.id.encode()).digest()[:8], "big", signed=True)

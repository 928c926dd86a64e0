"""The tables of a SQLite state, and how an older file becomes a newer one.

The version is the number of migrations that a file went through. To change the tables, add a
function to `MIGRATIONS` and never touch those before it. The columns of `lock`, and `schema_version`,
stay as they are for ever: every version reads them before it upgrades anything.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from types import UnionType
from typing import Any, TypeAlias

from reconciler.errors import StateError
from reconciler.state.keyring import KeyNote

Row: TypeAlias = tuple[Any, ...]

APPLICATION_ID = 0x7265636F  # "reco", by which a file of ours is told from another program's


def _first(connection: sqlite3.Connection) -> None:
    for statement in (
        # `key` is null where the key comes from the environment, or wrapped under that one; `sealed`: the texts
        # of all the nouns and of the history are encrypted; `token` is the last fencing token given out.
        """CREATE TABLE meta (
            one INTEGER PRIMARY KEY CHECK (one = 1), schema_version INTEGER NOT NULL, lineage TEXT NOT NULL,
            serial INTEGER NOT NULL, key_id TEXT NOT NULL, key BLOB, sealed INTEGER NOT NULL,
            token INTEGER NOT NULL)""",
        """CREATE TABLE lock (
            one INTEGER PRIMARY KEY CHECK (one = 1), id TEXT NOT NULL, token INTEGER NOT NULL,
            actor TEXT NOT NULL, host TEXT NOT NULL, pid INTEGER NOT NULL, since TEXT NOT NULL,
            command TEXT NOT NULL, boot TEXT NOT NULL, namespace TEXT NOT NULL, started TEXT NOT NULL)""",
        """CREATE TABLE records (
            address TEXT PRIMARY KEY, connection TEXT NOT NULL, scope TEXT NOT NULL, id TEXT NOT NULL,
            key TEXT NOT NULL, sent TEXT NOT NULL, echo TEXT, protect INTEGER NOT NULL, kept TEXT)""",
        """CREATE TABLE deposed (
            address TEXT NOT NULL, connection TEXT NOT NULL, scope TEXT NOT NULL, id TEXT NOT NULL,
            PRIMARY KEY (connection, scope, id))""",
        """CREATE TABLE intents (
            id TEXT PRIMARY KEY, address TEXT, connection TEXT NOT NULL, scope TEXT NOT NULL,
            operation TEXT NOT NULL, key TEXT NOT NULL, url TEXT NOT NULL, ids_before TEXT NOT NULL,
            record_id TEXT, sent TEXT NOT NULL, protect INTEGER NOT NULL, replaces TEXT, run TEXT NOT NULL)""",
        """CREATE TABLE identities (
            connection TEXT PRIMARY KEY, provider TEXT NOT NULL, base_url TEXT NOT NULL, account TEXT)""",
        """CREATE TABLE history (
            number INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, run TEXT NOT NULL, actor TEXT NOT NULL,
            host TEXT NOT NULL, operation TEXT NOT NULL, outcome TEXT NOT NULL, address TEXT, connection TEXT,
            id TEXT, detail TEXT, digest TEXT)""",
        f"PRAGMA application_id = {APPLICATION_ID}",
    ):
        connection.execute(statement)


MIGRATIONS: list[Callable[[sqlite3.Connection], None]] = [_first]
"""Each takes a file from the version that is its index to the next, within the caller's transaction."""


def version_of(connection: sqlite3.Connection, location: str) -> int:
    """Return the version of an open file; 0 for an empty one.

    Raises `StateError` for another program's database, and for a version that is newer than ours.
    """
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if not application and not tables:
        return 0
    if application != APPLICATION_ID:
        raise StateError(f"{location} is another program's database, not a state. Give the state a path of its own.")
    version: int = read_meta(connection, schema_version=int)[0]
    if version > len(MIGRATIONS):
        raise StateError(
            f"The state {location} was written by a newer reconcile (its version is {version}, this one knows "
            f"{len(MIGRATIONS)}). Update reconcile; nothing was changed."
        )
    return version


def read_meta(connection: sqlite3.Connection, **columns: type | UnionType) -> Row:
    """Return some columns of the one row about the state. Raises `ValueError` where it is missing or damaged."""
    for row in connection.execute(f"SELECT {', '.join(columns)} FROM meta"):  # noqa: S608 -- our own names of columns
        return checked(row, *columns.values())
    raise ValueError("the row about the state itself is missing")


def checked(row: Row, *kinds: type | UnionType) -> Row:
    """Return `row` if each value is of its kind. Raises `ValueError` for what a damaged page may hold instead."""
    if not all(map(isinstance, row, kinds)):
        raise ValueError("a row has values of the wrong type")
    return row


def migrate(connection: sqlite3.Connection, version: int) -> None:
    """Bring a file of `version` to ours, within the caller's transaction."""
    for step in MIGRATIONS[version:]:
        step(connection)
    connection.execute("UPDATE meta SET schema_version = ?", (len(MIGRATIONS),))


def initialise(connection: sqlite3.Connection, lineage: str, note: KeyNote) -> None:
    """Make the tables in an empty file, within the caller's transaction."""
    migrate(connection, 0)
    connection.execute(
        "INSERT INTO meta (one, schema_version, lineage, serial, key_id, key, sealed, token) "
        "VALUES (1, ?, ?, 0, ?, ?, ?, 0)",
        (len(MIGRATIONS), lineage, note.key_id, note.stored, note.sealed),
    )

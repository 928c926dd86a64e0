"""The tables of a state in PostgreSQL, and how older ones become newer ones.

The version is the number of migrations that the tables went through. To change the tables, add a
function to `MIGRATIONS` and never touch those before it.
"""

# ruff: noqa: S608 -- the only thing put into the SQL is the name of the schema, which was checked

from __future__ import annotations

from collections.abc import Callable

from reconciler.errors import StateError
from reconciler.state.keyring import KeyNote
from reconciler.state.postgresql_database import Connection

_MARK = "The state of reconcile: webhook subscriptions as code."
_MAKING = 0x7265636F6E63696C  # "reconcil": the advisory lock of whoever makes tables


def _first(connection: Connection, schema: str) -> None:
    for statement in (
        # `key` is null where the key comes from the environment; `last_write` tells a commit whose answer was lost.
        f"""CREATE TABLE {schema}.state (
            one boolean PRIMARY KEY DEFAULT true CHECK (one), schema_version integer NOT NULL, lineage text NOT NULL,
            serial bigint NOT NULL, key_id text NOT NULL, key bytea, sealed boolean NOT NULL, token bigint NOT NULL,
            last_write text NOT NULL)""",
        f"""CREATE TABLE {schema}.lock (
            one boolean PRIMARY KEY DEFAULT true CHECK (one), id text NOT NULL, token bigint NOT NULL,
            actor text NOT NULL, host text NOT NULL, pid integer NOT NULL, since text NOT NULL,
            command text NOT NULL)""",
        f"""CREATE TABLE {schema}.nouns (
            kind text NOT NULL, name text NOT NULL, place integer NOT NULL, value text NOT NULL,
            PRIMARY KEY (kind, name))""",
        f"""CREATE TABLE {schema}.history (
            number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, value text NOT NULL)""",
        f"COMMENT ON TABLE {schema}.state IS '{_MARK}'",
    ):
        connection.execute(statement)


MIGRATIONS: list[Callable[[Connection, str], None]] = [_first]
"""Each takes the tables from the version that is its index to the next, within the caller's transaction."""


def version_of(connection: Connection, schema: str, location: str) -> int:
    """Return the version of the tables; 0 where there are none.

    Raises `StateError` for another program's tables, and for a version that is newer than ours.
    """
    find = "SELECT oid, obj_description(oid, 'pg_class') FROM pg_class WHERE oid = to_regclass(%s)"
    found = connection.execute(find, (f"{schema}.state",)).fetchone()
    if found is None:
        return 0
    if found[1] != _MARK:
        raise StateError(
            f"{location} has another program's table {schema}.state. Give the state a schema of its own: ?schema=NAME."
        )
    row = connection.execute(f"SELECT schema_version FROM {schema}.state").fetchone()
    if row is None:
        raise ValueError("the row about the state itself is missing")
    version = int(row[0])
    if version > len(MIGRATIONS):
        raise StateError(
            f"The state {location} was written by a newer reconcile (its version is {version}, this one knows "
            f"{len(MIGRATIONS)}). Update reconcile; nothing was changed."
        )
    return version


def making(connection: Connection) -> None:
    """Wait for whoever makes or upgrades tables at the same time; until the end of the transaction."""
    connection.execute("SELECT pg_advisory_xact_lock(%s)", (_MAKING,))


def migrate(connection: Connection, schema: str, version: int) -> None:
    """Bring tables of `version` to ours, within the caller's transaction."""
    for step in MIGRATIONS[version:]:
        step(connection, schema)
    if version < len(MIGRATIONS):
        connection.execute(f"UPDATE {schema}.state SET schema_version = %s", (len(MIGRATIONS),))


def initialise(connection: Connection, schema: str, lineage: str, note: KeyNote) -> None:
    """Make the tables, within the caller's transaction."""
    # `CREATE … IF NOT EXISTS` would need the right to create one, also where it is there.
    there = connection.execute("SELECT to_regnamespace(%s)", (schema,)).fetchone()
    if there is None or there[0] is None:
        connection.execute(f"CREATE SCHEMA {schema}")
    migrate(connection, schema, 0)
    connection.execute(
        f"INSERT INTO {schema}.state (schema_version, lineage, serial, key_id, key, sealed, token, last_write) "
        "VALUES (%s, %s, 0, %s, %s, %s, 0, '')",
        (len(MIGRATIONS), lineage, note.key_id, note.stored, note.sealed),
    )

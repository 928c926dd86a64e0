"""The lock as a row in a SQLite state: who holds it, since when, and in which process."""

# ruff: noqa: S608 -- the only thing put into the SQL is our own list of columns

from __future__ import annotations

import sqlite3

from reconciler.state.locks import new_holder
from reconciler.state.model import Holder
from reconciler.state.process import Process, this_process
from reconciler.state.schema import checked, read_meta

_COLUMNS = "id, token, actor, host, pid, since, command, boot, namespace, started"


def read(connection: sqlite3.Connection) -> tuple[Holder, Process] | None:
    """Return who holds the lock, and the process that took it; None where it is free."""
    row = connection.execute(f"SELECT {_COLUMNS} FROM lock").fetchone()
    if row is None:
        return None
    holder = Holder(*checked(row, str, int, str, str, int, str, str, str, str, str)[:7])
    boot, namespace, started = row[7:]
    return holder, Process(holder.host, boot, namespace, holder.pid, started)


def take(connection: sqlite3.Connection, command: str) -> Holder:
    """Write the lock's row for this process, with a token higher than any before, and return its holder."""
    connection.execute("UPDATE meta SET token = token + 1")
    (token,) = read_meta(connection, token=int)
    process, holder = this_process(), new_holder(token, command)
    values = (holder.id, token, holder.actor, holder.host, holder.pid, holder.since, command)
    connection.execute(
        f"INSERT OR REPLACE INTO lock (one, {_COLUMNS}) VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (*values, process.boot, process.namespace, process.started),
    )
    return holder


def remove(connection: sqlite3.Connection, holder: Holder) -> None:
    """Delete the lock's row if it is still this holder's."""
    connection.execute("DELETE FROM lock WHERE id = ? AND token = ?", (holder.id, holder.token))

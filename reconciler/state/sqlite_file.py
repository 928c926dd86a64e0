"""One SQLite file: made owner-only, opened durable, read and written in transactions, its errors in words."""

from __future__ import annotations

import os
import sqlite3
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from reconciler.errors import StateError
from reconciler.state import schema
from reconciler.state.sqlite_errors import damaged, explain

_BUSY = 10.0
"""Seconds to wait for another process's transaction; each takes some milliseconds."""
_HEADER = 100
"""Bytes of a database's header; whatever is in use has at least these (https://www.sqlite.org/fileformat.html)."""


class SqliteFile:
    """A file that may not exist yet, and one connection to it that all threads take turns with.

    `location` is what messages call it; `opened` is called with each connection that is made. All methods raise
    `StateError`.
    """

    def __init__(self, location: str, opened: Callable[[sqlite3.Connection], object] = lambda _: None) -> None:
        self.location = location
        self._on_opening = opened
        self._path = Path(os.path.realpath(location))
        self._guard = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._opened: tuple[int, int] | None = None

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection | None]:
        """Give a consistent view of the file as our version has it; None where nothing was ever stored.

        Nothing is written: an older file is upgraded in a copy in memory.
        """
        with self._guard, self._explained():
            if self._present() is None:
                yield None
                return
            connection = self._connected()
            connection.execute("BEGIN")
            try:
                version = schema.version_of(connection, self.location)
                if 0 < version < len(schema.MIGRATIONS):
                    with closing(sqlite3.connect(":memory:", isolation_level=None)) as copy:
                        connection.backup(copy)
                        schema.migrate(copy, version)
                        yield copy
                else:
                    yield connection if version else None
            finally:
                connection.rollback()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Give a connection in a transaction that nobody else writes beside; committed durably at the end."""
        with self._guard, self._explained():
            connection = self._connected()
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            finally:
                connection.rollback()  # does nothing after a commit

    def prepare(self) -> None:
        """Make the file where there is none, and see that it is whole, before anything is written."""
        with self._guard, self._explained():
            if self._present() is None:
                self._make()
            connection = self._connected()
            if schema.version_of(connection, self.location):
                if connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
                    raise damaged(self.location)
            elif os.name == "posix":
                self._path.chmod(0o600)  # an empty file that somebody else made
            connection.execute("PRAGMA journal_mode = WAL").fetchone()

    def close(self) -> None:
        """Close the connection; the next use opens another."""
        with self._guard:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError, ValueError) as error:
            raise explain(error, self.location) from error

    def _present(self) -> tuple[int, int] | None:
        """Return which file is there (device and inode), or None."""
        try:
            found = self._path.stat()
        except FileNotFoundError:
            return None
        if not stat.S_ISREG(found.st_mode):
            what = "a directory" if stat.S_ISDIR(found.st_mode) else "not a file"
            raise StateError(f"The state {self.location} is {what}. Name a file, as in .reconcile/state.db.")
        if 0 < found.st_size < _HEADER:
            raise damaged(self.location)  # SQLite would take it for an empty database
        return found.st_dev, found.st_ino

    def _make(self) -> None:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            os.close(os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        except FileExistsError:
            return  # another run was faster; the lock decides between us

    def _free_log(self) -> None:
        """Let SQLite write its log again: while the file was read-only it made one that is, and left it there."""
        if not os.access(self._path, os.W_OK):
            return
        for name in (f"{self._path.name}-wal", f"{self._path.name}-shm"):
            beside = self._path.with_name(name)
            if beside.exists() and not os.access(beside, os.W_OK):
                beside.chmod(stat.S_IMODE(self._path.stat().st_mode))

    def _connected(self) -> sqlite3.Connection:
        if self._connection is None:
            self._free_log()
            self._connection, self._opened = _open(self._path), self._present()
            self._on_opening(self._connection)
        elif self._opened != self._present():
            raise StateError(
                f"The state {self.location} was moved or replaced while in use. Put it back, and run plan again."
            )
        return self._connection


def _open(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{path.as_uri()}?mode=rw", uri=True, timeout=_BUSY, isolation_level=None, check_same_thread=False
    )
    try:
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA fullfsync = 1")  # on macOS a plain fsync does not reach the disk
    except sqlite3.Error:
        connection.close()
        raise
    return connection

"""What SQLite and the system say about a state file, in words that help."""

from __future__ import annotations

import sqlite3

from reconciler.errors import StateError

_RESTORE = (
    "Restore it from a backup. If there is none, move it away: "
    "a new state takes over the records that match your file, and deletes nothing."
)
_PERMIT = "Give this user write access to the file and to its directory: SQLite keeps a log beside the file."

# SQLite's result codes by the start of their names (https://www.sqlite.org/rescode.html).
_MEANING = (
    ("SQLITE_NOTADB", "is not a state: it is no SQLite database, or was overwritten", _RESTORE),
    ("SQLITE_CORRUPT", "is damaged or cut short", _RESTORE),
    ("SQLITE_READONLY", "cannot be written: it or its directory is read-only", _PERMIT),
    ("SQLITE_PERM", "cannot be used: permission was denied", _PERMIT),
    ("SQLITE_CANTOPEN", "cannot be opened", _PERMIT),
    (
        "SQLITE_FULL",
        "cannot be written: the disk is full",
        "Free some space and run the same command again; what was recorded before is safe.",
    ),
    (
        "SQLITE_IOERR",
        "cannot be read or written: the disk or its file system reports an error",
        "Check the space and the health of the disk, and that it is a local one; then run the same command again.",
    ),
    ("SQLITE_BUSY", "is being written by somebody else", "Run the same command again."),
    (
        "SQLITE_CONSTRAINT",
        "was not changed: a record would have taken the address of another one",
        "Give it an address that is free.",
    ),
)


def damaged(location: str) -> StateError:
    """Return the error of a file that SQLite's own check finds damaged."""
    return StateError(f"The state {location} is damaged or cut short. {_RESTORE}")


def explain(error: Exception, location: str) -> StateError:
    """Return the `StateError` that says what happened to the state at `location`, and what to do."""
    name = getattr(error, "sqlite_errorname", None) or ""
    for start, happened, advice in _MEANING:
        if name.startswith(start):
            return StateError(f"The state {location} {happened} ({error}). {advice}")
    if isinstance(error, UnicodeError):
        return StateError(f"The state {location} was not changed: a text is not valid Unicode, and cannot be kept.")
    if isinstance(error, OSError):
        return StateError(f"The state {location} cannot be used: {error.strerror}. Check its path and permissions.")
    if isinstance(error, sqlite3.Error):
        return StateError(f"The state {location} cannot be used: SQLite reports {str(error)!r}. {_RESTORE}")
    return StateError(f"The state {location} holds something that cannot be read ({error}). {_RESTORE}")

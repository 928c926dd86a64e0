"""What PostgreSQL says about a state, in words that help, and without a credential in them."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote

import psycopg

from reconciler.errors import StateError

# By the start of the SQLSTATE (https://www.postgresql.org/docs/current/errcodes-appendix.html).
_MEANING = (
    (
        "42501",
        "cannot be used: permission was denied",
        "Let this user create a schema in the database, or create the schema for it and make it the owner.",
    ),
    ("25006", "cannot be written: the server is a read-only replica", "Name the primary server in the URL."),
    ("53100", "cannot be written: the server's disk is full", "Free some space and run the same command again."),
    ("53", "cannot be used: the server is short of something", "Run the same command again when it is not."),
    ("55P03", "is being written by somebody else", "Run the same command again."),
    ("57", "cannot be used: the server is stopping, starting, or ended the query", "Run the same command again."),
    ("08", "cannot be reached", "Check the address, and that the server runs; then run the same command again."),
    ("42", "holds something else than this version's tables", "Give the state a schema of its own: ?schema=NAME."),
)
_REFUSED = ("cannot be used: the server refused the connection", "Check user, password, database and pg_hba.conf.")
_REACH = ("cannot be reached", "Check the address, the TLS options and that the server runs.")


def explain(error: Exception, location: str, secrets: Iterable[str]) -> StateError:
    """Return the `StateError` that says what happened to the state at `location`, and what to do."""
    if isinstance(error, psycopg.Error):
        state = error.sqlstate or ""
        words = (error.diag.message_primary or next(iter(str(error).splitlines()), "")).strip()
        for secret in secrets:
            for form in (secret, quote(secret, safe="")):
                words = words.replace(form, "***")
        for start, happened, advice in _MEANING:
            if state.startswith(start):
                return StateError(f"The state {location} {happened} ({words}). {advice}")
        # While it connects the driver has words only; those of the server begin with their severity.
        happened, advice = ("cannot be used", "Check the server's log.") if state else _REACH
        if not state and "FATAL:" in words:
            happened, advice = _REFUSED
        return StateError(f"The state {location} {happened} ({words}). {advice}")
    return StateError(
        f"The state {location} holds something that cannot be read ({error}). Restore the database from a backup."
    )

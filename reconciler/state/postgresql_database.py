"""One connection to PostgreSQL that all threads take turns with, made anew when it is lost."""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeAlias, TypeVar
from urllib.parse import parse_qs, urlsplit, urlunsplit

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import TupleRow

from reconciler.errors import StateError
from reconciler.records import mask_url
from reconciler.state.grouping import Outage
from reconciler.state.postgresql_errors import explain

T = TypeVar("T")
Connection: TypeAlias = psycopg.Connection[TupleRow]

DEFAULT_SCHEMA = "reconcile"
PATIENCE = 30.0
"""Seconds for which a connection that was lost is tried again."""
_EXAMPLE = "postgresql://user@host:5432/database?sslmode=verify-full"
_SCHEMA = re.compile(r"[a-z_][a-z0-9_]{0,62}")
_SECRETS = ("password", "sslpassword", "scram_client_key", "scram_server_key", "oauth_client_secret")
_DEFAULTS = {"keepalives_idle": "30", "keepalives_interval": "10", "keepalives_count": "3", "tcp_user_timeout": "30000"}
_RETRIED = frozenset({"40001", "40P01"})  # serialization failure, deadlock
_SESSION = (
    ("default_transaction_isolation", "read committed"),
    ("lock_timeout", "10s"),
    ("statement_timeout", "60s"),
    # A client whose machine is gone is noticed by the server too; until then it holds its lock.
    ("idle_in_transaction_session_timeout", "60s"),
    ("tcp_keepalives_idle", "30"),
    ("tcp_keepalives_interval", "10"),
    ("tcp_keepalives_count", "3"),
)


class PostgresDatabase:
    """The database of a URL, and the schema in it. All methods raise `StateError`.

    The schema is `?schema=NAME` (default `reconcile`). All else of the URL is libpq's: TLS options,
    several hosts, a service file; and so are the PG… variables.
    """

    def __init__(self, url: str) -> None:
        address = mask_url(url).partition("//")[2].rpartition("***@")[2].partition("?")[0]
        self.location = f"postgresql://{address}"
        try:
            parts = urlsplit(url)
        except ValueError:
            raise StateError(f"The state {self.location} is not a URL that libpq takes. Write {_EXAMPLE}") from None
        self.schema = (parse_qs(parts.query).get("schema") or [DEFAULT_SCHEMA])[-1]
        if not _SCHEMA.fullmatch(self.schema):
            raise StateError(
                f"The state {self.location} has ?schema={self.schema!r}: lower-case letters, digits and _ are expected."
            )
        if self.schema != DEFAULT_SCHEMA:
            self.location += f"?schema={self.schema}"
        query = "&".join(one for one in parts.query.split("&") if not one.startswith("schema="))
        try:
            self._options = conninfo_to_dict(urlunsplit(parts._replace(scheme="postgresql", query=query)))
        except psycopg.Error:
            raise StateError(f"The state {self.location} is not a URL that libpq takes. Write {_EXAMPLE}") from None
        self._guard = threading.RLock()
        self._connection: Connection | None = None
        self.session = 0
        """Grows with each new connection: what belonged to the session before is gone."""

    def write(self, work: Callable[[Connection], T]) -> T:
        """Return what `work` returns, once its transaction is committed.

        After a lost connection `work` runs again in another one: it has to see whether it was done already.
        """
        return self._run(work, lambda connection: connection.transaction())

    def read(self, work: Callable[[Connection], T]) -> T:
        """Return what `work` returns of one moment; whatever it changes is rolled back."""

        def of_one_moment(connection: Connection) -> T:
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            return work(connection)

        return self._run(of_one_moment, lambda connection: connection.transaction(force_rollback=True))

    def close(self) -> None:
        """Close the connection; the next use opens another."""
        with self._guard:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _run(self, work: Callable[[Connection], T], transaction: Callable[[Connection], Any]) -> T:
        with self._guard, self._explained():
            deadline = None
            while True:
                try:
                    connection = self._connected()
                    with transaction(connection):
                        return work(connection)
                except psycopg.Error as error:
                    if not self._passes(error):
                        raise
                    now = time.monotonic()
                    deadline = deadline or now + PATIENCE
                    if now > deadline:
                        raise Outage(str(self._explain(error))) from error
                    time.sleep(0.2)

    def _passes(self, error: psycopg.Error) -> bool:
        """Whether the same may go well on another try: the connection was lost, or two transactions collided."""
        if error.sqlstate in _RETRIED:
            return True
        if self._connection is not None and self._connection.closed:
            self._connection = None
            return True
        # No connection yet: the first one must succeed at once, a later one may be to a server that is restarting.
        return self._connection is None and self.session > 0

    def _connected(self) -> Connection:
        if self._connection is None:
            options: dict[str, Any] = {**_DEFAULTS, "fallback_application_name": "reconcile", **self._options}
            if "PGCONNECT_TIMEOUT" not in os.environ:
                options.setdefault("connect_timeout", "10")
            connection = psycopg.connect(**options, autocommit=True, prepare_threshold=None)
            try:
                for name, value in _SESSION:
                    connection.execute("SELECT set_config(%s, %s, false)", (name, value))
                # What is acknowledged must be on a disk; stronger settings stay.
                connection.execute(
                    "SELECT set_config('synchronous_commit', 'on', false) "
                    "WHERE current_setting('synchronous_commit') = 'off'"
                )
            except psycopg.Error:
                with suppress(psycopg.Error):
                    connection.close()
                raise
            self._connection = connection
            self.session += 1
        return self._connection

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (psycopg.Error, ValueError) as error:
            raise self._explain(error) from None

    def _explain(self, error: Exception) -> StateError:
        known = (self._options.get(name) for name in _SECRETS)
        return explain(error, self.location, [str(one) for one in (*known, os.environ.get("PGPASSWORD")) if one])

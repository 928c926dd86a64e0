"""What is PostgreSQL's own: lost connections, TLS, rights, schemas."""

from __future__ import annotations

import ipaddress
import os
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from reconciler.errors import StateError
from reconciler.records import Known
from reconciler.state import postgresql_database, postgresql_schema
from reconciler.state.base import BaseStore
from reconciler.state.grouping import Outage
from reconciler.state.model import SCHEMA_VERSION, AddHistory, Entry, PutRecord
from reconciler.state.postgresql import PostgresStore
from tests.servers.fixtures import Place
from tests.servers.postgresql import PASSWORD, Postgres
from tests.servers.processes import free_port
from tests.servers.proxy import Proxy, lossy

Make = Callable[..., Known]
Open = Callable[..., BaseStore[Any]]

TERMINATE = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'reconcile'"


@pytest.fixture
def place(places: Callable[[str], Place]) -> str:
    return places("postgresql")()


@pytest.fixture
def proxy(postgres: Postgres) -> Iterator[Proxy]:
    with lossy(postgres.port) as proxy:
        yield proxy


@pytest.fixture
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give up soon."""
    monkeypatch.setattr(postgresql_database, "PATIENCE", 0.5)


def _line(name: str) -> AddHistory:
    return AddHistory(Entry(name, "run", "me", "here", "create", "done"))


def _attempts(store: BaseStore[Any]) -> list[Callable[[], object]]:
    return [store.load, lambda: list(store.history()), lambda: store.locked("test").__enter__()]


def _execute(server: Postgres, *statements: str) -> None:
    with psycopg.connect(server.url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def _schema(place: str) -> str:
    return place.partition("schema=")[2]


@pytest.mark.parametrize("arrives", [True, False])
@pytest.mark.parametrize("times", [1, 3])
def test_a_commit_whose_answer_was_lost_happens_once(
    place: str, postgres: Postgres, proxy: Proxy, open_at: Open, known: Make, arrives: bool, times: int
) -> None:
    store = open_at(place.replace(f":{postgres.port}", f":{proxy.port}"))
    with store.locked("apply"):
        store.commit(PutRecord(known("a")), _line("a"))
        proxy.lose(b"COMMIT", times, arrives=arrives)
        store.commit(PutRecord(known("b")), _line("b"))
        store.check_held()
        store.commit(PutRecord(known("c")), _line("c"))
        other = open_at(place)
        with pytest.raises(StateError, match="is locked"), other.locked("other"):
            pass
    assert sorted(store.load().records) == ["a", "b", "c"]
    assert store.load().serial == 3
    assert [entry.at for entry in store.history()] == ["c", "b", "a"]


def test_a_server_that_restarts_is_waited_for(place: str, postgres: Postgres, open_at: Open, known: Make) -> None:
    store = open_at(place)
    with store.locked("apply"):
        store.commit(PutRecord(known("a")))
        restart = threading.Thread(target=postgres.control, args=("restart", "-m", "immediate"))
        restart.start()
        for number in range(20):
            store.commit(PutRecord(known(f"b-{number}")))
        restart.join()
        store.commit(PutRecord(known("c")))
    assert store.load().serial == 22


@pytest.mark.usefixtures("patience")
def test_a_server_that_stays_away_ends_the_run_in_words(
    place: str, postgres: Postgres, open_at: Open, known: Make
) -> None:
    with lossy(postgres.port) as proxy:
        store = open_at(place.replace(f":{postgres.port}", f":{proxy.port}"))
        held = store.locked("apply")
        held.__enter__()
        store.commit(PutRecord(known("a")))
    errors: list[Exception] = []

    def commit(number: int) -> None:
        try:
            store.commit(PutRecord(known(f"b-{number}")))
        except StateError as error:
            errors.append(error)

    threads = [threading.Thread(target=commit, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(errors) == 12
    for error in errors:
        assert isinstance(error, Outage)
        assert "cannot be reached" in str(error)
        assert PASSWORD not in str(error)
    held.__exit__(None, None, None)  # the lock is not released, and that is no error of the work
    with open_at(place).locked("next", 10.0):
        pass


def test_a_connection_that_was_lost_leaves_the_lock_ours(
    place: str, postgres: Postgres, open_at: Open, known: Make
) -> None:
    store, other = open_at(place), open_at(place)
    with store.locked("apply"):
        for name in ("a", "b", "c"):
            _execute(postgres, TERMINATE)
            store.commit(PutRecord(known(name)))
        with pytest.raises(StateError, match="is locked"), other.locked("other"):
            pass
    assert len(other.load().records) == 3


def test_a_lock_taken_over_after_a_lost_connection_stops_the_first(
    place: str, postgres: Postgres, open_at: Open, known: Make
) -> None:
    store, other = open_at(place), open_at(place)
    with store.locked("apply"):
        store.commit(PutRecord(known("a")))
        _execute(
            postgres, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'reconcile'"
        )
        with other.locked("other"):
            with pytest.raises(StateError, match="broken"):
                store.commit(PutRecord(known("b")))
            other.commit(PutRecord(known("c")))
    assert sorted(other.load().records) == ["a", "c"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda url: url.replace(PASSWORD, "wrong-CANARY"), "password authentication failed.*Check user, password"),
        (lambda url: url.replace("/postgres?", "/nowhere?"), "nowhere.*Check user, password, database"),
        (lambda url: f"postgresql://me:{PASSWORD}@127.0.0.1:{free_port()}/x", "cannot be reached"),
    ],
)
def test_what_the_server_refuses_is_told_without_a_credential(
    place: str, open_at: Open, change: Callable[[str], str], message: str
) -> None:
    for attempt in _attempts(open_at(change(place))):
        with pytest.raises(StateError, match=message) as raised:
            attempt()
        shown = repr(raised.value) + repr(raised.value.__cause__)
        assert "CANARY" not in shown
        assert PASSWORD not in shown


def test_a_user_without_rights_is_told_what_is_needed(place: str, postgres: Postgres, open_at: Open) -> None:
    user, schema = f"user_{_schema(place)}", _schema(place)
    _execute(postgres, f"CREATE ROLE {user} LOGIN PASSWORD 'own'")
    mine = place.replace(f"tests:{PASSWORD}", f"{user}:own")
    store = open_at(mine)
    assert store.load().fresh
    with pytest.raises(StateError, match=r"permission was denied.*create the schema for it"), store.locked("test"):
        pass
    _execute(postgres, f"CREATE SCHEMA {schema} AUTHORIZATION {user}")
    with store.locked("test"):
        store.check_held()
    _execute(postgres, f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {user}")
    for attempt in _attempts(open_at(mine)):
        with pytest.raises(StateError, match="permission was denied"):
            attempt()


def test_a_read_only_server_can_be_planned_from_but_not_locked(place: str, open_at: Open) -> None:
    with open_at(place).locked("test"):
        pass
    store = open_at(f"{place}&options=-c%20default_transaction_read_only%3Don")
    assert store.load().fresh
    with pytest.raises(StateError, match="read-only replica"), store.locked("test"):
        pass


def test_another_programs_table_is_refused_and_left_alone(place: str, postgres: Postgres, open_at: Open) -> None:
    schema = _schema(place)
    _execute(postgres, f"CREATE SCHEMA {schema}", f"CREATE TABLE {schema}.state (theirs text)")
    for attempt in _attempts(open_at(place)):
        with pytest.raises(StateError, match=r"another program's table.*\?schema=NAME"):
            attempt()


def test_a_newer_version_is_refused_and_left_alone(place: str, postgres: Postgres, open_at: Open) -> None:
    with open_at(place).locked("test"):
        pass
    _execute(postgres, f"UPDATE {_schema(place)}.state SET schema_version = 99")
    for attempt in _attempts(open_at(place)):
        with pytest.raises(StateError, match=r"written by a newer reconcile.*Update reconcile"):
            attempt()


def test_an_older_version_is_read_as_it_is_and_upgraded_under_the_lock(
    place: str, postgres: Postgres, open_at: Open, known: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_at(place)
    with store.locked("test"):
        store.commit(PutRecord(known("a")))

    def second(connection: psycopg.Connection[Any], schema: str) -> None:
        connection.execute(f"DELETE FROM {schema}.nouns")
        connection.execute(f"ALTER TABLE {schema}.nouns ADD COLUMN more text")

    def version() -> Any:
        with psycopg.connect(postgres.url) as connection:
            found = connection.execute(f"SELECT schema_version FROM {_schema(place)}.state").fetchone()
            return found and found[0]

    monkeypatch.setattr(postgresql_schema, "MIGRATIONS", [*postgresql_schema.MIGRATIONS, second])
    assert (store.load().records, version()) == ({}, 1)
    with store.locked("test"):
        assert (store.load().records, version()) == ({}, 2)


def test_the_version_of_the_tables_is_that_of_the_model() -> None:
    assert len(postgresql_schema.MIGRATIONS) == SCHEMA_VERSION


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE {}.nouns SET value = '{{'",
        "UPDATE {}.nouns SET value = '{{}}'",
        "UPDATE {}.nouns SET kind = 'else'",
        "DELETE FROM {}.state",
    ],
)
def test_a_damaged_row_is_told(place: str, postgres: Postgres, open_at: Open, known: Make, damage: str) -> None:
    with (store := open_at(place)).locked("test"):
        store.commit(PutRecord(known("a")))
    _execute(postgres, damage.format(_schema(place)))
    with pytest.raises(StateError, match="cannot be read"):
        open_at(place).load()


class TestTls:
    @pytest.fixture
    def authority(self, postgres: Postgres, tmp_path: Path) -> Iterator[Path]:
        """The server speaks TLS, under a certificate that this file vouches for."""
        folder = tmp_path
        certificate, key = _certificate()
        (folder / "ca.pem").write_bytes(certificate)
        data = postgres.directory / "data"
        owner = data.stat().st_uid
        for name, content in (("server.crt", certificate), ("server.key", key)):
            (data / name).write_bytes(content)
            (data / name).chmod(0o600)
            os.chown(data / name, owner, -1)
        _execute(postgres, "ALTER SYSTEM SET ssl = on", "SELECT pg_reload_conf()")
        yield folder / "ca.pem"
        _execute(postgres, "ALTER SYSTEM SET ssl = off", "SELECT pg_reload_conf()")

    def test_the_options_of_the_url_are_honoured(self, place: str, authority: Path, open_at: Open) -> None:
        store = open_at(f"{place}&sslmode=verify-full&sslrootcert={authority}")
        assert isinstance(store, PostgresStore)
        with store.locked("test"):
            used = store._database.read(
                lambda connection: connection.execute(
                    "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
                ).fetchone()
            )
        assert used == (True,)

    def test_another_authority_is_refused(self, place: str, authority: Path, open_at: Open) -> None:
        other = authority.with_name("other.pem")
        other.write_bytes(_certificate()[0])
        for attempt in _attempts(open_at(f"{place}&sslmode=verify-full&sslrootcert={other}")):
            with pytest.raises(StateError, match=r"cannot be reached .*certificate.*TLS options"):
                attempt()


def _certificate() -> tuple[bytes, bytes]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return certificate.public_bytes(serialization.Encoding.PEM), private

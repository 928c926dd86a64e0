"""The file: who may read it, when it is made, and what is said of one that is not as it should be."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import subprocess
import tempfile
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import StateError
from reconciler.records import Intent, Known, Secret, url_value
from reconciler.state import schema
from reconciler.state.model import SCHEMA_VERSION, AddHistory, Entry, PutIntent, PutRecord
from reconciler.state.sqlite import SqliteStore
from reconciler.state.sqlite_errors import explain
from reconciler.state.sqlite_file import SqliteFile

Make = Callable[..., Known]


def _filled(path: Path, known: Make, count: int = 300) -> None:
    store = SqliteStore(path)
    with store.locked("test"):
        store.commit(*(PutRecord(known(f"record-{number}", str(number))) for number in range(count)))
    store.close()


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def _attempts(path: Path) -> list[Callable[[], object]]:
    """Everything that reads or writes a state, each with a store of its own."""

    def lock(store: SqliteStore) -> None:
        with store.locked("test"):
            pass

    return [
        lambda: SqliteStore(path).load(),
        lambda: SqliteStore(path).fingerprint,
        lambda: SqliteStore(path).unlock("none"),
        lambda: list(SqliteStore(path).history()),
        lambda: lock(SqliteStore(path)),
    ]


def test_reading_makes_no_file(store: SqliteStore, path: Path) -> None:
    state = store.load()
    assert (state.fresh, state.serial, state.records) == (True, 0, {})
    assert store.fingerprint("x")
    assert list(store.history()) == []
    assert not path.parent.exists()


def test_the_file_its_log_and_its_directory_are_the_owners_alone(store: SqliteStore, path: Path, known: Make) -> None:
    previous = os.umask(0)
    try:
        with store.locked("test"):
            store.commit(PutRecord(known("a")))
            modes = {file.name: _mode(file) for file in path.parent.iterdir()}
    finally:
        os.umask(previous)
    assert modes == {"state.db": 0o600, "state.db-wal": 0o600, "state.db-shm": 0o600}
    assert _mode(path.parent) == 0o700


def test_an_empty_file_is_a_fresh_state_and_becomes_the_owners_alone(path: Path, store: SqliteStore) -> None:
    path.parent.mkdir()
    path.touch()
    path.chmod(0o644)
    assert store.load().fresh
    assert path.stat().st_size == 0
    with store.locked("test"):
        assert _mode(path) == 0o600


def test_a_state_is_fresh_until_its_first_commit_and_keeps_its_lineage(
    store: SqliteStore, path: Path, known: Make
) -> None:
    lineage = store.load().lineage
    with store.locked("test"):
        assert (store.load().fresh, store.load().lineage, store.load().serial) == (True, lineage, 0)
        store.commit(PutRecord(known("a")))
        store.commit(PutRecord(known("b")))
    again = SqliteStore(path).load()
    assert (again.fresh, again.lineage, again.serial) == (False, lineage, 2)


def test_one_reading_is_of_one_moment_whatever_is_committed_meanwhile(
    store: SqliteStore, path: Path, known: Make
) -> None:
    count = "SELECT count(*) FROM records"
    with store.locked("test"), SqliteFile(str(path)).reading() as reading:
        assert reading is not None
        assert reading.execute(count).fetchone() == (0,)
        store.commit(PutRecord(known("a")))
        assert reading.execute(count).fetchone() == (0,)
    assert len(store.load().records) == 1


def test_a_link_to_a_file_that_is_not_there_yet_is_followed(tmp_path: Path) -> None:
    link = tmp_path / "link.db"
    link.symlink_to(tmp_path / "real" / "state.db")
    store = SqliteStore(link)
    assert store.load().fresh
    with store.locked("test"):
        pass
    assert link.is_symlink()
    assert (tmp_path / "real" / "state.db").is_file()


def test_no_byte_of_a_secret_is_in_any_file(store: SqliteStore, path: Path) -> None:
    canary = "CANARY-5d1f0c"
    secret = Secret(canary).sealed(store.fingerprint)
    url = url_value(f"https://user:{canary}@hooks.example.com/?token={canary}")
    assert isinstance(url, Secret)
    sent = {"url": url.sealed(store.fingerprint), "secret": secret, "headers": {"X": secret}}
    record = Known("a", "one", (), "1", "key", sent, echo=sent)
    with store.locked("test"):
        store.commit(PutRecord(record), PutIntent(Intent("i", "a", "one", (), "create", "k", "u", sent=sent)))
        store.commit(AddHistory(Entry("now", "run", "me", "here", "create", "done", detail=f"sent {sent}")))
        contents = {file.name: file.read_bytes() for file in path.parent.iterdir()}
    contents["after"] = path.read_bytes()
    assert any(b"hooks.example.com" in content for content in contents.values())
    assert [name for name, content in contents.items() if canary.encode() in content] == []
    assert SqliteStore(path).load().records["a"] == record


def test_an_unsealed_secret_is_not_written(store: SqliteStore) -> None:
    with store.locked("test"):
        with pytest.raises(ValueError, match="sealed"):
            store.commit(PutRecord(Known("a", "one", (), "1", "key", {"secret": Secret("bare")})))
        assert store.load().records == {}


def test_half_a_surrogate_costs_neither_a_line_of_the_history_nor_the_commits_beside_it(
    store: SqliteStore, known: Make
) -> None:
    with store.locked("test"):
        store.commit(AddHistory(Entry("now", "run", "me", "here", "create", "failed", detail="they said \ud800")))
        store.commit(PutRecord(known("a", name="\ud800")))
        with pytest.raises(StateError, match="not valid Unicode"):
            store.commit(PutRecord(known("b", "\ud800")))
    assert next(store.history()).detail == "they said \\ud800"
    assert list(store.load().records) == ["a"]


@pytest.mark.parametrize("size", [1, 100, 4096, 9000])
def test_a_file_cut_short_is_told(path: Path, known: Make, size: int) -> None:
    _filled(path, known)
    os.truncate(path, size)
    for attempt in (_attempts(path)[0], _attempts(path)[-1]):
        with pytest.raises(StateError, match=r"state\.db (is not a state|is damaged or cut short).*Restore it"):
            attempt()


def test_a_text_file_is_told_and_left_alone(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("version: 1\n" * 500)
    for attempt in _attempts(path):
        with pytest.raises(StateError, match=r"state\.db is not a state.*Restore it"):
            attempt()
    assert path.read_text() == "version: 1\n" * 500


@cache
def _whole() -> bytes:
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory, "state.db")
        _filled(path, lambda address, number: Known(address, "one", (), number, "key", {"url": "https://x"}), 60)
        return path.read_bytes()


wounds = st.tuples(st.integers(0, 2**20) | st.integers(0, 120), st.integers(1, 64), st.binary(max_size=64))


@given(some=st.lists(wounds, min_size=1, max_size=3))
def test_a_damaged_file_never_ends_in_another_error(some: list[tuple[int, int, bytes]]) -> None:
    content = bytearray(_whole())
    for place, length, by in some:
        start = place % len(_whole())
        content[start : start + length] = by
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory, "state.db")
        path.write_bytes(content)
        for attempt in _attempts(path):
            with suppress(StateError):
                attempt()


def test_a_row_that_is_not_what_it_should_be_is_told(path: Path, known: Make) -> None:
    _filled(path, known, 1)
    for damage in ("sent = '{'", "sent = 5", "scope = '[]'", "echo = '[1]'", "connection = x'ff'"):
        with sqlite3.connect(path) as connection:
            connection.execute("SAVEPOINT damage")
            connection.execute(f"UPDATE records SET {damage}")
            connection.execute("COMMIT")
        with pytest.raises(StateError, match=r"state\.db holds something that cannot be read"):
            SqliteStore(path).load()


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM meta",
        "UPDATE meta SET key = x'ff'",
        "UPDATE meta SET lineage = x'ff'",
        "UPDATE meta SET key_id = x'00'",
    ],
)
def test_a_state_that_does_not_know_itself_is_told(path: Path, known: Make, damage: str) -> None:
    _filled(path, known, 1)
    with sqlite3.connect(path) as connection:
        connection.execute(damage)
    for attempt in (_attempts(path)[0], _attempts(path)[-1]) if "lineage" not in damage else _attempts(path)[:1]:
        with pytest.raises(StateError, match=r"state\.db holds something that cannot be read.*Restore it"):
            attempt()


def test_a_newer_version_is_refused_and_left_alone(path: Path, known: Make) -> None:
    _filled(path, known, 3)
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE meta SET schema_version = 99")
    connection.close()
    before = path.read_bytes()
    for attempt in _attempts(path):
        with pytest.raises(StateError, match=r"state\.db was written by a newer reconcile.*Update reconcile"):
            attempt()
    assert path.read_bytes() == before


def test_another_programs_database_is_refused_and_left_alone(path: Path) -> None:
    path.parent.mkdir()
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE meta (theirs TEXT)")
    connection.close()
    before = path.read_bytes()
    for attempt in _attempts(path):
        with pytest.raises(StateError, match=r"state\.db is another program's database"):
            attempt()
    assert path.read_bytes() == before


def test_an_older_version_is_read_as_it_is_and_upgraded_under_the_lock(
    path: Path, known: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    _filled(path, known, 3)

    def second(connection: sqlite3.Connection) -> None:
        connection.execute("UPDATE records SET protect = 1")

    def version() -> int:
        with sqlite3.connect(path) as connection:
            return int(connection.execute("SELECT schema_version FROM meta").fetchone()[0])

    monkeypatch.setattr(schema, "MIGRATIONS", [*schema.MIGRATIONS, second])
    store = SqliteStore(path)
    assert all(record.protect for record in store.load().records.values())
    assert version() == 1
    with store.locked("test"):
        assert version() == 2
    assert all(record.protect for record in store.load().records.values())
    store.close()


def test_the_version_of_the_tables_is_that_of_the_model() -> None:
    assert len(schema.MIGRATIONS) == SCHEMA_VERSION


def test_a_directory_in_its_place_is_told(path: Path) -> None:
    path.mkdir(parents=True)
    for attempt in _attempts(path):
        with pytest.raises(StateError, match=r"state\.db is a directory. Name a file"):
            attempt()


def test_a_file_in_the_place_of_its_directory_is_told(path: Path) -> None:
    path.parent.write_text("")
    for attempt in _attempts(path):
        with pytest.raises(StateError, match=r"state\.db cannot be used: Not a directory. Check its path"):
            attempt()


@pytest.mark.skipif(os.name != "posix", reason="permissions as POSIX has them")
class TestPermissions:
    def test_a_read_only_file_can_be_read_but_not_locked(self, unprivileged: Path, known: Make) -> None:
        path = unprivileged / "state.db"
        _filled(path, known, 2)
        path.chmod(0o400)
        store = SqliteStore(path)
        assert len(store.load().records) == 2
        with pytest.raises(StateError, match=r"state\.db cannot be written.*write access"), store.locked("test"):
            pass
        store.close()

    def test_a_read_only_directory_is_told(self, unprivileged: Path, known: Make) -> None:
        path = unprivileged / "state.db"
        _filled(path, known, 2)
        unprivileged.chmod(0o500)
        for attempt in _attempts(path):
            with pytest.raises(StateError, match=r"state\.db cannot be (opened|written).*write access to the file and"):
                attempt()

    def test_a_directory_where_nothing_can_be_made_is_told(self, unprivileged: Path) -> None:
        unprivileged.chmod(0o500)
        store = SqliteStore(unprivileged / "new" / "state.db")
        assert store.load().fresh
        with pytest.raises(StateError, match=r"state\.db cannot be used: Permission denied"), store.locked("test"):
            pass

    def test_a_directory_that_cannot_be_looked_into_is_not_taken_for_a_fresh_state(self, unprivileged: Path) -> None:
        (unprivileged / "closed").mkdir(mode=0o000)
        for attempt in _attempts(unprivileged / "closed" / "state.db"):
            with pytest.raises(StateError, match=r"state\.db cannot be used: Permission denied"):
                attempt()


def test_a_file_that_is_moved_away_in_use_is_told(store: SqliteStore, path: Path, known: Make) -> None:
    with store.locked("test"):
        store.commit(PutRecord(known("a")))
        shutil.move(path, path.with_name("elsewhere.db"))
        with pytest.raises(StateError, match="moved or replaced while in use"):
            store.commit(PutRecord(known("b")))
        with pytest.raises(StateError, match="broken"):
            store.check_held()
        shutil.move(path.with_name("elsewhere.db"), path)
        store.commit(PutRecord(known("c")))
    assert list(store.load().records) == ["a", "c"]


FILL_A_SMALL_DISK = """
import resource, sys
from reconciler.errors import StateError
from reconciler.records import Known
from reconciler.state.model import PutRecord
from reconciler.state.sqlite import SqliteStore
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
store = SqliteStore(sys.argv[1])
with store.locked("test"):
    try:
        for number in range(1000):
            store.commit(PutRecord(Known(str(number), "one", (), "1", "key", {"name": "x" * 2000})))
            print(number)
    except StateError as error:
        print(error)
"""


@pytest.mark.skipif(os.name != "posix", reason="limits as POSIX has them")
def test_where_no_more_can_be_written_it_is_told_and_what_was_committed_stays(
    python: Callable[..., subprocess.Popen[str]], path: Path
) -> None:
    output, errors = python(FILL_A_SMALL_DISK, path).communicate()
    *done, message = output.splitlines()
    assert len(done) > 10
    assert f"The state {path} cannot be" in message
    assert "Traceback" not in errors
    assert SqliteStore(path).load().records.keys() == set(done)


def test_a_full_disk_is_called_that() -> None:
    connection = sqlite3.connect(":memory:")
    connection.execute("PRAGMA max_page_count = 3")
    with pytest.raises(sqlite3.OperationalError) as raised:
        connection.executescript("CREATE TABLE t (x); INSERT INTO t VALUES (zeroblob(100000));")
    assert "the disk is full" in str(explain(raised.value, "state.db"))
    assert "Free some space" in str(explain(raised.value, "state.db"))


def test_any_other_word_of_sqlite_becomes_a_state_error_with_advice(path: Path, known: Make) -> None:
    _filled(path, known, 1)
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TABLE intents")
    with pytest.raises(StateError, match=r"state\.db cannot be used: SQLite reports 'no such table: intents'.*Restore"):
        SqliteStore(path).load()

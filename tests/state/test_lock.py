"""One writer: who holds the lock, who waits, who takes it over, and who is too late."""

from __future__ import annotations

import logging
import os
import re
import signal
import subprocess
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.errors import StateError, StateLocked
from reconciler.records import Known
from reconciler.state import process
from reconciler.state.model import AddHistory, Entry, MoveRecord, PutRecord
from reconciler.state.sqlite import SqliteStore

Make = Callable[..., Known]
Python = Callable[..., subprocess.Popen[str]]

HOLD = """
import sys
from reconciler.state.sqlite import SqliteStore
with SqliteStore(sys.argv[1]).locked("apply") as holder:
    print(holder.id, flush=True)
    sys.stdin.readline()
"""


def _lock(path: Path, timeout: float = 0.0) -> None:
    store = SqliteStore(path)
    try:
        with store.locked("test", timeout):
            pass
    finally:
        store.close()


def test_nothing_is_written_without_the_lock(store: SqliteStore, path: Path, known: Make) -> None:
    with pytest.raises(StateError, match="without its lock"):
        store.commit(PutRecord(known("a")))
    with pytest.raises(StateError, match="without its lock"):
        store.check_held()
    assert not path.exists()
    _lock(path)
    with pytest.raises(StateError, match="without its lock"):
        store.commit(PutRecord(known("a")))
    assert store.load().serial == 0


def test_a_second_writer_is_told_who_holds_it_and_how_to_go_on(path: Path, python: Python) -> None:
    holding = python(HOLD, path)
    assert holding.stdout is not None
    lock_id = holding.stdout.readline().strip()
    with pytest.raises(StateLocked) as raised:
        _lock(path, timeout=0.3)
    message = str(raised.value)
    for part in (str(path), f"process {holding.pid}", "`apply`", "@", "--lock-timeout", f"unlock {lock_id}"):
        assert part in message
    assert re.search(r"since \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", message)
    holding.communicate("\n")
    _lock(path)


def test_it_waits_for_a_holder_that_ends(path: Path, python: Python) -> None:
    holding = python(HOLD, path)
    assert holding.stdout is not None
    holding.stdout.readline()
    waiting = threading.Thread(target=_lock, args=(path, 30.0))
    waiting.start()
    holding.communicate("\n")
    waiting.join(timeout=30)
    assert not waiting.is_alive()
    assert holding.returncode == 0


@pytest.mark.skipif(os.name != "posix", reason="processes as POSIX has them")
@pytest.mark.parametrize("reaped", [True, False])
def test_the_lock_of_a_killed_process_is_taken_over(
    path: Path, python: Python, caplog: pytest.LogCaptureFixture, reaped: bool
) -> None:
    holding = python(HOLD, path)
    assert holding.stdout is not None
    holding.stdout.readline()
    holding.send_signal(signal.SIGKILL)
    if reaped:
        holding.wait()
    else:
        os.waitid(os.P_PID, holding.pid, os.WEXITED | os.WNOWAIT)  # dead, and still a zombie
    with caplog.at_level(logging.WARNING):
        _lock(path)
    assert f"process {holding.pid}" in caplog.text


def test_two_stores_of_one_process_exclude_each_other(path: Path, store: SqliteStore) -> None:
    with store.locked("first"):
        with pytest.raises(StateLocked, match="`first`"):
            _lock(path)
        with pytest.raises(StateLocked, match="`first`"), store.locked("second"):
            pass
        store.check_held()


def test_the_lock_is_let_go_when_the_work_fails(path: Path, store: SqliteStore) -> None:
    with pytest.raises(ZeroDivisionError), store.locked("test"):
        raise ZeroDivisionError
    _lock(path)


def test_each_lock_has_a_higher_token(store: SqliteStore) -> None:
    tokens = []
    for _ in range(3):
        with store.locked("test") as holder:
            tokens.append(holder.token)
    assert tokens == sorted(set(tokens))


def test_unlock_wants_the_id_and_returns_who_held_it(store: SqliteStore, path: Path) -> None:
    other = SqliteStore(path)
    with pytest.raises(StateError, match="not locked"):
        other.unlock("none")
    with store.locked("apply") as holder:
        with pytest.raises(
            StateError, match=rf"(?s)no lock wrong.*process {os.getpid()}.*unlock {holder.id}"
        ) as raised:
            other.unlock("wrong")
        assert not isinstance(raised.value, StateLocked)
        store.check_held()
        assert other.unlock(holder.id) == holder
        with pytest.raises(StateError, match="not locked"):
            other.unlock(holder.id)
    other.close()


def test_a_holder_whose_lock_was_broken_writes_nothing_more(store: SqliteStore, path: Path, known: Make) -> None:
    other = SqliteStore(path)
    with store.locked("first") as first:
        store.commit(PutRecord(known("a")))
        other.unlock(first.id)
        with pytest.raises(StateError, match=r"broken.*nobody holds it"):
            store.commit(PutRecord(known("b")))
        with other.locked("second") as second:
            with pytest.raises(StateError, match=r"broken.*`second`"):
                store.commit(PutRecord(known("c")))
            with pytest.raises(StateError, match="broken"):
                store.check_held()
            other.commit(PutRecord(known("d")))
            assert second.token > first.token
            assert list(other.load().records) == ["a", "d"]
            assert other.load().serial == 2
    other.close()


def test_a_holder_whose_lock_was_broken_does_not_let_go_of_anothers(path: Path) -> None:
    first, other = SqliteStore(path), SqliteStore(path)
    held = first.locked("first")
    other.unlock(held.__enter__().id)
    with other.locked("second"):
        held.__exit__(None, None, None)
        other.check_held()
    first.close()
    other.close()


def test_threads_commit_side_by_side(store: SqliteStore, known: Make) -> None:
    refused: list[StateError] = []

    def work(worker: int) -> None:
        for number in range(10):
            store.commit(PutRecord(known(f"{worker}-{number}")), AddHistory(Entry(*[f"{worker}-{number}"] * 6)))
            store.check_held()
        try:
            store.commit(PutRecord(known(f"{worker}-not")), MoveRecord(f"{worker}-0", f"{worker}-1"))
        except StateError as error:
            refused.append(error)

    with store.locked("test"):
        threads = [threading.Thread(target=work, args=(worker,)) for worker in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert store.load().records.keys() == {f"{worker}-{number}" for worker in range(6) for number in range(10)}
    assert store.load().serial == len(list(store.history())) == 60
    assert len(refused) == 6
    assert "the address of another one" in str(refused[0])


INCREMENT = """
import os, sys
from reconciler.records import Known
from reconciler.state.model import PutRecord
from reconciler.state.sqlite import SqliteStore
store = SqliteStore(sys.argv[1])
for turn in range(5):
    with store.locked("apply", timeout=60) as holder:
        inside = os.open(sys.argv[1] + ".inside", os.O_CREAT | os.O_EXCL)
        count = store.load().records.get("count")
        sent = {"count": count.sent["count"] + 1 if count else 1}
        store.commit(PutRecord(Known("count", "one", (), "1", "key", sent)))
        os.close(inside)
        os.unlink(sys.argv[1] + ".inside")
"""


def test_processes_that_start_at_once_on_a_fresh_state_take_turns(path: Path, python: Python) -> None:
    workers = [python(INCREMENT, path) for _ in range(4)]
    for worker in workers:
        _, errors = worker.communicate(timeout=60)
        assert worker.returncode == 0, errors
    state = SqliteStore(path).load()
    assert state.records["count"].sent["count"] == state.serial == 20


class TestIsGone:
    def test_a_living_process_is_not(self) -> None:
        assert not process.is_gone(process.this_process())

    def test_another_machines_process_cannot_be_told(self) -> None:
        assert not process.is_gone(replace(process.this_process(), host="elsewhere", pid=2**22 + 1))

    def test_a_containers_process_cannot_be_told(self) -> None:
        assert not process.is_gone(replace(process.this_process(), namespace="pid:[1]", pid=2**22 + 1))

    @pytest.mark.skipif(os.name != "posix", reason="processes as POSIX has them")
    def test_a_number_that_nobody_has_is(self) -> None:
        assert process.is_gone(replace(process.this_process(), pid=2**22 + 1))

    @pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
    def test_a_number_that_was_used_again_is(self) -> None:
        assert process.is_gone(replace(process.this_process(), started="1"))

    @pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
    def test_one_from_before_a_reboot_is(self) -> None:
        assert process.is_gone(replace(process.this_process(), boot="another"))

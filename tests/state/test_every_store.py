"""What holds wherever the state is kept: SQLite, PostgreSQL, S3, Azure, Google."""

from __future__ import annotations

import logging
import os
import re
import signal
import subprocess
import threading
from collections.abc import Callable
from typing import Any

import pytest

from reconciler.errors import StateError, StateLocked
from reconciler.records import Intent, Known, Secret
from reconciler.state.base import BaseStore
from reconciler.state.model import AddHistory, Entry, MoveRecord, PutIntent, PutRecord

Make = Callable[..., Known]
Open = Callable[..., BaseStore[Any]]
Python = Callable[..., subprocess.Popen[str]]

HOLD = """
import sys
from reconciler.state.open import open_store
with open_store(sys.argv[1]).locked("apply") as holder:
    print(holder.id, flush=True)
    sys.stdin.readline()
"""


def _line(name: str) -> AddHistory:
    return AddHistory(Entry(name, "run", "me", "here", "create", "done"))


def _lock(store: BaseStore[Any], timeout: float = 0.0) -> None:
    with store.locked("test", timeout):
        pass


def test_reading_makes_no_state(place: str, open_at: Open) -> None:
    store = open_at(place)
    state = store.load()
    assert (state.fresh, state.serial, state.records) == (True, 0, {})
    assert store.fingerprint("x")
    assert list(store.history()) == []
    assert open_at(place).load().lineage != state.lineage


def test_a_state_is_fresh_until_its_first_commit_and_keeps_lineage_and_key(
    place: str, open_at: Open, known: Make
) -> None:
    store = open_at(place)
    lineage, mark = store.load().lineage, store.fingerprint("x")
    with store.locked("test"):
        assert (store.load().fresh, store.load().lineage, store.load().serial) == (True, lineage, 0)
        store.commit(PutRecord(known("a")), _line("first"))
        store.commit(PutRecord(known("b")), _line("second"))
    again = open_at(place)
    assert (again.load().fresh, again.load().lineage, again.load().serial) == (False, lineage, 2)
    assert again.load().records == {"a": known("a"), "b": known("b")}
    assert again.fingerprint("x") == mark
    assert [entry.at for entry in again.history()] == ["second", "first"]
    assert [entry.at for entry in again.history(1)] == ["second"]


def test_the_lock_alone_makes_lineage_and_key_stay(place: str, open_at: Open) -> None:
    """A plan that is saved before the first apply belongs to this state, and no other's apply takes it."""
    store = open_at(place)
    lineage, mark = store.load().lineage, store.fingerprint("x")
    _lock(store)

    again = open_at(place)
    assert (again.load().fresh, again.load().lineage) == (True, lineage)
    assert again.fingerprint("x") == mark


def test_a_state_that_another_run_made_after_this_one_planned_is_an_error(place: str, open_at: Open) -> None:
    planned = open_at(place)
    _ = planned.fingerprint
    _lock(open_at(place))
    with pytest.raises(StateError, match="made by another run in the meantime"):
        _lock(planned)


def test_nothing_is_written_without_the_lock(place: str, open_at: Open, known: Make) -> None:
    store = open_at(place)
    for _ in range(2):
        with pytest.raises(StateError, match="without its lock"):
            store.commit(PutRecord(known("a")))
        with pytest.raises(StateError, match="without its lock"):
            store.check_held()
        _lock(store)
    assert store.load().serial == 0


def test_a_second_writer_is_told_who_holds_it_and_how_to_go_on(place: str, open_at: Open, python: Python) -> None:
    holding = python(HOLD, place)
    assert holding.stdout is not None
    lock_id = holding.stdout.readline().strip()
    store = open_at(place)
    with pytest.raises(StateLocked) as raised:
        _lock(store, timeout=0.3)
    message = str(raised.value)
    for part in (store.location, f"process {holding.pid}", "`apply`", "@", "--lock-timeout", f"unlock {lock_id}"):
        assert part in message
    assert re.search(r"since \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", message)
    waiting = threading.Thread(target=_lock, args=(store, 60.0))
    waiting.start()
    holding.communicate("\n")
    waiting.join(timeout=60)
    assert not waiting.is_alive()
    _lock(store)


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
def test_the_lock_of_a_killed_process_is_taken_over(
    place: str, open_at: Open, python: Python, caplog: pytest.LogCaptureFixture
) -> None:
    holding = python(HOLD, place)
    assert holding.stdout is not None
    holding.stdout.readline()
    holding.send_signal(signal.SIGKILL)
    os.waitid(os.P_PID, holding.pid, os.WEXITED | os.WNOWAIT)  # dead, and still a zombie
    with caplog.at_level(logging.WARNING):
        _lock(open_at(place), 10.0)  # a server takes a moment to notice
    assert f"process {holding.pid}" in caplog.text


def test_two_stores_of_one_process_exclude_each_other(place: str, open_at: Open) -> None:
    store, other = open_at(place), open_at(place)
    with store.locked("first"):
        for one in (store, other):
            with pytest.raises(StateLocked, match="`first`"), one.locked("second"):
                pass
        store.check_held()
    with pytest.raises(ZeroDivisionError), store.locked("test"):
        raise ZeroDivisionError
    _lock(other)


def test_each_lock_has_a_higher_token(place: str, open_at: Open) -> None:
    tokens = []
    for _ in range(3):
        with open_at(place).locked("test") as holder:
            tokens.append(holder.token)
    assert tokens == sorted(set(tokens))


def test_unlock_wants_the_id_and_returns_who_held_it(place: str, open_at: Open) -> None:
    store, other = open_at(place), open_at(place)
    with pytest.raises(StateError, match="not locked"):
        other.unlock("none")
    with store.locked("apply") as holder:
        told = rf"(?s)no lock wrong.*process {os.getpid()}.*unlock {holder.id}"
        with pytest.raises(StateError, match=told) as raised:
            other.unlock("wrong")
        assert not isinstance(raised.value, StateLocked)
        store.check_held()
        assert other.unlock(holder.id) == holder
        with pytest.raises(StateError, match="not locked"):
            other.unlock(holder.id)


def test_a_holder_whose_lock_was_broken_writes_nothing_more(place: str, open_at: Open, known: Make) -> None:
    store, other = open_at(place), open_at(place)
    with store.locked("first") as first:
        store.commit(PutRecord(known("a")))
        other.unlock(first.id)
        with pytest.raises(StateError, match=r"broken.*nobody holds it"):
            store.check_held()
        with pytest.raises(StateError, match=r"broken.*nobody holds it"):
            store.commit(PutRecord(known("b")))
        with other.locked("second") as second:
            with pytest.raises(StateError, match=r"broken.*`second`"):
                store.commit(PutRecord(known("c")))
            with pytest.raises(StateError, match="broken"):
                store.check_held()
            other.commit(PutRecord(known("d")))
            assert second.token > first.token
    assert sorted(other.load().records) == ["a", "d"]
    assert other.load().serial == 2


def test_a_holder_whose_lock_was_broken_does_not_let_go_of_anothers(place: str, open_at: Open) -> None:
    first, other = open_at(place), open_at(place)
    held = first.locked("first")
    other.unlock(held.__enter__().id)
    with other.locked("second"):
        held.__exit__(None, None, None)
        other.check_held()


def test_threads_commit_side_by_side(place: str, open_at: Open, known: Make) -> None:
    store = open_at(place)
    refused: list[StateError] = []

    def work(worker: int) -> None:
        for number in range(5):
            store.commit(PutRecord(known(f"{worker}-{number}")), _line(f"{worker}-{number}"))
            store.check_held()
        try:
            store.commit(PutRecord(known(f"{worker}-not")), MoveRecord(f"{worker}-0", f"{worker}-1"))
        except StateError as error:
            refused.append(error)

    with store.locked("test"):
        threads = [threading.Thread(target=work, args=(worker,)) for worker in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert store.load().records.keys() == {f"{worker}-{number}" for worker in range(8) for number in range(5)}
    assert store.load().serial == len(list(store.history())) == 40
    assert len(refused) == 8


def test_an_unsealed_secret_is_not_written_and_takes_nobody_with_it(place: str, open_at: Open, known: Make) -> None:
    store = open_at(place)
    with store.locked("test"):
        with pytest.raises(ValueError, match="sealed"):
            store.commit(PutRecord(Known("a", "one", (), "1", "key", {"secret": Secret("bare")})))
        store.commit(PutRecord(known("b")))
    assert list(store.load().records) == ["b"]


def test_any_text_is_kept(place: str, open_at: Open, known: Make) -> None:
    store = open_at(place)
    record = known("a", name="ü \0 \ud800 𝄞 \\u0000 '; DROP TABLE nouns; --")
    with store.locked("test"):
        store.commit(PutRecord(record), PutIntent(Intent("i", "a", "one", (), "create", "k\0", "u")))
        store.commit(AddHistory(Entry("now", "run", "me", "here", "create", "failed", detail="they said \ud800")))
    state = open_at(place).load()
    assert state.records["a"] == record
    assert state.intents["i"].key == "k\0"
    assert (next(store.history()).detail or "").startswith("they said ")


INCREMENT = """
import os, sys
from reconciler.records import Known
from reconciler.state.model import PutRecord
from reconciler.state.open import open_store
store = open_store(sys.argv[1])
for turn in range(4):
    with store.locked("apply", timeout=60) as holder:
        inside = os.open(sys.argv[2], os.O_CREAT | os.O_EXCL)
        count = store.load().records.get("count")
        sent = {"count": count.sent["count"] + 1 if count else 1}
        store.commit(PutRecord(Known("count", "one", (), "1", "key", sent)))
        os.close(inside)
        os.unlink(sys.argv[2])
"""


def test_processes_that_start_at_once_on_a_fresh_state_take_turns(
    place: str, open_at: Open, python: Python, tmp_path: Any
) -> None:
    workers = [python(INCREMENT, place, tmp_path / "inside") for _ in range(4)]
    for worker in workers:
        _, errors = worker.communicate(timeout=120)
        assert worker.returncode == 0, errors
    state = open_at(place).load()
    assert state.records["count"].sent["count"] == state.serial == 16

"""Killed at any moment: what was acknowledged is there, and what is there is whole."""

from __future__ import annotations

import os
import random
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reconciler.state.base import BaseStore
from reconciler.state.sqlite import SqliteStore

KILLS = {"sqlite": 30, "postgresql": 12, "s3": 12, "azure": 4, "google": 4}

COMMIT_FOR_EVER = """
import itertools, sys, threading
from reconciler.records import Known
from reconciler.state.model import AddHistory, Entry, PutRecord
from reconciler.state.open import open_store
store = open_store(sys.argv[1])

def work(worker):
    for number in itertools.count():
        name = f"{sys.argv[2]}-{worker}-{number}"
        record = Known(name, "one", (), "1", "key", {"name": "x" * 300})
        store.commit(PutRecord(record), AddHistory(Entry(name, *["x"] * 5)))
        sys.stdout.write(name + "\\n")
        sys.stdout.flush()

with store.locked("apply", 30.0):
    threads = [threading.Thread(target=work, args=(worker,)) for worker in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
"""


@pytest.mark.long
@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
def test_what_was_acknowledged_survives_a_kill(
    kind: str, place: str, open_at: Callable[[str], BaseStore[Any]], python: Callable[..., subprocess.Popen[str]]
) -> None:
    chance = random.Random(20)
    acknowledged: set[str] = set()
    for kill in range(KILLS[kind]):
        process = python(COMMIT_FOR_EVER, place, kill)
        assert process.stdout is not None
        for _ in range(chance.randrange(1, 25)):
            acknowledged.add(process.stdout.readline().strip())
        process.send_signal(signal.SIGKILL)
        output, errors = process.communicate()
        assert process.returncode == -signal.SIGKILL, errors
        acknowledged.update(line.strip() for line in output.splitlines(keepends=True) if line.endswith("\n"))

        store = open_at(place)
        with store.locked("look", 30.0):  # what the dead process sent may still be under way until then
            state, lines = store.load(), [entry.at for entry in store.history()]
        assert acknowledged <= state.records.keys()
        assert sorted(lines) == sorted(state.records)  # each commit is there with both its parts, or with none
        assert state.serial == len(lines)
    assert len(acknowledged) > KILLS[kind]


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
def test_a_kill_while_the_file_is_made_leaves_a_state_that_can_be_used(
    tmp_path: Path, python: Callable[..., subprocess.Popen[str]]
) -> None:
    script = """
import sys, time
from reconciler.state.sqlite import SqliteStore
store = SqliteStore(sys.argv[1])
print(flush=True)
with store.locked("apply"):
    sys.stdin.readline()
"""
    chance = random.Random(21)
    for kill in range(12):
        path = tmp_path / str(kill) / "state.db"
        process = python(script, path)
        assert process.stdout is not None
        process.stdout.readline()
        # From before the file is there to after it is ready: about five milliseconds.
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(chance.uniform(0, 0.008))
        process.send_signal(signal.SIGKILL)
        process.wait()
        store = SqliteStore(path)
        assert store.load().fresh
        with store.locked("apply"):
            store.check_held()
        store.close()

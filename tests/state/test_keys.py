"""The fingerprint key: stored with the state, or given from outside; another one is an error, never a difference."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.errors import StateError
from reconciler.records import Known
from reconciler.secrets.fingerprints import Key
from reconciler.state.keyring import Keyring
from reconciler.state.model import PutRecord
from reconciler.state.sqlite import SqliteStore

Make = Callable[..., Known]


def _use(store: SqliteStore) -> None:
    with store.locked("test"):
        pass


def test_the_key_of_a_fresh_plan_is_the_one_that_is_stored(store: SqliteStore, path: Path) -> None:
    planned = store.fingerprint("x")
    assert store.load().key_id
    _use(store)
    assert store.fingerprint("x") == planned
    assert SqliteStore(path).fingerprint("x") == planned


def test_a_stored_key_is_used_by_all(store: SqliteStore, path: Path) -> None:
    _use(store)
    assert SqliteStore(path).fingerprint("x") == store.fingerprint("x")
    assert SqliteStore(path).load().key_id == store.load().key_id


def test_a_given_key_is_used_and_not_stored(path: Path) -> None:
    key = Key.from_text("a phrase")
    store = SqliteStore(path, Keyring(key))
    assert store.fingerprint("x") == key.fingerprint("x")
    _use(store)
    assert store.load().key_id == key.id
    store.close()
    assert all(key.reveal() not in file.read_bytes() for file in path.parent.iterdir())


def test_another_given_key_is_an_error_that_names_the_variable(path: Path) -> None:
    _use(SqliteStore(path, Keyring(Key.from_text("a phrase"))))
    other = SqliteStore(path, Keyring(Key.from_text("another")))
    for attempt in (lambda: other.fingerprint, other.load, lambda: _use(other)):
        with pytest.raises(StateError, match="another RECONCILE_STATE_KEY"):
            attempt()
    _use(SqliteStore(path, Keyring(Key.from_text("a phrase"))))


def test_a_given_key_for_a_state_that_has_its_own_is_an_error(path: Path) -> None:
    _use(SqliteStore(path))
    given = SqliteStore(path, Keyring(Key.from_text("a phrase")))
    for attempt in (lambda: given.fingerprint, given.load, lambda: _use(given)):
        with pytest.raises(StateError, match="Unset RECONCILE_STATE_KEY"):
            attempt()


def test_without_the_given_key_the_state_can_be_looked_at_but_nothing_compared(path: Path, known: Make) -> None:
    with (store := SqliteStore(path, Keyring(Key.from_text("a phrase")))).locked("test"):
        store.commit(PutRecord(known("a")))
    bare = SqliteStore(path)
    assert list(bare.load().records) == ["a"]
    _use(bare)
    with pytest.raises(StateError, match="RECONCILE_STATE_KEY, which is not set"):
        _ = bare.fingerprint


def test_a_state_that_another_run_made_after_this_one_planned_is_an_error(path: Path) -> None:
    planned = SqliteStore(path)
    _ = planned.fingerprint
    unplanned = SqliteStore(path)
    _use(SqliteStore(path))
    with pytest.raises(StateError, match="made by another run in the meantime"):
        _use(planned)
    _use(unplanned)
    assert unplanned.fingerprint("x") == SqliteStore(path).fingerprint("x")

"""Keys and encryption of what is stored, in every kind of store."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from reconciler.errors import StateError
from reconciler.records import Deposed, Intent, Known, Secret
from reconciler.secrets.fingerprints import Key
from reconciler.state import objects
from reconciler.state.base import BaseStore
from reconciler.state.document import dump
from reconciler.state.keyring import Keyring, keyring_of
from reconciler.state.model import (
    AddHistory,
    Entry,
    Identity,
    MoveRecord,
    PutDeposed,
    PutIdentity,
    PutIntent,
    PutRecord,
    RemoveDeposed,
)
from reconciler.state.objects_open import open_bucket
from reconciler.state.open import open_with
from reconciler.state.transfer import copy, rekey
from tests.servers.fixtures import Place
from tests.servers.postgresql import Postgres

Make = Callable[..., Known]
Open = Callable[..., BaseStore[Any]]

OLD, NEW = "a phrase, long and random", "another phrase"
MARK = "MARK-9d21"  # in every text that a state has
DEPOSED = Deposed(f"{MARK}-old", MARK, (("org", MARK),), MARK)


def _environ(key: str | None = None, *, old: str | None = None, encrypt: bool = False) -> dict[str, str]:
    given = {"RECONCILE_STATE_KEY": key or "", "RECONCILE_STATE_KEY_OLD": old or ""}
    return {**given, "RECONCILE_STATE_ENCRYPT": "1" if encrypt else "0"}


def _fill(place: str, environ: Mapping[str, str]) -> dict[str, Any]:
    """Store something of every kind, and return the document of it."""
    store = open_with(place, keyring_of(environ))
    secret = Secret("hush").sealed(store.fingerprint)
    sent = {"url": f"https://{MARK}", "secret": secret, "events": (MARK,)}
    record = Known(MARK, MARK, (("org", MARK),), MARK, MARK, sent, echo=sent)
    intent = Intent("i", f"{MARK}-old", MARK, (), "create", MARK, MARK, (MARK,), sent=sent, replaces=DEPOSED)
    with store.locked("apply"):
        store.commit(PutRecord(record), PutDeposed(DEPOSED), PutIntent(intent))
        store.commit(PutIdentity(Identity(MARK, MARK, MARK)), MoveRecord(f"{MARK}-old", f"{MARK}-new"))
        for number in range(5):
            store.commit(AddHistory(Entry(f"{number}", MARK, MARK, MARK, MARK, "done", detail=MARK)))
    document = dump(store.load())
    store.close()
    return document


@pytest.fixture
def opened(open_at: Callable[..., BaseStore[Any]]) -> Open:
    """Open a store with the keys of an environment."""
    return lambda place, environ: open_at(place, keyring_of(environ))


@pytest.fixture
def stored(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> Callable[[], bytes]:
    """All that is stored, in every place of this kind."""

    def everything() -> bytes:
        if kind == "sqlite":
            return b"".join(file.read_bytes() for file in tmp_path.rglob("state.db*"))
        if kind == "postgresql":
            import psycopg

            server: Postgres = request.getfixturevalue("postgres")
            with psycopg.connect(server.url) as connection:
                names = connection.execute(
                    "SELECT schemaname, tablename FROM pg_tables WHERE schemaname LIKE 'state_%'"
                )
                tables = [f"{schema}.{table}" for schema, table in names]
                return b"".join(str(connection.execute(f"TABLE {one}").fetchall()).encode() for one in tables)
        scheme = {"s3": "s3", "azure": "az", "google": "gs"}[kind]
        bucket = open_bucket(scheme, "bucket", retries=0)
        return b"".join(bytes(bucket.get(one["path"]).bytes()) for many in bucket.list() for one in many)

    return everything


@pytest.mark.parametrize("kind", ["sqlite", "postgresql", "s3"], indirect=True)
def test_no_text_is_stored_in_clear(
    place: str, opened: Open, stored: Callable[[], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(objects, "LINES", 2)
    _fill(place, _environ(OLD, encrypt=True))
    assert MARK.encode() not in stored()
    _fill(place + ".plain" if "://" not in place else place + "x", _environ(OLD))
    assert MARK.encode() in stored()  # it would be found


def test_it_is_the_same_state_and_needs_the_key_alone(place: str, opened: Open, new_place: Place, known: Make) -> None:
    document = _fill(place, _environ(OLD, encrypt=True))
    plain = _fill(new_place(), _environ(OLD))
    assert {**document, "lineage": ""} == {**plain, "lineage": ""}
    store = opened(place, _environ(OLD))
    assert dump(store.load()) == document
    with store.locked("apply"):
        store.commit(RemoveDeposed(store.load().deposed[0]), PutRecord(known(MARK)))
    assert (store.load().deposed, store.load().records) == ([], {MARK: known(MARK)})


def test_without_the_key_nothing_is_read_but_a_lock_can_be_broken(place: str, opened: Open) -> None:
    _fill(place, _environ(OLD, encrypt=True))
    bare, keyed = opened(place, {}), opened(place, _environ(OLD))
    for attempt in (bare.load, lambda: list(bare.history()), lambda: bare.locked("x").__enter__()):
        with pytest.raises(StateError, match=r"is encrypted, and RECONCILE_STATE_KEY is not set"):
            attempt()
    with pytest.raises(StateError, match="RECONCILE_STATE_KEY, which is not set"):
        _ = bare.fingerprint
    with pytest.raises(StateError, match="another RECONCILE_STATE_KEY"):
        opened(place, _environ(NEW)).load()
    with keyed.locked("apply") as holder:
        assert bare.unlock(holder.id) == holder


def test_a_wish_for_encryption_that_is_not_met_is_an_error(place: str, opened: Open) -> None:
    _fill(place, _environ(OLD))
    with pytest.raises(StateError, match=r"not encrypted, but RECONCILE_STATE_ENCRYPT is set.*state rekey"):
        opened(place, _environ(OLD, encrypt=True)).load()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql", "s3"], indirect=True)
@pytest.mark.parametrize("before", [_environ(OLD), _environ(OLD, encrypt=True), _environ()], ids=["key", "seal", "own"])
@pytest.mark.parametrize("after", [_environ(NEW), _environ(NEW, encrypt=True), _environ()], ids=["key", "seal", "own"])
def test_the_key_changes_and_no_secret_counts_as_changed(
    place: str, opened: Open, before: dict[str, str], after: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(objects, "LINES", 2)
    document = _fill(place, before)
    old = before["RECONCILE_STATE_KEY"]
    told = rekey(place, {**after, "RECONCILE_STATE_KEY_OLD": old}, 0.0)
    assert ("under RECONCILE_STATE_KEY" in told, "not encrypted" in told) == (
        bool(after["RECONCILE_STATE_KEY"]),
        after["RECONCILE_STATE_ENCRYPT"] == "0",
    )
    assert OLD not in told
    assert NEW not in told
    store = opened(place, after)
    assert dump(store.load()) == {**document, "serial": document["serial"] + 1}
    assert [entry.at for entry in store.history()] == ["4", "3", "2", "1", "0"]
    assert store.load().records[MARK].sent["secret"] == Secret("hush").sealed(store.fingerprint)
    if old:
        with pytest.raises(StateError, match="RECONCILE_STATE_KEY"):
            _ = opened(place, before).fingerprint
    # Once more, back: what was wrapped is wrapped anew, or taken out.
    rekey(place, {**before, "RECONCILE_STATE_KEY_OLD": after["RECONCILE_STATE_KEY"]}, 0.0)
    back = opened(place, before)
    assert back.load().serial == document["serial"] + 2
    assert back.load().records[MARK].sent["secret"] == Secret("hush").sealed(back.fingerprint)


def test_the_old_key_is_needed(place: str, opened: Open) -> None:
    _fill(place, _environ(OLD, encrypt=True))
    for environ in (_environ(NEW, encrypt=True), _environ(NEW, old="neither"), _environ()):
        with pytest.raises(StateError, match="RECONCILE_STATE_KEY"):
            rekey(place, environ, 0.0)
    assert opened(place, _environ(OLD)).load().records


@pytest.mark.parametrize("keys", [_environ(), _environ(OLD), _environ(OLD, encrypt=True)], ids=["own", "key", "seal"])
def test_a_state_moves_with_its_key_and_its_history(
    place: str, opened: Open, tmp_path: Path, keys: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(objects, "LINES", 2)
    source = str(tmp_path / "source.db")
    document = _fill(source, _environ())
    assert copy(source, place, keys, 0.0)[0] == source
    made = opened(place, keys)
    assert dump(made.load()) == {**document, "serial": document["serial"] + 1}
    assert [entry.at for entry in made.history()] == ["4", "3", "2", "1", "0"]
    assert made.load().records[MARK].sent["secret"] == Secret("hush").sealed(made.fingerprint)
    with pytest.raises(StateError, match="holds a state already"):
        copy(source, place, keys, 0.0)
    # and back to a file
    copy(place, str(tmp_path / "back.db"), keys, 0.0)
    back = opened(str(tmp_path / "back.db"), keys)
    assert back.load().records == made.load().records
    assert back.fingerprint("x") == made.fingerprint("x")


def test_a_key_is_never_shown() -> None:
    ring = Keyring(Key.from_text(OLD), encrypt=True)
    note = ring.renewed()
    assert note.stored is not None
    for shown in (repr(ring), repr(note), str(note)):
        assert OLD not in shown
        assert str(note.stored) not in shown
        assert Key.from_text(OLD).reveal().hex() not in shown

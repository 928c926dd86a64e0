"""`state pull` and `state push`: a document without the key, checked when it comes back."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reconciler.errors import StateError
from reconciler.records import Deposed, Intent, Known, Secret
from reconciler.secrets.fingerprints import Key
from reconciler.state.document import dump, load_document, push
from reconciler.state.keyring import Keyring
from reconciler.state.model import AddHistory, Entry, Identity, PutDeposed, PutIdentity, PutIntent, PutRecord
from reconciler.state.sqlite import SqliteStore

Make = Callable[..., Known]


@pytest.fixture
def filled(store: SqliteStore, known: Make) -> SqliteStore:
    with store.locked("test"):
        store.commit(
            PutRecord(known("b")),
            PutRecord(known("a", secret=Secret("hush").sealed(store.fingerprint))),
            PutDeposed(Deposed("a", "argyle", (("org", "x"),), "0")),
            PutIntent(Intent("i", "a", "argyle", (), "create", "key", "url", replaces=Deposed("a", "argyle", (), "9"))),
            PutIdentity(Identity("argyle", "argyle", "https://api.argyle.com/v2", "account")),
            AddHistory(Entry("now", "run", "me", "here", "create", "done")),
        )
    return store


@pytest.fixture
def document(filled: SqliteStore) -> dict[str, Any]:
    return dump(filled.load())


def _push(store: SqliteStore, document: dict[str, Any], *, force: bool = False) -> None:
    with store.locked("push"):
        push(store, load_document(document), force=force)


def test_it_has_all_but_the_key_and_the_secrets(document: dict[str, Any], filled: SqliteStore, path: Path) -> None:
    text = json.dumps(document)
    assert "hush" not in text
    assert document["key_id"] == filled.load().key_id
    assert [record["address"] for record in document["records"]] == ["a", "b"]
    assert document["records"][0]["sent"]["secret"] == {"$secret": filled.fingerprint("hush")}
    assert document["deposed"] == [{"address": "a", "connection": "argyle", "scope": {"org": "x"}, "id": "0"}]
    assert load_document(json.loads(text)) == filled.load()


def test_a_pushed_edit_is_the_state_and_the_history_stays(filled: SqliteStore, document: dict[str, Any]) -> None:
    document["records"][1]["id"] = "edited"
    document["intents"] = []
    _push(filled, document)
    state = filled.load()
    assert (state.records["b"].id, state.intents, state.serial) == ("edited", {}, 2)
    assert len(list(filled.history())) == 1


def test_a_push_needs_the_lock(filled: SqliteStore, document: dict[str, Any]) -> None:
    with pytest.raises(StateError, match="without its lock"):
        push(filled, load_document(document))


def test_an_older_state_is_refused_unless_forced(filled: SqliteStore, document: dict[str, Any], known: Make) -> None:
    with filled.locked("test"):
        filled.commit(PutRecord(known("c")))
    with pytest.raises(StateError, match=r"older \(serial 1\).*serial 2.*Pull again"):
        _push(filled, document)
    assert "c" in filled.load().records
    _push(filled, document, force=True)
    assert "c" not in filled.load().records
    assert filled.load().serial == 3


def test_another_lineage_is_refused_unless_forced(filled: SqliteStore, document: dict[str, Any]) -> None:
    own, document["lineage"] = document["lineage"], "another"
    with pytest.raises(StateError, match=rf"another state: its lineage is another.*{own}"):
        _push(filled, document)
    _push(filled, document, force=True)
    assert filled.load().lineage == "another"


def test_a_state_under_another_key_is_refused_unless_forced(document: dict[str, Any], tmp_path: Path) -> None:
    other = SqliteStore(tmp_path / "other.db")
    with pytest.raises(StateError, match="RECONCILE_STATE_KEY"):
        _push(other, document)
    assert other.load().records == {}
    _push(other, document, force=True)
    assert other.load().records.keys() == {"a", "b"}
    assert other.load().key_id != document["key_id"]


def test_a_state_moves_to_a_new_place_with_its_lineage_and_serial(tmp_path: Path, known: Make) -> None:
    key = Key.from_text("a phrase")
    one, other = SqliteStore(tmp_path / "one.db", Keyring(key)), SqliteStore(tmp_path / "other.db", Keyring(key))
    with one.locked("test"):
        for address in ("a", "b", "c"):
            one.commit(PutRecord(known(address)))
    _push(other, dump(one.load()))
    assert (other.load().lineage, other.load().serial) == (one.load().lineage, 4)
    assert other.load().records == one.load().records


def _changed(path: str, value: object) -> Callable[[dict[str, Any]], object]:
    def change(document: dict[str, Any]) -> None:
        *parents, last = path.split(".")
        place: Any = document
        for part in parents:
            place = place[int(part)] if part.isdigit() else place[part]
        if value is KeyError:
            del place[last]
        else:
            place[last] = copy.deepcopy(value)

    return change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (_changed("format_version", "2.0"), "format_version 1.0 is expected; this one says '2.0'"),
        (_changed("format_version", KeyError), "this one says None"),
        (_changed("extra", 1), "'extra' is unknown"),
        (_changed("intents", KeyError), "'intents' is missing"),
        (_changed("lineage", ""), "lineage: a text"),
        (_changed("lineage", 5), "lineage: a text"),
        (_changed("key_id", None), "key_id: a text"),
        (_changed("serial", -1), "serial: a whole number"),
        (_changed("serial", True), "serial: a whole number"),
        (_changed("serial", 2**70), "serial: a whole number"),
        (_changed("records", {}), "records: a list"),
        (_changed("records", [5]), r"records\[0\]: an object is expected"),
        (_changed("records.1.id", 5), r"records\[1\]: id: a text is expected"),
        (_changed("records.1.id", KeyError), r"records\[1\]: id: is missing"),
        (_changed("records.1.ids", "x"), r"records\[1\]: ids: there is no such key"),
        (_changed("records.1.address", "a"), "records: a is there twice"),
        (_changed("records.0.protect", 1), r"records\[0\]: protect: true or false"),
        (_changed("records.0.sent", []), r"records\[0\]: sent: an object"),
        (_changed("records.0.echo", "x"), r"records\[0\]: echo: an object"),
        (_changed("deposed.0.scope", ["org"]), r"deposed\[0\]: scope: an object"),
        (_changed("deposed.0.scope", {"org": 1}), r"deposed\[0\]: scope: a text"),
        (_changed("intents.0.ids_before", ["1", 2]), r"intents\[0\]: ids_before: a text"),
        (_changed("intents.0.ids_before", "12"), r"intents\[0\]: ids_before: a list of texts"),
        (_changed("intents.0.replaces", {"id": "1"}), r"intents\[0\]: replaces: address: is missing"),
        (_changed("identities.0.account", 7), r"identities\[0\]: account: a text"),
    ],
)
def test_a_document_that_is_not_right_is_refused_with_the_place(
    document: dict[str, Any], change: Callable[[dict[str, Any]], object], message: str
) -> None:
    load_document(document)
    change(document)
    with pytest.raises(StateError, match=message):
        load_document(document)


@pytest.mark.parametrize("other", [None, [], "state", 5])
def test_what_is_no_document_at_all_is_refused(other: object) -> None:
    with pytest.raises(StateError, match="not a state"):
        load_document(other)

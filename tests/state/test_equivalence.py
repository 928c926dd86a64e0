"""Any operations, in any order, leave in every store what `State.apply` says they leave."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.errors import StateError
from reconciler.records import Deposed, Intent, Known, Secret
from reconciler.secrets.fingerprints import Key
from reconciler.state.document import dump, load_document
from reconciler.state.keyring import Keyring
from reconciler.state.model import (
    AddHistory,
    Entry,
    Identity,
    MoveRecord,
    Operation,
    PutDeposed,
    PutIdentity,
    PutIntent,
    PutRecord,
    RemoveDeposed,
    RemoveIdentity,
    RemoveIntent,
    RemoveRecord,
    ReplaceAll,
    SetEcho,
    SetProtect,
    State,
)
from reconciler.state.open import open_with
from tests.servers.fixtures import Place

KEY = Key(b"k" * 32)

addresses = st.sampled_from(["a", "b", "b[x]", "c[ü][y]"])
connections = st.sampled_from(["one", "two"])
ids = st.sampled_from(["1", "2", "../3", "ü\0"])
scopes = st.sampled_from([(), (("org", "x"),), (("org", "x"), ("repo", "y"))])
names = st.sampled_from(["config", "headers", "name", "$secret", "$literal"])
secrets = st.builds(lambda text: Secret(text).sealed(KEY.fingerprint), st.text(max_size=3))
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5) | secrets
values = st.recursive(
    scalars, lambda v: st.lists(v, max_size=2).map(tuple) | st.dictionaries(names, v, max_size=2), max_leaves=4
)
events = st.lists(st.text(max_size=3), unique=True, max_size=2).map(lambda some: tuple(sorted(some)))
fields: st.SearchStrategy[dict[str, Any]] = st.dictionaries(names, values, max_size=3).flatmap(
    lambda some: events.map(lambda chosen: {**some, "events": chosen})
)
knowns = st.builds(
    Known, addresses, connections, scopes, ids, st.text(max_size=3), fields, st.none() | fields, st.booleans()
)
deposed = st.builds(Deposed, addresses, connections, scopes, ids)
intents = st.builds(
    Intent,
    id=ids,
    address=st.none() | addresses,
    connection=connections,
    scope=scopes,
    operation=st.sampled_from(["create", "update", "delete"]),
    key=st.text(max_size=3),
    url=st.text(max_size=3),
    ids_before=st.lists(ids, max_size=2).map(tuple),
    record_id=st.none() | ids,
    sent=fields,
    protect=st.booleans(),
    replaces=st.none() | deposed,
    run=st.text(max_size=3),
)
identities = st.builds(Identity, connections, st.just("argyle"), st.just("https://api.example.com"), st.none() | ids)
entries = st.builds(Entry, *[st.text(max_size=2)] * 6, address=st.none() | addresses, detail=st.none() | st.text())
states = st.builds(
    State,
    lineage=st.sampled_from(["first", "second"]),
    serial=st.integers(0, 50),
    key_id=st.just(KEY.id),
    records=st.lists(knowns, max_size=2).map(lambda some: {one.address: one for one in some}),
    deposed=st.lists(deposed, max_size=2, unique_by=lambda one: (one.connection, one.scope, one.id)),
    intents=st.lists(intents, max_size=2).map(lambda some: {one.id: one for one in some}),
    identities=st.lists(identities, max_size=2).map(lambda some: {one.connection: one for one in some}),
)
operations: st.SearchStrategy[Operation] = st.one_of(
    st.builds(PutRecord, knowns),
    st.builds(SetEcho, addresses, ids, fields),
    st.builds(SetProtect, addresses, st.booleans()),
    st.builds(RemoveRecord, addresses),
    st.builds(MoveRecord, addresses, addresses),
    st.builds(PutDeposed, deposed),
    st.builds(RemoveDeposed, deposed),
    st.builds(PutIntent, intents),
    st.builds(RemoveIntent, ids),
    st.builds(PutIdentity, identities),
    st.builds(RemoveIdentity, connections),
    st.builds(AddHistory, entries),
    st.builds(ReplaceAll, states),
)


SHARE = {"sqlite": 1.0, "postgresql": 0.4, "s3": 0.25, "azure": 0.1, "google": 0.1}
"""How much of the usual number of examples is tried; each takes seconds on some."""


@pytest.mark.parametrize("encrypt", [False, True], ids=["plain", "encrypted"])
def test_a_store_holds_what_the_model_says(kind: str, new_place: Place, encrypt: bool) -> None:
    @settings(max_examples=round(settings().max_examples * SHARE[kind] / (2 if encrypt else 1)))
    @given(st.lists(st.lists(operations, max_size=6), max_size=8))
    def check(batches: list[list[Operation]]) -> None:
        place = new_place()
        store = open_with(place, Keyring(KEY, encrypt=encrypt))
        with store.locked("test"):
            model, written = store.load(), list[Entry]()
            for batch in batches:
                after = copy.deepcopy(model)
                try:
                    for operation in batch:
                        after.apply(operation)
                except StateError:
                    with pytest.raises(StateError):
                        store.commit(*batch)
                else:
                    store.commit(*batch)
                    written += [operation.entry for operation in batch if isinstance(operation, AddHistory)]
                    after.serial += 1
                    after.fresh = False
                    model = after
                assert store.load() == model
        store.close()

        again = open_with(place, Keyring(KEY))
        assert again.load() == model
        assert list(again.history()) == written[::-1]
        assert list(again.history(1)) == written[::-1][:1]
        again.close()

    check()


@given(states)
def test_a_document_brings_the_same_state_back(state: State) -> None:
    assert load_document(json.loads(json.dumps(dump(state)))) == state


def test_what_is_not_there_is_not_changed() -> None:
    state = State("lineage")
    record = Known("a", "one", (), "1", "key", {})
    state.apply(PutRecord(record))
    for operation in (
        SetEcho("a", "2", {"url": "of another id"}),
        SetEcho("b", "1", {}),
        SetProtect("b", protect=True),
        RemoveRecord("b"),
        MoveRecord("b", "c"),
        RemoveDeposed(Deposed("a", "one", (), "1")),
        RemoveIntent("i"),
        RemoveIdentity("one"),
    ):
        state.apply(operation)
    assert state == State("lineage", records={"a": record})


def test_a_move_takes_deposed_ids_and_intents_along() -> None:
    old = Deposed("a", "one", (), "0")
    state = State("lineage")
    state.apply(PutRecord(Known("a", "one", (), "1", "key", {})))
    state.apply(PutDeposed(old))
    state.apply(PutIntent(Intent("i", "a", "one", (), "create", "key", "url", replaces=old)))
    state.apply(MoveRecord("a", "b"))
    assert list(state.records) == ["b"]
    assert state.records["b"].address == "b"
    assert [one.address for one in state.deposed] == ["b"]
    assert state.intents["i"].address == "b"
    assert state.intents["i"].replaces == Deposed("b", "one", (), "0")


def test_a_move_over_another_record_is_refused_and_changes_nothing() -> None:
    state = State("lineage")
    for address in ("a", "b"):
        state.apply(PutRecord(Known(address, "one", (), address, "key", {})))
    before = copy.deepcopy(state)
    with pytest.raises(StateError, match="a cannot become b"):
        state.apply(MoveRecord("a", "b"))
    assert state == before

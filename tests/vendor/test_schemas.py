"""Every table whose vendor's schema is kept here: what we send is valid under it, and whatever it may answer is read.

Nothing here knows a vendor. A new folder with a schema and its `vendor.yaml` is tested by being there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from reconciler.conformance.samples import Samples
from reconciler.providers.paths import MISSING, at
from reconciler.providers.registry import load_spec
from reconciler.providers.shapes import encode
from reconciler.providers.spec import FieldSpec, ListCall, Spec
from reconciler.records import Fields, Live, Secret
from tests.vendor.counterpart import RECORD, Counterpart, base_path, calls, connected, id_paths, is_of
from tests.vendor.openapi import Contract
from tests.vendor.schemas import Schema, below, words
from tests.vendor.vendors import VENDORS, Vendor

EACH = [pytest.param(vendor, name, id=name) for vendor in VENDORS for name in vendor.tables]
each_table = pytest.mark.parametrize(("vendor", "name"), EACH)
often = settings(max_examples=8, database=None, report_multiple_bugs=False, suppress_health_check=list(HealthCheck))


def subscriptions(vendor: Vendor, name: str) -> st.SearchStrategy[Fields]:
    """The conformance suite's subscriptions, and all between the least and everything."""
    samples = Samples(load_spec(name))
    optional = [one for one in samples.settable if one not in samples.minimal()]
    some = st.tuples(st.sets(st.sampled_from(optional or ["url"])), st.integers(0, 3)).map(
        lambda drawn: {**samples.minimal(drawn[1]), **{one: _sample(samples, one, drawn[1]) for one in drawn[0]}}
    )
    said = st.one_of(st.just(samples.full()), st.just(samples.minimal()), some)
    return said.map(
        lambda one: {key: value for key, value in fields_of(samples.spec, one).items() if key not in vendor.lacks(name)}
    )


def _sample(samples: Samples, name: str, variant: int) -> Any:
    """Another value; where the table gives an example, that alone is sure to be what the vendor takes."""
    return samples.value(name, variant if samples.fields[name].example is None else 0)


def fields_of(spec: Spec, said: Mapping[str, Any]) -> Fields:
    """What the file's `said` comes to: the defaults of every file, secrets as such, events in order."""
    own = spec.record.fields()
    kept = {name: field.keep for name, field in own.items() if field.keep is not None}
    usual = {name: value for name, value in (("name", "hook"), ("enabled", True)) if name in own}
    given = {**usual, **kept, **{name: value for name, value in said.items() if name in own}}
    hidden = spec.record.secret_fields()
    return {name: _sealed(value) if name in hidden else value for name, value in given.items()} | (
        {"events": tuple(sorted(given["events"]))} if "events" in given else {}
    )


def _sealed(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _sealed(inner) for name, inner in value.items()}
    return Secret(value) if isinstance(value, str) else value


def _plain(value: Any) -> Any:
    if isinstance(value, Secret):
        return value.reveal()
    return {name: _plain(inner) for name, inner in value.items()} if isinstance(value, dict) else value


def scope_of(samples: Samples) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((name, samples.scope_value(name)) for name in samples.spec.scope))


@each_table
@often
@given(data=st.data())
def test_a_create_is_taken_and_its_answer_is_read(vendor: Vendor, name: str, data: st.DataObject) -> None:
    spec = load_spec(name)
    samples = Samples(spec)
    counterpart = Counterpart(spec, vendor.contract, data.draw, absent=spec.create.upsert)

    with connected(counterpart) as connection:
        made = connection.create(scope_of(samples), data.draw(subscriptions(vendor, name)))

    assert made.trouble is None
    answers = [
        gave for took, gave in zip(counterpart.took, counterpart.gave, strict=True) if is_of(took, spec, spec.create)
    ]
    assert len(answers) == 1
    if spec.record.id_spec.field is None:
        assert made.id == str(_id(spec, at(answers[0], spec.create.item)))


@each_table
@often
@given(data=st.data())
def test_an_update_is_taken_whatever_changes(vendor: Vendor, name: str, data: st.DataObject) -> None:
    spec = load_spec(name)
    if spec.update is None:
        pytest.skip("it has no update")
    samples = Samples(spec)
    fields = data.draw(subscriptions(vendor, name))
    changeable = sorted(one for one in fields if not spec.record.fields()[one].only_create)
    assume(changeable)
    counterpart = Counterpart(spec, vendor.contract, data.draw)

    with connected(counterpart) as connection:
        changed = data.draw(st.sets(st.sampled_from(changeable), min_size=1))
        connection.update(scope_of(samples), RECORD, fields, frozenset(changed))

    assert counterpart.took


@each_table
@often
@given(data=st.data())
def test_every_list_that_the_vendor_may_answer_is_read_into_the_right_fields(
    vendor: Vendor, name: str, data: st.DataObject
) -> None:
    spec = load_spec(name)
    listing = spec.listing
    if listing is None:
        pytest.skip("it has no list")
    counterpart = Counterpart(spec, vendor.contract, data.draw)

    with connected(counterpart) as connection:
        found = connection.list(scope_of(Samples(spec)))

    given_answers = list(zip(counterpart.took, counterpart.gave, strict=True))
    if listing.one_by_one and spec.get is not None:
        shown = [at(gave, spec.get.item) for took, gave in given_answers if is_of(took, spec, spec.get)]
    else:
        pages = [at(gave, listing.items) for took, gave in given_answers if is_of(took, spec, listing)]
        shown = [at(item, listing.item) for page in pages for item in page or []]
    ours = {str(_id(spec, item)): item for item in shown if _is_ours(spec, item)}
    assert sorted(live.id for live in found) == sorted(ours)
    for live in found:
        _is_as_shown(spec, live, ours[live.id])


@each_table
@often
@given(data=st.data())
def test_every_record_that_the_vendor_may_answer_is_read_into_the_right_fields(
    vendor: Vendor, name: str, data: st.DataObject
) -> None:
    spec = load_spec(name)
    if spec.get is None:
        pytest.skip("it reads no single record")
    counterpart = Counterpart(spec, vendor.contract, data.draw)

    with connected(counterpart) as connection:
        live = connection.get(scope_of(Samples(spec)), RECORD)

    shown = [
        at(gave, spec.get.item)
        for took, gave in zip(counterpart.took, counterpart.gave, strict=True)
        if is_of(took, spec, spec.get)
    ]
    assert (live is not None) == _is_ours(spec, shown[0])
    if live is not None:
        _is_as_shown(spec, live, shown[0])


@each_table
@settings(max_examples=3)
@given(data=st.data())
def test_a_delete_is_taken(vendor: Vendor, name: str, data: st.DataObject) -> None:
    spec = load_spec(name)
    if spec.delete is None:
        pytest.skip("it has no delete")
    counterpart = Counterpart(spec, vendor.contract, data.draw)

    with connected(counterpart) as connection:
        connection.delete(scope_of(Samples(spec)), RECORD)

    assert is_of(counterpart.took[-1], spec, spec.delete)


@each_table
def test_every_field_is_where_the_vendor_has_it(vendor: Vendor, name: str) -> None:
    spec, contract = load_spec(name), vendor.contract
    unread = {
        one
        for one, field in spec.record.fields().items()
        if field.made or field.read == "never" or field.at is field.read is None
    }
    lacks = vendor.lacks(name, "answers") | unread
    answer, inner = _answered(spec, contract)
    fields = spec.record.fields()
    paths = [
        *id_paths(spec),
        *(one.read_path for name, one in fields.items() if one.read_path and not one.fetched and name not in lacks),
        *spec.record.only,
        *spec.record.excluded,
    ]

    unknown = [path for path in paths if not below(answer, f"{inner}.{path}" if inner else path)]

    made = [field.read_path for field in fields.values() if field.made and field.fetched is None and field.read_path]
    created = contract.described(spec.create, base_path(spec)).answer or {}
    unknown += [path for path in made if not below(created, f"{spec.create.item}.{path}" if spec.create.item else path)]

    assert unknown == []


@each_table
def test_the_words_are_the_vendors_and_the_claims_are_what_is_tested_here(vendor: Vendor, name: str) -> None:
    spec, contract = load_spec(name), vendor.contract
    newer, retired = vendor.newer.get(name, {}), vendor.retired.get(name, {})
    tested = [*calls(spec)]
    for field_name, field in spec.record.fields().items():
        theirs = _enumerated(spec, contract, field)
        if theirs is not None and _words(field):
            known = _words(field) - {*newer.get(field_name, ())}
            told = theirs - {*retired.get(field_name, ())}
            assert (known - told, told - known) == (set(), set()), field_name
            tested.append(field_name)

    assert [one.facts for one in spec.tested if one.source == vendor.source] == [tested]


def _answered(spec: Spec, contract: Contract) -> tuple[Schema, str | None]:
    """What a read is answered with, and where the record is in it."""
    call = (spec.get if spec.listing is None or spec.listing.one_by_one else spec.listing) or spec.create
    inner = f"{call.items or ''}.0.{call.item or ''}".strip(".") if isinstance(call, ListCall) else call.item
    answer = contract.described(call, base_path(spec)).answer
    assert answer is not None
    return answer, inner


def _enumerated(spec: Spec, contract: Contract, field: FieldSpec) -> set[str] | None:
    """The vendor's words for a field, where they are told: those that it takes, or else those that it shows."""
    body = contract.described(spec.create, base_path(spec)).body or {}
    answer, inner = _answered(spec, contract)
    for schema, within, path in ((body, spec.create.wrap, field.write_path), (answer, inner, field.read_path)):
        if path is not None and (found := words(below(schema, f"{within}.{path}" if within else path))) is not None:
            return set(map(str, found))
    return None


def _words(field: FieldSpec) -> set[str]:
    """Their words that the table knows of a field."""
    if field.values is None:
        return set(field.known)
    theirs = [field.values.get(one, one) for one in {*field.values, *field.known}]
    return {str(word) for one in theirs for word in (one if isinstance(one, list) else [one])}


def _id(spec: Spec, item: Any) -> Any:
    found = [value for path in id_paths(spec) if (value := at(item, path)) not in (MISSING, None)]
    return found[0]


def _is_ours(spec: Spec, item: Any) -> bool:
    """Whether the table is about such a record, said once more and plainly."""

    def is_one_of(path: str, wanted: Any) -> bool:
        return at(item, path) in (wanted if isinstance(wanted, list) else [wanted])

    record = spec.record
    return all(is_one_of(*one) for one in record.only.items()) and not any(
        is_one_of(*one) for one in record.excluded.items()
    )


def _is_as_shown(spec: Spec, live: Live, item: Any) -> None:
    """What was read, said in the vendor's way again, is what stands in the answer, and nothing of it is lost."""
    fields = spec.record.fields()
    hidden = {name for name in spec.record.secret_fields() if fields[name].visibility != "clear"}
    assert live.fields.keys() | live.masked | hidden >= {name for name in fields if _is_shown(fields[name], item)}
    for name, value in live.fields.items():
        field, given = fields[name], _plain(value)
        if field.fetched is not None or field.fresh is not None:
            continue
        if at(item, field.read_path) in (MISSING, None) and not field.beside:
            assert given in (None, field.default) or (
                name == "events" and list(given) == sorted(field.default or [])
            ), name
            continue
        for path, theirs in encode(name, field, given, "read"):
            assert _alike(theirs, at(item, path), field), (name, path)


def _is_shown(field: FieldSpec, item: Any) -> bool:
    return field.read_path is not None and at(item, field.read_path) not in (MISSING, None)


def _alike(ours: Any, theirs: Any, field: FieldSpec) -> bool:
    if field.encoded == "json":
        return bool(json.loads(ours) == json.loads(theirs))
    if field.pairs is not None and isinstance(theirs, list):  # of two with one name the last counts
        theirs = list({one[field.pairs[0]]: one for one in theirs}.values())
    if isinstance(theirs, list):
        return {json.dumps(one, sort_keys=True) for one in ours} == {json.dumps(one, sort_keys=True) for one in theirs}
    accepted = [value for value in (field.values or {}).values() if isinstance(value, list) and ours in value]
    return bool(ours == theirs or any(theirs in one for one in accepted))

"""Stands where the vendor is: takes only what its schema takes, and answers with whatever that says it may be."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Self
from unittest.mock import patch
from urllib.parse import unquote, urlsplit

import jsonschema
from hypothesis import strategies as st

from reconciler.http.client import Client
from reconciler.http.message import Reply, Request
from reconciler.providers import reading
from reconciler.providers.engine import open_connection
from reconciler.providers.paths import MISSING, at, put, without
from reconciler.providers.protocol import Connection, Settings
from reconciler.providers.spec import (
    Call,
    FieldSpec,
    ListCall,
    NextCursor,
    NextLast,
    NextLink,
    NextOffset,
    NextPage,
    NextUrl,
    Spec,
)
from reconciler.records import Secret
from tests.vendor.made import Always, values
from tests.vendor.openapi import Accepted, Contract, shape
from tests.vendor.schemas import Schema, below

BASE = "https://account.vendor.example"
"""The connection's base URL, where the vendor has one for each account."""

RECORD = "42"
"""The id of the record that is asked for."""

NOT_THERE = Reply(404, {"content-type": "application/json"}, b"{}")
_WORDS = st.sampled_from(["made", "changed", "gone", "order", "person"])
_JSON_TEXTS = st.dictionaries(st.text(min_size=1, max_size=5), st.text(max_size=5), max_size=2).map(json.dumps)
Draw = Callable[[st.SearchStrategy[Any]], Any]


@dataclass
class Counterpart:
    """One vendor, for one table. `took` is every request with what it was, `gave` is what each was answered.

    `absent`: nothing is there yet, so whatever is asked for alone is not found.
    """

    spec: Spec
    contract: Contract
    draw: Draw
    absent: bool = False
    took: list[Accepted] = field(default_factory=list)
    gave: list[Any] = field(default_factory=list)
    _pages: list[Any] = field(default_factory=list)
    _following: str = ""
    _given: int = 0

    def answer(self, request: Request) -> Reply:
        """Judge a request, and answer it. An address that an answer gave is right as it is."""
        taken = self.took[-1] if request.url == self._following else self.contract.received(request)
        self.took.append(taken)
        if self.absent and request.method == "GET":
            return NOT_THERE
        made, headers = None, {"content-type": "application/json"}
        if taken.answer is not None:
            call = next((one for one in calls(self.spec).values() if is_of(taken, self.spec, one)), None)
            if isinstance(call, ListCall):
                made, link = self._page(call, taken.answer, request.url)
                headers |= link
            else:
                item = call.item if call is not None else None
                kept = {**always(self.spec, taken.answer, item), **good(call)}
                if call is not self.spec.create:
                    kept = {**kept, **self._this_record(taken.answer, item, request.url)}
                made = self.draw(values(taken.answer, kept))
        self.gave.append(made)
        return Reply(taken.status, headers, b"" if taken.answer is None else json.dumps(made).encode())

    def _this_record(self, schema: Schema, item: str | None, url: str) -> dict[str, st.SearchStrategy[Any]]:
        """The answer is about the record that was asked for: its id is the address's last part."""
        last = unquote(url.partition("?")[0].rpartition("/")[2])
        record_id = RECORD if self.spec.get is None or self.spec.get.path.rpartition("/")[2].isalpha() else last
        found = {}
        for path in id_paths(self.spec):
            place = _joined(item, path) or ""
            for inner in below(schema, place)[:1]:
                numeric = not jsonschema.Draft202012Validator(inner).is_valid(record_id)
                found[place] = st.just(int(record_id) if numeric and record_id.isdecimal() else record_id)
        return found

    def _page(self, call: ListCall, schema: Schema, url: str) -> tuple[Any, dict[str, str]]:
        """Return one of two pages, or an empty one after them, for those who go on until they meet that."""
        if not self._pages:
            kept = {**always(self.spec, schema, _joined(call.items, call.item)), **good(call)}
            self._pages = [self.draw(values(schema, kept)) for _ in range(1 if call.next is None else 2)]
            self._tell_apart(call)
        more = self._given + 1 < len(self._pages)
        made = self._pages[min(self._given, len(self._pages) - 1)]
        if self._given >= len(self._pages):
            made = _with(made, call.items, [])
        self._given += 1
        self._following = f"{url.partition('?')[0]}?page=2"
        for path, value in _signs(call, self._pages, self._following, more=more):
            made = _first_valid(made, path, value, schema)
        jsonschema.validate(made, schema, jsonschema.Draft202012Validator)
        link = f'<{self._following}>; rel="{call.next.link}"' if isinstance(call.next, NextLink) and more else ""
        return made, {"link": link}

    def _tell_apart(self, call: ListCall) -> None:
        """No two records of a list have one id. A page without records would be the last."""
        seen: set[str] = set()
        for page in self._pages:
            items = at(page, call.items)
            for item in list(items) if isinstance(items, list) else []:
                name = str([at(item, _joined(call.item, path)) for path in id_paths(self.spec)])
                if name in seen:
                    items.remove(item)
                seen.add(name)
        self._pages = [page for page in self._pages if at(page, call.items)] or self._pages[:1]


def calls(spec: Spec) -> dict[str, Call]:
    """Return the calls of a table that a vendor's schema is asked about."""
    named = {
        "list": spec.listing,
        **{name: getattr(spec, name) for name in ("get", "create", "update", "delete")},
    }
    return {name: call for name, call in named.items() if call is not None}


def is_of(taken: Accepted, spec: Spec, call: Call) -> bool:
    """Whether a request that the vendor took is this call's."""
    return taken.call == call.graphql or taken.call == f"{call.method} {shape(base_path(spec) + call.path)}"


def always(spec: Spec, schema: Schema, record: str | None) -> Always:
    """What each record has: an id, a URL, its events. Without them it is no webhook, whatever a schema leaves open."""
    kept: dict[str, st.SearchStrategy[Any] | None] = {}
    inner_schema = _items(schema)
    for path in id_paths(spec):
        place = _joined(record, path) or ""
        for inner in below(inner_schema, place)[:1]:
            kept[place] = values(inner, {place: None}, place).filter(lambda value: bool(str(value).strip()))
    for one in (spec.record.url, spec.record.events):
        if one is not None and one.read_path is not None:
            kept[_joined(record, one.read_path) or ""] = None
    for one in spec.record.fields().values():
        place = _joined(record, one.read_path) or ""
        if one.encoded == "json" and one.read_path is not None:
            kept[place] = _JSON_TEXTS
        elif one.values and one is not spec.record.events and (fitting := _fitting(one, below(inner_schema, place))):
            kept[place] = st.sampled_from(fitting)  # any text, says the schema, and means words that it does not tell
    events = spec.record.events
    for key in events.keys if events is not None else ():  # a part of an event never holds what joins the parts
        kept[_joined(record, _joined(events.read_path if events else None, key)) or ""] = _WORDS
    for path, wanted in spec.record.only.items():
        place = _joined(record, path) or ""
        words = wanted if isinstance(wanted, list) else [wanted]
        kept[place] = st.one_of(
            st.sampled_from(words), *(values(one, {place: None}, place) for one in below(inner_schema, place))
        )
    return {**_parents(kept), **kept}


def _fitting(field: FieldSpec, ways: list[Schema]) -> list[Any]:
    """The words that the table knows of a field, where the schema has no words of its own."""
    if not ways or any("enum" in one or "const" in one or one.get("type") == "boolean" for one in ways):
        return []
    theirs = [one for value in (field.values or {}).values() for one in (value if isinstance(value, list) else [value])]
    return [one for one in theirs if any(jsonschema.Draft202012Validator(way).is_valid(one) for way in ways)]


def good(call: Call | None) -> Always:
    """What an answer has that is no refusal, where the table says how to tell."""
    success = call.success if call is not None else None
    if success is None:
        return {}
    kept = {path: st.just(value) for path, value in success.where.items()} | {
        path: st.just([]) for path in success.empty
    }
    return {**_parents(kept), **kept}


def _parents(paths: Iterable[str]) -> dict[str, None]:
    return {path[:end]: None for path in paths for end, sign in enumerate(path) if sign == "."}


def id_paths(spec: Spec) -> tuple[str, ...]:
    """Where a record's id is in an answer, ids that are a field of ours included."""
    field = spec.record.fields().get(spec.record.id_spec.field or "")
    return spec.record.id_paths or ((field.read_path,) if field is not None and field.read_path else ())


def base_path(spec: Spec) -> str:
    """The path of the table's base URL."""
    return urlsplit(spec.base_url or spec.base_url_example or "").path


@contextmanager
def connected(counterpart: Counterpart) -> Iterator[Connection]:
    """Open the table's connection to a counterpart: everything but the wire is what users have."""
    spec = counterpart.spec
    auth = next(iter(spec.auths), None)
    settings = Settings(
        name="mine",
        provider="mine",
        spec=spec,
        base_url=spec.base_url or BASE + base_path(spec),
        credentials={name: Secret("not-a-real-one") for name in (auth.credentials if auth else ())},
        undocumented=frozenset(calls(spec)),
    )
    with (
        patch.object(Client, "send", lambda _, request: counterpart.answer(request)),
        patch.object(reading, "ThreadPoolExecutor", _InTurn),
    ):
        connection = open_connection(settings, lambda text: f"print-of-{len(text)}")
        yield connection
        connection.close()


def _items(schema: Schema) -> Schema:
    """Return the schema with the items of its lists in the lists' places: paths here name no items."""
    if isinstance(schema.get("items"), dict):
        return _items(schema["items"])
    for key in ("oneOf", "anyOf"):
        if key in schema:
            schema = {**schema, key: [_items(one) for one in schema[key]]}
    properties = schema.get("properties")
    return (
        schema if not properties else {**schema, "properties": {name: _items(one) for name, one in properties.items()}}
    )


def _signs(call: ListCall, pages: list[Any], following: str, *, more: bool) -> Iterator[tuple[str, list[Any]]]:
    """Yield where a page says whether another follows, and what may stand there, the likeliest first."""
    way, sizes = call.next, [len(at(page, call.items)) for page in pages]
    match way:
        case NextUrl(url=path):
            yield path, [following] if more else [MISSING, None, ""]
        case NextCursor(at=path):
            yield path, ["next-1", 7] if more else [MISSING, None, ""]
        case NextPage(pages=str(path)):
            yield path, [len(sizes)]
    if isinstance(way, NextPage | NextOffset) and way.total is not None:
        yield way.total, [sum(sizes)]
    if isinstance(way, NextPage | NextOffset | NextCursor | NextLast) and way.more is not None:
        yield way.more, [more]


def _first_valid(made: Any, path: str, values: list[Any], schema: Schema) -> Any:
    """Return the page with the first of these values at the path that the vendor's schema allows there."""
    checker = jsonschema.Draft202012Validator(schema)
    for value in values:
        changed = _with(made, path, value)
        if checker.is_valid(changed):
            return changed
    raise AssertionError(f"the vendor's schema has none of {values} at `{path}`")


def _with(made: Any, path: str | None, value: Any) -> Any:
    if path is None:
        return value
    changed = json.loads(json.dumps(without(made, path)))
    if value is not MISSING:
        put(changed, path, value)
    return changed


class _InTurn:
    """A pool without threads: values are drawn where the test runs."""

    def __init__(self, *_: Any, **__: Any) -> None: ...

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None: ...

    def map(self, do: Callable[[Any], Any], items: list[Any]) -> Iterator[Any]:
        return map(do, items)


def _joined(first: str | None, second: str | None) -> str | None:
    return f"{first}.{second}" if first and second else first or second

"""The records of one account: kept in their shape, in order, indexed, and serialised once."""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import field
from itertools import count
from threading import RLock
from typing import Any

from reconciler.providers.paths import put
from reconciler.providers.spec import Spec
from reconciler.records import Scope
from reconciler.sandbox.habits import Habits
from reconciler.sandbox.numbering import Numbering
from reconciler.sandbox.refusals import Conflict, Invalid, Missing
from reconciler.sandbox.rules import Rules
from reconciler.slotted import dataclass


@dataclass(slots=True)
class Page:
    """A part of a list: the records as JSON texts, and where it lies in the whole."""

    texts: list[bytes]
    ids: list[str]
    start: int
    size: int
    """How many records a page holds at most; never 0."""
    total: int
    last: int
    """The sequence number of the last record on the page; 0 for none."""

    @property
    def more(self) -> bool:
        """Whether records follow."""
        return self.start + len(self.texts) < self.total

    @property
    def number(self) -> int:
        """Which page it is, counted from 1."""
        return self.start // self.size + 1


@dataclass(slots=True)
class _Entry:
    sequence: int
    scope: Scope
    id: str
    record: dict[str, Any]
    text: bytes | None = None


@dataclass(slots=True)
class _Shelf:
    """The records of one scope. Sequence numbers only grow, so that a cursor outlives deletes before it."""

    order: list[int] = field(default_factory=list)
    by_sequence: dict[int, _Entry] = field(default_factory=dict)
    by_id: dict[str, _Entry] = field(default_factory=dict)
    holders: dict[str, set[str]] = field(default_factory=dict)
    """Unique values to the ids of the records that have them."""


class Store:
    """All records of one account, by scope. Thread-safe: a kept record is never changed in place, only replaced."""

    def __init__(self, spec: Spec, habits: Habits) -> None:
        self.rules = Rules(spec)
        self._habits = habits
        self.numbering = Numbering(spec, habits)
        self._names = spec.told_scope
        self._shelves: dict[Scope, _Shelf] = {}
        self._lock = RLock()
        self._sequence = count(1)

    def create(
        self, scope: Scope, body: dict[str, Any], alter: dict[str, Any] | None = None, *, overwrite: bool = False
    ) -> dict[str, Any]:
        """Make a record of a request's body and return it. Raises `Invalid` or `Conflict`.

        `overwrite`: one with the same id, which the request chooses, is overwritten.
        """
        record = self.rules.received(body)
        self._check(self.rules.problems(record))
        for path, value in self._habits.adds.items():
            put(record, path, deepcopy(value))
        self.rules.complete(record)
        if alter is not None:
            self.rules.altered(record, alter)
        with self._lock:
            shelf = self._shelf(scope)
            taken = self.numbering.of(record) if self.numbering.is_chosen else None
            if overwrite and taken in shelf.by_id:
                self._replace(shelf, shelf.by_id[taken], record)
                return record
            if taken in shelf.by_id:
                raise Conflict
            self._refuse_twins(shelf, record, None)
            number, record_id = self._named(shelf, record)
            self._enter(shelf, _Entry(number, scope, record_id, record))
        return record

    def insert(self, record: Mapping[str, Any], scope: Scope = ()) -> str:
        """Put in a record behind the API's back, unchecked, with its own id if it has one; return the id."""
        kept = deepcopy(dict(record))
        self.rules.complete(kept)
        with self._lock:
            shelf = self._shelf(scope)
            record_id = self.numbering.of(kept)
            if record_id is None:
                number, record_id = self._named(shelf, kept)
            else:
                number, _ = self._next(shelf)
            if record_id in shelf.by_id:
                raise ValueError(f"there is a record with the id {record_id} already")
            self._enter(shelf, _Entry(number, scope, record_id, kept))
            return record_id

    def update(
        self,
        scope: Scope,
        record_id: str,
        body: dict[str, Any],
        alter: dict[str, Any] | None = None,
        *,
        name: str | None = None,
    ) -> dict[str, Any]:
        """Merge a request's body into a record and return it. Raises `Missing`, `Invalid` or `Conflict`.

        `name` is the field that it is for, where a call of its own sets it.
        """
        sent = self.rules.received(body, name)
        return self._amend(scope, record_id, lambda old: self.rules.merged(old, sent, alone=name is not None), alter)

    def set(self, scope: Scope, record_id: str, name: str, value: str) -> dict[str, Any]:
        """Set one field to a value of ours, given as text. Raises as `update`."""
        return self._amend(scope, record_id, lambda old: self.rules.switched(old, name, value), None)

    def _amend(
        self,
        scope: Scope,
        record_id: str,
        amended: Callable[[dict[str, Any]], dict[str, Any]],
        alter: dict[str, Any] | None,
    ) -> dict[str, Any]:
        with self._lock:
            shelf, entry = self._entry(scope, record_id)
            record = amended(entry.record)
            self.numbering.keep(record, entry.record)
            self._check(self.rules.problems(record, entry.record))
            if alter is not None:
                self.rules.altered(record, alter)
            self._refuse_twins(shelf, record, record_id)
            self._replace(shelf, entry, record)
            return record

    def rotate(self, scope: Scope, record_id: str) -> dict[str, Any]:
        """Make a record's secrets anew and return it. Raises `Missing`."""
        with self._lock:
            shelf, entry = self._entry(scope, record_id)
            self._replace(shelf, entry, self.rules.renew(entry.record))
            return entry.record

    def change(self, record_id: str, values: Mapping[str, Any]) -> None:
        """Set dotted paths of a record behind the API's back, unchecked. Raises `Missing`."""
        with self._lock:
            shelf, entry = self._find(record_id)
            record = deepcopy(entry.record)
            for path, value in values.items():
                put(record, path, deepcopy(value))
            self._replace(shelf, entry, record)

    def delete(self, scope: Scope, record_id: str) -> None:
        """Delete a record. Raises `Missing`."""
        with self._lock:
            self._leave(*self._entry(scope, record_id))

    def remove(self, record_id: str) -> None:
        """Delete a record of whatever scope behind the API's back. Raises `Missing`."""
        with self._lock:
            self._leave(*self._find(record_id))

    def clear(self) -> None:
        """Forget all records; ids and cursors go on from where they were."""
        with self._lock:
            self._shelves.clear()

    def get(self, scope: Scope, record_id: str) -> dict[str, Any]:
        """Return one record. Raises `Missing`."""
        with self._lock:
            return self._entry(scope, record_id)[1].record

    def records(self) -> list[dict[str, Any]]:
        """Return copies of all records of all scopes, in the order in which they were made."""
        with self._lock:
            entries = [entry for shelf in self._shelves.values() for entry in shelf.by_id.values()]
            return [deepcopy(entry.record) for entry in sorted(entries, key=lambda entry: entry.sequence)]

    def page(
        self, scope: Scope, size: int | None, *, offset: int = 0, after: int = 0, after_id: str | None = None
    ) -> Page:
        """Return `size` records (None: all) from an offset, or after a sequence number or an id. Raises `Missing`."""
        with self._lock:
            shelf = self._shelf(scope)
            if after_id is not None:
                after = self._entry(scope, after_id)[1].sequence
            size = size or max(1, len(shelf.order))
            start = bisect_right(shelf.order, after) if after else offset
            numbers = shelf.order[start : start + size]
            texts = [self._text(shelf.by_sequence[number]) for number in numbers]
            ids = [shelf.by_sequence[number].id for number in numbers]
            return Page(texts, ids, start, size, len(shelf.order), numbers[-1] if numbers else 0)

    def _shelf(self, scope: Scope) -> _Shelf:
        return self._shelves.setdefault(self._told(scope), _Shelf())

    def _told(self, scope: Scope) -> Scope:
        """What of a scope a create tells; the rest a provider knows by other means, and here it is always the same."""
        return tuple(one for one in scope if one[0] in self._names)

    def _entry(self, scope: Scope, record_id: str) -> tuple[_Shelf, _Entry]:
        """Return a record and its shelf; a call that does not name the whole scope means any that fits."""
        known = set(self._told(scope))
        shelves = [self._shelf(scope)] if len(known) == len(self._names) else []
        for shelf in shelves or [one for place, one in self._shelves.items() if known <= set(place)]:
            if record_id in shelf.by_id:
                return shelf, shelf.by_id[record_id]
        raise Missing(record_id)

    def _find(self, record_id: str) -> tuple[_Shelf, _Entry]:
        for shelf in self._shelves.values():
            if record_id in shelf.by_id:
                return shelf, shelf.by_id[record_id]
        raise Missing(record_id)

    def _text(self, entry: _Entry) -> bytes:
        if entry.text is None:
            entry.text = to_json(self.rules.listed(entry.record))
        return entry.text

    def _next(self, shelf: _Shelf) -> tuple[int, Any]:
        """Return the next sequence number, and an id that is free."""
        while True:
            number = next(self._sequence)
            new_id = self.numbering.new(number)
            if str(new_id) not in shelf.by_id:
                return number, new_id

    def _named(self, shelf: _Shelf, record: dict[str, Any]) -> tuple[int, str]:
        """Return the next sequence number, and the id of a new record, which it is given or has."""
        number, new_id = self._next(shelf)
        chosen = self.numbering.of(record) if self.numbering.is_chosen else None
        return number, chosen if chosen is not None else self.numbering.put(record, new_id)

    @staticmethod
    def _check(problems: dict[str, str]) -> None:
        if problems:
            raise Invalid(problems)

    def _refuse_twins(self, shelf: _Shelf, record: dict[str, Any], own_id: str | None) -> None:
        for value in self.rules.uniques(record):
            if shelf.holders.get(value, set()) - {own_id}:
                raise Conflict

    def _enter(self, shelf: _Shelf, entry: _Entry) -> None:
        shelf.order.append(entry.sequence)
        shelf.by_sequence[entry.sequence] = shelf.by_id[entry.id] = entry
        for value in self.rules.uniques(entry.record):
            shelf.holders.setdefault(value, set()).add(entry.id)

    def _leave(self, shelf: _Shelf, entry: _Entry) -> None:
        del shelf.order[bisect_left(shelf.order, entry.sequence)]
        del shelf.by_sequence[entry.sequence], shelf.by_id[entry.id]
        for value in self.rules.uniques(entry.record):
            shelf.holders[value].discard(entry.id)

    def _replace(self, shelf: _Shelf, entry: _Entry, record: dict[str, Any]) -> None:
        for value in self.rules.uniques(entry.record):
            shelf.holders[value].discard(entry.id)
        for value in self.rules.uniques(record):
            shelf.holders.setdefault(value, set()).add(entry.id)
        entry.record, entry.text = record, None


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def to_json(value: Any) -> bytes:
    """Return `value` as compact JSON."""
    return _ENCODER.encode(value).encode()

"""What was read of a list so far: the records of its pages, out of their envelopes, each once."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from typing import Any

from reconciler.providers.paths import MISSING, at, kind_of, put
from reconciler.providers.spec import ListCall
from reconciler.providers.values import Misfit
from reconciler.slotted import dataclass


class Wrong(Exception):
    """A page is not what the table says: the message says in what."""


class Shifted(Exception):
    """The list changed while it was read: worth a second reading, from the start."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its JSON (None for no content) and its headers, by names in small letters."""

    data: Any
    headers: Mapping[str, str] = field(default_factory=dict)


class Kept:
    """The records of a list by their ids. `identify` gives an item's id, `belongs` says whether it is one of ours."""

    def __init__(self, call: ListCall, identify: Callable[[Any], str], belongs: Callable[[Any], bool]) -> None:
        self.last = ""
        self._call = call
        self._identify = identify
        self._belongs = belongs
        self._items: dict[str, Any] = {}

    def __len__(self) -> int:
        return len(self._items)

    def clear(self) -> None:
        """Begin anew."""
        self._items = {}

    def ours(self) -> list[Any]:
        """Return the records that are of our kind, in their order."""
        return [item for item in self._items.values() if self._belongs(item)]

    def take(self, page: Page, again: bool = False) -> int:
        """Keep a page's items; return how many are new. `again`: a page of old ones alone is judged by the caller."""
        new, repeated = 0, False
        for item in self._of(page):
            found = self._known_as(item)
            repeated = repeated or found in self._items
            new += found not in self._items
            self._items[found] = item
        if repeated and (new or not again):
            raise Shifted("it shows an id twice")
        return new

    def _of(self, page: Page) -> Iterator[Any]:
        """Yield the records of a page, out of their envelopes."""
        call = self._call
        items = at(page.data, call.items) if page.data is not None else MISSING
        if page.data is None and "no_content" in call.empty:
            return
        if (items is MISSING and "absent" in call.empty) or (items is None and "null" in call.empty):
            return
        if call.single:
            yield items
            return
        place = f"`{call.items}`" if call.items else "the answer"
        if call.keyed is not None:
            if not isinstance(items, Mapping):
                raise Wrong(f"{place} should be an object and is {kind_of(items)}")
            yield from self._keyed(items, call.keyed)
            return
        if not isinstance(items, list):
            raise Wrong(f"{place} should be a list and is {kind_of(items)}")
        for item in items:
            inner = at(item, call.item)
            if inner is MISSING:
                raise Wrong(f"there is no `{call.item}` in one of its items")
            yield inner

    def _keyed(self, items: Mapping[str, Any], path: str) -> Iterator[Any]:
        for name, item in items.items():
            inner = at(item, self._call.item)
            if inner is None:
                continue
            if not isinstance(inner, Mapping):
                raise Wrong(f"`{self._call.items}` should hold objects and holds {kind_of(inner)}")
            record = json.loads(json.dumps(inner))
            put(record, path, name)
            yield record

    def _known_as(self, item: Any) -> str:
        """The id of an item; what is none of ours may have none, and goes by its content."""
        reason = ""
        try:
            self.last = self._identify(item)
        except Misfit as misfit:
            reason = str(misfit)
        else:
            return self.last
        if self._belongs(item):
            raise Wrong(reason)
        return json.dumps(item, sort_keys=True)

"""Reads a list to its proven end, or not at all.

A read is complete only by the provider's own sign, or by an empty page; never because a page is short.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol
from urllib.parse import urljoin

from reconciler.errors import Unreadable
from reconciler.http.address import origin
from reconciler.providers.mapping import Misfit
from reconciler.providers.paths import MISSING, at, kind_of
from reconciler.providers.spec import ListCall, NextLast, NextPage, NextUrl

MOST_PAGES = 10_000


class Fetch(Protocol):
    """Gets one page: of the call itself with more query parameters, or at `url`. Raises `Unreadable`."""

    def __call__(self, parameters: Mapping[str, str], url: str | None = None) -> Any:
        """Return the page's JSON."""


class _Shifted(Exception):
    """The list changed while it was read: worth a second reading, from the start."""


class Reader:
    """Reads all pages of one list. `where` is the call as it may be shown, `identify` gives an item's id."""

    def __init__(self, call: ListCall, base_url: str, where: str, fetch: Fetch, identify: Callable[[Any], str]) -> None:
        self._call = call
        self._base_url = base_url
        self._where = where
        self._fetch = fetch
        self._identify = identify
        self._items: dict[str, Any] = {}
        self._last = ""

    def all(self) -> list[Any]:
        """Return every item. Raises `Unreadable` where the end could not be proven."""
        reason = ""
        for _ in range(2):
            self._items = {}
            try:
                self._read()
            except _Shifted as shifted:
                reason = str(shifted)
            else:
                return list(self._items.values())
        raise Unreadable(f"{self._where}: {reason}, in two readings from the start; try again when nobody changes it")

    def _read(self) -> None:
        match self._call.next:
            case None:
                self._take(self._fetch({}))
            case NextUrl() as way:
                self._follow(way)
            case NextPage() as way:
                self._count(way)
            case NextLast() as way:
                self._continue(way)

    def _follow(self, way: NextUrl) -> None:
        url: str | None = None
        seen: set[str] = set()
        for _ in range(MOST_PAGES):
            page = self._fetch({}, url)
            new = self._take(page)
            following = at(page, way.url)
            if following is MISSING or following is None or following == "":
                return
            if not isinstance(following, str):
                raise self._incomplete(f"`{way.url}` should be a URL and is {kind_of(following)}")
            url = self._on_origin(following, url)
            if url in seen:
                raise self._incomplete("the next page is one that was read already")
            seen.add(url)
            self._must_be_new(new)
        raise self._endless()

    def _count(self, way: NextPage) -> None:
        before: tuple[int | None, int | None] | None = None
        for number in range(way.first, way.first + MOST_PAGES):
            page = self._fetch({way.page: str(number)})
            new = self._take(page)
            pages, total = self._number(page, way.pages), self._number(page, way.total)
            if before is not None and before != (pages, total):
                raise _Shifted("its total changed while it was read")
            before = pages, total
            if not new or (pages is not None and number - way.first + 1 >= pages):
                if total is not None and total != len(self._items):
                    raise _Shifted(f"it says that it has {total} records and shows {len(self._items)}")
                return
        raise self._endless()

    def _continue(self, way: NextLast) -> None:
        parameters: dict[str, str] = {}
        for _ in range(MOST_PAGES):
            page = self._fetch(parameters)
            new = self._take(page, again=True)
            more = at(page, way.more)
            if more is MISSING and not new:
                return
            if not isinstance(more, bool):
                raise self._incomplete(f"`{way.more}` should be true or false and is {kind_of(more)}")
            if not more:
                return
            self._must_be_new(new)
            parameters = {way.last_id: self._last}
        raise self._endless()

    def _take(self, page: Any, again: bool = False) -> int:
        """Keep a page's items; return how many are new. `again`: a page of old ones alone is judged by the caller."""
        items = at(page, self._call.items)
        if not isinstance(items, list):
            place = f"`{self._call.items}`" if self._call.items else "the answer"
            raise self._incomplete(f"{place} should be a list and is {kind_of(items)}")
        new, repeated = 0, False
        for item in items:
            try:
                self._last = self._identify(item)
            except Misfit as misfit:
                reason = str(misfit)
            else:
                repeated = repeated or self._last in self._items
                new += self._last not in self._items
                self._items[self._last] = item
                continue
            raise self._incomplete(reason)
        if repeated and (new or not again):
            raise _Shifted("it shows an id twice")
        return new

    def _must_be_new(self, new: int) -> None:
        if not new:
            raise self._incomplete("a page brought nothing new and yet says that there is more")

    def _number(self, page: Any, path: str | None) -> int | None:
        value = at(page, path) if path is not None else None
        if value is None or (isinstance(value, int) and not isinstance(value, bool) and value >= 0):
            return value
        raise self._incomplete(f"`{path}` should be a number and is {kind_of(value)}")

    def _on_origin(self, following: str, current: str | None) -> str:
        try:
            url = urljoin(current or self._base_url + self._call.path, following)
            same = origin(url) == origin(self._base_url) and "@" not in url.partition("//")[2].partition("/")[0]
        except ValueError:
            same, url = False, ""
        if not same:
            raise self._incomplete("the next page is on another origin, which must not get the credentials")
        return url

    def _incomplete(self, reason: str) -> Unreadable:
        return Unreadable(f"{self._where}: the list is not complete: {reason}")

    def _endless(self) -> Unreadable:
        return self._incomplete(f"it does not end within {MOST_PAGES} pages")

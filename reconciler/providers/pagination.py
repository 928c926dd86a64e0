"""Reads a list to its proven end, or not at all.

A read is complete only by the provider's own sign, or by an empty page; never because a page is short.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol
from urllib.parse import urljoin

from reconciler.errors import Unreadable
from reconciler.http.address import origin
from reconciler.providers.kept import Kept, Page, Shifted, Wrong
from reconciler.providers.paths import MISSING, at, kind_of
from reconciler.providers.spec import (
    ListCall,
    NextCursor,
    NextLast,
    NextLink,
    NextOffset,
    NextPage,
    NextRange,
    NextUrl,
)

__all__ = ["MOST_PAGES", "Fetch", "Page", "Reader", "link"]

MOST_PAGES = 10_000
_LINK = re.compile(r'<([^>]*)>((?:\s*;\s*[^=;,\s]+\s*=\s*(?:"[^"]*"|[^;,]*))*)')
_RELATION = re.compile(r';\s*rel\s*=\s*(?:"([^"]*)"|([^;,\s]*))', re.IGNORECASE)
_NOTHING_THERE = re.compile(r';\s*results\s*=\s*"?false"?', re.IGNORECASE)  # Sentry links to a page after the last


class Fetch(Protocol):
    """Gets one page: of the call itself with more parameters and headers, or at `url`. Raises `Unreadable`."""

    def __call__(
        self, parameters: Mapping[str, Any], url: str | None = None, headers: Mapping[str, str] | None = None
    ) -> Page:
        """Return the page."""


class Reader:
    """Reads all pages of one list. `where` is the call as it may be shown, `address` its URL.

    `identify` gives an item's id, `belongs` says whether it is one of ours. Up to `abreast` pages are
    fetched at once where they are numbered and their number is known.
    """

    def __init__(
        self,
        call: ListCall,
        address: str,
        where: str,
        fetch: Fetch,
        identify: Callable[[Any], str],
        belongs: Callable[[Any], bool] = lambda _: True,
        abreast: int = 1,
    ) -> None:
        self._call = call
        self._address = address
        self._where = where
        self._fetch = fetch
        self._kept = Kept(call, identify, belongs)
        self._abreast = abreast

    def all(self) -> list[Any]:
        """Return every item that belongs to us. Raises `Unreadable` where the end could not be proven."""
        reason = ""
        for _ in range(2):
            self._kept.clear()
            try:
                self._read()
            except Shifted as shifted:
                reason = str(shifted)
            except Wrong as wrong:
                raise self._incomplete(str(wrong)) from None
            else:
                return self._kept.ours()
        raise Unreadable(f"{self._where}: {reason}, in two readings from the start; try again when nobody changes it")

    def _read(self) -> None:
        match self._call.next:
            case None:
                self._kept.take(self._fetch({}))
            case NextUrl(url=path):
                self._follow(lambda page: at(page.data, path), f"`{path}`")
            case NextLink(link=relation):
                self._follow(lambda page: link(page.headers.get("link", ""), relation), "the Link header")
            case NextPage() as way:
                self._count(way)
            case NextOffset() as way:
                self._skip(way)
            case NextCursor() as way:
                self._point(way)
            case NextLast() as way:
                self._continue(way)
            case NextRange() as way:
                self._range(way)

    def _follow(self, following: Callable[[Page], Any], place: str) -> None:
        url: str | None = None
        seen: set[str] = set()
        for _ in range(MOST_PAGES):
            page = self._fetch({}, url)
            new = self._kept.take(page)
            found = following(page)
            if found is MISSING or found is None or found == "":
                return
            if not isinstance(found, str):
                raise self._incomplete(f"{place} should be a URL and is {kind_of(found)}")
            url = self._on_origin(found, url)
            if url in seen:
                raise self._incomplete("the next page is one that was read already")
            seen.add(url)
            self._must_be_new(new)
        raise self._endless()

    def _count(self, way: NextPage) -> None:
        before: tuple[int | None, int | None] | None = None
        for number, page in self._numbered(way):
            new = self._kept.take(page)
            pages, total = self._number(page, way.pages), self._number(page, way.total)
            if before is not None and before != (pages, total):
                raise Shifted("its total changed while it was read")
            before = pages, total
            more = self._more(page, way.more, new)
            if more is False or not new or (pages is not None and number - way.first + 1 >= pages):
                self._must_agree(total)
                return
        raise self._endless()

    def _numbered(self, way: NextPage) -> Iterator[tuple[int, Page]]:
        """Yield the pages in their order; where the first says how many there are, the others come side by side."""
        first = self._fetch({way.page: way.first})
        yield way.first, first
        pages = self._number(first, way.pages)
        numbers = range(way.first + 1, way.first + min(pages or MOST_PAGES, MOST_PAGES))
        if pages is None or self._abreast == 1:
            for number in numbers:
                yield number, self._fetch({way.page: number})
            return
        with ThreadPoolExecutor(self._abreast, thread_name_prefix="page") as pool:
            try:
                yield from zip(numbers, pool.map(lambda number: self._fetch({way.page: number}), numbers), strict=True)
            finally:
                pool.shutdown(cancel_futures=True)

    def _skip(self, way: NextOffset) -> None:
        before: int | None = None
        for _ in range(MOST_PAGES):
            page = self._fetch({way.offset: len(self._kept)})
            new = self._kept.take(page)
            total = self._number(page, way.total)
            if before not in (None, total):
                raise Shifted("its total changed while it was read")
            before = total
            more = self._more(page, way.more, new)
            if more is False or not new or (more is None and total is not None and len(self._kept) >= total):
                self._must_agree(total)
                return
        raise self._endless()

    def _point(self, way: NextCursor) -> None:
        parameters: dict[str, Any] = {}
        seen: set[Any] = set()
        for _ in range(MOST_PAGES):
            page = self._fetch(parameters)
            new = self._kept.take(page)
            cursor = at(page.data, way.at)
            if self._more(page, way.more, new) is False:
                return
            if cursor is MISSING or cursor is None or cursor == "":
                if way.more is not None and new:
                    raise self._incomplete(f"`{way.more}` says that there is more, and `{way.at}` is empty")
                return
            if not isinstance(cursor, str | int) or isinstance(cursor, bool):
                raise self._incomplete(f"`{way.at}` should be a text and is {kind_of(cursor)}")
            if cursor in seen:
                raise self._incomplete("the next page is one that was read already")
            seen.add(cursor)
            self._must_be_new(new)
            parameters = {way.cursor: cursor}
        raise self._endless()

    def _continue(self, way: NextLast) -> None:
        parameters: dict[str, Any] = {}
        for _ in range(MOST_PAGES):
            page = self._fetch(parameters)
            new = self._kept.take(page, again=True)
            if way.more is None:
                if not new:
                    return
            else:
                more = at(page.data, way.more)
                if more is MISSING and not new:
                    return
                if not isinstance(more, bool):
                    raise self._incomplete(f"`{way.more}` should be true or false and is {kind_of(more)}")
                if not more:
                    return
                self._must_be_new(new)
            parameters = {way.last_id: self._kept.last}
        raise self._endless()

    def _range(self, way: NextRange) -> None:
        headers: dict[str, str] = {}
        seen: set[str] = set()
        for _ in range(MOST_PAGES):
            page = self._fetch({}, None, headers)
            new = self._kept.take(page)
            following = page.headers.get(way.range.lower(), "")
            if not following:
                return
            if following in seen:
                raise self._incomplete("the next page is one that was read already")
            seen.add(following)
            self._must_be_new(new)
            headers = {"Range": following}
        raise self._endless()

    def _more(self, page: Page, path: str | None, new: int) -> bool | None:
        """Whether the page says that there is more; None where the table has no such sign."""
        if path is None:
            return None
        more = at(page.data, path)
        if more in (MISSING, None) and not new:
            return False
        if not isinstance(more, bool):
            raise self._incomplete(f"`{path}` should be true or false and is {kind_of(more)}")
        if more:
            self._must_be_new(new)
        return more

    def _must_be_new(self, new: int) -> None:
        if not new:
            raise self._incomplete("a page brought nothing new and yet says that there is more")

    def _must_agree(self, total: int | None) -> None:
        if total is not None and total != len(self._kept):
            raise Shifted(f"it says that it has {total} records and shows {len(self._kept)}")

    def _number(self, page: Page, path: str | None) -> int | None:
        counts = path is not None and page.data is not None  # an answer without content counts nothing
        value = at(page.data, path) if counts else None
        if value is None or (isinstance(value, int) and not isinstance(value, bool) and value >= 0):
            return value
        raise self._incomplete(f"`{path}` should be a number and is {kind_of(value)}")

    def _on_origin(self, following: str, current: str | None) -> str:
        try:
            url = urljoin(current or self._address, following)
            same = origin(url) == origin(self._address) and "@" not in url.partition("//")[2].partition("/")[0]
        except ValueError:
            same, url = False, ""
        if not same:
            raise self._incomplete("the next page is on another origin, which must not get the credentials")
        return url

    def _incomplete(self, reason: str) -> Unreadable:
        return Unreadable(f"{self._where}: the list is not complete: {reason}")

    def _endless(self) -> Unreadable:
        return self._incomplete(f"it does not end within {MOST_PAGES} pages")


def link(header: str, relation: str) -> str | None:
    """Return the URL that a `Link` header has for a relation; None for none."""
    for url, parameters in _LINK.findall(header):
        found = _RELATION.search(parameters)
        if found and relation.lower() in (found.group(1) or found.group(2) or "").lower().split():
            return None if _NOTHING_THERE.search(parameters) else str(url)
    return None

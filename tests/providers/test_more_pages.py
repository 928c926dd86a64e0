"""The further ways in which lists go on: link header, cursor, offset, last id, range; complete, or unknown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import Unreadable
from reconciler.providers.pagination import Page, Reader, link
from reconciler.providers.spec import ListCall

ADDRESS = "https://a.example/api/hooks"
WAYS: dict[str, dict[str, Any]] = {
    "link": {"get": "/hooks", "next": {"link": "next"}},
    "cursor": {"get": "/hooks", "items": "data", "next": {"cursor": "after", "at": "paging.next"}},
    "cursor with a sign": {"get": "/hooks", "items": "data", "next": {"cursor": "after", "at": "next", "more": "more"}},
    "offset": {"get": "/hooks", "items": "data", "next": {"offset": "skip", "total": "total"}},
    "offset with a sign": {"get": "/hooks", "items": "data", "next": {"offset": "skip", "more": "more"}},
    "offset until empty": {"get": "/hooks", "items": "data", "next": {"offset": "skip"}},
    "page with a sign": {"get": "/hooks", "items": "data", "next": {"page": "p", "first": 0, "more": "more"}},
    "last until empty": {"get": "/hooks", "items": "data", "next": {"last_id": "after"}},
    "range": {"get": "/hooks", "next": {"range": "Next-Range"}},
    "keyed": {"get": "/hooks", "items": "data", "keyed": "id", "next": {"cursor": "after", "at": "next"}},
    "wrapped": {"get": "/hooks", "items": "data", "item": "node", "next": {"cursor": "after", "at": "next"}},
}
UNTIL_EMPTY = ("offset until empty", "last until empty")


class Pages:
    """A server that holds `ids` and gives `size` at a time, in each of the ways; `spoil` may change an answer."""

    def __init__(self, way: str, ids: list[int], size: int, spoil: Any = None) -> None:
        self.way, self.ids, self.size, self.spoil = way, ids, size, spoil
        self.asked = 0

    def __call__(
        self, parameters: Mapping[str, Any], url: str | None = None, headers: Mapping[str, str] | None = None
    ) -> Page:
        self.asked += 1
        page = self._page(self._start(parameters, url, headers or {}))
        return self.spoil(self.asked, page) if self.spoil else page

    def _start(self, parameters: Mapping[str, Any], url: str | None, headers: Mapping[str, str]) -> int:
        if url is not None:
            return int(url.partition("from=")[2])
        if "Range" in headers:
            return int(headers["Range"].removeprefix("id "))
        if self.way == "last until empty" and parameters:
            return self.ids.index(int(parameters["after"])) + 1
        start = int(next(iter(parameters.values()), 0))
        return start * self.size if "p" in parameters else start

    def _page(self, start: int) -> Page:
        end = start + self.size
        items: Any = [{"id": str(one)} for one in self.ids[start:end]]
        more = end < len(self.ids)
        if self.way == "link":
            return Page(items, {"link": f'<{ADDRESS}?from={end}>; rel="next", <x>; rel="last"'} if more else {})
        if self.way == "range":
            return Page(items, {"next-range": f"id {end}"} if more else {})
        if self.way == "keyed":
            items = {one["id"]: {"name": "n"} for one in items}
        if self.way == "wrapped":
            items = [{"node": one} for one in items]
        cursor = end if more else None
        total = len(self.ids)
        return Page({"data": items, "next": cursor, "paging": {"next": cursor}, "more": more, "total": total})

    def read(self) -> list[int]:
        call = ListCall.model_validate(WAYS[self.way])
        return [int(item["id"]) for item in Reader(call, ADDRESS, "GET it", self, lambda item: str(item["id"])).all()]


ways = st.sampled_from(sorted(WAYS))
ids = st.lists(st.integers(0, 10_000), unique=True, max_size=30)


@given(ways, ids, st.integers(1, 9))
def test_every_record_is_read_whatever_the_page_holds(way: str, held: list[int], size: int) -> None:
    assert Pages(way, held, size).read() == held


@given(ways, ids.filter(lambda held: len(held) > 1), st.integers(1, 3), st.data())
def test_a_failed_page_fails_the_list(way: str, held: list[int], size: int, data: st.DataObject) -> None:
    whole = Pages(way, held, size)
    whole.read()
    failing = data.draw(st.integers(1, whole.asked))

    def spoil(number: int, page: Page) -> Page:
        if number == failing:
            raise Unreadable("page failed")
        return page

    with pytest.raises(Unreadable, match="page failed"):
        Pages(way, held, size, spoil).read()


@given(ways, ids.filter(lambda held: len(held) > 4), st.integers(1, 4))
def test_a_server_that_gives_its_first_page_again_and_again_is_unknown(way: str, held: list[int], size: int) -> None:
    server = Pages(way, held, size)
    first = server({})
    stuck = Pages(way, held, size, lambda number, page: first)
    if way == "last until empty":
        assert stuck.read() == held[:size], "nothing new is what ends such a list"
        return
    with pytest.raises(Unreadable):
        stuck.read()


def test_signs_that_contradict_each_other_are_unknown() -> None:
    def hidden(number: int, page: Page) -> Page:
        return Page({**page.data, "next": None})

    with pytest.raises(Unreadable, match="`more` says that there is more, and `next` is empty"):
        Pages("cursor with a sign", [1, 2, 3], 2, hidden).read()

    def short(number: int, page: Page) -> Page:
        return Page({**page.data, "total": 7})

    with pytest.raises(Unreadable, match="it says that it has 7 records and shows 3"):
        Pages("offset", [1, 2, 3], 2, short).read()


@pytest.mark.parametrize(
    ("way", "page"),
    [
        ("link", Page({})),
        ("cursor", Page({"data": [], "paging": {"next": True}})),
        ("cursor with a sign", Page({"data": [{"id": "1"}], "more": "yes"})),
        ("keyed", Page({"data": []})),
        ("keyed", Page({"data": {"1": "text"}})),
        ("wrapped", Page({"data": [{"id": "1"}]})),
        ("offset", Page({"data": [], "total": "0"})),
        ("offset", Page(None)),
    ],
)
def test_a_wrong_envelope_is_unknown(way: str, page: Page) -> None:
    with pytest.raises(Unreadable, match="not complete"):
        Pages(way, [], 1, lambda number, _: page).read()


@pytest.mark.parametrize("way", ["cursor", "range", "link"])
def test_a_place_that_was_read_already_is_unknown(way: str) -> None:
    def again(number: int, page: Page) -> Page:
        data = [{"id": str(number)}]
        headers = {"next-range": "id 1", "link": f'<{ADDRESS}?from=1>; rel="next"'}
        return Page({"data": data, "paging": {"next": 1}} if way == "cursor" else data, headers)

    with pytest.raises(Unreadable, match="read already"):
        Pages(way, [1, 2, 3], 1, again).read()


@pytest.mark.parametrize(
    ("header", "url"),
    [
        ('<https://a.example/?page=2>; rel="next"', "https://a.example/?page=2"),
        ('<x>; rel="prev", <https://a.example/?a=1,2&b=;>; rel=next; title="a, b"', "https://a.example/?a=1,2&b=;"),
        ('<y>; title="next"; rel="first last"', None),
        ('<z>; REL="Next"', "z"),
        ('<p>; rel="previous"; results="true", <n>; rel="next"; results="false"; cursor="0:1:0"', None),
        ('<p>; rel="previous"; results="false", <n>; rel="next"; results="true"', "n"),
        ("no link at all", None),
        ("", None),
    ],
)
def test_the_link_header_is_read_as_it_is_written(header: str, url: str | None) -> None:
    assert link(header, "next") == url


@pytest.mark.parametrize(
    "going_on", [{"page": "p", "pages": "pages", "total": "total"}, {"offset": "skip", "total": "total"}]
)
def test_an_answer_without_content_is_an_empty_list_that_counts_nothing(going_on: dict[str, Any]) -> None:
    call = ListCall.model_validate({"get": "/hooks", "items": "data", "empty": ["no_content"], "next": going_on})
    full = Page({"data": [{"id": "1"}], "pages": 2, "total": 2})

    def read(*pages: Page) -> list[Any]:
        left = [*pages, *pages]
        return Reader(call, ADDRESS, "GET it", lambda *_: left.pop(0), lambda item: str(item["id"])).all()

    assert read(Page(None)) == []
    with pytest.raises(Unreadable, match="total changed"):  # but not where more was said to be there
        read(full, Page(None))

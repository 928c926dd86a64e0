"""A list is complete only where the provider says so, or where a page is empty; never because a page is short."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import Unreadable
from reconciler.providers.mapping import Misfit
from reconciler.providers.pagination import Page, Reader
from reconciler.providers.spec import ListCall

BASE = "https://a.example/api"
WAYS: dict[str, dict[str, Any]] = {
    "bare": {"get": "/hooks"},
    "url": {"get": "/hooks", "items": "results", "next": {"url": "next"}},
    "page": {"get": "/hooks", "items": "hooks", "next": {"page": "page", "pages": "pages", "total": "total"}},
    "until empty": {"get": "/hooks", "items": "hooks", "next": {"page": "page", "first": 0}},
    "last": {"get": "/hooks", "items": "data", "next": {"last_id": "after", "more": "more"}},
}


def identify(item: Any) -> str:
    if not isinstance(item, dict) or not isinstance(item.get("id"), int):
        raise Misfit("there is no id")
    return str(item["id"])


class Pages:
    """A server that holds `ids` and gives `size` at a time, in each of the ways; `spoil` may change an answer."""

    def __init__(self, way: str, ids: list[int], size: int, spoil: Any = None) -> None:
        self.way, self.ids, self.size, self.spoil = way, ids, size, spoil
        self.asked: list[tuple[dict[str, str], str | None]] = []

    def __call__(
        self, parameters: Mapping[str, Any], url: str | None = None, headers: Mapping[str, str] | None = None
    ) -> Page:
        self.asked.append((dict(parameters), url))
        page = self._page(parameters, url)
        return Page(self.spoil(len(self.asked), page) if self.spoil else page)

    def _page(self, parameters: Mapping[str, str], url: str | None) -> Any:
        start, size = 0, self.size
        if self.way == "bare":
            return [{"id": one} for one in self.ids]
        if self.way == "url" and url is not None:
            start = int(url.partition("from=")[2])
        elif self.way in ("page", "until empty"):
            start = (int(parameters["page"]) - (self.way == "page")) * size
        elif self.way == "last" and parameters:
            start = self.ids.index(int(parameters["after"])) + 1
        items = [{"id": one} for one in self.ids[start : start + size]]
        rest = start + size < len(self.ids)
        if self.way == "url":
            return {"results": items, "next": f"{BASE}/hooks?from={start + size}" if rest else None}
        if self.way == "last":
            return {"data": items, "more": rest}
        if self.way == "page":
            return {"hooks": items, "pages": -(-len(self.ids) // size), "total": len(self.ids)}
        return {"hooks": items}

    def read(self) -> list[int]:
        call = ListCall.model_validate(WAYS[self.way])
        found = Reader(call, f"{BASE}/hooks", "GET it", self, identify).all()
        return [item["id"] for item in found]


ways = st.sampled_from(sorted(WAYS))
ids = st.lists(st.integers(0, 10_000), unique=True, max_size=40)


@given(ways, ids, st.integers(1, 12))
def test_every_record_is_read_whatever_the_page_holds(way: str, held: list[int], size: int) -> None:
    assert Pages(way, held, size).read() == held


@given(st.sampled_from(["url", "last"]), ids, st.integers(2, 12))
def test_a_short_page_is_not_the_end(way: str, held: list[int], size: int) -> None:
    """The first page shows one record only and says that there is more: the read goes on behind it."""

    def shorten(number: int, page: Any) -> Any:
        items = "results" if way == "url" else "data"
        return {**page, items: page[items][:1]} if number == 1 else page

    whole = len(held) <= size
    expected = held[:1] if whole else held if way == "last" else held[:1] + held[size:]
    assert Pages(way, held, size, shorten).read() == expected


@given(ways.filter(lambda way: way != "bare"), ids.filter(lambda held: len(held) > 1), st.integers(1, 3), st.data())
def test_a_failed_page_fails_the_list(way: str, held: list[int], size: int, data: st.DataObject) -> None:
    whole = Pages(way, held, size)
    whole.read()
    failing = data.draw(st.integers(1, len(whole.asked)))

    def spoil(number: int, page: Any) -> Any:
        if number == failing:
            raise Unreadable("page failed")
        return page

    with pytest.raises(Unreadable, match="page failed"):
        Pages(way, held, size, spoil).read()


@given(ways, ids.filter(bool), st.integers(1, 12))
def test_an_id_shown_twice_is_read_once_more_then_unknown(way: str, held: list[int], size: int) -> None:
    twice = [*held, held[0]] if way != "last" else held

    def double(number: int, page: Any) -> Any:
        return {**page, "data": page["data"] * 2} if way == "last" else page

    server = Pages(way, twice, size, double)
    with pytest.raises(Unreadable, match="an id twice, in two readings"):
        server.read()
    calm = Pages(way, held, size, lambda number, page: double(number, page) if number == 1 else page)
    assert calm.read() == held


def test_a_total_that_changes_is_read_once_more() -> None:
    def growing(number: int, page: Any) -> Any:
        return {**page, "total": 99} if number == 2 else page

    server = Pages("page", list(range(5)), 2, growing)
    assert server.read() == list(range(5))
    assert len(server.asked) == 2 + 3
    with pytest.raises(Unreadable, match="total changed"):
        Pages("page", list(range(5)), 2, lambda number, page: {**page, "total": number}).read()


@pytest.mark.parametrize("total", [4, 6])
def test_a_total_that_does_not_match_is_unknown(total: int) -> None:
    with pytest.raises(Unreadable, match=f"it says that it has {total} records and shows 5"):
        Pages("page", list(range(5)), 2, lambda number, page: {**page, "total": total}).read()


def test_an_empty_page_before_the_total_is_reached_is_unknown() -> None:
    def emptied(number: int, page: Any) -> Any:
        return {**page, "hooks": []} if page["hooks"] and page["hooks"][0]["id"] >= 2 else page

    with pytest.raises(Unreadable, match="has 5 records and shows 2"):
        Pages("page", list(range(5)), 2, emptied).read()


@pytest.mark.parametrize(
    "following",
    [
        "https://b.example/api/hooks?from=2",
        "http://a.example/api/hooks?from=2",
        "https://a.example:444/api/hooks?from=2",
        "//b.example/hooks?from=2",
        "https://user:pass@a.example/api/hooks?from=2",
        "https://a.example:port/?from=2",
        "https://[::1/?from=2",
    ],
)
def test_next_on_another_origin_is_not_asked(following: str) -> None:
    server = Pages("url", list(range(5)), 2, lambda number, page: {**page, "next": following})
    with pytest.raises(Unreadable, match="another origin"):
        server.read()
    assert len(server.asked) == 1


@pytest.mark.parametrize("following", ["hooks?from=2", "/api/hooks?from=2", "https://A.example:443/api/hooks?from=2"])
def test_next_on_the_same_origin_is(following: str) -> None:
    server = Pages("url", list(range(4)), 2, lambda number, page: {**page, "next": following if number == 1 else None})
    assert server.read() == [0, 1, 2, 3]


def test_a_next_that_was_read_already_is_unknown() -> None:
    server = Pages("url", list(range(5)), 2, lambda number, page: {**page, "next": f"{BASE}/hooks?from=2"})
    with pytest.raises(Unreadable, match="read already"):
        server.read()


def test_pages_that_bring_nothing_new_are_unknown() -> None:
    endless = Pages("url", [1], 2, lambda number, page: {"results": [], "next": f"{BASE}/hooks?from={number}"})
    with pytest.raises(Unreadable, match="nothing new"):
        endless.read()
    stuck = Pages("last", [1, 2, 3], 2, lambda number, page: {"data": [{"id": 1}], "more": True})
    with pytest.raises(Unreadable, match="nothing new"):
        stuck.read()


def test_a_server_that_never_ends_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reconciler.providers.pagination.MOST_PAGES", 20)
    for way in ("url", "page", "until empty", "last"):
        server = Pages(way, list(range(1000)), 2)
        with pytest.raises(Unreadable, match="does not end within 20 pages"):
            server.read()
        assert len(server.asked) == 20


WRONG: list[tuple[str, Any]] = [
    ("bare", {"results": []}),
    ("bare", None),
    ("url", []),
    ("url", {"data": []}),
    ("url", {"results": {}, "next": None}),
    ("url", {"results": [], "next": 5}),
    ("url", {"results": [{"id": None}], "next": None}),
    ("url", {"results": [None], "next": None}),
    ("page", {"hooks": [], "pages": "1", "total": 0}),
    ("page", {"hooks": [], "pages": True, "total": 0}),
    ("page", {"hooks": [], "pages": 1, "total": -1}),
    ("last", {"data": [{"id": 1}]}),
    ("last", {"data": [{"id": 1}], "more": None}),
    ("last", {"data": [{"id": 1}], "more": "false"}),
]


@pytest.mark.parametrize(("way", "page"), WRONG)
def test_a_wrong_envelope_is_unknown(way: str, page: Any) -> None:
    with pytest.raises(Unreadable, match="not complete"):
        Pages(way, [], 1, lambda number, _: page).read()

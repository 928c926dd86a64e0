"""Numbered pages side by side: the same records as one after the other, never more at once than allowed."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import Unreadable
from reconciler.providers.pagination import Page, Reader
from reconciler.providers.spec import ListCall

CALL = ListCall.model_validate(
    {"get": "/hooks", "items": "hooks", "next": {"page": "page", "pages": "pages", "total": "total"}}
)


class Server:
    def __init__(self, ids: list[int], size: int) -> None:
        self.ids, self.size = ids, size
        self.asked = 0
        self.failing: int | None = None
        self.meeting: threading.Barrier | None = None
        self._lock = threading.Lock()
        self._under_way = 0
        self.most = 0

    def __call__(
        self, parameters: Mapping[str, Any], url: str | None = None, headers: Mapping[str, str] | None = None
    ) -> Page:
        number = int(parameters["page"])
        with self._lock:
            self.asked += 1
            self._under_way += 1
            self.most = max(self.most, self._under_way)
        try:
            if self.meeting is not None and number > 1:
                self.meeting.wait(30)
            if number == self.failing:
                raise Unreadable(f"page {number} failed")
            items = [{"id": one} for one in self.ids[(number - 1) * self.size : number * self.size]]
            pages = -(-len(self.ids) // self.size)
            return Page({"hooks": items, "pages": pages, "total": len(self.ids)})
        finally:
            with self._lock:
                self._under_way -= 1

    def read(self, abreast: int) -> list[int]:
        reader = Reader(
            CALL, "https://acme.example/hooks", "GET it", self, lambda item: str(item["id"]), abreast=abreast
        )
        return [item["id"] for item in reader.all()]


@given(st.lists(st.integers(), unique=True, max_size=40), st.integers(1, 12), st.integers(1, 5))
def test_the_same_records_in_the_same_order(ids: list[int], size: int, abreast: int) -> None:
    server = Server(ids, size)

    assert server.read(abreast) == ids
    assert server.most <= abreast
    assert server.asked == max(1, -(-len(ids) // size))


def test_pages_are_under_way_at_once() -> None:
    server = Server(list(range(5)), 1)
    server.meeting = threading.Barrier(4)  # each of pages 2 to 5 waits until all four are there

    assert server.read(4) == list(range(5))


@pytest.mark.parametrize("failing", [2, 3, 9])
def test_a_failed_page_fails_the_list(failing: int) -> None:
    server = Server(list(range(9)), 1)
    server.failing = failing

    with pytest.raises(Unreadable, match=f"page {failing} failed"):
        server.read(3)


def test_a_page_before_the_last_that_is_empty_ends_the_read_and_the_total_tells() -> None:
    server = Server([1, 2, 3, 4], 1)

    def short(parameters: Mapping[str, Any], url: str | None = None, headers: Mapping[str, str] | None = None) -> Page:
        page = server(parameters, url, headers)
        return Page({**page.data, "hooks": []}) if parameters["page"] == 2 else page

    reader = Reader(CALL, "https://acme.example/hooks", "GET it", short, lambda item: str(item["id"]), abreast=3)
    with pytest.raises(Unreadable, match="it says that it has 4 records and shows 1"):
        reader.all()

"""Lemon Squeezy: JSON:API as its documents and its client have it; the store is a relationship."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from reconciler.records import Secret

KEY = {"api_key": "key-canary"}
API = "https://api.lemonsqueezy.com/v1/webhooks"
SHOWN = {
    "type": "webhooks",
    "id": "1",
    "attributes": {
        "store_id": 7,
        "url": "https://mysite.com/webhooks/",
        "events": ["order_created", "subscription_created"],
        "last_sent_at": "2022-11-22T07:38:06.000000Z",
        "created_at": "2022-06-07T08:32:47.000000Z",
        "updated_at": "2022-06-07T08:32:47.000000Z",
        "test_mode": False,
    },
    "links": {"self": f"{API}/1"},
}
FIELDS = {"url": "https://mysite.com/webhooks/", "events": ("order_created", "subscription_created")}
SECRET = {"secret": Secret("secret-canary")}
ATTRIBUTES = {"url": "https://mysite.com/webhooks/", "events": ["order_created", "subscription_created"]}


@pytest.fixture
def hooks(exchange: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *given, **more: exchange("lemonsqueezy", KEY, {"store": "7"}, *given, record_id="1", **more)


def test_create_names_the_store(hooks: Callable[..., Any]) -> None:
    sent = hooks("create", {**FIELDS, **SECRET, "test_mode": True}, {"data": SHOWN}, status=201)
    assert (sent.method, sent.url, sent.result.id) == ("POST", API, "1")
    assert sent.body == {
        "data": {
            "type": "webhooks",
            "attributes": {**ATTRIBUTES, "secret": "secret-canary", "test_mode": True},
            "relationships": {"store": {"data": {"type": "stores", "id": "7"}}},
        }
    }
    assert sent.headers["Content-Type"] == sent.headers["Accept"] == "application/vnd.api+json"
    assert sent.headers["Authorization"] == "Bearer key-canary"


def test_update_names_the_record(hooks: Callable[..., Any]) -> None:
    sent = hooks("update", {**FIELDS, **SECRET}, {"data": SHOWN}, changed=frozenset({"url"}))
    attributes = {"url": "https://mysite.com/webhooks/"}
    assert (sent.method, sent.url) == ("PATCH", f"{API}/1")
    assert sent.body == {"data": {"type": "webhooks", "id": "1", "attributes": attributes}}


def test_delete(hooks: Callable[..., Any]) -> None:
    sent = hooks("delete", None, None, status=204)
    assert (sent.method, sent.url) == ("DELETE", f"{API}/1")


def test_list_counts_pages(hooks: Callable[..., Any]) -> None:
    def page(number: int) -> dict[str, Any]:
        counts = {"currentPage": number, "from": number, "lastPage": 2, "perPage": 1, "to": number, "total": 2}
        return {"meta": {"page": counts}, "data": [{**SHOWN, "id": str(number)}]}

    sent = hooks("list", None, page(1), then=[page(2)])
    assert [one.query for one in sent.all] == [{"filter[store_id]": "7", "page[number]": one} for one in ("1", "2")]
    assert [dict(live.fields) for live in sent.result] == [{**FIELDS, "test_mode": False}] * 2

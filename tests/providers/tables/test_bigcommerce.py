"""BigCommerce: the examples of its OpenAPI; one scope a webhook, numbered pages with their total."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from reconciler.records import Secret

TOKEN = {"access_token": "token-canary"}
STORE = {"store": "abc123"}
API = "https://api.bigcommerce.com/stores/abc123/v3/hooks"
SHOWN = {
    "id": 18048287,
    "client_id": "m9r6client",
    "store_hash": "abc123",
    "created_at": 1561488106,
    "updated_at": 1561488106,
    "scope": "store/order/created",
    "destination": "https://hooks.example.com/orders",
    "is_active": True,
    "headers": {"custom-key": "developer-defined value"},
}
FIELDS = {
    "url": "https://hooks.example.com/orders",
    "events": ("store/order/created",),
    "enabled": True,
    "headers": {"custom-key": Secret("developer-defined value")},
}
BODY = {
    "scope": "store/order/created",
    "destination": "https://hooks.example.com/orders",
    "is_active": True,
    "headers": {"custom-key": "developer-defined value"},
}


@pytest.fixture
def hooks(exchange: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *given, **more: exchange("bigcommerce", TOKEN, STORE, *given, record_id="18048287", **more)


def test_create(hooks: Callable[..., Any]) -> None:
    sent = hooks("create", FIELDS, {"data": SHOWN, "meta": {}})
    assert (sent.method, sent.url, sent.body, sent.result.id) == ("POST", API, BODY, "18048287")
    assert (sent.headers["X-Auth-Token"], sent.headers["Accept"]) == ("token-canary", "application/json")


def test_update_sends_what_changed(hooks: Callable[..., Any]) -> None:
    sent = hooks("update", FIELDS, {"data": SHOWN, "meta": {}}, changed=frozenset({"enabled"}))
    assert (sent.method, sent.url, sent.body) == ("PUT", f"{API}/18048287", {"is_active": True})


def test_delete(hooks: Callable[..., Any]) -> None:
    sent = hooks("delete", None, {"data": SHOWN, "meta": {}})
    assert (sent.method, sent.url, sent.body) == ("DELETE", f"{API}/18048287", None)


def test_list_reads_all_pages(hooks: Callable[..., Any]) -> None:
    def page(number: int, shown: dict[str, Any]) -> dict[str, Any]:
        links = {"current": f"?page={number}&limit=1"}
        counts = {"total": 2, "count": 1, "per_page": 1, "current_page": number, "total_pages": 2, "links": links}
        return {"data": [shown], "meta": {"pagination": counts}}

    sent = hooks("list", None, page(1, SHOWN), then=[page(2, {**SHOWN, "id": 18048288, "headers": None})])
    assert [one.url for one in sent.all] == [f"{API}?page=1", f"{API}?page=2"]
    one, two = sent.result
    assert one.fields["headers"]["custom-key"].reveal() == "developer-defined value"
    assert {**one.fields, "headers": None} == {**FIELDS, "headers": None}
    assert two.fields["headers"] is None

"""Increase: the shapes of its client; nothing but the status changes, and a deleted one stays in the list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reconciler.records import Secret

KEY = {"api_key": "key-canary"}
API = "https://api.increase.com/event_subscriptions"
SHOWN: dict[str, Any] = {
    "id": "event_subscription_001dzz0r20rcdxgb013zqb8m04g",
    "created_at": "2020-01-31T23:59:59Z",
    "idempotency_key": None,
    "oauth_connection_id": None,
    "selected_event_categories": [{"event_category": "account.created"}, {"event_category": "card.created"}],
    "status": "active",
    "type": "event_subscription",
    "url": "https://website.example.com/webhooks",
}
FIELDS = {
    "url": "https://website.example.com/webhooks",
    "events": ("account.created", "card.created"),
    "secret": Secret("secret-canary"),
    "enabled": True,
}


def test_create_has_a_key_of_its_own(exchange: Callable[..., Any]) -> None:
    sent = exchange("increase", KEY, {}, "create", FIELDS, SHOWN)
    assert (sent.method, sent.url, sent.result.id) == ("POST", API, SHOWN["id"])
    assert sent.headers["Authorization"] == "Bearer key-canary"
    assert sent.headers["Idempotency-Key"]
    assert sent.body == {
        "url": "https://website.example.com/webhooks",
        "selected_event_categories": [{"event_category": "account.created"}, {"event_category": "card.created"}],
        "shared_secret": "secret-canary",
        "status": "active",
    }


def test_update(exchange: Callable[..., Any]) -> None:
    changed = frozenset({"enabled"})
    given = {**FIELDS, "enabled": False}
    sent = exchange("increase", KEY, {}, "update", given, SHOWN, record_id="1", changed=changed)
    assert (sent.method, sent.url, sent.body) == ("PATCH", f"{API}/1", {"status": "disabled"})


def test_delete_is_a_status(exchange: Callable[..., Any]) -> None:
    sent = exchange("increase", KEY, {}, "delete", None, {**SHOWN, "status": "deleted"}, record_id="1")
    assert (sent.method, sent.url, sent.body) == ("PATCH", f"{API}/1", {"status": "deleted"})


def test_list_leaves_deleted_ones_out(exchange: Callable[..., Any]) -> None:
    first = {"data": [SHOWN, {**SHOWN, "id": "gone", "status": "deleted"}], "next_cursor": "next"}
    last = {"data": [{**SHOWN, "id": "off", "status": "disabled"}], "next_cursor": None}
    sent = exchange("increase", KEY, {}, "list", None, first, then=[last])
    assert [one.query for one in sent.all] == [{"limit": "100"}, {"limit": "100", "cursor": "next"}]
    assert [(live.id, live.fields["enabled"]) for live in sent.result] == [(SHOWN["id"], True), ("off", False)]
    assert sent.result[0].fields["events"] == ("account.created", "card.created")

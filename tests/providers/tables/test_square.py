"""Square: the examples of its client."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

TOKEN = {"access_token": "token-canary"}
API = "https://connect.squareup.com/v2/webhooks/subscriptions"
ID = "wbhk_b35f6b3145074cf9ad513610786c19d5"
SHOWN: dict[str, Any] = {
    "id": ID,
    "name": "Example Webhook Subscription",
    "enabled": True,
    "event_types": ["payment.created", "payment.updated"],
    "notification_url": "https://example-webhook-url.com",
    "api_version": "2021-12-15",
    "signature_key": "key-canary",
    "created_at": "2022-01-10 23:29:48 +0000 UTC",
    "updated_at": "2022-01-10 23:29:48 +0000 UTC",
}
FIELDS = {
    "url": "https://example-webhook-url.com",
    "events": ("payment.created", "payment.updated"),
    "name": "Example Webhook Subscription",
    "api_version": "2021-12-15",
}


def test_create_carries_a_key_of_its_own(exchange: Callable[..., Any]) -> None:
    sent = exchange("square", TOKEN, {}, "create", FIELDS, {"subscription": SHOWN})
    assert (sent.method, sent.url) == ("POST", API)
    assert sent.headers["Authorization"] == "Bearer token-canary"
    assert sent.headers["Square-Version"] == "2026-09-16"
    body = sent.body
    assert 16 <= len(body["idempotency_key"]) <= 45
    assert body["subscription"] == {
        "notification_url": "https://example-webhook-url.com",
        "event_types": ["payment.created", "payment.updated"],
        "name": "Example Webhook Subscription",
        "api_version": "2021-12-15",
    }
    assert sent.result.captured["secret"].reveal() == "key-canary"


def test_update_sends_what_changed(exchange: Callable[..., Any]) -> None:
    fields = {**FIELDS, "name": "Updated Example Webhook Subscription", "enabled": False}
    answer = {"subscription": {**SHOWN, "enabled": False}}
    sent = exchange("square", TOKEN, {}, "update", fields, answer, record_id=ID, changed=frozenset({"name", "enabled"}))
    assert (sent.method, sent.url) == ("PUT", f"{API}/{ID}")
    assert sent.body == {"subscription": {"name": "Updated Example Webhook Subscription", "enabled": False}}


def test_delete(exchange: Callable[..., Any]) -> None:
    sent = exchange("square", TOKEN, {}, "delete", None, {}, record_id=ID)
    assert (sent.method, sent.url, sent.content) == ("DELETE", f"{API}/{ID}", b"")


def test_rotate(exchange: Callable[..., Any]) -> None:
    sent = exchange("square", TOKEN, {}, "rotate", None, {"signature_key": "new-canary"}, record_id=ID)
    assert (sent.method, sent.url, list(sent.body)) == ("POST", f"{API}/{ID}/signature-key", ["idempotency_key"])
    assert sent.result.captured["secret"].reveal() == "new-canary"


def test_list_has_the_disabled_too(exchange: Callable[..., Any]) -> None:
    first = {"subscriptions": [SHOWN], "cursor": "next"}
    sent = exchange("square", TOKEN, {}, "list", None, first, then=[{}])
    assert [one.query for one in sent.all] == [
        {"include_disabled": "true", "limit": "100"},
        {"include_disabled": "true", "limit": "100", "cursor": "next"},
    ]
    (live,) = sent.result
    assert (live.id, live.fields["url"], live.fields["enabled"]) == (ID, FIELDS["url"], True)

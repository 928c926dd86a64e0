"""Mollie: what its client shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

TOKEN = {"access_token": "token-canary"}
API = "https://api.mollie.com/v2/webhooks"
SHOWN: dict[str, Any] = {
    "resource": "webhook",
    "id": "hook_B2EyhTH5N4KWUnoYPcgiH",
    "url": "https://mollie.example.com/",
    "profileId": "pfl_8XcSdLtrNK",
    "createdAt": "2024-08-29T12:00:00+00:00",
    "name": "Webhook #1",
    "eventTypes": ["payment-link.paid"],
    "status": "enabled",
    "mode": "live",
    "_links": {"self": {"href": f"{API}/hook_B2EyhTH5N4KWUnoYPcgiH", "type": "application/hal+json"}},
}
FIELDS = {"url": "https://mollie.example.com/", "events": ("payment-link.paid",), "name": "Webhook #1"}


def test_create_reads_the_secret(exchange: Callable[..., Any]) -> None:
    sent = exchange("mollie", TOKEN, {}, "create", FIELDS, {**SHOWN, "webhookSecret": "secret-canary"}, status=201)
    assert (sent.method, sent.url) == ("POST", API)
    assert sent.headers["Authorization"] == "Bearer token-canary"
    assert len(sent.headers["Idempotency-Key"]) >= 16
    assert sent.body == {
        "url": "https://mollie.example.com/",
        "eventTypes": ["payment-link.paid"],
        "name": "Webhook #1",
    }
    assert sent.result.captured["secret"].reveal() == "secret-canary"


def test_update_sends_what_changed(exchange: Callable[..., Any]) -> None:
    fields = {**FIELDS, "name": "Webhook #2"}
    sent = exchange("mollie", TOKEN, {}, "update", fields, SHOWN, record_id=SHOWN["id"], changed=frozenset({"name"}))
    assert (sent.method, sent.url, sent.body) == ("PATCH", f"{API}/{SHOWN['id']}", {"name": "Webhook #2"})


def test_delete(exchange: Callable[..., Any]) -> None:
    sent = exchange("mollie", TOKEN, {}, "delete", None, None, record_id=SHOWN["id"], status=204)
    assert (sent.method, sent.url, sent.content) == ("DELETE", f"{API}/{SHOWN['id']}", b"")


def test_list_follows_links_and_leaves_out_what_is_deleted(exchange: Callable[..., Any]) -> None:
    first = {
        "count": 1,
        "_embedded": {"webhooks": [SHOWN]},
        "_links": {"next": {"href": f"{API}?from=hook_next&limit=50", "type": "application/hal+json"}},
    }
    deleted = {**SHOWN, "id": "hook_next", "status": "deleted"}
    last = {"count": 1, "_embedded": {"webhooks": [deleted]}, "_links": {"next": None}}
    sent = exchange("mollie", TOKEN, {}, "list", None, first, then=[last])
    assert [one.url for one in sent.all] == [f"{API}?limit=50", f"{API}?from=hook_next&limit=50"]
    (live,) = sent.result
    assert live.fields == FIELDS

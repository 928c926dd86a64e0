"""Pipedrive: the shapes of its client; an event in two parts, no update."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reconciler.records import Secret

TOKEN = {"api_token": "token-canary"}
API = "https://api.pipedrive.com/v1/webhooks"
SHOWN = {
    "id": 1,
    "company_id": 2,
    "owner_id": 3,
    "user_id": 3,
    "event_action": "create",
    "event_object": "deal",
    "subscription_url": "https://example.com/pipedrive",
    "version": "2.0",
    "is_active": 1,
    "add_time": "2024-01-01T10:00:00.000Z",
    "remove_time": None,
    "type": "general",
    "http_auth_user": "receiver",
    "http_auth_password": "password",
    "last_delivery_time": None,
    "last_http_status": None,
    "name": "New deals",
}
FIELDS = {
    "url": "https://example.com/pipedrive",
    "events": ("create.deal",),
    "name": "New deals",
    "user_id": 3,
    "http_auth_user": "receiver",
    "http_auth_password": Secret("password-canary"),
}


def test_create(exchange: Callable[..., Any]) -> None:
    sent = exchange("pipedrive", TOKEN, {}, "create", FIELDS, {"success": True, "data": SHOWN}, status=201)
    assert (sent.method, sent.url, sent.result.id) == ("POST", API, "1")
    assert sent.headers["x-api-token"] == "token-canary"
    assert sent.body == {
        "subscription_url": "https://example.com/pipedrive",
        "event_action": "create",
        "event_object": "deal",
        "name": "New deals",
        "user_id": 3,
        "http_auth_user": "receiver",
        "http_auth_password": "password-canary",
    }


def test_delete(exchange: Callable[..., Any]) -> None:
    sent = exchange("pipedrive", TOKEN, {}, "delete", None, {"success": True, "status": "ok"}, record_id="1")
    assert (sent.method, sent.url) == ("DELETE", f"{API}/1")


def test_list(exchange: Callable[..., Any]) -> None:
    every = {**SHOWN, "id": 2, "event_action": "*", "event_object": "*"}
    sent = exchange("pipedrive", {"access_token": "oauth-canary"}, {}, "list", None,
                    {"success": True, "data": [SHOWN, every]})  # fmt: skip
    assert (sent.method, sent.url) == ("GET", API)
    assert sent.headers["Authorization"] == "Bearer oauth-canary"
    one, two = sent.result
    assert (one.fields["events"], two.fields["events"]) == (("create.deal",), ("*.*",))
    assert (one.fields["name"], one.fields["version"], one.fields["user_id"]) == ("New deals", "2.0", 3)

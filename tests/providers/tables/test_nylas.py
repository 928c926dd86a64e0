"""Nylas: the shapes of its clients; a secret that is shown once and can be renewed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

KEY = {"api_key": "key-canary"}
API = "https://api.us.nylas.com/v3/webhooks"
SHOWN: dict[str, Any] = {
    "id": "UMWjAjMeWQ4D8gYF2moonK4486",
    "description": "Production webhook destination",
    "trigger_types": ["calendar.created"],
    "webhook_url": "https://example.com/webhooks",
    "status": "active",
    "notification_email_addresses": ["jane@example.com", "joe@example.com"],
    "status_updated_at": 1234567890,
    "created_at": 1234567890,
    "updated_at": 1234567890,
}
MADE = {"request_id": "abc-123", "data": {**SHOWN, "webhook_secret": "secret-canary"}}
FIELDS = {
    "url": "https://example.com/webhooks",
    "events": ("calendar.created",),
    "description": "Production webhook destination",
    "notification_email_addresses": ["jane@example.com", "joe@example.com"],
}


def test_create_captures_the_secret(exchange: Callable[..., Any]) -> None:
    sent = exchange("nylas", KEY, {}, "create", FIELDS, MADE)
    assert (sent.method, sent.url, sent.result.id) == ("POST", API, SHOWN["id"])
    assert sent.headers["Authorization"] == "Bearer key-canary"
    assert sent.body == {
        "webhook_url": "https://example.com/webhooks",
        "trigger_types": ["calendar.created"],
        "description": "Production webhook destination",
        "notification_email_addresses": ["jane@example.com", "joe@example.com"],
    }
    assert sent.result.captured["secret"].reveal() == "secret-canary"


def test_update_says_what_changed(exchange: Callable[..., Any]) -> None:
    changed = frozenset({"description"})
    sent = exchange("nylas", KEY, {}, "update", FIELDS, {"data": SHOWN}, record_id="1", changed=changed)
    assert (sent.method, sent.url) == ("PUT", f"{API}/1")
    assert sent.body == {"description": "Production webhook destination"}


def test_rotate(exchange: Callable[..., Any]) -> None:
    sent = exchange("nylas", KEY, {}, "rotate", None, MADE, record_id="1")
    assert (sent.method, sent.url) == ("POST", f"{API}/rotate-secret/1")
    assert sent.result.captured["secret"].reveal() == "secret-canary"


def test_delete(exchange: Callable[..., Any]) -> None:
    answer = {"request_id": "abc-123", "data": {"status": "success"}}
    sent = exchange("nylas", KEY, {}, "delete", None, answer, record_id="1")
    assert (sent.method, sent.url) == ("DELETE", f"{API}/1")


def test_list(exchange: Callable[..., Any]) -> None:
    sent = exchange("nylas", KEY, {}, "list", None, {"request_id": "abc-123", "data": [SHOWN]})
    assert (sent.method, sent.url) == ("GET", API)
    (live,) = sent.result
    assert live.fields["events"] == ("calendar.created",)
    assert live.fields["notification_email_addresses"] == ["jane@example.com", "joe@example.com"]


@pytest.mark.parametrize(
    ("status", "enabled"), [("active", True), ("failing", True), ("failed", False), ("pause", False)]
)
def test_one_that_failed_is_not_enabled(exchange: Callable[..., Any], status: str, enabled: bool) -> None:
    sent = exchange(
        "nylas", KEY, {}, "list", None, {"data": [{**SHOWN, "status": status, "compressed_delivery": False}]}
    )
    (live,) = sent.result
    assert live.fields["enabled"] is enabled
    assert live.fields["compressed"] is False


@pytest.mark.parametrize(("enabled", "status"), [(True, "active"), (False, "pause")])
def test_switch(exchange: Callable[..., Any], enabled: bool, status: str) -> None:
    fields, changed = {**FIELDS, "enabled": enabled}, frozenset({"enabled"})
    sent = exchange("nylas", KEY, {}, "update", fields, {"data": SHOWN}, record_id="1", changed=changed)
    assert (sent.method, sent.body) == ("PUT", {"status": status})

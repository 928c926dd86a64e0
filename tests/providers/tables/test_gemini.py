"""Gemini API: the shapes of its client; a state that only an update takes, a list that may be left out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

KEY = {"api_key": "key-canary"}
API = "https://generativelanguage.googleapis.com/v1beta/webhooks"
SHOWN: dict[str, Any] = {
    "id": "wh-0123456789",
    "name": "acme-batches",
    "uri": "https://example.com/gemini",
    "subscribed_events": ["batch.failed", "batch.succeeded"],
    "state": "enabled",
    "create_time": "2026-01-01T00:00:00Z",
    "update_time": "2026-01-01T00:00:00Z",
    "signing_secrets": [{"truncated_secret": "abcd", "expire_time": "2027-01-01T00:00:00Z"}],
}
FIELDS = {
    "url": "https://example.com/gemini",
    "name": "acme-batches",
    "events": ("batch.failed", "batch.succeeded"),
    "enabled": True,
}


def test_create_captures_the_secret(exchange: Callable[..., Any]) -> None:
    sent = exchange("gemini", KEY, {}, "create", FIELDS, {**SHOWN, "new_signing_secret": "secret-canary"})
    assert (sent.method, sent.url, sent.result.id) == ("POST", API, "wh-0123456789")
    assert sent.headers["x-goog-api-key"] == "key-canary"
    assert sent.body == {key: SHOWN[key] for key in ("uri", "name", "subscribed_events")}
    assert sent.result.captured["secret"].reveal() == "secret-canary"


def test_update(exchange: Callable[..., Any]) -> None:
    changed = frozenset({"enabled"})
    sent = exchange("gemini", KEY, {}, "update", FIELDS, SHOWN, record_id="wh-1", changed=changed)
    assert (sent.method, sent.url, sent.body) == ("PATCH", f"{API}/wh-1", {"state": "enabled"})


def test_rotate(exchange: Callable[..., Any]) -> None:
    sent = exchange("gemini", KEY, {}, "rotate", None, {"secret": "new-canary"}, record_id="wh-1")
    assert (sent.method, sent.url) == ("POST", f"{API}/wh-1:rotateSigningSecret")
    assert sent.result.captured["secret"].reveal() == "new-canary"


def test_delete(exchange: Callable[..., Any]) -> None:
    sent = exchange("gemini", KEY, {}, "delete", None, {}, record_id="wh-1")
    assert (sent.method, sent.url) == ("DELETE", f"{API}/wh-1")


def test_list(exchange: Callable[..., Any]) -> None:
    off = {**SHOWN, "id": "wh-2", "state": "disabled_due_to_failed_deliveries"}
    first = {"webhooks": [SHOWN], "next_page_token": "next"}
    sent = exchange("gemini", KEY, {}, "list", None, first, then=[{"webhooks": [off]}])
    assert [one.query for one in sent.all] == [{"page_size": "1000"}, {"page_size": "1000", "page_token": "next"}]
    assert [(live.id, live.fields["enabled"]) for live in sent.result] == [("wh-0123456789", True), ("wh-2", False)]


def test_a_list_of_none_is_left_out(exchange: Callable[..., Any]) -> None:
    assert exchange("gemini", KEY, {}, "list", None, {}).result == ()

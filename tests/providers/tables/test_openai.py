"""OpenAI: the shapes of its client; a secret that is shown once and can be renewed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

KEY = {"api_key": "sk-canary"}
API = "https://api.openai.com/v1/webhook_endpoints"
SHOWN: dict[str, Any] = {
    "id": "whe_0123456789",
    "object": "webhook_endpoint",
    "created_at": 1767225600,
    "updated_at": 1767225600,
    "event_types": ["batch.completed", "response.completed"],
    "name": "acme-batches",
    "signing_secret_hint": "whsec_****abcd",
    "url": "https://example.com/openai",
}
MADE = {**SHOWN, "signing_secret": "secret-canary"}
FIELDS = {
    "url": "https://example.com/openai",
    "name": "acme-batches",
    "events": ("batch.completed", "response.completed"),
}


def test_create_captures_the_secret(exchange: Callable[..., Any]) -> None:
    sent = exchange("openai", KEY, {}, "create", FIELDS, MADE)
    assert (sent.method, sent.url, sent.result.id) == ("POST", API, "whe_0123456789")
    assert sent.headers["Authorization"] == "Bearer sk-canary"
    assert sent.body == {key: SHOWN[key] for key in ("url", "name", "event_types")}
    assert sent.result.captured["secret"].reveal() == "secret-canary"


def test_update_says_what_changed(exchange: Callable[..., Any]) -> None:
    changed = frozenset({"events"})
    sent = exchange("openai", KEY, {}, "update", FIELDS, SHOWN, record_id="whe_1", changed=changed)
    assert (sent.method, sent.url) == ("POST", f"{API}/whe_1")
    assert sent.body == {"event_types": ["batch.completed", "response.completed"]}


def test_rotate(exchange: Callable[..., Any]) -> None:
    sent = exchange("openai", KEY, {}, "rotate", None, MADE, record_id="whe_1")
    assert (sent.method, sent.url) == ("POST", f"{API}/whe_1/rotate_secret")
    assert sent.result.captured["secret"].reveal() == "secret-canary"


def test_delete(exchange: Callable[..., Any]) -> None:
    answer = {"id": "whe_1", "object": "webhook_endpoint.deleted", "deleted": True}
    sent = exchange("openai", KEY, {}, "delete", None, answer, record_id="whe_1")
    assert (sent.method, sent.url) == ("DELETE", f"{API}/whe_1")


def test_list_goes_on_after_the_last(exchange: Callable[..., Any]) -> None:
    last = {"object": "list", "data": [{**SHOWN, "id": "whe_2"}], "has_more": False}
    sent = exchange("openai", KEY, {}, "list", None, {**last, "data": [SHOWN], "has_more": True}, then=[last])
    assert [one.query for one in sent.all] == [{"limit": "100"}, {"limit": "100", "after": "whe_0123456789"}]
    assert [live.id for live in sent.result] == ["whe_0123456789", "whe_2"]
    assert sent.result[0].fields == FIELDS

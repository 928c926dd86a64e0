"""WorkOS: the shapes of its client; a secret that it makes, a status that only an update takes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

KEY = {"api_key": "sk_canary"}
API = "https://api.workos.com/webhook_endpoints"
SHOWN: dict[str, Any] = {
    "object": "webhook_endpoint",
    "id": "we_0123456789",
    "endpoint_url": "https://example.com/workos",
    "secret": "secret-canary",
    "status": "enabled",
    "events": ["user.created", "user.updated"],
    "created_at": "2026-01-15T12:00:00.000Z",
    "updated_at": "2026-01-15T12:00:00.000Z",
}
FIELDS = {"url": "https://example.com/workos", "events": ("user.created", "user.updated"), "enabled": True}


def test_create_captures_the_secret(exchange: Callable[..., Any]) -> None:
    sent = exchange("workos", KEY, {}, "create", FIELDS, SHOWN, status=201)
    assert (sent.method, sent.url, sent.result.id) == ("POST", API, "we_0123456789")
    assert sent.headers["Authorization"] == "Bearer sk_canary"
    assert sent.body == {"endpoint_url": "https://example.com/workos", "events": ["user.created", "user.updated"]}
    assert sent.result.captured["secret"].reveal() == "secret-canary"


def test_update(exchange: Callable[..., Any]) -> None:
    changed = frozenset({"enabled"})
    given = {**FIELDS, "enabled": False}
    sent = exchange("workos", KEY, {}, "update", given, SHOWN, record_id="we_1", changed=changed)
    assert (sent.method, sent.url, sent.body) == ("PATCH", f"{API}/we_1", {"status": "disabled"})


def test_delete(exchange: Callable[..., Any]) -> None:
    sent = exchange("workos", KEY, {}, "delete", None, None, status=204, record_id="we_1")
    assert (sent.method, sent.url) == ("DELETE", f"{API}/we_1")


def test_list(exchange: Callable[..., Any]) -> None:
    first = {"object": "list", "data": [SHOWN], "list_metadata": {"before": None, "after": "we_0123456789"}}
    last = {**first, "data": [{**SHOWN, "id": "we_2", "status": "disabled"}], "list_metadata": {"after": None}}
    sent = exchange("workos", KEY, {}, "list", None, first, then=[last])
    assert [one.query for one in sent.all] == [{"limit": "100"}, {"limit": "100", "after": "we_0123456789"}]
    assert [(live.id, live.fields["enabled"]) for live in sent.result] == [("we_0123456789", True), ("we_2", False)]
    assert sent.result[0].fields["events"] == ("user.created", "user.updated")

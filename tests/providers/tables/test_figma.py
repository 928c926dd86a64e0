"""Figma: the shapes of its OpenAPI; one event and one place, a passcode that nothing shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reconciler.records import Secret

TOKEN = {"token": "token-canary"}
FILE = {"context": "file", "context_id": "abc123"}
API = "https://api.figma.com/v2/webhooks"
SHOWN = {
    "id": "22",
    "event_type": "FILE_COMMENT",
    "team_id": "",
    "context": "FILE",
    "context_id": "abc123",
    "plan_api_id": "organization:1",
    "status": "PAUSED",
    "client_id": None,
    "passcode": "",
    "endpoint": "https://example.com/figma",
    "description": "Comments",
}
FIELDS = {
    "url": "https://example.com/figma",
    "events": ("FILE_COMMENT",),
    "secret": Secret("passcode-canary"),
    "description": "Comments",
    "enabled": False,
}
WRITTEN = {
    "event_type": "FILE_COMMENT",
    "endpoint": "https://example.com/figma",
    "passcode": "passcode-canary",
    "description": "Comments",
    "status": "PAUSED",
}


def test_create_says_the_place(exchange: Callable[..., Any]) -> None:
    sent = exchange("figma", TOKEN, FILE, "create", FIELDS, SHOWN)
    assert (sent.method, sent.url, sent.result.id) == ("POST", API, "22")
    assert sent.headers["X-Figma-Token"] == "token-canary"
    assert sent.body == {**WRITTEN, **FILE}


def test_update_says_the_passcode_again(exchange: Callable[..., Any]) -> None:
    changed = frozenset({"description"})
    sent = exchange("figma", TOKEN, FILE, "update", FIELDS, SHOWN, record_id="22", changed=changed)
    assert (sent.method, sent.url, sent.body) == ("PUT", f"{API}/22", WRITTEN)


def test_delete(exchange: Callable[..., Any]) -> None:
    sent = exchange("figma", TOKEN, FILE, "delete", None, SHOWN, record_id="22")
    assert (sent.method, sent.url) == ("DELETE", f"{API}/22")


def test_list(exchange: Callable[..., Any]) -> None:
    sent = exchange("figma", TOKEN, FILE, "list", None, {"webhooks": [SHOWN]})
    assert (sent.address, sent.query) == (API, FILE)
    (live,) = sent.result
    assert (live.fields["events"], live.fields["enabled"]) == (("FILE_COMMENT",), False)
    assert "secret" not in live.fields

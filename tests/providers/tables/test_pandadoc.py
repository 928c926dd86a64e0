"""PandaDoc: the models of its own client; it makes the key, and makes another one at a call of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

KEY = {"api_key": "api-canary"}
API = "https://api.pandadoc.com/public/v1/webhook-subscriptions"
ID = "5d4b3f50-2f0c-4b12-9d55-0c6e0b6ad1f1"
SHOWN: dict[str, Any] = {
    "uuid": ID,
    "workspace_id": "T8E3QJnVnyqVnJmTtJXTWo",
    "name": "Documents",
    "url": "https://hooks.example.com/pandadoc",
    "status": "ACTIVE",
    "active": True,
    "shared_key": "key-canary",
    "triggers": ["document_updated", "recipient_completed"],
    "payload": ["fields"],
}
FIELDS = {
    "url": "https://hooks.example.com/pandadoc",
    "events": ("document_updated", "recipient_completed"),
    "name": "Documents",
    "enabled": True,
    "payload": ["fields"],
}
WRITTEN = {
    "name": "Documents",
    "url": "https://hooks.example.com/pandadoc",
    "triggers": ["document_updated", "recipient_completed"],
    "payload": ["fields"],
}


@pytest.fixture
def hooks(exchange: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *given, **more: exchange("pandadoc", KEY, {}, *given, record_id=ID, **more)


def test_create(hooks: Callable[..., Any]) -> None:
    sent = hooks("create", FIELDS, SHOWN, status=201)
    assert (sent.method, sent.url, sent.body, sent.result.id) == ("POST", API, WRITTEN, ID)
    assert sent.headers["Authorization"] == "API-Key api-canary"
    assert sent.result.captured["secret"].reveal() == "key-canary"


def test_update_sends_what_changed(hooks: Callable[..., Any]) -> None:
    sent = hooks("update", {**FIELDS, "enabled": False}, SHOWN, changed=frozenset({"enabled"}))
    assert (sent.method, sent.url, sent.body) == ("PATCH", f"{API}/{ID}", {"active": False})


def test_rotate_and_delete(hooks: Callable[..., Any]) -> None:
    sent = hooks("rotate", None, {"shared_key": "other-canary"})
    assert (sent.method, sent.url) == ("PATCH", f"{API}/{ID}/shared-key")
    assert sent.result.captured["secret"].reveal() == "other-canary"
    sent = hooks("delete", None, None, status=204)
    assert (sent.method, sent.url) == ("DELETE", f"{API}/{ID}")


def test_list_leaves_the_key_alone(hooks: Callable[..., Any]) -> None:
    (live,) = hooks("list", None, {"items": [SHOWN]}).result
    assert dict(live.fields) == FIELDS
    assert "canary" not in repr(live)

"""Telegram: the one webhook of a bot, a token in the path, and an answer that says `ok`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from reconciler.errors import Ambiguous, Refused, Unreadable
from reconciler.records import Secret

BOT = {"token": "123456:token-canary"}
API = "https://api.telegram.org/bot123456:token-canary"
SHOWN: dict[str, Any] = {
    "url": "https://example.com/updates",
    "has_custom_certificate": False,
    "pending_update_count": 0,
    "max_connections": 40,
    "ip_address": "192.0.2.7",
    "allowed_updates": ["message", "callback_query"],
}
NONE = {"ok": True, "result": {"url": "", "has_custom_certificate": False, "pending_update_count": 0}}
DONE = {"ok": True, "result": True, "description": "Webhook was set"}
FIELDS = {
    "url": "https://example.com/updates",
    "events": ("callback_query", "message"),
    "secret": Secret("secret-token-canary"),
    "max_connections": 20,
}
BODY = {
    "url": "https://example.com/updates",
    "allowed_updates": ["callback_query", "message"],
    "secret_token": "secret-token-canary",
    "max_connections": 20,
}


def test_create_looks_first(exchange: Callable[..., Any]) -> None:
    sent = exchange("telegram", BOT, {}, "create", FIELDS, NONE, then=[DONE])
    assert [(one.method, one.url) for one in sent.all] == [
        ("GET", f"{API}/getWebhookInfo"),
        ("POST", f"{API}/setWebhook"),
    ]
    assert sent.all[1].body == BODY
    assert sent.result.id == "webhook"


def test_create_does_not_overwrite(exchange: Callable[..., Any]) -> None:
    with pytest.raises(Refused) as caught:
        exchange("telegram", BOT, {}, "create", FIELDS, {"ok": True, "result": SHOWN})
    assert "token-canary" not in str(caught.value)


def test_update_sends_everything(exchange: Callable[..., Any]) -> None:
    changed = frozenset({"max_connections"})
    sent = exchange("telegram", BOT, {}, "update", FIELDS, DONE, record_id="webhook", changed=changed)
    assert (sent.method, sent.url, sent.body) == ("POST", f"{API}/setWebhook", BODY)


def test_delete(exchange: Callable[..., Any]) -> None:
    sent = exchange("telegram", BOT, {}, "delete", None, DONE, record_id="webhook")
    assert (sent.method, sent.url, sent.content) == ("POST", f"{API}/deleteWebhook", b"")


@pytest.mark.parametrize(
    ("shown", "events"),
    [
        (SHOWN, ("callback_query", "message")),
        ({name: value for name, value in SHOWN.items() if name != "allowed_updates"}, ()),
    ],
)
def test_list(exchange: Callable[..., Any], shown: dict[str, Any], events: tuple[str, ...]) -> None:
    (live,) = exchange("telegram", BOT, {}, "list", None, {"ok": True, "result": shown}).result
    assert (live.id, live.fields["url"], live.fields["events"]) == ("webhook", "https://example.com/updates", events)
    assert (live.fields["max_connections"], "secret" in live.fields) == (40, False)


def test_a_bot_without_a_webhook(exchange: Callable[..., Any]) -> None:
    assert exchange("telegram", BOT, {}, "list", None, NONE).result == ()


def test_an_answer_that_is_not_ok_is_no_success(exchange: Callable[..., Any]) -> None:
    refusal = {"ok": False, "error_code": 400, "description": "Bad Request: bad webhook"}
    with pytest.raises(Refused, match="bad webhook"):
        exchange("telegram", BOT, {}, "update", FIELDS, refusal, status=400, record_id="webhook")
    with pytest.raises(Ambiguous):
        exchange("telegram", BOT, {}, "update", FIELDS, {"ok": False}, record_id="webhook")
    with pytest.raises(Unreadable):
        exchange("telegram", BOT, {}, "list", None, {"ok": False})

"""Trello: the forms of its reference; key and token in the query, the token in paths as well, and in no message."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest

from reconciler.errors import ProviderError
from reconciler.records import Secret

LOGIN = {"key": "key-canary", "token": "token/canary"}
API = "https://api.trello.com/1"
MODEL = "5abbe4b7ddc1b351ef961414"
FIELDS = {"url": "https://example.com/trello?type=board", "model": MODEL, "description": "board", "enabled": True}
SENT = {
    "callbackURL": "https://example.com/trello?type=board",
    "idModel": MODEL,
    "description": "board",
    "active": "true",
    "key": "key-canary",
    "token": "token/canary",
}
SHOWN = {
    "id": "5abbe4b7ddc1b351ef961415",
    "description": "board",
    "idModel": MODEL,
    "callbackURL": "https://example.com/trello?type=board",
    "active": True,
    "consecutiveFailures": 0,
    "firstConsecutiveFailDate": None,
}


def test_create(exchange: Callable[..., Any]) -> None:
    sent = exchange("trello", LOGIN, {}, "create", FIELDS, SHOWN)
    assert (sent.method, sent.address, sent.query, sent.content) == ("POST", f"{API}/webhooks/", SENT, b"")
    assert sent.result.id == SHOWN["id"]


def test_update(exchange: Callable[..., Any]) -> None:
    sent = exchange("trello", LOGIN, {}, "update", FIELDS, SHOWN, record_id="1a", changed=frozenset({"description"}))
    assert (sent.method, sent.address, sent.query) == ("PUT", f"{API}/webhooks/1a", SENT)


def test_delete(exchange: Callable[..., Any]) -> None:
    sent = exchange("trello", LOGIN, {}, "delete", None, {"_value": None}, record_id="1a")
    assert (sent.method, sent.address) == ("DELETE", f"{API}/webhooks/1a")


def test_list_has_the_token_in_its_path(exchange: Callable[..., Any]) -> None:
    sent = exchange("trello", LOGIN, {}, "list", None, [SHOWN])
    assert (sent.method, sent.address) == ("GET", f"{API}/tokens/token%2Fcanary/webhooks")
    assert sent.query == {"key": "key-canary", "token": "token/canary"}
    (live,) = sent.result
    assert {name: live.fields[name] for name in FIELDS} == FIELDS


def test_another_token_is_another_account(exchange: Callable[..., Any]) -> None:
    sent = exchange("trello", LOGIN, {}, "account", None, {"id": "5f0", "idMember": "6f0"})
    assert (sent.address, sent.result) == (f"{API}/tokens/token%2Fcanary", "5f0")


@pytest.mark.parametrize("operation", ["list", "create", "update", "account"])
@pytest.mark.parametrize("status", [401, 500])
def test_no_message_and_no_log_has_a_credential(
    exchange: Callable[..., Any], caplog: pytest.LogCaptureFixture, operation: str, status: int
) -> None:
    fields = {
        **FIELDS,
        "url": Secret("https://example.com/trello?sig=url-canary", None, "https://example.com/trello?***"),
    }
    said = {"message": "invalid token: token%2Fcanary, token/canary; key-canary"}
    if operation in ("create", "update"):
        said["message"] += "; https://example.com/trello?sig=url-canary"
    again = [said] * 9
    caplog.set_level(logging.DEBUG)
    with pytest.raises(ProviderError) as caught:
        exchange("trello", LOGIN, {}, operation, fields, said, status=status, then=again, then_status=status)
    everything = f"{caught.value!s} {caught.value!r} {caplog.text}"
    assert "https://api.trello.com/1/" in everything
    assert "canary" not in everything

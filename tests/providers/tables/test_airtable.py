"""Airtable: what its pages and pyairtable show; nothing is updated, switching and renewing are calls."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

TOKEN = {"token": "token-canary"}
BASE = {"base": "app00000000000001"}
API = "https://api.airtable.com/v0/bases/app00000000000001/webhooks"
ID = "ach00000000000001"


def shown(days: float) -> dict[str, Any]:
    return {
        "id": ID,
        "specification": {
            "options": {"filters": {"dataTypes": ["tableData"], "recordChangeScope": "tbl00000000000001"}}
        },
        "notificationUrl": "https://example.com/receive-webhook",
        "cursorForNextPayload": 5,
        "areNotificationsEnabled": True,
        "lastNotificationResult": None,
        "lastSuccessfulNotificationTime": None,
        "isHookEnabled": True,
        "expirationTime": (datetime.now(UTC) + timedelta(days=days)).isoformat().replace("+00:00", "Z"),
    }


FIELDS = {
    "url": "https://example.com/receive-webhook",
    "events": ("tableData",),
    "table": "tbl00000000000001",
    "change_types": ["add"],
}


def test_create_captures_the_secret(exchange: Callable[..., Any]) -> None:
    made = {"id": ID, "macSecretBase64": "c2VjcmV0LWNhbmFyeQ==", "expirationTime": "2099-01-20T00:00:00.000Z"}
    sent = exchange("airtable", TOKEN, BASE, "create", FIELDS, made, then=[{"webhooks": [shown(7)]}])
    assert (sent.method, sent.url, sent.result.id) == ("POST", API, ID)
    assert sent.headers["Authorization"] == "Bearer token-canary"
    filters = {"dataTypes": ["tableData"], "recordChangeScope": "tbl00000000000001", "changeTypes": ["add"]}
    assert sent.body == {
        "notificationUrl": "https://example.com/receive-webhook",
        "specification": {"options": {"filters": filters}},
    }
    assert sent.result.captured["secret"].reveal() == "c2VjcmV0LWNhbmFyeQ=="


@pytest.mark.parametrize(
    ("field", "value", "call", "body"),
    [("enabled", False, "enableNotifications", {"enable": False}), ("renewed", True, "refresh", None)],
)
def test_what_can_change_has_a_call(
    exchange: Callable[..., Any], field: str, value: bool, call: str, body: dict[str, Any] | None
) -> None:
    changed = frozenset({field})
    given = {**FIELDS, field: value}
    sent = exchange("airtable", TOKEN, BASE, "update", given, {}, record_id=ID, changed=changed, then=[shown(7)])
    assert (sent.method, sent.url, sent.body) == ("POST", f"{API}/{ID}/{call}", body)


def test_delete(exchange: Callable[..., Any]) -> None:
    sent = exchange("airtable", TOKEN, BASE, "delete", None, {}, record_id=ID)
    assert (sent.method, sent.url) == ("DELETE", f"{API}/{ID}")


@pytest.mark.parametrize(("days", "renewed"), [(6.9, True), (2.9, False)])
def test_list(exchange: Callable[..., Any], days: float, renewed: bool) -> None:
    sent = exchange("airtable", TOKEN, BASE, "list", None, {"webhooks": [shown(days)]})
    assert (sent.method, sent.url) == ("GET", API)
    (live,) = sent.result
    assert (live.fields["events"], live.fields["table"]) == (("tableData",), "tbl00000000000001")
    assert (live.fields["enabled"], live.fields["renewed"]) == (True, renewed)


def test_one_that_tells_nobody_is_left_alone(exchange: Callable[..., Any]) -> None:
    polled = {**shown(7), "id": "ach00000000000002", "notificationUrl": None}
    sent = exchange("airtable", TOKEN, BASE, "list", None, {"webhooks": [polled, shown(7)]})
    assert [live.id for live in sent.result] == [ID]

"""Cal.com: a user's webhooks, as the routes and types of its server write them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from reconciler.errors import Refused
from reconciler.records import Secret

KEY = {"api_key": "cal_key-canary"}
API = "https://api.cal.com/v2/webhooks"
ID = "4d4f5f0a-6f3f-4c55-8f5c-6f9c8a1d0b11"
SHOWN: dict[str, Any] = {
    "id": ID,
    "userId": 10,
    "payloadTemplate": None,
    "triggers": ["BOOKING_CREATED", "BOOKING_CANCELLED"],
    "subscriberUrl": "https://hooks.example.com/cal",
    "active": True,
    "secret": "shown-canary",
}
FIELDS = {
    "url": "https://hooks.example.com/cal",
    "events": ("BOOKING_CANCELLED", "BOOKING_CREATED"),
    "secret": Secret("own-canary"),
    "enabled": True,
}
BODY = {
    "subscriberUrl": "https://hooks.example.com/cal",
    "triggers": ["BOOKING_CANCELLED", "BOOKING_CREATED"],
    "secret": "own-canary",
    "active": True,
}


@pytest.fixture
def hooks(exchange: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *given, **more: exchange("cal-com", KEY, {}, *given, record_id=ID, **more)


def good(data: Any) -> dict[str, Any]:
    return {"status": "success", "data": data}


def test_create(hooks: Callable[..., Any]) -> None:
    sent = hooks("create", FIELDS, good(SHOWN), status=201)
    assert (sent.method, sent.url, sent.body, sent.result.id) == ("POST", API, BODY, ID)
    assert sent.headers["Authorization"] == "Bearer cal_key-canary"
    assert "canary" not in repr(sent.result)


def test_a_user_has_one_webhook_of_a_url(hooks: Callable[..., Any]) -> None:
    error = {"status": "error", "error": {"code": "ConflictException", "message": "already exists for this user"}}
    with pytest.raises(Refused, match="has a webhook of this URL"):
        hooks("create", FIELDS, error, status=409)


def test_update_sends_what_changed(hooks: Callable[..., Any]) -> None:
    sent = hooks("update", {**FIELDS, "enabled": False}, good(SHOWN), changed=frozenset({"enabled"}))
    assert (sent.method, sent.url, sent.body) == ("PATCH", f"{API}/{ID}", {"active": False})


def test_delete(hooks: Callable[..., Any]) -> None:
    sent = hooks("delete", None, good(SHOWN))
    assert (sent.method, sent.url) == ("DELETE", f"{API}/{ID}")


def test_list_ends_with_an_empty_page(hooks: Callable[..., Any]) -> None:
    off = {**SHOWN, "id": "2", "active": False}
    sent = hooks("list", None, good([SHOWN, off]), then=[good([])])
    assert [one.query for one in sent.all] == [{"take": "250", "skip": "0"}, {"take": "250", "skip": "2"}]
    assert [live.fields["enabled"] for live in sent.result] == [True, False]
    assert sent.result[0].fields["secret"].reveal() == "shown-canary"
    assert "canary" not in repr(sent.result)

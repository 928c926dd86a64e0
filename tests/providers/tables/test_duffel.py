"""Duffel: webhooks in its `data` envelope; the secret comes with the create alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

TOKEN = {"access_token": "token-canary"}
API = "https://api.duffel.com/air/webhooks"
ID = "end_0000A3tQSmKyqOrcySrGbo"
SHOWN: dict[str, Any] = {
    "id": ID,
    "url": "https://www.example.com:4000/webhooks",
    "events": ["order.created", "order.airline_initiated_change_detected"],
    "active": True,
    "live_mode": True,
    "created_at": "2020-04-11T15:48:11.642000Z",
    "updated_at": "2020-04-11T15:48:11.642000Z",
}
FIELDS = {
    "url": "https://www.example.com:4000/webhooks",
    "events": ("order.airline_initiated_change_detected", "order.created"),
    "enabled": True,
}
WRITTEN = {"url": FIELDS["url"], "events": ["order.airline_initiated_change_detected", "order.created"]}


@pytest.fixture
def hooks(exchange: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *given, **more: exchange("duffel", TOKEN, {}, *given, record_id=ID, **more)


def test_create_shows_the_secret(hooks: Callable[..., Any]) -> None:
    sent = hooks("create", FIELDS, {"data": {**SHOWN, "secret": "secret-canary"}}, status=201)
    assert (sent.method, sent.url, sent.body, sent.result.id) == ("POST", API, {"data": WRITTEN}, ID)
    assert (sent.headers["Duffel-Version"], sent.headers["Authorization"]) == ("v2", "Bearer token-canary")
    assert sent.result.captured["secret"].reveal() == "secret-canary"
    assert len(sent.all) == 1, "it is active from the start"


def test_a_webhook_that_is_off_is_switched_off_after_its_create(hooks: Callable[..., Any]) -> None:
    off = {"data": {**SHOWN, "active": False}}
    sent = hooks("create", {**FIELDS, "enabled": False}, {"data": {**SHOWN, "secret": "s"}}, status=201, then=[off])
    assert [(one.method, one.url) for one in sent.all][1:] == [("PATCH", f"{API}/{ID}")]
    assert sent.all[1].body == {"data": {**WRITTEN, "active": False}}


def test_update_sends_all_three(hooks: Callable[..., Any]) -> None:
    sent = hooks("update", FIELDS, {"data": SHOWN}, changed=frozenset({"url"}))
    assert (sent.method, sent.url, sent.body) == ("PATCH", f"{API}/{ID}", {"data": {**WRITTEN, "active": True}})


def test_delete(hooks: Callable[..., Any]) -> None:
    sent = hooks("delete", None, None, status=204)
    assert (sent.method, sent.url) == ("DELETE", f"{API}/{ID}")


def test_list_follows_the_cursor(hooks: Callable[..., Any]) -> None:
    first = {"data": [SHOWN], "meta": {"limit": 200, "before": None, "after": "g2wA"}}
    last = {"data": [{**SHOWN, "id": "end_2"}], "meta": {"limit": 200, "before": "g2wB", "after": None}}
    sent = hooks("list", None, first, then=[last])
    assert [one.query for one in sent.all] == [{"limit": "200"}, {"limit": "200", "after": "g2wA"}]
    assert [dict(live.fields) for live in sent.result] == [FIELDS, FIELDS]

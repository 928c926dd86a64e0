"""Strava: what its page shows; one subscription an application, whose id and secret are in the query."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reconciler.records import Secret

APP = {"client_id": "5", "client_secret": "client-canary"}
API = "https://www.strava.com/api/v3/push_subscriptions"
SHOWN = {
    "id": 120475,
    "resource_state": 2,
    "application_id": 5,
    "callback_url": "https://example.com/strava",
    "created_at": "2015-04-29T18:11:09.400558047-07:00",
    "updated_at": "2015-04-29T18:11:09.400558047-07:00",
}
FIELDS = {"url": "https://example.com/strava", "verify_token": Secret("verify-canary")}


def test_create(exchange: Callable[..., Any]) -> None:
    sent = exchange("strava", APP, {}, "create", FIELDS, {"id": 120475}, status=201, then=[[SHOWN]])
    assert (sent.method, sent.address, sent.query, sent.result.id) == ("POST", API, APP, "120475")
    assert sorted(sent.body) == [("callback_url", "https://example.com/strava"), ("verify_token", "verify-canary")]


def test_delete(exchange: Callable[..., Any]) -> None:
    sent = exchange("strava", APP, {}, "delete", None, None, status=204, record_id="120475")
    assert (sent.method, sent.address, sent.query) == ("DELETE", f"{API}/120475", APP)


def test_list(exchange: Callable[..., Any]) -> None:
    sent = exchange("strava", APP, {}, "list", None, [SHOWN])
    assert (sent.method, sent.address, sent.query) == ("GET", API, APP)
    (live,) = sent.result
    assert (live.id, dict(live.fields)) == ("120475", {"url": "https://example.com/strava"})

"""Shippo: the shapes of its client; one event a webhook, of tests or of real objects."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

TOKEN = {"token": "shippo_canary"}
API = "https://api.goshippo.com/webhooks"
SHOWN: dict[str, Any] = {
    "object_id": "adcfdddf8ec64b84ad22772bce3ea37a",
    "event": "track_updated",
    "url": "https://example.com/shippo-webhook",
    "active": True,
    "is_test": False,
    "object_created": "2024-01-01T00:00:00Z",
    "object_updated": "2024-01-01T00:00:00Z",
    "object_owner": "someone@example.com",
}
FIELDS = {
    "url": "https://example.com/shippo-webhook",
    "events": ("track_updated",),
    "enabled": True,
    "test": False,
}
WRITTEN = {key: SHOWN[key] for key in ("event", "url", "active", "is_test")}


def test_create(exchange: Callable[..., Any]) -> None:
    sent = exchange("shippo", TOKEN, {}, "create", FIELDS, SHOWN, status=201)
    assert (sent.method, sent.url, sent.result.id) == ("POST", API, "adcfdddf8ec64b84ad22772bce3ea37a")
    assert (sent.headers["Authorization"], sent.body) == ("ShippoToken shippo_canary", WRITTEN)


def test_update_carries_the_whole(exchange: Callable[..., Any]) -> None:
    changed = frozenset({"enabled"})
    given = {**FIELDS, "enabled": False}
    sent = exchange("shippo", TOKEN, {}, "update", given, SHOWN, record_id="1", changed=changed)
    assert (sent.method, sent.url, sent.body) == ("PUT", f"{API}/1", {**WRITTEN, "active": False})


def test_delete(exchange: Callable[..., Any]) -> None:
    sent = exchange("shippo", TOKEN, {}, "delete", None, None, status=204, record_id="1")
    assert (sent.method, sent.url) == ("DELETE", f"{API}/1")


def test_list_goes_on_by_url(exchange: Callable[..., Any]) -> None:
    first = {"next": f"{API}?page=2", "previous": None, "count": 2, "results": [SHOWN]}
    last = {**first, "next": None, "results": [{**SHOWN, "object_id": "second", "active": False}]}
    sent = exchange("shippo", TOKEN, {}, "list", None, first, then=[last])
    assert [one.url for one in sent.all] == [API, f"{API}?page=2"]
    assert [live.fields["enabled"] for live in sent.result] == [True, False]
    assert dict(sent.result[0].fields) == FIELDS

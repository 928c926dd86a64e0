"""ShipEngine: the shapes of its OpenAPI; one event a webhook, an update of the URL alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

KEY = {"api_key": "key-canary"}
API = "https://api.shipengine.com/v1/environment/webhooks"
SHOWN = {"webhook_id": "se-28529731", "url": "https://example.com/ship", "event": "track"}
FIELDS = {"url": "https://example.com/ship", "events": ("track",)}


def test_create(exchange: Callable[..., Any]) -> None:
    sent = exchange("shipengine", KEY, {}, "create", FIELDS, SHOWN)
    assert (sent.method, sent.url, sent.result.id) == ("POST", API, "se-28529731")
    assert sent.headers["API-Key"] == "key-canary"
    assert sent.body == {"url": "https://example.com/ship", "event": "track"}


def test_update_takes_the_url(exchange: Callable[..., Any]) -> None:
    changed = frozenset({"url"})
    given = {**FIELDS, "url": "https://example.com/new"}
    sent = exchange(
        "shipengine", KEY, {}, "update", given, None, status=204, record_id="se-1", changed=changed, then=[SHOWN]
    )
    assert (sent.method, sent.url, sent.body) == ("PUT", f"{API}/se-1", {"url": "https://example.com/new"})


def test_delete(exchange: Callable[..., Any]) -> None:
    sent = exchange("shipengine", KEY, {}, "delete", None, None, status=204, record_id="se-1")
    assert (sent.method, sent.url) == ("DELETE", f"{API}/se-1")


def test_list_is_a_bare_array(exchange: Callable[..., Any]) -> None:
    sent = exchange("shipengine", KEY, {}, "list", None, [SHOWN])
    assert (sent.method, sent.url) == ("GET", API)
    (live,) = sent.result
    assert (live.id, dict(live.fields)) == ("se-28529731", FIELDS)

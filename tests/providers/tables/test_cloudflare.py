"""Cloudflare: the shapes of its client; every answer says whether it was a success."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from reconciler.errors import Ambiguous
from reconciler.records import Secret

TOKEN = {"api_token": "token-canary"}
ACCOUNT = {"account": "023e105f4ecef8ad9ca31a8372d0c353"}
API = "https://api.cloudflare.com/client/v4/accounts/023e105f4ecef8ad9ca31a8372d0c353/alerting/v3/destinations/webhooks"
GOOD: dict[str, Any] = {"errors": [], "messages": [], "success": True}
SHOWN = {
    "id": "b115d5ec15c641ee8b7692c449b5227b",
    "name": "acme-alerts",
    "url": "https://example.com/alerts",
    "type": "generic",
    "created_at": "2020-10-26T18:25:04.532316Z",
    "last_failure": "2020-10-26T18:25:04.532316Z",
    "last_success": "2020-10-26T18:25:04.532316Z",
}
FIELDS = {"url": "https://example.com/alerts", "name": "acme-alerts", "secret": Secret("secret-canary")}
WRITTEN = {"url": "https://example.com/alerts", "name": "acme-alerts", "secret": "secret-canary"}


def test_create(exchange: Callable[..., Any]) -> None:
    made = {**GOOD, "result": {"id": SHOWN["id"]}}
    sent = exchange("cloudflare", TOKEN, ACCOUNT, "create", FIELDS, made, then=[{**GOOD, "result": SHOWN}])
    assert (sent.method, sent.url, sent.result.id) == ("POST", API, SHOWN["id"])
    assert (sent.headers["Authorization"], sent.body) == ("Bearer token-canary", WRITTEN)


def test_update_carries_the_whole(exchange: Callable[..., Any]) -> None:
    answer = {**GOOD, "result": {"id": SHOWN["id"]}}
    changed = frozenset({"name"})
    sent = exchange(
        "cloudflare",
        TOKEN,
        ACCOUNT,
        "update",
        FIELDS,
        answer,
        record_id="1",
        changed=changed,
        then=[{**GOOD, "result": SHOWN}],
    )
    assert (sent.method, sent.url, sent.body) == ("PUT", f"{API}/1", WRITTEN)


def test_delete(exchange: Callable[..., Any]) -> None:
    sent = exchange("cloudflare", TOKEN, ACCOUNT, "delete", None, {**GOOD, "result": None}, record_id="1")
    assert (sent.method, sent.url) == ("DELETE", f"{API}/1")


def test_a_delete_without_success_is_not_believed(exchange: Callable[..., Any]) -> None:
    with pytest.raises(Ambiguous):
        exchange("cloudflare", TOKEN, ACCOUNT, "delete", None, {**GOOD, "success": False}, record_id="1")


def test_list_with_the_older_key(exchange: Callable[..., Any]) -> None:
    older = {"email": "ada@example.com", "api_key": "key-canary"}
    sent = exchange("cloudflare", older, ACCOUNT, "list", None, {**GOOD, "result": [SHOWN]})
    assert (sent.method, sent.url) == ("GET", API)
    assert (sent.headers["X-Auth-Email"], sent.headers["X-Auth-Key"]) == ("ada@example.com", "key-canary")
    (live,) = sent.result
    assert live.fields == {"url": "https://example.com/alerts", "name": "acme-alerts"}

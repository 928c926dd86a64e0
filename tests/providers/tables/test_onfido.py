"""Onfido: the shapes of its client; a secret that it makes, a client for deliveries whose secret is ours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reconciler.records import Secret

TOKEN = {"api_token": "token-canary"}
API = "https://api.eu.onfido.com/v3.6/webhooks"
SHOWN: dict[str, Any] = {
    "id": "fcb73186-0733-4f6f-9c57-d9d5ef979443",
    "url": "https://example.com/onfido",
    "enabled": True,
    "href": "/v3.6/webhooks/fcb73186-0733-4f6f-9c57-d9d5ef979443",
    "token": "secret-canary",
    "environments": ["live", "sandbox"],
    "events": ["check.completed", "report.completed"],
    "payload_version": 3,
}
FIELDS = {
    "url": "https://example.com/onfido",
    "events": ("check.completed", "report.completed"),
    "environments": ["live", "sandbox"],
    "payload_version": 3,
    "oauth_enabled": True,
    "oauth_server_client_secret": Secret("client-canary"),
}
WRITTEN = {
    "url": "https://example.com/onfido",
    "events": ["check.completed", "report.completed"],
    "environments": ["live", "sandbox"],
    "payload_version": 3,
    "oauth_enabled": True,
    "oauth_server_client_secret": "client-canary",
}


def test_create_captures_the_secret(exchange: Callable[..., Any]) -> None:
    sent = exchange("onfido", TOKEN, {}, "create", FIELDS, SHOWN, status=201)
    assert (sent.method, sent.url, sent.result.id) == ("POST", API, SHOWN["id"])
    assert (sent.headers["Authorization"], sent.body) == ("Token token=token-canary", WRITTEN)
    assert sent.result.captured["secret"].reveal() == "secret-canary"


def test_update(exchange: Callable[..., Any]) -> None:
    sent = exchange("onfido", TOKEN, {}, "update", FIELDS, SHOWN, record_id="1", changed=frozenset({"url"}))
    assert (sent.method, sent.url, sent.body) == ("PUT", f"{API}/1", WRITTEN)


def test_delete(exchange: Callable[..., Any]) -> None:
    sent = exchange("onfido", TOKEN, {}, "delete", None, None, status=204, record_id="1")
    assert (sent.method, sent.url) == ("DELETE", f"{API}/1")


def test_list(exchange: Callable[..., Any]) -> None:
    sent = exchange("onfido", TOKEN, {}, "list", None, {"webhooks": [SHOWN]})
    assert (sent.method, sent.url) == ("GET", API)
    (live,) = sent.result
    assert (live.fields["events"], live.fields["enabled"]) == (("check.completed", "report.completed"), True)
    assert (live.fields["environments"], live.fields["payload_version"]) == (["live", "sandbox"], 3)
    assert "secret" not in live.fields

"""Datadog: the shapes of its client; the name is the id, headers are JSON in a text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reconciler.records import Secret

KEYS = {"api_key": "key-canary", "app_key": "app-canary"}
API = "https://api.datadoghq.com/api/v1/integration/webhooks/configuration/webhooks"
SHOWN = {
    "name": "acme-alerts",
    "url": "https://example.com/webhook",
    "custom_headers": '{"X-Team": "header-canary"}',
    "encode_as": "json",
    "payload": None,
}
FIELDS = {
    "name": "acme-alerts",
    "url": "https://example.com/webhook",
    "headers": {"X-Team": Secret("header-canary")},
    "encode_as": "json",
}


def test_create(exchange: Callable[..., Any]) -> None:
    sent = exchange("datadog", KEYS, {}, "create", FIELDS, SHOWN, status=201)
    assert (sent.method, sent.url, sent.result.id) == ("POST", API, "acme-alerts")
    assert (sent.headers["DD-API-KEY"], sent.headers["DD-APPLICATION-KEY"]) == ("key-canary", "app-canary")
    assert sent.body == {key: value for key, value in SHOWN.items() if key != "payload"}


def test_update(exchange: Callable[..., Any]) -> None:
    changed = frozenset({"url"})
    sent = exchange("datadog", KEYS, {}, "update", FIELDS, SHOWN, record_id="acme-alerts", changed=changed)
    assert (sent.method, sent.url) == ("PUT", f"{API}/acme-alerts")
    assert sent.body == {"url": "https://example.com/webhook"}


def test_get(exchange: Callable[..., Any]) -> None:
    sent = exchange("datadog", KEYS, {}, "get", None, SHOWN, record_id="acme-alerts")
    assert (sent.method, sent.url) == ("GET", f"{API}/acme-alerts")
    assert sent.result.fields["headers"]["X-Team"].reveal() == "header-canary"
    assert sent.result.fields["encode_as"] == "json"


def test_delete(exchange: Callable[..., Any]) -> None:
    sent = exchange("datadog", KEYS, {}, "delete", None, None, record_id="acme-alerts")
    assert (sent.method, sent.url) == ("DELETE", f"{API}/acme-alerts")

"""Contentful: the examples of its reference; its media type, and a version that every update names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reconciler.records import Secret

TOKEN = {"token": "token-canary"}
SPACE = {"space": "cfexampleapi"}
API = "https://api.contentful.com/spaces/cfexampleapi/webhook_definitions"
SHOWN = {
    "active": True,
    "filters": [],
    "headers": [{"key": "header1", "value": "value1"}, {"key": "header2", "value": "value2"}],
    "httpBasicUsername": "yolo",
    "name": "My webhook",
    "sys": {"id": "0KzM2HxYr5O1pZ4SaUzK8h", "type": "WebhookDefinition", "version": 3},
    "topics": ["Entry.create", "ContentType.create", "*.publish", "Asset.*"],
    "url": "https://www.example.com/test",
}
ID = "0KzM2HxYr5O1pZ4SaUzK8h"
FIELDS = {
    "url": "https://www.example.com/test",
    "events": ("*.publish", "Asset.*", "ContentType.create", "Entry.create"),
    "name": "My webhook",
    "enabled": True,
    "filters": (),
    "headers": {"header1": Secret("value1")},
    "http_basic_username": "yolo",
    "http_basic_password": Secret("password-canary"),
}
BODY = {
    "active": True,
    "filters": [],
    "headers": [{"key": "header1", "value": "value1"}],
    "httpBasicPassword": "password-canary",
    "httpBasicUsername": "yolo",
    "name": "My webhook",
    "topics": ["*.publish", "Asset.*", "ContentType.create", "Entry.create"],
    "url": "https://www.example.com/test",
}


def test_create(exchange: Callable[..., Any]) -> None:
    sent = exchange("contentful", TOKEN, SPACE, "create", FIELDS, SHOWN, status=201)
    assert (sent.method, sent.url, sent.result.id) == ("POST", API, ID)
    assert sent.headers["Authorization"] == "Bearer token-canary"
    assert sent.headers["Content-Type"] == "application/vnd.contentful.management.v1+json"
    assert sent.body == BODY


def test_update_names_the_version(exchange: Callable[..., Any]) -> None:
    changed = frozenset({"name"})
    sent = exchange("contentful", TOKEN, SPACE, "update", FIELDS, SHOWN, record_id=ID, changed=changed, then=[SHOWN])
    read, put = sent.all
    assert (read.method, read.url) == ("GET", f"{API}/{ID}")
    assert (put.method, put.url, put.headers["X-Contentful-Version"]) == ("PUT", f"{API}/{ID}", "3")
    assert put.body == BODY


def test_delete(exchange: Callable[..., Any]) -> None:
    sent = exchange("contentful", TOKEN, SPACE, "delete", None, None, status=204, record_id=ID)
    assert (sent.method, sent.url) == ("DELETE", f"{API}/{ID}")


def test_list(exchange: Callable[..., Any]) -> None:
    hidden = {**SHOWN, "sys": {**SHOWN["sys"], "id": "other"}, "headers": [{"key": "token", "secret": True}]}  # type: ignore[dict-item]
    answer = {"items": [SHOWN, hidden], "limit": 100, "skip": 0, "sys": {"type": "Array"}, "total": 2}
    sent = exchange("contentful", TOKEN, SPACE, "list", None, answer)
    assert (sent.method, sent.address, sent.query) == ("GET", API, {"limit": "100", "skip": "0"})
    live, _ = sent.result
    assert live.fields["events"] == ("*.publish", "Asset.*", "ContentType.create", "Entry.create")
    assert (live.fields["name"], live.fields["enabled"], live.fields["http_basic_username"]) == (
        "My webhook",
        True,
        "yolo",
    )

"""Polar: the shapes of its client; a secret that it makes, formats, numbered pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

TOKEN = {"token": "polar_canary"}
API = "https://api.polar.sh/v1/webhooks/endpoints"
SHOWN: dict[str, Any] = {
    "id": "c0ffee00",
    "created_at": "2026-01-01T00:00:00Z",
    "modified_at": None,
    "url": "https://example.com/polar",
    "name": "acme",
    "api_version": "2026-10",
    "format": "raw",
    "secret": "secret-canary",
    "organization_id": "1dbfc517",
    "events": ["order.created", "order.paid"],
    "enabled": True,
}
FIELDS = {
    "url": "https://example.com/polar",
    "events": ("order.created", "order.paid"),
    "name": "acme",
    "format": "raw",
    "api_version": "2026-10",
}
WRITTEN = {key: SHOWN[key] for key in ("url", "events", "name", "format", "api_version")}


def test_create_captures_the_secret(exchange: Callable[..., Any]) -> None:
    sent = exchange("polar", TOKEN, {}, "create", FIELDS, SHOWN, status=201)
    assert (sent.method, sent.url, sent.result.id) == ("POST", API, "c0ffee00")
    assert (sent.headers["Authorization"], sent.body) == ("Bearer polar_canary", WRITTEN)
    assert sent.result.captured["secret"].reveal() == "secret-canary"


def test_update(exchange: Callable[..., Any]) -> None:
    changed = frozenset({"enabled"})
    given = {**FIELDS, "enabled": False}
    sent = exchange("polar", TOKEN, {}, "update", given, SHOWN, record_id="1", changed=changed)
    assert (sent.method, sent.url, sent.body) == ("PATCH", f"{API}/1", {"enabled": False})


def test_rotate(exchange: Callable[..., Any]) -> None:
    sent = exchange("polar", TOKEN, {}, "rotate", None, {**SHOWN, "secret": "new-canary"}, record_id="1")
    assert (sent.method, sent.url) == ("PATCH", f"{API}/1/secret")
    assert sent.result.captured["secret"].reveal() == "new-canary"


def test_delete(exchange: Callable[..., Any]) -> None:
    sent = exchange("polar", TOKEN, {}, "delete", None, None, status=204, record_id="1")
    assert (sent.method, sent.url) == ("DELETE", f"{API}/1")


def test_list(exchange: Callable[..., Any]) -> None:
    answer = {"items": [SHOWN], "pagination": {"total_count": 1, "max_page": 1}}
    sent = exchange("polar", TOKEN, {}, "list", None, answer)
    assert (sent.address, sent.query) == (API, {"limit": "100", "page": "1"})
    (live,) = sent.result
    assert dict(live.fields) == {**FIELDS, "enabled": True}

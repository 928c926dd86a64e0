"""api.video: the shapes of its OpenAPI; a log-in with a key, numbered pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

KEY = {"api_key": "key-canary"}
BASE = "https://ws.api.video"
LOGIN = {"token_type": "Bearer", "expires_in": 3600, "access_token": "token-canary", "refresh_token": "none"}
SHOWN = {
    "webhookId": "webhook_first",
    "createdAt": "2021-01-08T14:12:18.000Z",
    "events": ["video.encoding.quality.completed"],
    "url": "https://example.com/notifications",
    "signatureSecret": "secret-canary",
}
FIELDS = {"url": "https://example.com/notifications", "events": ("video.encoding.quality.completed",)}


def test_create_logs_in_first(exchange: Callable[..., Any]) -> None:
    sent = exchange("api-video", KEY, {}, "create", FIELDS, LOGIN, then=[SHOWN], then_status=201)
    assert (sent.method, sent.url, sent.body) == ("POST", f"{BASE}/auth/api-key", {"apiKey": "key-canary"})
    create = sent.all[1]
    assert (create.method, create.url) == ("POST", f"{BASE}/webhooks")
    assert create.headers["Authorization"] == "Bearer token-canary"
    assert create.body == {"url": "https://example.com/notifications", "events": ["video.encoding.quality.completed"]}
    assert sent.result.id == "webhook_first"
    assert sent.result.captured["secret"].reveal() == "secret-canary"


def test_delete(exchange: Callable[..., Any]) -> None:
    sent = exchange("api-video", KEY, {}, "delete", None, LOGIN, record_id="1", then=[None], then_status=204)
    assert (sent.all[1].method, sent.all[1].url) == ("DELETE", f"{BASE}/webhooks/1")


def test_list(exchange: Callable[..., Any]) -> None:
    pages = [
        {"data": [one], "pagination": {"currentPage": page, "pagesTotal": 2, "itemsTotal": 2}}
        for page, one in ((1, SHOWN), (2, {**SHOWN, "webhookId": "second"}))
    ]
    sent = exchange("api-video", KEY, {}, "list", None, LOGIN, then=pages)
    assert {one.query["currentPage"] for one in sent.all[1:]} == {"1", "2"}
    assert [live.id for live in sent.result] == ["webhook_first", "second"]
    assert dict(sent.result[0].fields) == FIELDS

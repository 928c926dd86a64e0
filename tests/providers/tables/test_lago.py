"""Lago: the shapes of its clients; an envelope both ways, numbered pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

KEY = {"api_key": "key-canary"}
API = "https://api.getlago.com/api/v1/webhook_endpoints"
SHOWN: dict[str, Any] = {
    "lago_id": "1a901a90-1a90-1a90-1a90-1a901a901a90",
    "lago_organization_id": "1a901a90-1a90-1a90-1a90-1a901a901a91",
    "webhook_url": "https://example.com/lago",
    "signature_algo": "hmac",
    "name": "EC2-production",
    "event_types": ["customer.created", "invoice.voided"],
    "created_at": "2022-04-29T08:59:51Z",
}
FIELDS = {
    "url": "https://example.com/lago",
    "events": ("customer.created", "invoice.voided"),
    "name": "EC2-production",
    "signature_algo": "hmac",
}
WRITTEN = {key: SHOWN[key] for key in ("webhook_url", "event_types", "name", "signature_algo")}


def test_create(exchange: Callable[..., Any]) -> None:
    sent = exchange("lago", KEY, {}, "create", FIELDS, {"webhook_endpoint": SHOWN})
    assert (sent.method, sent.url, sent.result.id) == ("POST", API, SHOWN["lago_id"])
    assert (sent.headers["Authorization"], sent.body) == ("Bearer key-canary", {"webhook_endpoint": WRITTEN})


def test_update_carries_the_whole(exchange: Callable[..., Any]) -> None:
    answer = {"webhook_endpoint": SHOWN}
    sent = exchange("lago", KEY, {}, "update", FIELDS, answer, record_id="1", changed=frozenset({"name"}))
    assert (sent.method, sent.url, sent.body) == ("PUT", f"{API}/1", {"webhook_endpoint": WRITTEN})


def test_delete(exchange: Callable[..., Any]) -> None:
    sent = exchange("lago", KEY, {}, "delete", None, {"webhook_endpoint": SHOWN}, record_id="1")
    assert (sent.method, sent.url) == ("DELETE", f"{API}/1")


def test_list(exchange: Callable[..., Any]) -> None:
    meta = {"current_page": 1, "next_page": None, "prev_page": None, "total_pages": 1, "total_count": 1}
    sent = exchange("lago", KEY, {}, "list", None, {"webhook_endpoints": [SHOWN], "meta": meta})
    assert (sent.address, sent.query) == (API, {"per_page": "100", "page": "1"})
    (live,) = sent.result
    assert dict(live.fields) == FIELDS

"""Razorpay: the examples of its pages; an update carries URL and events."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest

from reconciler.records import Secret

KEYS = {"key_id": "rzp_canary", "key_secret": "pass-canary"}
ACCOUNT = {"account": "acc_H3kYHQ635sBwXG"}
API = "https://api.razorpay.com/v2/accounts/acc_H3kYHQ635sBwXG/webhooks"
SHOWN: dict[str, Any] = {
    "id": "HK890egfiItP3H",
    "created_at": 1624060358,
    "updated_at": 1624060358,
    "owner_id": "H3kYHQ635sBwXG",
    "owner_type": "merchant",
    "context": [],
    "disabled_at": 0,
    "url": "https://example.com/razorpay",
    "alert_email": "gaurav.kumar@example.com",
    "secret_exists": True,
    "entity": "webhook",
    "active": True,
    "events": ["payment.failed", "refund.created"],
}
FIELDS = {
    "url": "https://example.com/razorpay",
    "events": ("payment.failed", "refund.created"),
    "alert_email": "gaurav.kumar@example.com",
    "secret": Secret("secret-canary"),
}
WRITTEN = {
    "url": "https://example.com/razorpay",
    "events": ["payment.failed", "refund.created"],
    "alert_email": "gaurav.kumar@example.com",
    "secret": "secret-canary",
}


def test_create(exchange: Callable[..., Any]) -> None:
    sent = exchange("razorpay", KEYS, ACCOUNT, "create", FIELDS, SHOWN)
    assert (sent.method, sent.url, sent.result.id) == ("POST", API, "HK890egfiItP3H")
    assert sent.headers["Authorization"] == "Basic " + b64encode(b"rzp_canary:pass-canary").decode()
    assert sent.body == WRITTEN


@pytest.mark.parametrize("changed", ["events", "alert_email", "secret"])
def test_update_carries_url_and_events_and_what_changed(exchange: Callable[..., Any], changed: str) -> None:
    sent = exchange("razorpay", KEYS, ACCOUNT, "update", FIELDS, SHOWN, record_id="HK1", changed=frozenset({changed}))
    assert (sent.method, sent.url) == ("PATCH", f"{API}/HK1")
    assert sent.body == {name: WRITTEN[name] for name in ("url", "events", changed)}


def test_delete(exchange: Callable[..., Any]) -> None:
    sent = exchange("razorpay", KEYS, ACCOUNT, "delete", None, [], record_id="HK1")
    assert (sent.method, sent.url) == ("DELETE", f"{API}/HK1")


def test_list_ends_at_an_empty_page(exchange: Callable[..., Any]) -> None:
    first = {"entity": "collection", "count": 1, "items": [SHOWN]}
    sent = exchange("razorpay", KEYS, ACCOUNT, "list", None, first, then=[{**first, "count": 0, "items": []}])
    assert [one.query["skip"] for one in sent.all] == ["0", "1"]
    assert {one.query["count"] for one in sent.all} == {"100"}
    (live,) = sent.result
    assert (live.fields["events"], live.fields["alert_email"]) == (FIELDS["events"], FIELDS["alert_email"])

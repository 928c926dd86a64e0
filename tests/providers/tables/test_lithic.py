"""Lithic: the shapes of its client; a secret at an address of its own, pages by the last token."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

KEY = {"api_key": "key-canary"}
API = "https://api.lithic.com/v1/event_subscriptions"
SHOWN: dict[str, Any] = {
    "token": "ep_1234567890",
    "description": "Cards",
    "disabled": True,
    "url": "https://example.com/lithic",
    "event_types": ["card.created", "dispute.updated"],
}
FIELDS = {
    "url": "https://example.com/lithic",
    "events": ("card.created", "dispute.updated"),
    "description": "Cards",
    "enabled": False,
}


def test_create_and_the_secret(exchange: Callable[..., Any]) -> None:
    sent = exchange("lithic", KEY, {}, "create", FIELDS, SHOWN, then=[{"secret": "secret-canary"}])
    assert (sent.method, sent.url, sent.result.id) == ("POST", API, "ep_1234567890")
    assert sent.headers["Authorization"] == "key-canary"
    assert sent.body == {key: value for key, value in SHOWN.items() if key != "token"}
    assert [(one.method, one.url) for one in sent.all[1:]] == [("GET", f"{API}/ep_1234567890/secret")]
    assert sent.result.captured["secret"].reveal() == "secret-canary"


def test_update_carries_the_url(exchange: Callable[..., Any]) -> None:
    changed = frozenset({"enabled"})
    given = {**FIELDS, "enabled": True}
    sent = exchange("lithic", KEY, {}, "update", given, SHOWN, record_id="1", changed=changed)
    assert (sent.method, sent.url) == ("PATCH", f"{API}/1")
    assert sent.body == {"url": "https://example.com/lithic", "disabled": False}


def test_delete(exchange: Callable[..., Any]) -> None:
    sent = exchange("lithic", KEY, {}, "delete", None, None, record_id="1")
    assert (sent.method, sent.url) == ("DELETE", f"{API}/1")


def test_rotate_reads_the_new_secret(exchange: Callable[..., Any]) -> None:
    sent = exchange("lithic", KEY, {}, "rotate", None, None, record_id="1", then=[{"secret": "new-canary"}])
    assert [(one.method, one.url) for one in sent.all] == [
        ("POST", f"{API}/1/secret/rotate"),
        ("GET", f"{API}/1/secret"),
    ]
    assert sent.result.captured["secret"].reveal() == "new-canary"


def test_list_goes_on_after_the_last(exchange: Callable[..., Any]) -> None:
    last = {"data": [{**SHOWN, "token": "ep_2"}], "has_more": False}
    sent = exchange("lithic", KEY, {}, "list", None, {"data": [SHOWN], "has_more": True}, then=[last])
    asked = {"page_size": "100"}
    assert [one.query for one in sent.all] == [asked, {**asked, "starting_after": "ep_1234567890"}]
    first, _ = sent.result
    assert (first.fields["enabled"], first.fields["events"]) == (False, ("card.created", "dispute.updated"))

"""Mailchimp: webhooks of an audience; their events are an object of true and false, of which all are sent."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest

KEY = {"api_key": "key-canary"}
SITE = "https://us1.api.mailchimp.com/3.0"
API = f"{SITE}/lists/a1b2c3d4e5/webhooks"
ID = "f4c8b5d2e3"
EVENTS = {
    "subscribe": True,
    "unsubscribe": True,
    "profile": False,
    "cleaned": False,
    "upemail": False,
    "campaign": False,
}
SHOWN = {
    "id": ID,
    "url": "https://hooks.example.com/mailchimp",
    "events": EVENTS,
    "sources": {"user": True, "admin": True, "api": False},
    "list_id": "a1b2c3d4e5",
    "_links": [],
}
FIELDS = {
    "url": "https://hooks.example.com/mailchimp",
    "events": ("subscribe", "unsubscribe"),
    "source_user": True,
    "source_admin": True,
    "source_api": False,
}


@pytest.fixture
def hooks(exchange: Callable[..., Any]) -> Callable[..., Any]:
    where = {"list": "a1b2c3d4e5"}
    return lambda *given, **more: exchange("mailchimp", KEY, where, *given, record_id=ID, base_url=SITE, **more)


def test_create(hooks: Callable[..., Any]) -> None:
    sent = hooks("create", FIELDS, SHOWN)
    assert (sent.method, sent.url, sent.result.id) == ("POST", API, ID)
    assert sent.body == {"url": SHOWN["url"], "events": EVENTS, "sources": SHOWN["sources"]}
    assert sent.headers["Authorization"] == "Basic " + b64encode(b"key:key-canary").decode()


def test_an_update_says_of_each_event_whether_it_is_wanted(hooks: Callable[..., Any]) -> None:
    sent = hooks("update", {**FIELDS, "events": ("campaign",)}, SHOWN, changed=frozenset({"events"}))
    none = dict.fromkeys(EVENTS, False)
    assert (sent.method, sent.url, sent.body) == ("PATCH", f"{API}/{ID}", {"events": {**none, "campaign": True}})


def test_delete(hooks: Callable[..., Any]) -> None:
    sent = hooks("delete", None, None, status=204)
    assert (sent.method, sent.url) == ("DELETE", f"{API}/{ID}")


def test_list(hooks: Callable[..., Any]) -> None:
    sent = hooks("list", None, {"webhooks": [SHOWN], "list_id": "a1b2c3d4e5", "total_items": 1})
    (live,) = sent.result
    assert (sent.url, live.id, dict(live.fields)) == (API, ID, FIELDS)

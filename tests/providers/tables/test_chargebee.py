"""Chargebee: the example of its documents and the requests of its client; forms with indexed lists."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest

from reconciler.records import Secret

KEY = {"api_key": "key-canary"}
SITE = "https://acme-test.chargebee.com/api/v2"
API = f"{SITE}/webhook_endpoints"
ID = "whv2_0000000000000001"
SHOWN = {
    "id": ID,
    "name": "Chargebee Notification",
    "api_version": "v2",
    "url": "https://hooks.example.com/chargebee",
    "primary_url": True,
    "send_card_resource": False,
    "disabled": False,
    "enabled_events": ["customer_created", "coupon_created"],
    "object": "webhook_endpoint",
}
FIELDS = {
    "url": "https://hooks.example.com/chargebee",
    "events": ("coupon_created", "customer_created"),
    "name": "Chargebee Notification",
    "enabled": True,
}


@pytest.fixture
def hooks(exchange: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *given, **more: exchange("chargebee", KEY, {}, *given, record_id=ID, base_url=SITE, **more)


def test_create(hooks: Callable[..., Any]) -> None:
    basic = {"basic_auth_username": "hook", "basic_auth_password": Secret("password-canary")}
    sent = hooks("create", {**FIELDS, **basic}, {"webhook_endpoint": SHOWN})
    assert (sent.method, sent.url, sent.result.id) == ("POST", API, ID)
    assert sorted(sent.body) == [
        ("basic_auth_password", "password-canary"),
        ("basic_auth_username", "hook"),
        ("disabled", "false"),
        ("enabled_events[0]", "coupon_created"),
        ("enabled_events[1]", "customer_created"),
        ("name", "Chargebee Notification"),
        ("url", "https://hooks.example.com/chargebee"),
    ]
    assert sent.headers["Authorization"] == "Basic " + b64encode(b"key-canary:").decode()


def test_update_sends_what_changed(hooks: Callable[..., Any]) -> None:
    fields = {**FIELDS, "enabled": False}
    sent = hooks("update", fields, {"webhook_endpoint": SHOWN}, changed=frozenset({"enabled"}))
    assert (sent.method, sent.url, sent.body) == ("POST", f"{API}/{ID}", [("disabled", "true")])


def test_delete_is_a_post(hooks: Callable[..., Any]) -> None:
    sent = hooks("delete", None, {"webhook_endpoint": SHOWN})
    assert (sent.method, sent.url, sent.body) == ("POST", f"{API}/{ID}/delete", None)


def test_list_follows_the_offset(hooks: Callable[..., Any]) -> None:
    every = {name: value for name, value in SHOWN.items() if name != "enabled_events"}
    first = {"list": [{"webhook_endpoint": SHOWN}], "next_offset": '["1","2"]'}
    last = {"list": [{"webhook_endpoint": {**every, "id": "whv2_2", "disabled": True}}]}
    sent = hooks("list", None, first, then=[last])
    assert [one.query for one in sent.all] == [{"limit": "100"}, {"limit": "100", "offset": '["1","2"]'}]
    one, two = sent.result
    shown = {name: one.fields[name] for name in FIELDS}
    assert shown == FIELDS
    assert (two.fields["events"], two.fields["enabled"]) == ((), False), "it gets every event"

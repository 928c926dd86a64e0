"""Zendesk: the examples of its pages; envelopes, a cursor, and a signing secret at an address of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from reconciler.records import Secret

TOKEN = {"email": "jdoe@example.com", "api_token": "api-canary"}
DESK = "https://example.zendesk.com"
API = f"{DESK}/api/v2/webhooks"
ID = "01EJFTSCC78X5V07NPY2MHR00M"
SHOWN: dict[str, Any] = {
    "authentication": {"add_position": "header", "type": "basic_auth"},
    "created_at": "2020-10-20T08:16:28Z",
    "created_by": "1234567",
    "endpoint": "https://example.com/status/200",
    "http_method": "POST",
    "id": ID,
    "name": "Example Webhook",
    "request_format": "json",
    "status": "active",
    "subscriptions": ["conditional_ticket_events"],
    "updated_at": "2020-10-20T08:16:28Z",
    "updated_by": "1234567",
}
SIGNING = {"signing_secret": {"algorithm": "SHA256", "secret": "signing-canary"}}
FIELDS = {
    "url": "https://example.com/status/200",
    "events": ("conditional_ticket_events",),
    "name": "Example Webhook",
    "enabled": True,
    "http_method": "POST",
    "request_format": "json",
    "authentication": {
        "type": Secret("basic_auth"),
        "data": {"username": Secret("john_smith"), "password": Secret("hello_123")},
        "add_position": Secret("header"),
    },
}


@pytest.fixture
def desk(exchange: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *given, **more: exchange("zendesk", TOKEN, {}, *given, record_id=ID, base_url=DESK, **more)


def test_create_reads_the_signing_secret_after(desk: Callable[..., Any]) -> None:
    sent = desk("create", FIELDS, {"webhook": SHOWN}, status=201, then=[SIGNING])
    assert (sent.method, sent.url) == ("POST", API)
    assert sent.headers["Authorization"] == "Basic amRvZUBleGFtcGxlLmNvbS90b2tlbjphcGktY2FuYXJ5"  # jdoe@…/token:…
    assert sent.body == {
        "webhook": {
            "endpoint": "https://example.com/status/200",
            "http_method": "POST",
            "name": "Example Webhook",
            "status": "active",
            "request_format": "json",
            "subscriptions": ["conditional_ticket_events"],
            "authentication": {
                "type": "basic_auth",
                "data": {"username": "john_smith", "password": "hello_123"},
                "add_position": "header",
            },
        }
    }
    assert [(one.method, one.url) for one in sent.all][1:] == [("GET", f"{API}/{ID}/signing_secret")]
    assert (sent.result.id, sent.result.captured["secret"].reveal()) == (ID, "signing-canary")


def test_update(desk: Callable[..., Any]) -> None:
    sent = desk("update", {**FIELDS, "enabled": False}, None, status=204, changed=frozenset({"enabled"}))
    assert (sent.method, sent.url, sent.body) == ("PATCH", f"{API}/{ID}", {"webhook": {"status": "inactive"}})


def test_delete(desk: Callable[..., Any]) -> None:
    sent = desk("delete", None, None, status=204)
    assert (sent.method, sent.url) == ("DELETE", f"{API}/{ID}")


def test_rotate(desk: Callable[..., Any]) -> None:
    sent = desk("rotate", None, SIGNING, status=201)
    assert (sent.method, sent.url, sent.content) == ("POST", f"{API}/{ID}/signing_secret", b"")
    assert sent.result.captured["secret"].reveal() == "signing-canary"


def test_list_follows_the_cursor(desk: Callable[..., Any]) -> None:
    page = {"webhooks": [SHOWN], "meta": {"has_more": True, "after_cursor": "YWZ0ZXI=", "before_cursor": "YmVmb3Jl"}}
    last = {"webhooks": [{**SHOWN, "id": "2", "status": "inactive"}], "meta": {"has_more": False, "after_cursor": "x"}}
    sent = desk("list", None, page, then=[last])
    assert [one.query for one in sent.all] == [
        {"page[size]": "100"},
        {"page[size]": "100", "page[after]": "YWZ0ZXI="},
    ]
    one, two = sent.result
    assert (one.id, one.fields["events"], one.fields["enabled"]) == (ID, ("conditional_ticket_events",), True)
    assert two.fields["enabled"] is False
    assert not {"secret", "authentication"} & set(one.fields)


def test_an_oauth_token_is_a_bearer(exchange: Callable[..., Any]) -> None:
    sent = exchange(
        "zendesk", {"oauth_token": "oauth-canary"}, {}, "get", None, {"webhook": SHOWN}, record_id=ID, base_url=DESK
    )
    assert (sent.url, sent.headers["Authorization"]) == (f"{API}/{ID}", "Bearer oauth-canary")

"""Typeform: the examples of its reference; a PUT by tag that makes and changes, events as a map."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reconciler.records import Secret

TOKEN = {"token": "token-canary"}
FORM = {"form": "abc123"}
API = "https://api.typeform.com/forms/abc123/webhooks"
SHOWN = {
    "created_at": "2016-11-21T12:23:28.000Z",
    "enabled": True,
    "event_types": {"form_response": True, "form_response_partial": False},
    "form_id": "abc123",
    "id": "yRtagDm8AT",
    "tag": "phoenix",
    "updated_at": "2016-11-21T12:23:28.000Z",
    "url": "https://test.com",
    "verify_ssl": True,
}
FIELDS = {
    "name": "phoenix",
    "url": "https://test.com",
    "events": ("form_response",),
    "enabled": True,
    "verify_ssl": True,
    "secret": Secret("secret-canary"),
}


def test_create_looks_first(exchange: Callable[..., Any]) -> None:
    sent = exchange("typeform", TOKEN, FORM, "create", FIELDS, None, status=404, then=[SHOWN])
    looked, put = sent.all
    assert (looked.method, looked.url) == ("GET", f"{API}/phoenix")
    assert (put.method, put.url, sent.result.id) == ("PUT", f"{API}/phoenix", "phoenix")
    assert put.headers["Authorization"] == "Bearer token-canary"
    assert put.body["event_types"]["form_response"] is True
    assert {key: value for key, value in put.body.items() if key != "event_types"} == {
        "url": "https://test.com",
        "enabled": True,
        "verify_ssl": True,
        "secret": "secret-canary",
    }


def test_update_carries_the_secret(exchange: Callable[..., Any]) -> None:
    sent = exchange("typeform", TOKEN, FORM, "update", FIELDS, SHOWN, record_id="phoenix", changed=frozenset({"url"}))
    assert (sent.method, sent.url) == ("PUT", f"{API}/phoenix")
    assert (sent.body["url"], sent.body["secret"]) == ("https://test.com", "secret-canary")


def test_delete(exchange: Callable[..., Any]) -> None:
    sent = exchange("typeform", TOKEN, FORM, "delete", None, None, status=204, record_id="phoenix")
    assert (sent.method, sent.url) == ("DELETE", f"{API}/phoenix")


def test_list(exchange: Callable[..., Any]) -> None:
    sent = exchange("typeform", TOKEN, FORM, "list", None, {"items": [SHOWN]})
    assert (sent.method, sent.url) == ("GET", API)
    (live,) = sent.result
    assert (live.id, live.fields["events"]) == ("phoenix", ("form_response",))
    assert (live.fields["url"], live.fields["enabled"]) == ("https://test.com", True)

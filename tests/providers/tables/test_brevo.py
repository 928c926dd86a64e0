"""Brevo: what its reference and its client show."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reconciler.records import Secret

KEY = {"api_key": "key-canary"}
MARKETING = {"type": "marketing"}
API = "https://api.brevo.com/v3/webhooks"
SHOWN: dict[str, Any] = {
    "id": 654,
    "url": "https://example.com/hooks/brevo",
    "description": "Webhook on bounces",
    "events": ["hardBounce", "click"],
    "type": "marketing",
    "createdAt": "2016-06-07T09:10:10Z",
    "modifiedAt": "2016-06-07T09:10:10Z",
    "headers": [{"key": "X-Team", "value": "header-canary"}],
}
FIELDS = {
    "url": "https://example.com/hooks/brevo",
    "events": ("click", "hardBounce"),
    "description": "Webhook on bounces",
    "auth": {"type": "bearer", "token": Secret("token-canary")},
}
WRITTEN = {
    "url": "https://example.com/hooks/brevo",
    "events": ["click", "hardBounce"],
    "description": "Webhook on bounces",
    "auth": {"type": "bearer", "token": "token-canary"},
}


def test_create_names_the_type(exchange: Callable[..., Any]) -> None:
    sent = exchange("brevo", KEY, MARKETING, "create", FIELDS, {"id": 654}, status=201, then=[SHOWN])
    assert (sent.method, sent.url, sent.headers["api-key"]) == ("POST", API, "key-canary")
    assert sent.body == {**WRITTEN, "type": "marketing"}
    assert sent.result.id == "654"


def test_update_carries_the_whole_and_no_type(exchange: Callable[..., Any]) -> None:
    sent = exchange(
        "brevo",
        KEY,
        MARKETING,
        "update",
        FIELDS,
        None,
        record_id="654",
        changed=frozenset({"description"}),
        status=204,
        then=[SHOWN],
    )
    assert (sent.method, sent.url, sent.body) == ("PUT", f"{API}/654", WRITTEN)


def test_delete(exchange: Callable[..., Any]) -> None:
    sent = exchange("brevo", KEY, MARKETING, "delete", None, None, record_id="654", status=204)
    assert (sent.method, sent.url, sent.content) == ("DELETE", f"{API}/654", b"")


def test_list_is_of_one_type(exchange: Callable[..., Any]) -> None:
    sent = exchange("brevo", KEY, MARKETING, "list", None, {"webhooks": [SHOWN]})
    assert [one.url for one in sent.all] == [f"{API}?type=marketing"]
    (live,) = sent.result
    assert (live.id, live.fields["events"]) == ("654", ("click", "hardBounce"))
    assert live.fields["headers"]["X-Team"].reveal() == "header-canary"


def test_sent_and_request_are_one_event(exchange: Callable[..., Any]) -> None:
    scope = {"type": "transactional"}
    sent = exchange("brevo", KEY, scope, "list", None, {"webhooks": [{**SHOWN, "events": ["sent"]}]})
    assert sent.result[0].fields["events"] == ("request",)

"""Paddle: the shapes that its reference and its client show."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

KEY = {"api_key": "key-canary"}
API = "https://api.paddle.com/notification-settings"
ID = "ntfset_01gkpjp8bkm3tm53kdgkx6sms7"
SHOWN: dict[str, Any] = {
    "id": ID,
    "description": "Slack notifications",
    "type": "url",
    "destination": "https://hooks.example.com/paddle",
    "active": True,
    "api_version": 1,
    "include_sensitive_fields": False,
    "traffic_source": "all",
    "subscribed_events": [
        {"name": "transaction.billed", "description": "…", "group": "Transaction", "available_versions": [1]},
        {"name": "subscription.canceled", "description": "…", "group": "Subscription", "available_versions": [1]},
    ],
    "endpoint_secret_key": "pdl_ntfset_canary",
}
FIELDS = {
    "url": "https://hooks.example.com/paddle",
    "events": ("subscription.canceled", "transaction.billed"),
    "description": "Slack notifications",
    "api_version": 1,
}
META = {"request_id": "03dae283-b7e9-47dc-b8c0-229576bf8cde"}


def test_create_reads_the_secret(exchange: Callable[..., Any]) -> None:
    sent = exchange("paddle", KEY, {}, "create", FIELDS, {"data": SHOWN, "meta": META}, status=201)
    assert (sent.method, sent.url, sent.headers["Authorization"]) == ("POST", API, "Bearer key-canary")
    assert sent.body == {
        "type": "url",
        "destination": "https://hooks.example.com/paddle",
        "subscribed_events": ["subscription.canceled", "transaction.billed"],
        "description": "Slack notifications",
        "api_version": 1,
    }
    assert (sent.result.id, sent.result.captured["secret"].reveal()) == (ID, "pdl_ntfset_canary")


def test_a_disabled_one_is_made_and_then_disabled(exchange: Callable[..., Any]) -> None:
    answers = [{"data": {**SHOWN, "active": False}, "meta": META}]
    fields = {**FIELDS, "enabled": False}
    sent = exchange("paddle", KEY, {}, "create", fields, {"data": SHOWN, "meta": META}, status=201, then=answers)
    assert "active" not in sent.body
    assert [(one.method, one.url) for one in sent.all[1:]] == [("PATCH", f"{API}/{ID}")]
    assert sent.all[1].body == {"active": False}


def test_update_sends_what_changed(exchange: Callable[..., Any]) -> None:
    answer = {"data": SHOWN, "meta": META}
    sent = exchange("paddle", KEY, {}, "update", FIELDS, answer, record_id=ID, changed=frozenset({"events"}))
    assert (sent.method, sent.url) == ("PATCH", f"{API}/{ID}")
    assert sent.body == {"subscribed_events": ["subscription.canceled", "transaction.billed"]}


def test_delete(exchange: Callable[..., Any]) -> None:
    sent = exchange("paddle", KEY, {}, "delete", None, None, record_id=ID, status=204)
    assert (sent.method, sent.url, sent.content) == ("DELETE", f"{API}/{ID}", b"")


def test_list_goes_on_while_there_is_more_and_leaves_out_email(exchange: Callable[..., Any]) -> None:
    def page(more: bool, *items: dict[str, Any]) -> dict[str, Any]:
        pagination = {"per_page": 200, "next": f"{API}?after=x", "has_more": more, "estimated_total": 2}
        return {"data": list(items), "meta": {**META, "pagination": pagination}}

    email = {**SHOWN, "id": "ntfset_email", "type": "email", "destination": "sam@example.com"}
    sent = exchange("paddle", KEY, {}, "list", None, page(True, SHOWN), then=[page(False, email)])
    assert [one.query for one in sent.all] == [{"per_page": "200"}, {"per_page": "200", "after": ID}]
    (live,) = sent.result
    assert (live.id, live.fields["events"]) == (ID, FIELDS["events"])
    assert (live.fields["enabled"], live.fields["traffic_source"]) == (True, "all")

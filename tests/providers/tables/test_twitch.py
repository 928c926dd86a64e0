"""Twitch EventSub: the examples of its reference; nothing is updated, what was stopped counts as gone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reconciler.records import Secret

APP = {"token": "token-canary", "client_id": "client-canary"}
API = "https://api.twitch.tv/helix/eventsub/subscriptions"
SHOWN: dict[str, Any] = {
    "id": "26b1c993-bfcf-44d9-b876-379dacafe75a",
    "status": "webhook_callback_verification_pending",
    "type": "user.update",
    "version": "1",
    "condition": {"user_id": "1234"},
    "created_at": "2020-11-10T14:32:18.730260295Z",
    "transport": {"method": "webhook", "callback": "https://this-is-a-callback.example.com"},
    "cost": 1,
}
FIELDS = {
    "url": "https://this-is-a-callback.example.com",
    "events": ("user.update",),
    "condition": {"user_id": "1234"},
    "version": "1",
    "secret": Secret("s3cre7-canary"),
}
LIMITS = {"total": 1, "total_cost": 1, "max_total_cost": 10000}


def test_create(exchange: Callable[..., Any]) -> None:
    sent = exchange("twitch", APP, {}, "create", FIELDS, {"data": [SHOWN], **LIMITS}, status=202)
    assert (sent.method, sent.url, sent.result.id) == ("POST", API, SHOWN["id"])
    assert (sent.headers["Authorization"], sent.headers["Client-Id"]) == ("Bearer token-canary", "client-canary")
    assert sent.body == {
        "type": "user.update",
        "version": "1",
        "condition": {"user_id": "1234"},
        "transport": {
            "method": "webhook",
            "callback": "https://this-is-a-callback.example.com",
            "secret": "s3cre7-canary",
        },
    }


def test_delete_names_the_record_in_the_query(exchange: Callable[..., Any]) -> None:
    sent = exchange("twitch", APP, {}, "delete", None, None, status=204, record_id="26b1")
    assert (sent.method, sent.url, sent.content) == ("DELETE", f"{API}?id=26b1", b"")


def test_list_leaves_out_what_is_stopped_or_no_webhook(exchange: Callable[..., Any]) -> None:
    stopped = {**SHOWN, "id": "stopped", "status": "notification_failures_exceeded"}
    socket = {**SHOWN, "id": "socket", "transport": {"method": "websocket", "session_id": "1"}}
    first = {"data": [SHOWN, stopped, socket], **LIMITS, "pagination": {"cursor": "next"}}
    last = {"data": [{**SHOWN, "id": "second", "status": "enabled"}], **LIMITS, "pagination": {}}
    sent = exchange("twitch", APP, {}, "list", None, first, then=[last])
    assert [one.query for one in sent.all] == [{}, {"after": "next"}]
    assert [live.id for live in sent.result] == [SHOWN["id"], "second"]
    assert sent.result[0].fields["condition"] == {"user_id": "1234"}

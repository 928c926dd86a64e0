"""Calendly: the examples of its reference, for the subscriptions of an organization and of a user."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from reconciler.records import Secret

TOKEN = {"token": "token-canary"}
API = "https://api.calendly.com/webhook_subscriptions"
ORGANIZATION = {"organization": "https://api.calendly.com/organizations/AAAAAAAAAAAAAAAA"}
USER = {"user": "https://api.calendly.com/users/AAAAAAAAAAAAAAAA"}
each_place = pytest.mark.parametrize(
    ("table", "scope", "kind"),
    [("calendly", ORGANIZATION, "organization"), ("calendly-user", {**ORGANIZATION, **USER}, "user")],
    ids=["organization", "user"],
)
FIELDS = {
    "url": "https://blah.example.com/bar",
    "events": ("invitee.canceled", "invitee.created"),
    "secret": Secret("signing-canary"),
}


def shown(kind: str, name: str = "AAAAAAAAAAAAAAAA") -> dict[str, Any]:
    return {
        "uri": f"{API}/{name}",
        "callback_url": "https://blah.example.com/bar",
        "created_at": "2019-08-24T14:15:22.123456Z",
        "updated_at": "2019-08-24T14:15:22.123456Z",
        "retry_started_at": "2019-08-24T14:15:22.123456Z",
        "state": "active",
        "events": ["invitee.created", "invitee.canceled"],
        "scope": kind,
        "organization": ORGANIZATION["organization"],
        "user": USER["user"],
        "creator": USER["user"],
    }


@each_place
def test_create(exchange: Callable[..., Any], table: str, scope: dict[str, str], kind: str) -> None:
    sent = exchange(table, TOKEN, scope, "create", FIELDS, {"resource": shown(kind)}, status=201)
    assert (sent.method, sent.url, sent.headers["Authorization"]) == ("POST", API, "Bearer token-canary")
    assert sent.body == {
        "url": "https://blah.example.com/bar",
        "events": ["invitee.canceled", "invitee.created"],
        "signing_key": "signing-canary",
        "scope": kind,
        **scope,
    }
    assert sent.result.id == "AAAAAAAAAAAAAAAA"


@each_place
def test_delete(exchange: Callable[..., Any], table: str, scope: dict[str, str], kind: str) -> None:
    sent = exchange(table, TOKEN, scope, "delete", None, None, record_id="AAAAAAAAAAAAAAAA", status=204)
    assert (sent.method, sent.url, sent.content) == ("DELETE", f"{API}/AAAAAAAAAAAAAAAA", b"")


@each_place
def test_list(exchange: Callable[..., Any], table: str, scope: dict[str, str], kind: str) -> None:
    first = {"collection": [shown(kind)], "pagination": {"count": 1, "next_page_token": "next"}}
    last = {"collection": [shown(kind, "BBBB")], "pagination": {"count": 1, "next_page_token": None}}
    sent = exchange(table, TOKEN, scope, "list", None, first, then=[last])
    asked = {**scope, "scope": kind, "count": "100"}
    assert [one.query for one in sent.all] == [asked, {**asked, "page_token": "next"}]
    assert [live.id for live in sent.result] == ["AAAAAAAAAAAAAAAA", "BBBB"]
    assert sent.result[0].fields == {"url": FIELDS["url"], "events": FIELDS["events"]}

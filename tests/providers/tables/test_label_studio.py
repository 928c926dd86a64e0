"""Label Studio: the forms of its serializers; a token that is traded for another, events that go with every update."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reconciler.records import Secret

LEGACY = {"legacy_token": "token-canary"}
PROJECT = {"project": "12"}
SITE = "https://label-studio.example.com"
API = f"{SITE}/api/webhooks/"
SHOWN: dict[str, Any] = {
    "id": 7,
    "organization": 1,
    "project": 12,
    "url": "https://example.com/labels",
    "send_payload": True,
    "send_for_all_actions": False,
    "headers": {"X-Key": "header-canary"},
    "is_active": True,
    "actions": ["TASKS_CREATED", "ANNOTATION_CREATED"],
    "created_at": "2026-01-02T03:04:05.678901Z",
    "updated_at": "2026-01-02T03:04:05.678901Z",
}
FIELDS = {
    "url": "https://example.com/labels",
    "events": ("ANNOTATION_CREATED", "TASKS_CREATED"),
    "headers": {"X-Key": Secret("header-canary")},
    "enabled": True,
    "all_events": False,
    "send_payload": True,
}
BODY = {
    "url": "https://example.com/labels",
    "actions": ["ANNOTATION_CREATED", "TASKS_CREATED"],
    "headers": {"X-Key": "header-canary"},
    "is_active": True,
    "send_for_all_actions": False,
    "send_payload": True,
}


def test_create(exchange: Callable[..., Any]) -> None:
    sent = exchange("label-studio", LEGACY, PROJECT, "create", FIELDS, SHOWN, status=201)
    assert (sent.method, sent.url, sent.result.id) == ("POST", API, "7")
    assert sent.headers["Authorization"] == "Token token-canary"
    assert sent.body == BODY | {"project": "12"}


def test_a_personal_token_is_traded_for_one_of_five_minutes(exchange: Callable[..., Any]) -> None:
    token = {"token": "refresh-canary"}
    sent = exchange("label-studio", token, PROJECT, "list", None, {"access": "access-canary"}, then=[[SHOWN]])
    login, listing = sent.all
    assert (login.method, login.url, login.body) == (
        "POST",
        f"{SITE}/api/token/refresh/",
        {"refresh": "refresh-canary"},
    )
    assert (listing.url, listing.headers["Authorization"]) == (f"{API}?project=12", "Bearer access-canary")
    assert len(sent.result) == 1


def test_an_update_of_anything_carries_the_events(exchange: Callable[..., Any]) -> None:
    changed = frozenset({"url"})
    sent = exchange("label-studio", LEGACY, PROJECT, "update", FIELDS, SHOWN, record_id="7", changed=changed)
    assert (sent.method, sent.url) == ("PATCH", f"{API}7/")
    assert sent.body == {"url": BODY["url"], "actions": BODY["actions"]}


def test_delete(exchange: Callable[..., Any]) -> None:
    sent = exchange("label-studio", LEGACY, PROJECT, "delete", None, None, status=204, record_id="7")
    assert (sent.method, sent.url) == ("DELETE", f"{API}7/")


def test_list_shows_no_header(exchange: Callable[..., Any]) -> None:
    sent = exchange("label-studio", LEGACY, PROJECT, "list", None, [SHOWN])
    (live,) = sent.result
    assert {name: live.fields[name] for name in FIELDS} == FIELDS
    assert "header-canary" not in repr(live)


def test_get(exchange: Callable[..., Any]) -> None:
    sent = exchange("label-studio", LEGACY, PROJECT, "get", None, SHOWN, record_id="7")
    assert (sent.url, sent.result.id) == (f"{API}7/", "7")


def test_the_organization_is_the_account(exchange: Callable[..., Any]) -> None:
    sent = exchange("label-studio", LEGACY, {}, "account", None, {"id": 3, "active_organization": 1})
    assert (sent.url, str(sent.result)) == (f"{SITE}/api/current-user/whoami", "1")

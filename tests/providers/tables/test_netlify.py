"""Netlify: the shapes of its API description; one event a hook, other types left alone, waking what was disabled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reconciler.records import Secret

TOKEN = {"token": "token-canary"}
SITE = {"site": "0d3a9d2f"}
API = "https://api.netlify.com/api/v1/hooks"
SHOWN: dict[str, Any] = {
    "id": "5f7b8c9d",
    "site_id": "0d3a9d2f",
    "type": "url",
    "event": "deploy_created",
    "data": {"url": "https://example.com/netlify"},
    "created_at": "2024-01-01T10:00:00Z",
    "updated_at": "2024-01-01T10:00:00Z",
    "disabled": False,
}
FIELDS = {
    "url": "https://example.com/netlify",
    "events": ("deploy_created",),
    "secret": Secret("secret-canary"),
    "delivering": True,
}


def test_create(exchange: Callable[..., Any]) -> None:
    sent = exchange("netlify", TOKEN, SITE, "create", FIELDS, SHOWN, status=201)
    assert (sent.method, sent.url, sent.result.id) == ("POST", f"{API}?site_id=0d3a9d2f", "5f7b8c9d")
    assert sent.headers["Authorization"] == "Bearer token-canary"
    assert sent.body == {
        "type": "url",
        "event": "deploy_created",
        "data": {"url": "https://example.com/netlify", "signature_secret": "secret-canary"},
    }


def test_update_keeps_what_else_is_in_the_data(exchange: Callable[..., Any]) -> None:
    there = {**SHOWN, "data": {"url": "https://example.com/old", "other": "kept"}}
    changed = frozenset({"url"})
    sent = exchange(
        "netlify", TOKEN, SITE, "update", FIELDS, there, record_id="5f7b8c9d", changed=changed, then=[SHOWN]
    )
    put = sent.all[-1]
    assert (put.method, put.url) == ("PUT", f"{API}/5f7b8c9d")
    assert put.body["data"] == {
        "url": "https://example.com/netlify",
        "other": "kept",
        "signature_secret": "secret-canary",
    }


def test_a_disabled_one_is_enabled(exchange: Callable[..., Any]) -> None:
    changed = frozenset({"delivering"})
    sent = exchange("netlify", TOKEN, SITE, "update", FIELDS, SHOWN, record_id="5f7b8c9d", changed=changed)
    assert [(one.method, one.url) for one in sent.all] == [("POST", f"{API}/5f7b8c9d/enable")]


def test_delete(exchange: Callable[..., Any]) -> None:
    sent = exchange("netlify", TOKEN, SITE, "delete", None, None, status=204, record_id="5f7b8c9d")
    assert (sent.method, sent.url) == ("DELETE", f"{API}/5f7b8c9d")


def test_list_leaves_other_types_alone(exchange: Callable[..., Any]) -> None:
    mail = {**SHOWN, "id": "6a", "type": "email", "data": {"email": "team@example.com"}}
    sent = exchange("netlify", TOKEN, SITE, "list", None, [{**SHOWN, "disabled": True}, mail])
    assert (sent.method, sent.url) == ("GET", f"{API}?site_id=0d3a9d2f")
    (live,) = sent.result
    assert live.fields["events"] == ("deploy_created",)
    assert (live.fields["url"], live.fields["delivering"]) == ("https://example.com/netlify", False)

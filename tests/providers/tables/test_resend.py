"""Resend: the forms of its OpenAPI."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

KEY = {"api_key": "key-canary"}
API = "https://api.resend.com/webhooks"
ID = "479e3145-dd38-476b-932c-529ceb705947"
SHOWN: dict[str, Any] = {
    "object": "webhook",
    "id": ID,
    "endpoint": "https://webhook.example.com/handler",
    "events": ["email.sent", "email.delivered"],
    "status": "enabled",
    "created_at": "2023-10-06 23:47:56.678+00",
    "signing_secret": "whsec_canary",
}
FIELDS = {"url": "https://webhook.example.com/handler", "events": ("email.delivered", "email.sent")}


def test_create_reads_the_secret(exchange: Callable[..., Any]) -> None:
    made = {"object": "webhook", "id": ID, "signing_secret": "whsec_canary"}
    sent = exchange("resend", KEY, {}, "create", FIELDS, made, status=201, then=[SHOWN])
    assert (sent.method, sent.url) == ("POST", API)
    assert sent.headers["Authorization"] == "Bearer key-canary"
    assert sent.body == {"endpoint": FIELDS["url"], "events": ["email.delivered", "email.sent"]}
    assert sent.result.id == ID
    assert sent.result.captured["secret"].reveal() == "whsec_canary"


def test_update_can_disable(exchange: Callable[..., Any]) -> None:
    fields = {**FIELDS, "enabled": False}
    answer = {"object": "webhook", "id": ID}
    sent = exchange(
        "resend", KEY, {}, "update", fields, answer, record_id=ID, changed=frozenset({"enabled"}), then=[SHOWN]
    )
    assert (sent.method, sent.url, sent.body) == ("PATCH", f"{API}/{ID}", {"status": "disabled"})


def test_delete(exchange: Callable[..., Any]) -> None:
    answer = {"object": "webhook", "id": ID, "deleted": True}
    sent = exchange("resend", KEY, {}, "delete", None, answer, record_id=ID)
    assert (sent.method, sent.url, sent.content) == ("DELETE", f"{API}/{ID}", b"")


def test_list_goes_on_after_the_last_id(exchange: Callable[..., Any]) -> None:
    item = {name: value for name, value in SHOWN.items() if name not in ("object", "signing_secret")}
    pages = [
        {"object": "list", "has_more": more, "data": [{**item, "id": name}]}
        for name, more in (("a", True), ("b", False))
    ]
    sent = exchange("resend", KEY, {}, "list", None, pages[0], then=pages[1:])
    assert [one.query for one in sent.all] == [{"limit": "100"}, {"limit": "100", "after": "a"}]
    assert [live.id for live in sent.result] == ["a", "b"]
    assert (sent.result[0].fields["enabled"], sent.result[0].fields["url"]) == (True, FIELDS["url"])

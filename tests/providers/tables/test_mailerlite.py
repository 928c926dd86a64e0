"""MailerLite: the types of its own client; numbered pages with their total."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

TOKEN = {"token": "token-canary"}
API = "https://connect.mailerlite.com/api/webhooks"
ID = "75037417472525940"
SHOWN: dict[str, Any] = {
    "id": ID,
    "name": "Test webhook",
    "url": "https://hooks.example.com/mailerlite",
    "events": ["subscriber.updated"],
    "enabled": True,
    "secret": "secret-canary",
    "created_at": "2022-12-22 07:50:36",
    "updated_at": "2022-12-22 07:50:36",
}
FIELDS = {
    "url": "https://hooks.example.com/mailerlite",
    "events": ("subscriber.updated",),
    "name": "Test webhook",
    "enabled": True,
}


@pytest.fixture
def hooks(exchange: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *given, **more: exchange("mailerlite", TOKEN, {}, *given, record_id=ID, **more)


def test_create_shows_the_secret(hooks: Callable[..., Any]) -> None:
    sent = hooks("create", FIELDS, {"data": SHOWN}, status=201)
    assert (sent.method, sent.url, sent.result.id) == ("POST", API, ID)
    assert sent.body == {**FIELDS, "events": ["subscriber.updated"]}
    assert sent.headers["Authorization"] == "Bearer token-canary"
    assert sent.result.captured["secret"].reveal() == "secret-canary"


def test_update_sends_what_changed(hooks: Callable[..., Any]) -> None:
    sent = hooks("update", {**FIELDS, "enabled": False}, {"data": SHOWN}, changed=frozenset({"enabled"}))
    assert (sent.method, sent.url, sent.body) == ("PUT", f"{API}/{ID}", {"enabled": False})


def test_what_needs_batches(hooks: Callable[..., Any]) -> None:
    fields = {**FIELDS, "events": ("campaign.open",), "batchable": True}
    sent = hooks("create", fields, {"data": {**SHOWN, "events": ["campaign.open"]}}, status=201)
    assert (sent.body["events"], sent.body["batchable"]) == (["campaign.open"], True)


def test_delete(hooks: Callable[..., Any]) -> None:
    sent = hooks("delete", None, None, status=204)
    assert (sent.method, sent.url) == ("DELETE", f"{API}/{ID}")


def test_list_counts_pages(hooks: Callable[..., Any]) -> None:
    def page(number: int) -> dict[str, Any]:
        meta = {"current_page": number, "from": number, "last_page": 2, "per_page": 1, "to": number, "total": 2}
        return {"data": [{**SHOWN, "id": str(number)}], "links": {}, "meta": meta}

    sent = hooks("list", None, page(1), then=[page(2)])
    assert [one.query for one in sent.all] == [{"page": "1"}, {"page": "2"}]
    assert [dict(live.fields) for live in sent.result] == [FIELDS, FIELDS]
    assert "canary" not in repr(sent.result)

"""Basecamp: webhooks of one project, with the sample of its document; who calls is named in the User-Agent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from reconciler.errors import Refused

GIVEN = {"access_token": "token-canary", "contact": "ops@example.com"}
API = "https://3.basecampapi.com/195539477"
PROJECT = f"{API}/buckets/2085958504/webhooks.json"
SHOWN = {
    "id": 9007199254741202,
    "active": True,
    "created_at": "2022-11-22T17:56:27.363Z",
    "updated_at": "2022-11-22T17:56:27.363Z",
    "payload_url": "https://hooks.example.com/basecamp",
    "types": ["Todo", "Todolist"],
    "url": f"{API}/webhooks/9007199254741202.json",
    "app_url": "https://3.basecamp.com/195539477/webhooks/9007199254741202",
}
FIELDS = {"url": "https://hooks.example.com/basecamp", "events": ("Todo", "Todolist"), "enabled": True}
BODY = {"payload_url": "https://hooks.example.com/basecamp", "types": ["Todo", "Todolist"]}


@pytest.fixture
def hooks(exchange: Callable[..., Any]) -> Callable[..., Any]:
    scope = {"account": "195539477", "project": "2085958504"}
    return lambda *given, **more: exchange("basecamp", GIVEN, scope, *given, record_id="9007199254741202", **more)


def test_create(hooks: Callable[..., Any]) -> None:
    sent = hooks("create", FIELDS, SHOWN, status=201)
    assert (sent.method, sent.url, sent.body) == ("POST", PROJECT, BODY)
    assert sent.result.id == "9007199254741202"
    assert sent.headers["Authorization"] == "Bearer token-canary"
    assert sent.headers["User-Agent"] == "webhook-reconciler (ops@example.com)"


def test_create_in_a_full_account_is_refused(hooks: Callable[..., Any]) -> None:
    with pytest.raises(Refused, match="as many webhooks as it may have"):
        hooks("create", FIELDS, {"error": "Webhook limit reached"}, status=507)


def test_update_is_the_whole_webhook(hooks: Callable[..., Any]) -> None:
    sent = hooks("update", {**FIELDS, "enabled": False}, SHOWN, changed=frozenset({"enabled"}))
    assert (sent.method, sent.url) == ("PUT", SHOWN["url"])
    assert sent.body == {**BODY, "active": False}


def test_delete(hooks: Callable[..., Any]) -> None:
    sent = hooks("delete", None, None, status=204)
    assert (sent.method, sent.url) == ("DELETE", SHOWN["url"])


def test_list_follows_the_links(hooks: Callable[..., Any]) -> None:
    off = {**SHOWN, "id": 2, "active": False}
    link = {"Link": f'<{PROJECT}?page=2>; rel="next"'}
    sent = hooks("list", None, [SHOWN], headers=link, then=[[off]])
    assert [one.address for one in sent.all] == [PROJECT, PROJECT]
    assert [one.query for one in sent.all] == [{}, {"page": "2"}]
    assert [dict(live.fields) for live in sent.result] == [FIELDS, {**FIELDS, "enabled": False}]

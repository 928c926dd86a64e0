"""Sentry: the examples of its OpenAPI; a next page that is linked although nothing is there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

TOKEN = {"token": "token-canary"}
PROJECT = {"org": "acme", "project": "shop"}
API = "https://us.sentry.io/api/0/projects/acme/shop/hooks/"
ID = "4f9d73e63b7144ecb8944c41620a090b"
SHOWN = {
    "dateCreated": "2018-11-06T21:20:08.143Z",
    "events": ["event.alert", "event.created"],
    "id": ID,
    "secret": "secret-canary",
    "status": "active",
    "url": "https://empowerplant.io/sentry-hook",
}
FIELDS = {"url": "https://empowerplant.io/sentry-hook", "events": ("event.alert", "event.created")}
BODY = {"url": "https://empowerplant.io/sentry-hook", "events": ["event.alert", "event.created"]}


def test_create(exchange: Callable[..., Any]) -> None:
    sent = exchange("sentry", TOKEN, PROJECT, "create", FIELDS, SHOWN, status=201)
    assert (sent.method, sent.url, sent.body, sent.result.id) == ("POST", API, BODY, ID)
    assert sent.headers["Authorization"] == "Bearer token-canary"
    assert sent.result.captured["secret"].reveal() == "secret-canary"


def test_update_sends_both(exchange: Callable[..., Any]) -> None:
    sent = exchange("sentry", TOKEN, PROJECT, "update", FIELDS, SHOWN, record_id=ID, changed=frozenset({"url"}))
    assert (sent.method, sent.url, sent.body) == ("PUT", f"{API}{ID}/", BODY)


def test_delete(exchange: Callable[..., Any]) -> None:
    sent = exchange("sentry", TOKEN, PROJECT, "delete", None, None, status=204, record_id=ID)
    assert (sent.method, sent.url) == ("DELETE", f"{API}{ID}/")


def test_list_ends_where_the_next_page_has_no_results(exchange: Callable[..., Any]) -> None:
    page = '<{}?&cursor=0:100:{}>; rel="next"; results="{}"; cursor="0:100:0"'
    more, end = page.format(API, 0, "true"), page.format(API, 1, "false")
    other = {**SHOWN, "id": "5f9d73e63b7144ecb8944c41620a090b"}
    first = exchange("sentry", TOKEN, PROJECT, "list", None, [SHOWN], headers={"Link": more}, then=[[other]])
    assert [one.url for one in first.all] == [API, f"{API}?&cursor=0:100:0"]
    sent = exchange("sentry", TOKEN, PROJECT, "list", None, [SHOWN], headers={"Link": end})
    assert len(sent.all) == 1
    (live,) = sent.result
    assert dict(live.fields) == FIELDS
    assert "canary" not in repr(live)

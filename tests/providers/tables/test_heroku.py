"""Heroku: the examples of its reference; the version in `Accept`, pages by range."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reconciler.records import Secret

TOKEN = {"token": "token-canary"}
APP = {"app": "acme-shop"}
API = "https://api.heroku.com/apps/acme-shop/webhooks"
ID = "01234567-89ab-cdef-0123-456789abcdef"
SHOWN = {
    "app": {"id": ID, "name": "example"},
    "created_at": "2015-01-01T12:00:00Z",
    "id": ID,
    "include": ["api:release"],
    "level": "notify",
    "updated_at": "2015-01-01T12:00:00Z",
    "url": "https://example.com/hooks",
}
FIELDS = {
    "url": "https://example.com/hooks",
    "events": ("api:release",),
    "level": "notify",
    "secret": Secret("secret-canary"),
    "authorization": Secret("Bearer canary"),
}


def test_create(exchange: Callable[..., Any]) -> None:
    sent = exchange("heroku", TOKEN, APP, "create", FIELDS, SHOWN, status=201)
    assert (sent.method, sent.url, sent.result.id) == ("POST", API, ID)
    assert sent.headers["Authorization"] == "Bearer token-canary"
    assert sent.headers["Accept"] == "application/vnd.heroku+json; version=3"
    assert sent.body == {
        "authorization": "Bearer canary",
        "include": ["api:release"],
        "level": "notify",
        "secret": "secret-canary",
        "url": "https://example.com/hooks",
    }


def test_a_secret_that_heroku_makes_is_captured(exchange: Callable[..., Any]) -> None:
    fields = {name: value for name, value in FIELDS.items() if name != "secret"}
    made = {"Heroku-Webhook-Secret": "hook-canary"}
    sent = exchange("heroku", TOKEN, APP, "create", fields, SHOWN, status=201, headers=made)
    assert "secret" not in sent.body
    assert sent.result.captured["secret"].reveal() == "hook-canary"
    assert "canary" not in repr(sent.result)


def test_update(exchange: Callable[..., Any]) -> None:
    sent = exchange("heroku", TOKEN, APP, "update", FIELDS, SHOWN, record_id=ID, changed=frozenset({"level"}))
    assert (sent.method, sent.url, sent.body) == ("PATCH", f"{API}/{ID}", {"level": "notify"})


def test_delete(exchange: Callable[..., Any]) -> None:
    sent = exchange("heroku", TOKEN, APP, "delete", None, SHOWN, record_id=ID)
    assert (sent.method, sent.url) == ("DELETE", f"{API}/{ID}")


def test_list_goes_on_by_range(exchange: Callable[..., Any]) -> None:
    other = {**SHOWN, "id": "11234567-89ab-cdef-0123-456789abcdef"}
    more = {"Next-Range": f"]{ID}..; max=200"}
    sent = exchange("heroku", TOKEN, APP, "list", None, [SHOWN], status=206, headers=more, then=[[other]])
    assert [one.url for one in sent.all] == [API, API]
    assert sent.all[1].headers["Range"] == f"]{ID}..; max=200"
    live, _ = sent.result
    assert (live.fields["events"], live.fields["level"]) == (("api:release",), "notify")
    assert not {"secret", "authorization"} & set(live.fields)

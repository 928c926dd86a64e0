"""Svix: the examples of its OpenAPI; secret and headers by calls of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reconciler.records import Secret

TOKEN = {"token": "token-canary"}
APP = {"app": "unique-app-identifier"}
API = "https://api.us.svix.com/api/v1/app/unique-app-identifier/endpoint"
ID = "ep_1srOrx2ZWZBpBUvZwXKQmoEYga2"
KEY = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
SHOWN: dict[str, Any] = {
    "channels": ["project_123", "group_2"],
    "createdAt": "2019-08-24T14:15:22Z",
    "description": "An example endpoint name",
    "disabled": False,
    "eventTypes": ["user.signup", "user.deleted"],
    "id": ID,
    "metadata": {"tier": "gold"},
    "throttleRate": 5,
    "uid": "unique-ep-identifier",
    "updatedAt": "2019-08-24T14:15:22Z",
    "url": "https://example.com/webhook/",
}
FIELDS = {
    "url": "https://example.com/webhook/",
    "events": ("user.deleted", "user.signup"),
    "description": "An example endpoint name",
    "enabled": False,
    "throttle_rate": 5,
}


def test_create(exchange: Callable[..., Any]) -> None:
    sent = exchange("svix", TOKEN, APP, "create", FIELDS, SHOWN, status=201)
    assert (sent.method, sent.url, sent.result.id) == ("POST", API, ID)
    assert sent.headers["Authorization"] == "Bearer token-canary"
    assert sent.headers["idempotency-key"]
    assert sent.body == {
        "url": "https://example.com/webhook/",
        "eventTypes": ["user.deleted", "user.signup"],
        "description": "An example endpoint name",
        "disabled": True,
        "throttleRate": 5,
    }


def test_a_new_secret_is_a_rotation_and_headers_are_put(exchange: Callable[..., Any]) -> None:
    fields = {**FIELDS, "secret": Secret(KEY), "headers": {"X-Example": Secret("header-canary")}}
    changed = frozenset({"secret", "headers"})
    sent = exchange("svix", TOKEN, APP, "update", fields, None, record_id=ID, changed=changed, status=204,
                    then=[None, None], then_status=204)  # fmt: skip
    assert {(one.method, one.url): one.body for one in sent.all} == {
        ("POST", f"{API}/{ID}/secret/rotate"): {"key": KEY},
        ("PUT", f"{API}/{ID}/headers"): {"headers": {"X-Example": "header-canary"}},
    }


def test_update(exchange: Callable[..., Any]) -> None:
    sent = exchange("svix", TOKEN, APP, "update", FIELDS, SHOWN, record_id=ID, changed=frozenset({"enabled"}))
    assert (sent.method, sent.url, sent.body) == ("PATCH", f"{API}/{ID}", {"disabled": True})


def test_delete(exchange: Callable[..., Any]) -> None:
    sent = exchange("svix", TOKEN, APP, "delete", None, None, status=204, record_id=ID)
    assert (sent.method, sent.url) == ("DELETE", f"{API}/{ID}")


def test_list_ends_with_the_empty_page(exchange: Callable[..., Any]) -> None:
    page = {"data": [SHOWN], "iterator": ID, "prevIterator": f"-{ID}", "done": True}
    last: dict[str, Any] = {"data": [], "iterator": None, "done": True}
    sent = exchange("svix", TOKEN, APP, "list", None, page, then=[last, {"key": KEY}])
    assert [one.url for one in sent.all] == [
        f"{API}?limit=100",
        f"{API}?limit=100&iterator={ID}",
        f"{API}/{ID}/secret",
    ]
    (live,) = sent.result
    assert live.fields["events"] == ("user.deleted", "user.signup")
    assert (live.fields["enabled"], live.fields["uid"]) == (True, "unique-ep-identifier")
    assert KEY not in repr(live)

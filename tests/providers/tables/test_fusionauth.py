"""FusionAuth: the types of its own client; events are a map of true and false, and an update is a whole webhook."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from reconciler.records import Secret

KEY = {"api_key": "api-canary"}
SITE = "https://auth.example.com"
API = f"{SITE}/api/webhook"
ID = "e3adac65-0a7d-4b5b-9b1c-8a4b4a2a3f10"
SHOWN: dict[str, Any] = {
    "connectTimeout": 1000,
    "description": "The standard game webhook",
    "eventsEnabled": {"user.create": True, "user.delete": False, "user.update": True},
    "global": False,
    "headers": {"foo": "bar"},
    "httpAuthenticationPassword": "password-canary",
    "httpAuthenticationUsername": "username",
    "id": ID,
    "insertInstant": 1595361142909,
    "lastUpdateInstant": 1595361143101,
    "readTimeout": 2000,
    "signatureConfiguration": {"enabled": False},
    "tenantIds": ["00000000-0000-0000-0000-000000000003"],
    "url": "https://hooks.example.com/fusionauth",
}
FIELDS = {
    "url": "https://hooks.example.com/fusionauth",
    "events": ("user.create", "user.update"),
    "description": "The standard game webhook",
    "headers": {"foo": Secret("bar")},
    "global": False,
    "tenants": ["00000000-0000-0000-0000-000000000003"],
    "connect_timeout": 1000,
    "read_timeout": 2000,
    "http_username": "username",
    "sign": False,
}
WRITTEN = {
    "connectTimeout": 1000,
    "description": "The standard game webhook",
    "eventsEnabled": {"user.create": True, "user.update": True},
    "global": False,
    "headers": {"foo": "bar"},
    "httpAuthenticationPassword": "password-canary",
    "httpAuthenticationUsername": "username",
    "readTimeout": 2000,
    "signatureConfiguration": {"enabled": False},
    "tenantIds": ["00000000-0000-0000-0000-000000000003"],
    "url": "https://hooks.example.com/fusionauth",
}
PASSWORD = {"http_password": Secret("password-canary")}


@pytest.fixture
def hooks(exchange: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *given, **more: exchange("fusionauth", KEY, {}, *given, record_id=ID, base_url=SITE, **more)


def test_create(hooks: Callable[..., Any]) -> None:
    sent = hooks("create", {**FIELDS, **PASSWORD}, {"webhook": SHOWN})
    assert (sent.method, sent.url, sent.body, sent.result.id) == ("POST", API, {"webhook": WRITTEN}, ID)
    assert sent.headers["Authorization"] == "api-canary"


def test_update_is_a_whole_webhook(hooks: Callable[..., Any]) -> None:
    sent = hooks("update", {**FIELDS, **PASSWORD}, {"webhook": SHOWN}, changed=frozenset({"events"}))
    assert (sent.method, sent.url, sent.body) == ("PUT", f"{API}/{ID}", {"webhook": WRITTEN})


def test_delete(hooks: Callable[..., Any]) -> None:
    sent = hooks("delete", None, None)
    assert (sent.method, sent.url) == ("DELETE", f"{API}/{ID}")


def test_list_takes_the_events_that_are_true(hooks: Callable[..., Any]) -> None:
    (live,) = hooks("list", None, {"webhooks": [SHOWN]}).result
    assert live.fields["headers"]["foo"].reveal() == "bar"
    assert {**live.fields, "headers": None} == {**FIELDS, "headers": None}
    assert hooks("list", None, {}).result == ()

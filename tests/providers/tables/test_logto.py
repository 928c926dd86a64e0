"""Logto: hooks as its server's routes and types write them; an update replaces the configuration as one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

TOKEN = {"access_token": "token-canary"}
TENANT = "https://example.logto.app"
API = f"{TENANT}/api/hooks"
ID = "hcxgd3m2dn0bm4nxfr8yc"
CONFIG = {"url": "https://hooks.example.com/logto", "headers": {"X-Tag": "one"}}
SHOWN: dict[str, Any] = {
    "tenantId": "default",
    "id": ID,
    "name": "Users",
    "event": None,
    "events": ["User.Created", "PostSignIn"],
    "config": CONFIG,
    "signingKey": "key-canary",
    "enabled": True,
    "createdAt": 1700000000000,
}
FIELDS = {
    "url": "https://hooks.example.com/logto",
    "events": ("PostSignIn", "User.Created"),
    "name": "Users",
    "enabled": True,
    "headers": {"X-Tag": "one"},
}
BODY = {"name": "Users", "events": ["PostSignIn", "User.Created"], "config": CONFIG, "enabled": True}


@pytest.fixture
def hooks(exchange: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *given, **more: exchange("logto", TOKEN, {}, *given, record_id=ID, base_url=TENANT, **more)


def test_create_keeps_the_signing_key(hooks: Callable[..., Any]) -> None:
    sent = hooks("create", FIELDS, SHOWN, status=201)
    assert (sent.method, sent.url, sent.body, sent.result.id) == ("POST", API, BODY, ID)
    assert sent.headers["Authorization"] == "Bearer token-canary"
    assert sent.result.captured["secret"].reveal() == "key-canary"


def test_update_sends_the_configuration_as_one(hooks: Callable[..., Any]) -> None:
    sent = hooks("update", {**FIELDS, "enabled": False}, SHOWN, changed=frozenset({"enabled"}))
    assert (sent.method, sent.url) == ("PATCH", f"{API}/{ID}")
    assert sent.body == {"enabled": False, "config": CONFIG}


def test_rotate_and_delete(hooks: Callable[..., Any]) -> None:
    sent = hooks("rotate", None, {**SHOWN, "signingKey": "fresh-canary"})
    assert (sent.method, sent.url) == ("PATCH", f"{API}/{ID}/signing-key")
    sent = hooks("delete", None, None, status=204)
    assert (sent.method, sent.url) == ("DELETE", f"{API}/{ID}")


def test_list_hides_the_signing_keys(hooks: Callable[..., Any]) -> None:
    sent = hooks("list", None, [SHOWN, {**SHOWN, "id": "2", "enabled": False}])
    assert (sent.method, sent.url) == ("GET", API)
    assert [live.fields["enabled"] for live in sent.result] == [True, False]
    assert set(sent.result[0].fields) == set(FIELDS)
    assert "canary" not in repr(sent.result)


def test_a_machine_gets_its_token_for_the_management_api(exchange: Callable[..., Any]) -> None:
    given = {"client_id": "app", "client_secret": "secret-canary", "resource": f"{TENANT}/api"}
    token = {"access_token": "fresh-token", "token_type": "Bearer", "expires_in": 3600}
    sent = exchange("logto", given, {}, "list", None, token, base_url=TENANT, then=[[]])
    first, second = sent.all
    assert (first.method, first.url) == ("POST", f"{TENANT}/oidc/token")
    assert dict(first.body) == {"grant_type": "client_credentials", "scope": "all", "resource": f"{TENANT}/api"}
    assert first.headers["Authorization"].startswith("Basic ")
    assert second.headers["Authorization"] == "Bearer fresh-token"

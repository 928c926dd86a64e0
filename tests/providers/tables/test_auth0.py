"""Auth0: event streams as its documents show them; among them only those with a webhook are ours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from reconciler.records import Secret

TOKEN = {"token": "token-canary"}
TENANT = "https://example.auth0.com"
API = f"{TENANT}/api/v2/event-streams"
ID = "est_0000000000000000000001"
WEBHOOK = {
    "type": "webhook",
    "configuration": {
        "webhook_endpoint": "https://hooks.example.com/auth0",
        "webhook_authorization": {"method": "basic", "username": "admin"},
    },
}
SHOWN = {
    "id": ID,
    "status": "enabled",
    "name": "users",
    "subscriptions": [{"event_type": "user.created"}, {"event_type": "user.updated"}],
    "created_at": "2026-01-16T08:50:33.955Z",
    "updated_at": "2026-01-16T08:50:33.955Z",
    "destination": WEBHOOK,
}
SECRET = {"method": Secret("basic"), "username": Secret("admin"), "password": Secret("password-canary")}
FIELDS = {
    "url": "https://hooks.example.com/auth0",
    "events": ("user.created", "user.updated"),
    "name": "users",
    "enabled": True,
    "authorization": SECRET,
}
BODY = {
    "name": "users",
    "status": "enabled",
    "subscriptions": [{"event_type": "user.created"}, {"event_type": "user.updated"}],
    "destination": {
        "type": "webhook",
        "configuration": {
            "webhook_endpoint": "https://hooks.example.com/auth0",
            "webhook_authorization": {"method": "basic", "username": "admin", "password": "password-canary"},
        },
    },
}


@pytest.fixture
def auth0(exchange: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *given, **more: exchange("auth0", TOKEN, {}, *given, record_id=ID, base_url=TENANT, **more)


def test_create(auth0: Callable[..., Any]) -> None:
    sent = auth0("create", FIELDS, SHOWN, status=201)
    assert (sent.method, sent.url, sent.body, sent.result.id) == ("POST", API, BODY, ID)
    assert sent.headers["Authorization"] == "Bearer token-canary"


def test_update_is_the_whole_stream(auth0: Callable[..., Any]) -> None:
    sent = auth0("update", FIELDS, SHOWN, changed=frozenset({"name"}))
    assert (sent.method, sent.url, sent.body) == ("PATCH", f"{API}/{ID}", BODY)


def test_delete(auth0: Callable[..., Any]) -> None:
    sent = auth0("delete", None, None, status=204)
    assert (sent.method, sent.url) == ("DELETE", f"{API}/{ID}")


def test_list_follows_the_cursor_and_passes_over_other_destinations(auth0: Callable[..., Any]) -> None:
    bridge = {"type": "eventbridge", "configuration": {"aws_region": "us-east-1", "aws_account_id": "000000000000"}}
    other = {**SHOWN, "id": "est_2", "destination": bridge}
    off = {**SHOWN, "id": "est_3", "status": "disabled"}
    sent = auth0("list", None, {"eventStreams": [SHOWN, other], "next": "c1"}, then=[{"eventStreams": [off]}])
    assert [one.query for one in sent.all] == [{"take": "50"}, {"take": "50", "from": "c1"}]
    one, two = sent.result
    assert dict(one.fields) == {name: value for name, value in FIELDS.items() if name != "authorization"}
    assert (two.id, two.fields["enabled"]) == ("est_3", False)


def test_an_application_gets_its_token_for_the_management_api(exchange: Callable[..., Any]) -> None:
    credentials = {"client_id": "app", "client_secret": "secret-canary", "audience": f"{TENANT}/api/v2/"}
    answer = {"access_token": "made", "expires_in": 86400, "token_type": "Bearer"}
    sent = exchange("auth0", credentials, {}, "list", None, answer, base_url=TENANT, then=[{"eventStreams": []}])
    assert (sent.method, sent.url) == ("POST", f"{TENANT}/oauth/token")
    assert sent.body == {**credentials, "grant_type": "client_credentials"}
    assert sent.all[1].headers["Authorization"] == "Bearer made"

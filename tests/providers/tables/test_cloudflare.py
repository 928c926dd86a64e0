"""Cloudflare: webhook destinations as its client's types have them; `success` marks every good answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from reconciler.errors import Ambiguous
from reconciler.records import Secret

TOKEN = {"token": "token-canary"}
ACCOUNT = {"account": "023e105f4ecef8ad9ca31a8372d0c353"}
API = "https://api.cloudflare.com/client/v4/accounts/023e105f4ecef8ad9ca31a8372d0c353/alerting/v3/destinations/webhooks"
ID = "b115d5ec15c641ee8b7692c449b5227b"
SHOWN = {
    "id": ID,
    "name": "Ops",
    "url": "https://hooks.example.com/cloudflare",
    "type": "generic",
    "created_at": "2020-10-26T18:25:04.532316Z",
    "last_success": "2020-10-26T18:25:04.532316Z",
}
FIELDS = {"url": "https://hooks.example.com/cloudflare", "name": "Ops", "secret": Secret("secret-canary")}
BODY = {"url": "https://hooks.example.com/cloudflare", "name": "Ops", "secret": "secret-canary"}


def good(result: Any) -> dict[str, Any]:
    return {"errors": [], "messages": [], "success": True, "result": result}


@pytest.fixture
def hooks(exchange: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *given, **more: exchange("cloudflare", TOKEN, ACCOUNT, *given, record_id=ID, **more)


def test_create_is_answered_with_the_id_alone(hooks: Callable[..., Any]) -> None:
    sent = hooks("create", FIELDS, good({"id": ID}))
    assert (sent.method, sent.url, sent.body, sent.result.id) == ("POST", API, BODY, ID)
    assert sent.headers["Authorization"] == "Bearer token-canary"


@pytest.mark.parametrize("operation", ["create", "update", "delete"])
def test_a_good_status_without_success_is_not_believed(hooks: Callable[..., Any], operation: str) -> None:
    with pytest.raises(Ambiguous):
        hooks(operation, FIELDS, {**good({"id": ID}), "success": False})


def test_update_carries_the_secret(hooks: Callable[..., Any]) -> None:
    sent = hooks("update", FIELDS, good({"id": ID}), changed=frozenset({"name"}))
    assert (sent.method, sent.url, sent.body) == ("PUT", f"{API}/{ID}", BODY)


def test_delete(hooks: Callable[..., Any]) -> None:
    sent = hooks("delete", None, good(None))
    assert (sent.method, sent.url) == ("DELETE", f"{API}/{ID}")


def test_list(hooks: Callable[..., Any]) -> None:
    sent = hooks("list", None, good([SHOWN]))
    (live,) = sent.result
    assert (sent.url, dict(live.fields)) == (API, {"url": BODY["url"], "name": "Ops"})


def test_the_older_key_goes_with_an_address(exchange: Callable[..., Any]) -> None:
    sent = exchange("cloudflare", {"email": "a@example.com", "api_key": "key-canary"}, ACCOUNT, "list", None, good([]))
    assert (sent.headers["X-Auth-Email"], sent.headers["X-Auth-Key"]) == ("a@example.com", "key-canary")

"""Dwolla: the shapes of its client; a token for id and secret, an id that only a header shows."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from typing import Any

from reconciler.records import Secret

KEYS = {"key": "key-canary", "secret": "pass-canary"}
BASE = "https://api.dwolla.com"
API = f"{BASE}/webhook-subscriptions"
ID = "077dfffb-4852-412f-96b6-0fe668066589"
GRANT = {"access_token": "token-canary", "token_type": "bearer", "expires_in": 3599}
SHOWN: dict[str, Any] = {
    "_links": {"self": {"href": f"{API}/{ID}"}},
    "id": ID,
    "url": "https://example.com/dwolla",
    "paused": False,
    "created": "2022-01-01T00:00:00.000Z",
}
FIELDS = {"url": "https://example.com/dwolla", "secret": Secret("secret-canary"), "enabled": True}


def test_create_gets_a_token_and_an_id_from_a_header(exchange: Callable[..., Any]) -> None:
    token = {"access_token": "token-canary"}
    made = {"Location": f"{API}/{ID}"}
    sent = exchange("dwolla", token, {}, "create", FIELDS, None, status=201, headers=made, then=[SHOWN])
    assert (sent.method, sent.url, sent.result.id) == ("POST", API, ID)
    assert sent.headers["Authorization"] == "Bearer token-canary"
    assert sent.headers["Accept"] == "application/vnd.dwolla.v1.hal+json"
    assert sent.body == {"url": "https://example.com/dwolla", "secret": "secret-canary"}


def test_a_token_is_had_for_key_and_secret(exchange: Callable[..., Any]) -> None:
    answer = {"_embedded": {"webhook-subscriptions": [SHOWN]}, "total": 1}
    sent = exchange("dwolla", KEYS, {}, "list", None, GRANT, then=[answer])
    assert (sent.method, sent.url, sent.body) == ("POST", f"{BASE}/token", [("grant_type", "client_credentials")])
    assert sent.headers["Authorization"] == "Basic " + b64encode(b"key-canary:pass-canary").decode()
    assert (sent.all[1].url, sent.all[1].headers["Authorization"]) == (API, "Bearer token-canary")
    (live,) = sent.result
    assert (live.id, dict(live.fields)) == (ID, {"url": "https://example.com/dwolla", "enabled": True})


def test_update_pauses(exchange: Callable[..., Any]) -> None:
    changed = frozenset({"enabled"})
    given = {**FIELDS, "enabled": False}
    paused = {**SHOWN, "paused": True}
    sent = exchange("dwolla", {"access_token": "t"}, {}, "update", given, paused, record_id=ID, changed=changed)
    assert (sent.method, sent.url, sent.body) == ("POST", f"{API}/{ID}", {"paused": True})


def test_delete(exchange: Callable[..., Any]) -> None:
    sent = exchange("dwolla", {"access_token": "t"}, {}, "delete", None, SHOWN, record_id=ID)
    assert (sent.method, sent.url) == ("DELETE", f"{API}/{ID}")

"""ElevenLabs: the shapes of its client; settings in an envelope at create alone, a secret that is shown once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reconciler.records import Secret

KEY = {"api_key": "key-canary"}
API = "https://api.elevenlabs.io/v1/workspace/webhooks"
SHOWN: dict[str, Any] = {
    "name": "acme-voices",
    "webhook_id": "G007vmtq9uWYl7SUW9zGS8GZZa1K",
    "webhook_url": "https://example.com/voices",
    "is_disabled": False,
    "is_auto_disabled": False,
    "created_at_unix": 123456789,
    "auth_type": "hmac",
}
FIELDS = {
    "url": "https://example.com/voices",
    "name": "acme-voices",
    "headers": {"X-Team": Secret("header-canary")},
    "enabled": True,
}


def test_create_captures_the_secret(exchange: Callable[..., Any]) -> None:
    made = {"webhook_id": SHOWN["webhook_id"], "webhook_secret": "secret-canary"}
    sent = exchange("elevenlabs", KEY, {}, "create", FIELDS, made, then=[{"webhooks": [SHOWN]}])
    assert (sent.method, sent.url, sent.result.id) == ("POST", API, SHOWN["webhook_id"])
    assert sent.headers["xi-api-key"] == "key-canary"
    assert sent.body == {
        "settings": {
            "auth_type": "hmac",
            "name": "acme-voices",
            "webhook_url": "https://example.com/voices",
            "request_headers": {"X-Team": "header-canary"},
        }
    }
    assert sent.result.captured["secret"].reveal() == "secret-canary"


def test_update_always_says_name_and_switch(exchange: Callable[..., Any]) -> None:
    changed = frozenset({"enabled"})
    given = {**FIELDS, "enabled": False}
    answer = {"status": "ok"}
    sent = exchange(
        "elevenlabs", KEY, {}, "update", given, answer, record_id="1", changed=changed, then=[{"webhooks": [SHOWN]}]
    )
    assert (sent.method, sent.url) == ("PATCH", f"{API}/1")
    assert sent.body == {"name": "acme-voices", "is_disabled": True}


def test_delete(exchange: Callable[..., Any]) -> None:
    sent = exchange("elevenlabs", KEY, {}, "delete", None, {"status": "ok"}, record_id="1")
    assert (sent.method, sent.url) == ("DELETE", f"{API}/1")


def test_list(exchange: Callable[..., Any]) -> None:
    other = {**SHOWN, "webhook_id": "second", "auth_type": "oauth2"}
    sent = exchange("elevenlabs", KEY, {}, "list", None, {"webhooks": [SHOWN, other]})
    assert (sent.method, sent.url) == ("GET", API)
    (live,) = sent.result
    assert dict(live.fields) == {"url": "https://example.com/voices", "name": "acme-voices", "enabled": True}

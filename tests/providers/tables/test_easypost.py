"""EasyPost: the requests of its own client; no events, and an update takes the secret and the headers."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest

from reconciler.records import Secret

KEY = {"api_key": "key-canary"}
API = "https://api.easypost.com/v2/webhooks"
ID = "hook_0000000000000000000000000000001"
SHOWN: dict[str, Any] = {
    "id": ID,
    "object": "Webhook",
    "mode": "test",
    "url": "https://hooks.example.com/easypost",
    "disabled_at": None,
    "custom_headers": [{"name": "X-Key", "value": "header-canary"}],
}
FIELDS = {
    "url": "https://hooks.example.com/easypost",
    "secret": Secret("secret-canary"),
    "headers": {"X-Key": Secret("header-canary")},
}


@pytest.fixture
def hooks(exchange: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *given, **more: exchange("easypost", KEY, {}, *given, record_id=ID, **more)


def test_create_has_an_envelope(hooks: Callable[..., Any]) -> None:
    sent = hooks("create", FIELDS, SHOWN, status=201)
    assert (sent.method, sent.url, sent.result.id) == ("POST", API, ID)
    assert sent.body == {
        "webhook": {
            "url": "https://hooks.example.com/easypost",
            "webhook_secret": "secret-canary",
            "custom_headers": [{"name": "X-Key", "value": "header-canary"}],
        }
    }
    assert sent.headers["Authorization"] == "Basic " + b64encode(b"key-canary:").decode()


def test_update_has_none_and_sets_the_secret(hooks: Callable[..., Any]) -> None:
    sent = hooks("update", FIELDS, SHOWN, changed=frozenset({"secret"}))
    assert (sent.method, sent.url, sent.body) == ("PATCH", f"{API}/{ID}", {"webhook_secret": "secret-canary"})


def test_delete(hooks: Callable[..., Any]) -> None:
    sent = hooks("delete", None, {})
    assert (sent.method, sent.url) == ("DELETE", f"{API}/{ID}")


def test_list(hooks: Callable[..., Any]) -> None:
    (live,) = hooks("list", None, {"webhooks": [SHOWN]}).result
    assert (live.fields["url"], set(live.fields)) == ("https://hooks.example.com/easypost", {"url", "headers"})
    assert live.fields["headers"]["X-Key"].reveal() == "header-canary"

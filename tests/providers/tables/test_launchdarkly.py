"""LaunchDarkly: the examples of its documents; updates are JSON Patches, and tags follow a create."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from reconciler.records import Secret

TOKEN = {"access_token": "token-canary"}
API = "https://app.launchdarkly.com/api/v2/webhooks"
ID = "57be1db38b75bf0772d11384"
STATEMENTS = [{"actions": ["*"], "effect": "allow", "resources": ["proj/test"]}]
SHOWN = {
    "_id": ID,
    "_links": {"self": {"href": f"/api/v2/webhooks/{ID}", "type": "application/json"}},
    "name": "apidocs test webhook",
    "on": True,
    "secret": "secret-canary",
    "statements": STATEMENTS,
    "tags": ["example-tag"],
    "url": "https://example.com",
}
FIELDS = {
    "url": "https://example.com",
    "secret": Secret("secret-canary"),
    "name": "apidocs test webhook",
    "enabled": True,
    "statements": STATEMENTS,
    "tags": ["example-tag"],
}


@pytest.fixture
def hooks(exchange: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *given, **more: exchange("launchdarkly", TOKEN, {}, *given, record_id=ID, **more)


def test_create_signs_and_is_followed_by_the_tags(hooks: Callable[..., Any]) -> None:
    sent = hooks("create", FIELDS, {**SHOWN, "tags": []}, status=201, then=[SHOWN])
    assert (sent.method, sent.url, sent.headers["Authorization"]) == ("POST", API, "token-canary")
    assert sent.headers["LD-API-Version"] == "20240415"
    assert sent.body == {
        "url": "https://example.com",
        "secret": "secret-canary",
        "name": "apidocs test webhook",
        "on": True,
        "statements": STATEMENTS,
        "sign": True,
    }
    after = sent.all[1]
    assert (after.method, after.url) == ("PATCH", f"{API}/{ID}")
    assert after.body == [{"op": "replace", "path": "/tags", "value": ["example-tag"]}]


def test_update_is_a_patch(hooks: Callable[..., Any]) -> None:
    sent = hooks("update", {**FIELDS, "enabled": False}, SHOWN, changed=frozenset({"enabled"}))
    assert (sent.method, sent.url) == ("PATCH", f"{API}/{ID}")
    assert sent.body == [{"op": "replace", "path": "/on", "value": False}]


def test_delete(hooks: Callable[..., Any]) -> None:
    sent = hooks("delete", None, None, status=204)
    assert (sent.method, sent.url) == ("DELETE", f"{API}/{ID}")


def test_list_shows_the_secret(hooks: Callable[..., Any]) -> None:
    sent = hooks("list", None, {"_links": {}, "items": [SHOWN]})
    (live,) = sent.result
    assert live.fields["secret"].reveal() == "secret-canary"
    assert {**live.fields, "secret": None} == {**FIELDS, "secret": None}
    assert "canary" not in repr(live)

"""HubSpot: an app's webhook settings, one URL an app; the key travels in the query and is never shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from reconciler.errors import Refused

KEY = {"developer_api_key": "key-canary"}
API = "https://api.hubapi.com/webhooks/v3/123456/settings"
BODY = {"targetUrl": "https://hooks.example.com/hubspot", "throttling": {"maxConcurrentRequests": 10}}
SHOWN = {**BODY, "createdAt": "2020-01-24T16:27:59Z", "updatedAt": "2020-01-24T16:32:43Z"}
FIELDS = {"url": "https://hooks.example.com/hubspot", "max_concurrent_requests": 10}
NONE = {"status": "error", "category": "OBJECT_NOT_FOUND"}


@pytest.fixture
def app(exchange: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *given, **more: exchange("hubspot", KEY, {"app": "123456"}, *given, record_id="settings", **more)


def test_settings_are_put_where_there_are_none(app: Callable[..., Any]) -> None:
    sent = app("create", FIELDS, NONE, status=404, then=[SHOWN])
    asked, put = sent.all
    assert (asked.method, put.method, put.address, put.body) == ("GET", "PUT", API, BODY)
    assert put.query == {"hapikey": "key-canary"}
    assert sent.result.id == "settings"


def test_settings_that_are_there_are_not_overwritten_by_a_create(app: Callable[..., Any]) -> None:
    with pytest.raises(Refused) as refused:
        app("create", FIELDS, SHOWN)
    assert "canary" not in str(refused.value)


def test_update_get_and_delete(app: Callable[..., Any]) -> None:
    sent = app("update", FIELDS, SHOWN, changed=frozenset({"url"}))
    assert (sent.method, sent.address, sent.body) == ("PUT", API, BODY)
    assert dict(app("get", None, SHOWN).result.fields) == FIELDS
    assert app("get", None, NONE, status=404).result is None
    sent = app("delete", None, None, status=204)
    assert (sent.method, sent.address) == ("DELETE", API)

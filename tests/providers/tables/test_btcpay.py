"""BTCPay Server: webhooks of one store, each below it, as older servers know it too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from reconciler.records import Secret

KEY = {"api_key": "key-canary"}
SERVER = "https://btcpay.example.com"
STORE = f"{SERVER}/api/v1/stores/9CiNz/webhooks"
ID = "K2jd3Mbu1vVQb4f1nNq9bW"
ONE = f"{STORE}/{ID}"
FIELDS = {
    "url": "https://hooks.example.com/btcpay",
    "events": ("InvoiceSettled",),
    "everything": False,
    "enabled": True,
    "redelivers": True,
}
BODY = {
    "url": "https://hooks.example.com/btcpay",
    "enabled": True,
    "automaticRedelivery": True,
    "authorizedEvents": {"everything": False, "specificEvents": ["InvoiceSettled"]},
}
SHOWN = {**BODY, "id": ID}


@pytest.fixture
def hooks(exchange: Callable[..., Any]) -> Callable[..., Any]:
    scope = {"store": "9CiNz"}
    return lambda *given, **more: exchange("btcpay", KEY, scope, *given, record_id=ID, base_url=SERVER, **more)


def test_create_shows_the_secret_it_made(hooks: Callable[..., Any]) -> None:
    sent = hooks("create", FIELDS, {**SHOWN, "secret": "made-canary"})
    assert (sent.method, sent.url, sent.body, sent.result.id) == ("POST", STORE, BODY, ID)
    assert sent.headers["Authorization"] == "token key-canary"
    assert sent.result.captured["secret"].reveal() == "made-canary"


def test_create_with_a_secret_of_ones_own(hooks: Callable[..., Any]) -> None:
    sent = hooks("create", {**FIELDS, "secret": Secret("own-canary")}, {**SHOWN, "secret": "own-canary"})
    assert sent.body == {**BODY, "secret": "own-canary"}
    assert "own-canary" not in repr(sent.result)


def test_update(hooks: Callable[..., Any]) -> None:
    sent = hooks("update", {**FIELDS, "enabled": False}, SHOWN, changed=frozenset({"enabled"}))
    assert (sent.method, sent.url, sent.body) == ("PUT", ONE, {**BODY, "enabled": False})


def test_delete(hooks: Callable[..., Any]) -> None:
    sent = hooks("delete", None, None)
    assert (sent.method, sent.url) == ("DELETE", ONE)


def test_list(hooks: Callable[..., Any]) -> None:
    every = {**SHOWN, "id": "2", "authorizedEvents": {"everything": True, "specificEvents": []}}
    sent = hooks("list", None, [SHOWN, every])
    assert (sent.method, sent.url) == ("GET", STORE)
    assert [dict(live.fields) for live in sent.result] == [FIELDS, {**FIELDS, "events": (), "everything": True}]

"""Snyk: webhooks with the samples of its document; a secret goes in and is never shown, and nothing can be changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from reconciler.providers.registry import load_spec
from reconciler.records import Secret

TOKEN = {"api_token": "token-canary"}
ORG = "4a18d42f-0706-4ad0-b127-24078731fbed"
API = f"https://api.snyk.io/v1/org/{ORG}/webhooks"
ID = "d3cf26b3-2d77-497b-bce2-23b33cc15362"
URL = "https://my.app.com/webhook-handler/snyk123"
SHOWN = {"id": ID, "url": URL}


@pytest.fixture
def hooks(exchange: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *given, **more: exchange("snyk", TOKEN, {"org": ORG}, *given, record_id=ID, **more)


def test_create(hooks: Callable[..., Any]) -> None:
    sent = hooks("create", {"url": URL, "secret": Secret("secret-canary")}, SHOWN)
    assert (sent.method, sent.url, sent.result.id) == ("POST", API, ID)
    assert sent.body == {"url": URL, "secret": "secret-canary"}
    assert sent.headers["Authorization"] == "token token-canary"
    assert "canary" not in repr(sent.result)


def test_nothing_changes_a_webhook() -> None:
    assert load_spec("snyk").update is None


def test_delete(hooks: Callable[..., Any]) -> None:
    sent = hooks("delete", None, None)
    assert (sent.method, sent.url) == ("DELETE", f"{API}/{ID}")


def test_list(hooks: Callable[..., Any]) -> None:
    sent = hooks("list", None, {"results": [SHOWN], "total": 1})
    assert (sent.method, sent.url) == ("GET", API)
    assert [(live.id, dict(live.fields)) for live in sent.result] == [(ID, {"url": URL})]

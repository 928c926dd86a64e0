"""Box: the examples of its OpenAPI; each is read, one a target, tokens by client credentials."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from reconciler.errors import Refused

TOKEN = {"token": "token-canary"}
API = "https://api.box.com/2.0/webhooks"
SHORT = {"id": "11446498", "type": "webhook", "target": {"id": "1231232", "type": "file"}}
SHOWN = {
    **SHORT,
    "address": "https://example.com/webhooks",
    "triggers": ["FILE.UPLOADED"],
    "created_at": "2012-12-12T10:53:43-08:00",
    "created_by": {"id": "11446498", "type": "user"},
}
FIELDS = {
    "url": "https://example.com/webhooks",
    "events": ("FILE.UPLOADED",),
    "target_type": "file",
    "target_id": "1231232",
}
BODY = {
    "address": "https://example.com/webhooks",
    "triggers": ["FILE.UPLOADED"],
    "target": {"id": "1231232", "type": "file"},
}


def test_create(exchange: Callable[..., Any]) -> None:
    sent = exchange("box", TOKEN, {}, "create", FIELDS, SHOWN, status=201)
    assert (sent.method, sent.url, sent.body) == ("POST", API, BODY)
    assert sent.headers["Authorization"] == "Bearer token-canary"
    assert sent.result.id == "11446498"


def test_a_second_one_of_a_target_is_refused(exchange: Callable[..., Any]) -> None:
    answer = {"type": "error", "status": 409, "code": "conflict", "message": "Webhook already exists"}
    with pytest.raises(Refused, match="import it"):
        exchange("box", TOKEN, {}, "create", FIELDS, answer, status=409)


def test_update(exchange: Callable[..., Any]) -> None:
    changed = frozenset({"events"})
    sent = exchange("box", TOKEN, {}, "update", FIELDS, SHOWN, record_id="11446498", changed=changed)
    assert (sent.method, sent.url, sent.body) == ("PUT", f"{API}/11446498", BODY)


def test_delete(exchange: Callable[..., Any]) -> None:
    sent = exchange("box", TOKEN, {}, "delete", None, None, status=204, record_id="11446498")
    assert (sent.method, sent.url) == ("DELETE", f"{API}/11446498")


def test_list_reads_each(exchange: Callable[..., Any]) -> None:
    page = {"limit": 1000, "next_marker": "JV9IRGZm", "entries": [SHORT]}
    last: dict[str, Any] = {"limit": 1000, "next_marker": None, "entries": []}
    sent = exchange("box", TOKEN, {}, "list", None, page, then=[last, SHOWN])
    assert [one.url for one in sent.all] == [
        f"{API}?limit=1000",
        f"{API}?limit=1000&marker=JV9IRGZm",
        f"{API}/11446498",
    ]
    (live,) = sent.result
    assert dict(live.fields) == FIELDS


def test_a_token_by_client_credentials(exchange: Callable[..., Any]) -> None:
    credentials = {"client_id": "id", "client_secret": "secret-canary", "enterprise_id": "899123"}
    granted = {"access_token": "granted-canary", "expires_in": 3600, "token_type": "bearer"}
    sent = exchange("box", credentials, {}, "get", None, granted, record_id="11446498", then=[SHOWN])
    token, read = sent.all
    assert (token.method, token.url) == ("POST", "https://api.box.com/oauth2/token")
    assert dict(token.body) == {
        "grant_type": "client_credentials",
        "client_id": "id",
        "client_secret": "secret-canary",
        "box_subject_type": "enterprise",
        "box_subject_id": "899123",
    }
    assert read.headers["Authorization"] == "Bearer granted-canary"

"""PayPal: the forms of its OpenAPI."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

PATH = "/v1/notifications/webhooks"
TOKEN = {"access_token": "token-canary"}
API = f"https://api-m.paypal.com{PATH}"
SHOWN: dict[str, Any] = {
    "id": "0EH40505U7160970P",
    "url": "https://example.com/example_webhook",
    "event_types": [
        {"name": "PAYMENT.AUTHORIZATION.CREATED", "description": "A payment authorization was created."},
        {"name": "PAYMENT.AUTHORIZATION.VOIDED", "description": "A payment authorization was voided."},
    ],
    "links": [{"href": f"{API}/0EH40505U7160970P", "rel": "self", "method": "GET"}],
}
FIELDS = {
    "url": "https://example.com/example_webhook",
    "events": ("PAYMENT.AUTHORIZATION.CREATED", "PAYMENT.AUTHORIZATION.VOIDED"),
}
NAMES = [{"name": "PAYMENT.AUTHORIZATION.CREATED"}, {"name": "PAYMENT.AUTHORIZATION.VOIDED"}]


def test_create(exchange: Callable[..., Any]) -> None:
    sent = exchange("paypal", TOKEN, {}, "create", FIELDS, SHOWN, status=201)
    assert (sent.method, sent.url) == ("POST", API)
    assert sent.headers["Authorization"] == "Bearer token-canary"
    assert sent.body == {"url": "https://example.com/example_webhook", "event_types": NAMES}
    assert sent.result.id == "0EH40505U7160970P"


def test_update_is_a_json_patch(exchange: Callable[..., Any]) -> None:
    sent = exchange("paypal", TOKEN, {}, "update", FIELDS, SHOWN, record_id="0EH40505U7160970P")
    assert (sent.method, sent.url) == ("PATCH", f"{API}/0EH40505U7160970P")
    assert sorted(sent.body, key=lambda step: str(step["path"])) == [
        {"op": "replace", "path": "/event_types", "value": NAMES},
        {"op": "replace", "path": "/url", "value": "https://example.com/example_webhook"},
    ]


def test_delete(exchange: Callable[..., Any]) -> None:
    sent = exchange("paypal", TOKEN, {}, "delete", None, None, record_id="0EH40505U7160970P", status=204)
    assert (sent.method, sent.url, sent.content) == ("DELETE", f"{API}/0EH40505U7160970P", b"")


def test_list(exchange: Callable[..., Any]) -> None:
    answer = {"webhooks": [SHOWN]}
    sent = exchange("paypal", TOKEN, {}, "list", None, answer)
    assert [one.url for one in sent.all] == [API]
    assert [live.fields for live in sent.result] == [FIELDS]


def test_a_client_logs_in_by_oauth(exchange: Callable[..., Any]) -> None:
    client = {"client_id": "client", "client_secret": "secret-canary"}
    token = {"access_token": "token-canary", "token_type": "Bearer", "expires_in": 32400}
    sent = exchange("paypal", client, {}, "list", None, token, then=[{"webhooks": []}])
    assert (sent.method, sent.url) == ("POST", "https://api-m.paypal.com/v1/oauth2/token")
    assert sent.body == [("grant_type", "client_credentials")]
    assert sent.headers["Authorization"].startswith("Basic ")
    assert sent.all[1].headers["Authorization"] == "Bearer token-canary"

"""Postmark: the examples of its reference; triggers as flags, beside their options."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from reconciler.errors import Ambiguous
from reconciler.records import Secret

TOKEN = {"server_token": "token-canary"}
STREAM = {"stream": "outbound"}
API = "https://api.postmarkapp.com/webhooks"
TRIGGERS = {
    "Open": {"Enabled": True, "PostFirstOpenOnly": False},
    "Click": {"Enabled": True},
    "Delivery": {"Enabled": True},
    "Bounce": {"Enabled": False, "IncludeContent": False},
    "SpamComplaint": {"Enabled": False, "IncludeContent": False},
    "SubscriptionChange": {"Enabled": True},
}
SHOWN = {
    "ID": 1234567,
    "Url": "http://www.example.com/webhook-test-tracking",
    "MessageStream": "outbound",
    "HttpAuth": {"Username": "user", "Password": "password-canary"},
    "HttpHeaders": [{"Name": "name", "Value": "value"}],
    "Triggers": TRIGGERS,
}
FIELDS = {
    "url": "http://www.example.com/webhook-test-tracking",
    "events": ("click", "delivery", "open", "subscription_change"),
    "headers": {"name": Secret("value")},
    "http_auth_username": "user",
    "http_auth_password": Secret("password-canary"),
    "post_first_open_only": False,
    "bounce_content": False,
    "spam_complaint_content": False,
}


def test_create(exchange: Callable[..., Any]) -> None:
    sent = exchange("postmark", TOKEN, STREAM, "create", FIELDS, SHOWN)
    assert (sent.method, sent.url, sent.result.id) == ("POST", API, "1234567")
    assert sent.headers["X-Postmark-Server-Token"] == "token-canary"
    assert sent.headers["Accept"] == "application/json"
    assert sent.body == {key: value for key, value in SHOWN.items() if key != "ID"}


def test_update_has_no_stream(exchange: Callable[..., Any]) -> None:
    sent = exchange("postmark", TOKEN, STREAM, "update", FIELDS, SHOWN, record_id="1234567")
    assert (sent.method, sent.url) == ("PUT", f"{API}/1234567")
    assert sent.body == {key: value for key, value in SHOWN.items() if key not in ("ID", "MessageStream")}


def test_delete(exchange: Callable[..., Any]) -> None:
    answer = {"ErrorCode": 0, "Message": "Webhook 1234567 removed."}
    sent = exchange("postmark", TOKEN, STREAM, "delete", None, answer, record_id="1234567")
    assert (sent.method, sent.url) == ("DELETE", f"{API}/1234567")


def test_a_delete_that_the_answer_does_not_confirm_is_not_believed(exchange: Callable[..., Any]) -> None:
    refused = {"ErrorCode": 1, "Message": "Something else."}
    with pytest.raises(Ambiguous):
        exchange("postmark", TOKEN, STREAM, "delete", None, refused, record_id="1234567")


def test_list(exchange: Callable[..., Any]) -> None:
    sent = exchange("postmark", TOKEN, STREAM, "list", None, {"Webhooks": [SHOWN]})
    assert (sent.method, sent.url) == ("GET", f"{API}?MessageStream=outbound")
    (live,) = sent.result
    assert live.fields["events"] == ("click", "delivery", "open", "subscription_change")
    assert (live.fields["http_auth_username"], live.fields["post_first_open_only"]) == ("user", False)
    assert "canary" not in repr(live)

"""SendGrid: the forms of its OpenAPI; events as flags."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from reconciler.errors import Refused
from reconciler.records import Secret

KEY = {"api_key": "SG.canary"}
API = "https://api.sendgrid.com/v3/user/webhooks/event/settings"
FLAGS = ["bounce", "click", "deferred", "delivered", "dropped", "group_resubscribe", "group_unsubscribe", "open",
         "processed", "spam_report", "unsubscribe"]  # fmt: skip
OFF = {"delivered", "processed"}
FIELDS = {
    "url": "https://example.com/webhook-endpoint",
    "events": tuple(sorted(set(FLAGS) - OFF)),
    "enabled": True,
    "name": "Engagement Webhook",
    "oauth_client_id": "client-1",
    "oauth_client_secret": Secret("oauth-canary"),
    "oauth_token_url": "https://oauthservice.example.com",
}


def shown(record_id: str = "hook-1", **other: Any) -> dict[str, Any]:
    """An event webhook in the form of SendGrid's documents, with the events of `FIELDS` switched on."""
    return {
        "id": record_id,
        "enabled": True,
        "url": FIELDS["url"],
        **{name: name not in OFF for name in FLAGS},
        "friendly_name": "Engagement Webhook",
        "oauth_client_id": FIELDS["oauth_client_id"],
        "oauth_token_url": FIELDS["oauth_token_url"],
        "created_date": "2024-01-02T03:04:05Z",
        "updated_date": "2024-01-02T03:04:05Z",
        **other,
    }


def test_create(exchange: Callable[..., Any]) -> None:
    answer = shown()
    sent = exchange("sendgrid", KEY, {}, "create", FIELDS, answer, status=201)
    assert (sent.method, sent.url, sent.headers["Authorization"]) == ("POST", API, "Bearer SG.canary")
    body = {**shown(), "oauth_client_secret": "oauth-canary"}
    assert sent.body == {
        name: value for name, value in body.items() if name not in ("id", "created_date", "updated_date")
    }
    assert sent.result.id == answer["id"]


@pytest.mark.parametrize("words", ["is not a valid url", "already exists", "maximum number of webhooks"])
def test_a_refusal_is_told(exchange: Callable[..., Any], words: str) -> None:
    answer = {"errors": [{"message": f"It {words}."}]}
    with pytest.raises(Refused, match=words):
        exchange("sendgrid", KEY, {}, "create", FIELDS, answer, status=400)


def test_update_sends_the_url_as_well(exchange: Callable[..., Any]) -> None:
    answer = shown()
    changed = frozenset({"events"})
    sent = exchange("sendgrid", KEY, {}, "update", FIELDS, answer, record_id=answer["id"], changed=changed)
    assert (sent.method, sent.url) == ("PATCH", f"{API}/{answer['id']}")
    assert sent.body["url"] == "https://example.com/webhook-endpoint"
    assert {name: sent.body[name] for name in FLAGS} == {name: name not in OFF for name in FLAGS}


def test_delete(exchange: Callable[..., Any]) -> None:
    sent = exchange("sendgrid", KEY, {}, "delete", None, None, status=204, record_id="77d4a5da")
    assert (sent.method, sent.url) == ("DELETE", f"{API}/77d4a5da")


def test_list(exchange: Callable[..., Any]) -> None:
    delivery = {name: name in ("bounce", "delivered", "processed") for name in FLAGS}
    answer = {"max_allowed": 5, "webhooks": [shown("a", delivered=True), shown("b", **delivery)]}
    sent = exchange("sendgrid", KEY, {}, "list", None, answer)
    assert (sent.method, sent.url) == ("GET", f"{API}/all")
    one, two = sent.result
    assert (one.fields["url"], one.fields["name"]) == (FIELDS["url"], "Engagement Webhook")
    assert one.fields["events"] == tuple(sorted(set(FLAGS) - {"processed"}))
    assert one.fields["oauth_client_id"] == "client-1"
    assert two.fields["events"] == ("bounce", "delivered", "processed")


def test_get(exchange: Callable[..., Any]) -> None:
    assert exchange("sendgrid", KEY, {}, "get", None, shown("a"), record_id="a").result.id == "a"
    missing = {"errors": [{"message": "Invalid id provided."}]}
    assert exchange("sendgrid", KEY, {}, "get", None, missing, status=404).result is None


def test_signatures_are_switched_on_after_the_create(exchange: Callable[..., Any]) -> None:
    fields = {**FIELDS, "signed": True}
    sent = exchange("sendgrid", KEY, {}, "create", fields, shown(), status=201, then=[{"id": "1", "public_key": "MFk"}])
    created, signed = sent.all
    assert created.body["enabled"] is True
    assert (signed.method, signed.url, signed.body) == ("PATCH", f"{API}/signed/hook-1", {"enabled": True})


def test_a_webhook_with_a_public_key_is_signed(exchange: Callable[..., Any]) -> None:
    answer = {"max_allowed": 5, "webhooks": [shown("a", public_key="MFk"), shown("b")]}
    one, two = exchange("sendgrid", KEY, {}, "list", None, answer).result
    assert (one.fields["signed"], two.fields["signed"]) == (True, False)

"""SendGrid: the examples of its OpenAPI; events as flags."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reconciler.errors import Refused
from reconciler.records import Secret

SCHEMA = json.loads((Path(__file__).parents[2] / "vendor/sendgrid/openapi.json").read_text())
PATHS = SCHEMA["paths"]
KEY = {"api_key": "SG.canary"}
API = "https://api.sendgrid.com/v3/user/webhooks/event/settings"
MADE = PATHS["/v3/user/webhooks/event/settings"]["post"]
FLAGS = ["bounce", "click", "deferred", "delivered", "dropped", "group_resubscribe", "group_unsubscribe", "open",
         "processed", "spam_report", "unsubscribe"]  # fmt: skip
OFF = {"delivered", "processed"}
FIELDS = {
    "url": "https://example.com/webhook-endpoint",
    "events": tuple(sorted(set(FLAGS) - OFF)),
    "enabled": True,
    "name": "Engagement Webhook",
    "oauth_client_id": "a835e7210bbb47edbfa71bdfc909b2d7",
    "oauth_client_secret": Secret("335a9b0c65324fd2a62e2953d4b158"),
    "oauth_token_url": "https://oauthservice.example.com",
}


def content(operation: dict[str, Any], *way: str) -> dict[str, Any]:
    found: Any = operation
    for step in (*way, "content", "application/json", "examples"):
        found = found[step]
    return {name: example["value"] for name, example in found.items()}


def test_create(exchange: Callable[..., Any]) -> None:
    answer = content(MADE, "responses", "201")["Success With OAuth Configured"]
    sent = exchange("sendgrid", KEY, {}, "create", FIELDS, answer, status=201)
    assert (sent.method, sent.url, sent.headers["Authorization"]) == ("POST", API, "Bearer SG.canary")
    assert sent.body == content(MADE, "requestBody")["Request With OAuth Configured"]
    assert sent.result.id == answer["id"]


@pytest.mark.parametrize("case", ["Exists", "Max webhooks reached", "Bad URL"])
def test_a_refusal_is_told(exchange: Callable[..., Any], case: str) -> None:
    answer = content(MADE, "responses", "400")[case]
    with pytest.raises(Refused, match=answer["errors"][0]["message"][:20]):
        exchange("sendgrid", KEY, {}, "create", FIELDS, answer, status=400)


def test_update_sends_the_url_as_well(exchange: Callable[..., Any]) -> None:
    answer = content(MADE, "responses", "201")["Success With OAuth Configured"]
    changed = frozenset({"events"})
    sent = exchange("sendgrid", KEY, {}, "update", FIELDS, answer, record_id=answer["id"], changed=changed)
    assert (sent.method, sent.url) == ("PATCH", f"{API}/{answer['id']}")
    assert sent.body["url"] == "https://example.com/webhook-endpoint"
    assert {name: sent.body[name] for name in FLAGS} == {name: name not in OFF for name in FLAGS}


def test_delete(exchange: Callable[..., Any]) -> None:
    sent = exchange("sendgrid", KEY, {}, "delete", None, None, status=204, record_id="77d4a5da")
    assert (sent.method, sent.url) == ("DELETE", f"{API}/77d4a5da")


def test_list(exchange: Callable[..., Any]) -> None:
    answer = content(PATHS["/v3/user/webhooks/event/settings/all"]["get"], "responses", "200")["Two Webhooks"]
    sent = exchange("sendgrid", KEY, {}, "list", None, answer)
    assert (sent.method, sent.url) == ("GET", f"{API}/all")
    one, two = sent.result
    assert (one.fields["url"], one.fields["name"]) == ("https://emailengagment.example.com", "Engagment Webhook")
    assert one.fields["events"] == tuple(sorted(set(FLAGS) - {"processed"}))
    assert one.fields["oauth_client_id"] == "a835e7210bbb47edbfa71bdfc909b2d7"
    assert "group_resubscribe" not in two.fields["events"]


def test_get(exchange: Callable[..., Any]) -> None:
    examples = content(PATHS["/v3/user/webhooks/event/settings/{id}"]["get"], "responses", "200")
    answer = examples["One of Multiple Webhooks"]
    assert exchange("sendgrid", KEY, {}, "get", None, answer, record_id=answer["id"]).result.id == answer["id"]
    missing = {"errors": [{"message": "Invalid id provided."}]}
    assert exchange("sendgrid", KEY, {}, "get", None, missing, status=404).result is None

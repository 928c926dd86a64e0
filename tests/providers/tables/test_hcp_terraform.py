"""HCP Terraform: notification configurations as its own client writes them (JSON:API); generic ones alone are ours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from reconciler.records import Secret

TOKEN = {"token": "token-canary"}
API = "https://app.terraform.io/api/v2"
COLLECTION = f"{API}/workspaces/ws-XdeUVMWShTesDMME/notification-configurations"
ID = "nc-AeUQ2zfKZzW9TiGZ"
SHOWN: dict[str, Any] = {
    "id": ID,
    "type": "notification-configurations",
    "attributes": {
        "enabled": True,
        "name": "Webhook server test",
        "url": "https://hooks.example.com/terraform",
        "destination-type": "generic",
        "token": None,
        "triggers": ["run:errored", "run:applying"],
        "delivery-responses": [],
        "created-at": "2019-01-08T21:32:14.125Z",
        "updated-at": "2019-01-08T21:32:14.125Z",
    },
    "relationships": {"subscribable": {"data": {"id": "ws-XdeUVMWShTesDMME", "type": "workspaces"}}},
}
FIELDS = {
    "url": "https://hooks.example.com/terraform",
    "events": ("run:applying", "run:errored"),
    "name": "Webhook server test",
    "enabled": True,
}
SECRET = {"secret": Secret("secret-canary")}


@pytest.fixture
def hooks(exchange: Callable[..., Any]) -> Callable[..., Any]:
    where = {"workspace": "ws-XdeUVMWShTesDMME"}
    return lambda *given, **more: exchange("hcp-terraform", TOKEN, where, *given, record_id=ID, **more)


def test_create(hooks: Callable[..., Any]) -> None:
    sent = hooks("create", {**FIELDS, **SECRET}, {"data": SHOWN}, status=201)
    assert (sent.method, sent.url, sent.result.id) == ("POST", COLLECTION, ID)
    assert sent.headers["Content-Type"] == "application/vnd.api+json"
    assert sent.headers["Authorization"] == "Bearer token-canary"
    assert sent.body == {
        "data": {
            "type": "notification-configurations",
            "attributes": {
                "enabled": True,
                "name": "Webhook server test",
                "url": "https://hooks.example.com/terraform",
                "destination-type": "generic",
                "token": "secret-canary",
                "triggers": ["run:applying", "run:errored"],
            },
        }
    }


def test_update_sends_what_changed(hooks: Callable[..., Any]) -> None:
    sent = hooks("update", {**FIELDS, "enabled": False}, {"data": SHOWN}, changed=frozenset({"enabled"}))
    assert (sent.method, sent.url) == ("PATCH", f"{API}/notification-configurations/{ID}")
    assert sent.body == {"data": {"type": "notification-configurations", "attributes": {"enabled": False}}}


def test_delete(hooks: Callable[..., Any]) -> None:
    sent = hooks("delete", None, None, status=204)
    assert (sent.method, sent.url) == ("DELETE", f"{API}/notification-configurations/{ID}")


def test_list_counts_all_and_keeps_the_generic_ones(hooks: Callable[..., Any]) -> None:
    def page(number: int, one: dict[str, Any]) -> dict[str, Any]:
        counts = {"current-page": number, "prev-page": None, "next-page": None, "total-pages": 2, "total-count": 2}
        return {"data": [one], "meta": {"pagination": counts}}

    slack = {**SHOWN, "id": "nc-2", "attributes": {**SHOWN["attributes"], "destination-type": "slack"}}
    sent = hooks("list", None, page(1, SHOWN), then=[page(2, slack)])
    assert [one.query for one in sent.all] == [{"page[size]": "100", "page[number]": number} for number in ("1", "2")]
    (live,) = sent.result
    assert (live.id, dict(live.fields)) == (ID, FIELDS)

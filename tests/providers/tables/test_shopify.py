"""Shopify: GraphQL with errors inside of a good answer, and one topic a record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from reconciler.errors import Refused

TOKEN = {"access_token": "shpat_canary"}
SHOP = "https://shop.myshopify.com"
API = f"{SHOP}/admin/api/2026-07/graphql.json"
ID = "gid://shopify/WebhookSubscription/8589934592"
SHOWN: dict[str, Any] = {
    "id": ID,
    "topic": "METAOBJECTS_CREATE",
    "uri": "https://example.org/endpoint",
    "name": None,
    "format": "JSON",
    "filter": "type:lookbook",
    "includeFields": [],
    "metafieldNamespaces": [],
}
FIELDS = {
    "url": "https://example.org/endpoint",
    "events": ("METAOBJECTS_CREATE",),
    "format": "JSON",
    "filter": "type:lookbook",
}


def answer(mutation: str, *errors: dict[str, Any]) -> dict[str, Any]:
    return {"data": {mutation: {"webhookSubscription": None if errors else {"id": ID}, "userErrors": list(errors)}}}


@pytest.fixture
def shop(exchange: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *given, **more: exchange("shopify", TOKEN, {}, *given, base_url=SHOP, **more)


def test_create(shop: Callable[..., Any]) -> None:
    sent = shop("create", FIELDS, answer("webhookSubscriptionCreate"))
    assert (sent.method, sent.url, sent.headers["X-Shopify-Access-Token"]) == ("POST", API, "shpat_canary")
    assert "webhookSubscriptionCreate(topic: $topic, webhookSubscription: $webhookSubscription)" in sent.body["query"]
    assert sent.body["variables"] == {
        "topic": "METAOBJECTS_CREATE",
        "webhookSubscription": {"uri": "https://example.org/endpoint", "format": "JSON", "filter": "type:lookbook"},
    }
    assert sent.result.id == ID


def test_a_user_error_is_a_refusal(shop: Callable[..., Any]) -> None:
    taken = {"field": ["webhookSubscription", "uri"], "message": "Address for this topic has already been taken"}
    with pytest.raises(Refused, match="already been taken"):
        shop("create", FIELDS, answer("webhookSubscriptionCreate", taken))


def test_delete_of_what_is_not_there_is_done(shop: Callable[..., Any]) -> None:
    missing = answer("webhookSubscriptionDelete", {"field": ["id"], "message": "It does not exist"})
    sent = shop("delete", None, missing, record_id=ID, then=[{"data": {"webhookSubscription": None}}])
    assert "query WebhookSubscription($id: ID!)" in sent.all[1].body["query"]


def test_update_leaves_the_topic_out(shop: Callable[..., Any]) -> None:
    sent = shop("update", FIELDS, answer("webhookSubscriptionUpdate"), record_id=ID, changed=frozenset({"url"}))
    assert sent.body["variables"] == {
        "id": ID,
        "webhookSubscription": {"uri": "https://example.org/endpoint", "format": "JSON", "filter": "type:lookbook"},
    }


def test_delete(shop: Callable[..., Any]) -> None:
    done = {"data": {"webhookSubscriptionDelete": {"deletedWebhookSubscriptionId": ID, "userErrors": []}}}
    assert shop("delete", None, done, record_id=ID).body["variables"] == {"id": ID}


def test_list(shop: Callable[..., Any]) -> None:
    def page(node: dict[str, Any], cursor: str, more: bool) -> dict[str, Any]:
        info = {"hasNextPage": more, "endCursor": cursor}
        return {"data": {"webhookSubscriptions": {"nodes": [node], "pageInfo": info}}}

    second = {**SHOWN, "id": f"{ID}1", "topic": "ORDERS_CREATE", "includeFields": ["id", "email"]}
    sent = shop("list", None, page(SHOWN, "c1", True), then=[page(second, "c2", False)])
    assert [one.body["variables"] for one in sent.all] == [{"first": 100}, {"first": 100, "after": "c1"}]
    one, two = sent.result
    assert (one.id, one.fields["events"], one.fields["url"]) == (ID, ("METAOBJECTS_CREATE",), SHOWN["uri"])
    assert (two.fields["events"], two.fields["include_fields"]) == (("ORDERS_CREATE",), ["email", "id"])


def test_get_of_what_is_not_there(shop: Callable[..., Any]) -> None:
    assert shop("get", None, {"data": {"webhookSubscription": None}}, record_id=ID).result is None
    assert shop("get", None, {"data": {"webhookSubscription": SHOWN}}, record_id=ID).result.id == ID

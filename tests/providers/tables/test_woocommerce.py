"""WooCommerce: the examples of its documents; one topic a record, and a delete that must be forced."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from reconciler.records import Secret

KEYS = {"consumer_key": "ck_canary", "consumer_secret": "cs_canary"}
SHOP = "https://shop.example.com/wp-json/wc/v3"
SHOWN: dict[str, Any] = {
    "id": 142,
    "name": "Order updated",
    "status": "active",
    "topic": "order.updated",
    "resource": "order",
    "event": "updated",
    "hooks": ["woocommerce_process_shop_order_meta", "woocommerce_order_status_changed"],
    "delivery_url": "http://requestb.in/1g0sxmo1",
    "date_created": "2016-05-15T23:17:52",
    "date_created_gmt": "2016-05-15T20:17:52",
    "date_modified": "2016-05-15T23:17:52",
    "date_modified_gmt": "2016-05-15T20:17:52",
}
FIELDS = {
    "url": "http://requestb.in/1g0sxmo1",
    "events": ("order.updated",),
    "name": "Order updated",
    "secret": Secret("hook-secret-canary"),
    "enabled": True,
}


def test_create(exchange: Callable[..., Any]) -> None:
    sent = exchange("woocommerce", KEYS, {}, "create", FIELDS, SHOWN, status=201)
    assert (sent.method, sent.url, len(sent.all)) == ("POST", f"{SHOP}/webhooks", 1)
    assert sent.headers["Authorization"] == "Basic Y2tfY2FuYXJ5OmNzX2NhbmFyeQ=="
    assert sent.body == {
        "name": "Order updated",
        "topic": "order.updated",
        "delivery_url": "http://requestb.in/1g0sxmo1",
        "secret": "hook-secret-canary",
    }
    assert sent.result.id == "142"


def test_create_of_a_paused_one_pauses_it_after(exchange: Callable[..., Any]) -> None:
    sent = exchange("woocommerce", KEYS, {}, "create", {**FIELDS, "enabled": False}, SHOWN, status=201, then=[SHOWN])
    assert [(one.method, one.url) for one in sent.all][1:] == [("PUT", f"{SHOP}/webhooks/142")]
    assert sent.all[1].body == {"status": "paused"}


def test_update(exchange: Callable[..., Any]) -> None:
    changed = frozenset({"enabled"})
    sent = exchange("woocommerce", KEYS, {}, "update", FIELDS, SHOWN, record_id="142", changed=changed)
    assert (sent.method, sent.url, sent.body) == ("PUT", f"{SHOP}/webhooks/142", {"status": "active"})


def test_delete_is_forced(exchange: Callable[..., Any]) -> None:
    sent = exchange("woocommerce", KEYS, {}, "delete", None, SHOWN, record_id="142")
    assert (sent.method, sent.url, sent.content) == ("DELETE", f"{SHOP}/webhooks/142?force=true", b"")


def test_list_follows_the_link_header(exchange: Callable[..., Any]) -> None:
    link = {"Link": f'<{SHOP}/webhooks?per_page=100&page=2>; rel="next"'}
    second = {**SHOWN, "id": 143, "status": "disabled", "topic": "customer.created"}
    sent = exchange("woocommerce", KEYS, {}, "list", None, [SHOWN], headers=link, then=[[second]])
    assert [one.query for one in sent.all] == [{"per_page": "100"}, {"per_page": "100", "page": "2"}]
    one, two = sent.result
    assert (one.id, one.fields["events"], one.fields["enabled"]) == ("142", ("order.updated",), True)
    assert (two.fields["events"], two.fields["enabled"]) == (("customer.created",), False)


@pytest.mark.parametrize("status", [400, 404])
def test_an_id_that_is_not_there(exchange: Callable[..., Any], status: int) -> None:
    gone = {"code": "woocommerce_rest_shop_webhook_invalid_id", "message": "ID is invalid.", "data": {"status": status}}
    assert exchange("woocommerce", KEYS, {}, "get", None, gone, status=status, record_id="9").result is None

"""Up: the shapes of its OpenAPI; attributes in an envelope, a secret that is shown once, pages by links."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

TOKEN = {"token": "up_canary"}
API = "https://api.up.com.au/api/v1/webhooks"
SHOWN: dict[str, Any] = {
    "type": "webhooks",
    "id": "b2daaed4-4403-44fd-acec-9f9b8ceba5d9",
    "attributes": {
        "url": "https://example.com/up",
        "description": "An example webhook",
        "createdAt": "2024-01-01T00:00:00+10:00",
    },
}
MADE = {"data": {**SHOWN, "attributes": {**SHOWN["attributes"], "secretKey": "secret-canary"}}}
FIELDS = {"url": "https://example.com/up", "description": "An example webhook"}


def test_create_captures_the_secret(exchange: Callable[..., Any]) -> None:
    sent = exchange("up", TOKEN, {}, "create", FIELDS, MADE, status=201)
    assert (sent.method, sent.url, sent.result.id) == ("POST", API, SHOWN["id"])
    assert sent.headers["Authorization"] == "Bearer up_canary"
    attributes = {"url": "https://example.com/up", "description": "An example webhook"}
    assert sent.body == {"data": {"attributes": attributes}}
    assert sent.result.captured["secret"].reveal() == "secret-canary"


def test_delete(exchange: Callable[..., Any]) -> None:
    sent = exchange("up", TOKEN, {}, "delete", None, None, status=204, record_id="1")
    assert (sent.method, sent.url) == ("DELETE", f"{API}/1")


def test_list_goes_on_by_links(exchange: Callable[..., Any]) -> None:
    first = {"data": [SHOWN], "links": {"prev": None, "next": f"{API}?page%5Bafter%5D=x"}}
    last = {"data": [{**SHOWN, "id": "second"}], "links": {"prev": None, "next": None}}
    sent = exchange("up", TOKEN, {}, "list", None, first, then=[last])
    assert [one.query for one in sent.all] == [{"page[size]": "100"}, {"page[after]": "x"}]
    assert [live.id for live in sent.result] == [SHOWN["id"], "second"]
    assert dict(sent.result[0].fields) == FIELDS

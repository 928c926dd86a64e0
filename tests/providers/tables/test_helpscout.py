"""Help Scout: the examples of its pages; an id in a header, a token for id and secret, pages by links."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reconciler.records import Secret

TOKEN = {"token": "token-canary"}
API = "https://api.helpscout.net/v2/webhooks"
SHOWN: dict[str, Any] = {
    "id": 10,
    "url": "https://example.com/helpscout",
    "state": "enabled",
    "events": ["convo.assigned"],
    "notification": False,
    "payloadVersion": "V2",
    "label": "cool webhook",
    "mailboxIds": [],
    "_links": {"self": {"href": f"{API}/10"}},
}
FIELDS = {
    "url": "https://example.com/helpscout",
    "events": ("convo.assigned",),
    "secret": Secret("mZ9-canary"),
    "name": "cool webhook",
}
WRITTEN = {
    "url": "https://example.com/helpscout",
    "events": ["convo.assigned"],
    "secret": "mZ9-canary",
    "label": "cool webhook",
}


def test_create_has_its_id_in_a_header(exchange: Callable[..., Any]) -> None:
    made = {"Resource-ID": "10", "Location": f"{API}/10"}
    sent = exchange("helpscout", TOKEN, {}, "create", FIELDS, None, status=201, headers=made, then=[SHOWN])
    assert (sent.method, sent.url, sent.result.id) == ("POST", API, "10")
    assert (sent.headers["Authorization"], sent.body) == ("Bearer token-canary", WRITTEN)


def test_update_carries_the_whole(exchange: Callable[..., Any]) -> None:
    given = {"record_id": "10", "changed": frozenset({"name"}), "then": [SHOWN]}
    sent = exchange("helpscout", TOKEN, {}, "update", FIELDS, None, status=204, **given)
    assert (sent.method, sent.url, sent.body) == ("PUT", f"{API}/10", WRITTEN)


def test_delete(exchange: Callable[..., Any]) -> None:
    sent = exchange("helpscout", TOKEN, {}, "delete", None, None, status=204, record_id="10")
    assert (sent.method, sent.url) == ("DELETE", f"{API}/10")


def test_list_goes_on_by_links_with_a_token_of_its_own(exchange: Callable[..., Any]) -> None:
    app = {"client_id": "id-canary", "client_secret": "pass-canary"}
    grant = {"token_type": "bearer", "access_token": "token-canary", "expires_in": 172800}
    first = {"_embedded": {"webhooks": [SHOWN]}, "_links": {"next": {"href": f"{API}?page=2"}}}
    last = {"_embedded": {"webhooks": [{**SHOWN, "id": 11}]}, "_links": {}}
    sent = exchange("helpscout", app, {}, "list", None, grant, then=[first, last])
    assert sent.url == "https://api.helpscout.net/v2/oauth2/token"
    assert [one.url for one in sent.all[1:]] == [API, f"{API}?page=2"]
    assert [live.id for live in sent.result] == ["10", "11"]
    assert (sent.result[0].fields["name"], sent.result[0].fields["notification"]) == ("cool webhook", False)

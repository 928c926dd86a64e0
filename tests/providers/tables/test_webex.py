"""Webex: the shapes of its client; an event in two parts, a name and a URL that each update must carry."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reconciler.records import Secret

TOKEN = {"token": "token-canary"}
API = "https://webexapis.com/v1/webhooks"
SHOWN: dict[str, Any] = {
    "id": "Y2lzY29zcGFyazovL3VzL1dFQkhPT0svMQ",
    "name": "acme-rooms",
    "targetUrl": "https://example.com/webex",
    "resource": "messages",
    "event": "created",
    "filter": "roomId=ROOM",
    "secret": "secret-canary",
    "status": "inactive",
    "created": "2015-10-18T14:26:16+00:00",
}
FIELDS = {
    "url": "https://example.com/webex",
    "name": "acme-rooms",
    "events": ("messages.created",),
    "filter": "roomId=ROOM",
    "secret": Secret("secret-canary"),
    "enabled": True,
}


def test_create_has_an_event_in_two_parts(exchange: Callable[..., Any]) -> None:
    sent = exchange("webex", TOKEN, {}, "create", FIELDS, {**SHOWN, "status": "active"})
    assert (sent.method, sent.url, sent.result.id) == ("POST", API, SHOWN["id"])
    assert sent.headers["Authorization"] == "Bearer token-canary"
    assert sent.body == {key: SHOWN[key] for key in ("name", "targetUrl", "resource", "event", "filter", "secret")}


def test_update_carries_name_and_url(exchange: Callable[..., Any]) -> None:
    changed = frozenset({"enabled"})
    sent = exchange("webex", TOKEN, {}, "update", FIELDS, SHOWN, record_id="1", changed=changed)
    assert (sent.method, sent.url) == ("PUT", f"{API}/1")
    assert sent.body == {"name": "acme-rooms", "targetUrl": "https://example.com/webex", "status": "active"}


def test_delete(exchange: Callable[..., Any]) -> None:
    sent = exchange("webex", TOKEN, {}, "delete", None, None, status=204, record_id="1")
    assert (sent.method, sent.url) == ("DELETE", f"{API}/1")


def test_list_goes_on_by_link(exchange: Callable[..., Any]) -> None:
    more = {"Link": f'<{API}?max=100&cursor=next>; rel="next"'}
    answer = {"items": [SHOWN]}
    sent = exchange("webex", TOKEN, {}, "list", None, answer, headers=more, then=[{"items": [{**SHOWN, "id": "2"}]}])
    assert [one.url for one in sent.all] == [f"{API}?max=100", f"{API}?max=100&cursor=next"]
    first, _ = sent.result
    assert (first.fields["events"], first.fields["enabled"]) == (("messages.created",), False)
    assert first.fields["secret"].reveal() == "secret-canary"

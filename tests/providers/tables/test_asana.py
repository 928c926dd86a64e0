"""Asana: the examples of its OpenAPI; the envelope, compact lists, filters that alone can change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

TOKEN = {"token": "token-canary"}
WORKSPACE = {"workspace": "1331"}
API = "https://app.asana.com/api/1.0/webhooks"
URL = "https://example.com/receive-webhook/7654"
COMPACT = {
    "gid": "43214",
    "resource_type": "webhook",
    "active": False,
    "resource": {"gid": "8675309", "resource_type": "task", "name": "Bugs"},
    "target": URL,
}
FILTERS = [{"resource_type": "task", "action": "changed", "fields": ["due_at", "due_on"]}]
SHOWN = {**COMPACT, "created_at": "2012-02-22T02:06:58.147Z", "last_success_at": None, "filters": FILTERS}
FIELDS = {"url": URL, "resource": "8675309", "filters": FILTERS}


def test_create(exchange: Callable[..., Any]) -> None:
    answer = {"data": SHOWN, "X-Hook-Secret": "hook-canary"}
    sent = exchange("asana", TOKEN, WORKSPACE, "create", FIELDS, answer, status=201)
    assert (sent.method, sent.url, sent.result.id) == ("POST", API, "43214")
    assert sent.headers["Authorization"] == "Bearer token-canary"
    assert sent.body == {"data": {"target": URL, "resource": "8675309", "filters": FILTERS}}
    assert sent.result.captured["secret"].reveal() == "hook-canary"


def test_update_sends_the_filters_alone(exchange: Callable[..., Any]) -> None:
    changed = frozenset({"filters"})
    answer = {"data": SHOWN}
    sent = exchange("asana", TOKEN, WORKSPACE, "update", FIELDS, answer, record_id="43214", changed=changed)
    assert (sent.method, sent.url, sent.body) == ("PUT", f"{API}/43214", {"data": {"filters": FILTERS}})


def test_delete(exchange: Callable[..., Any]) -> None:
    sent = exchange("asana", TOKEN, WORKSPACE, "delete", None, {"data": {}}, record_id="43214")
    assert (sent.method, sent.url) == ("DELETE", f"{API}/43214")


def test_list_reads_each(exchange: Callable[..., Any]) -> None:
    page = {"data": [COMPACT], "next_page": {"offset": "eyJ0eXAi", "path": "/webhooks", "uri": API}}
    last: dict[str, Any] = {"data": [], "next_page": None}
    sent = exchange("asana", TOKEN, WORKSPACE, "list", None, page, then=[last, {"data": SHOWN}])
    assert [(one.address, one.query) for one in sent.all] == [
        (API, {"workspace": "1331", "limit": "100"}),
        (API, {"workspace": "1331", "limit": "100", "offset": "eyJ0eXAi"}),
        (f"{API}/43214", {}),
    ]
    (live,) = sent.result
    assert (live.fields["url"], live.fields["resource"]) == (URL, "8675309")
    assert [dict(one) for one in live.fields["filters"]] == FILTERS

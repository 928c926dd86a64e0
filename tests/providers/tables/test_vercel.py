"""Vercel: what its client shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

TOKEN = {"token": "token-canary"}
API = "https://api.vercel.com/v1/webhooks"
SHOWN: dict[str, Any] = {
    "id": "account_hook_example",
    "url": "https://my-webhook.example.com",
    "events": ["deployment.created", "deployment.error"],
    "ownerId": "team_example",
    "projectIds": ["prj_example"],
    "createdAt": 1567024758130,
    "updatedAt": 1567024758130,
}
FIELDS = {
    "url": "https://my-webhook.example.com",
    "events": ("deployment.created", "deployment.error"),
    "project_ids": ["prj_example"],
}
each_scope = pytest.mark.parametrize(
    ("scope", "query"), [({"team": ""}, ""), ({"team": "team_example"}, "?teamId=team_example")], ids=["own", "team"]
)


@each_scope
def test_create_reads_the_secret(exchange: Callable[..., Any], scope: dict[str, str], query: str) -> None:
    sent = exchange("vercel", TOKEN, scope, "create", FIELDS, {**SHOWN, "secret": "secret-canary"})
    assert (sent.method, sent.url) == ("POST", f"{API}{query}")
    assert sent.headers["Authorization"] == "Bearer token-canary"
    assert sent.body == {
        "url": "https://my-webhook.example.com",
        "events": ["deployment.created", "deployment.error"],
        "projectIds": ["prj_example"],
    }
    assert sent.result.captured["secret"].reveal() == "secret-canary"


@each_scope
def test_delete(exchange: Callable[..., Any], scope: dict[str, str], query: str) -> None:
    sent = exchange("vercel", TOKEN, scope, "delete", None, None, record_id="account_hook_example", status=204)
    assert (sent.method, sent.url, sent.content) == ("DELETE", f"{API}/account_hook_example{query}", b"")


@each_scope
def test_list(exchange: Callable[..., Any], scope: dict[str, str], query: str) -> None:
    sent = exchange("vercel", TOKEN, scope, "list", None, [SHOWN])
    assert [one.url for one in sent.all] == [f"{API}{query}"]
    (live,) = sent.result
    assert (live.id, live.fields["url"], live.fields["events"]) == (SHOWN["id"], FIELDS["url"], FIELDS["events"])
    assert list(live.fields["project_ids"]) == ["prj_example"]
    assert "secret" not in live.fields

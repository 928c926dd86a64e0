"""Bitbucket Cloud: the examples of its OpenAPI, for the hooks of a repository and of a workspace."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from reconciler.records import Secret

TOKEN = {"token": "token-canary"}
API = "https://api.bitbucket.org/2.0"
PLACES = [
    (
        "bitbucket",
        {"workspace": "my-workspace", "repo_slug": "my-repo-slug"},
        f"{API}/repositories/my-workspace/my-repo-slug/hooks",
    ),
    ("bitbucket-workspace", {"workspace": "my-workspace"}, f"{API}/workspaces/my-workspace/hooks"),
]
each_place = pytest.mark.parametrize(("table", "scope", "address"), PLACES, ids=["repository", "workspace"])
UUID = "{5a3c1f6e-2b7d-4a57-9b1c-0d6b1c2f3a44}"
QUOTED = "%7B5a3c1f6e-2b7d-4a57-9b1c-0d6b1c2f3a44%7D"
SHOWN: dict[str, Any] = {
    "type": "webhook_subscription",
    "uuid": UUID,
    "url": "https://example.com/",
    "description": "Webhook Description",
    "subject_type": "repository",
    "active": True,
    "created_at": "2025-01-01T00:00:00.000000+00:00",
    "events": ["repo:push", "issue:created", "issue:updated"],
    "secret_set": True,
}
FIELDS = {
    "url": "https://example.com/",
    "events": ("issue:created", "issue:updated", "repo:push"),
    "description": "Webhook Description",
    "enabled": True,
    "secret": Secret("this is a really bad secret"),
}
BODY = {
    "description": "Webhook Description",
    "url": "https://example.com/",
    "active": True,
    "secret": "this is a really bad secret",
    "events": ["issue:created", "issue:updated", "repo:push"],
}


@each_place
def test_create(exchange: Callable[..., Any], table: str, scope: dict[str, str], address: str) -> None:
    sent = exchange(table, TOKEN, scope, "create", FIELDS, SHOWN, status=201)
    assert (sent.method, sent.url, sent.body) == ("POST", address, BODY)
    assert sent.headers["Authorization"] == "Bearer token-canary"
    assert sent.result.id == UUID


@each_place
def test_update(exchange: Callable[..., Any], table: str, scope: dict[str, str], address: str) -> None:
    sent = exchange(table, TOKEN, scope, "update", FIELDS, SHOWN, record_id=UUID, changed=frozenset({"events"}))
    assert (sent.method, sent.url, sent.body) == ("PUT", f"{address}/{QUOTED}", BODY)


@each_place
def test_delete(exchange: Callable[..., Any], table: str, scope: dict[str, str], address: str) -> None:
    sent = exchange(table, TOKEN, scope, "delete", None, None, status=204, record_id=UUID)
    assert (sent.method, sent.url) == ("DELETE", f"{address}/{QUOTED}")


@each_place
def test_list_follows_next(exchange: Callable[..., Any], table: str, scope: dict[str, str], address: str) -> None:
    page = {"page": 1, "pagelen": 1, "size": 2, "values": [SHOWN], "next": f"{address}?page=2"}
    last = {"page": 2, "pagelen": 1, "size": 2, "values": [{**SHOWN, "uuid": "{two}", "active": False}]}
    sent = exchange(table, TOKEN, scope, "list", None, page, then=[last])
    assert [one.url for one in sent.all] == [address, f"{address}?page=2"]
    one, two = sent.result
    assert (one.id, one.fields["events"]) == (UUID, FIELDS["events"])
    assert (two.fields["enabled"], "secret" in two.fields) == (False, False)


def test_an_api_token_is_a_password(exchange: Callable[..., Any]) -> None:
    credentials = {"email": "me@example.com", "api_token": "api-canary"}
    sent = exchange("bitbucket", credentials, PLACES[0][1], "get", None, SHOWN, record_id=UUID)
    assert sent.headers["Authorization"] == "Basic bWVAZXhhbXBsZS5jb206YXBpLWNhbmFyeQ=="

"""Gitea and Forgejo: what the server's code reads and shows, for the hooks of a repository and of an organization."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from reconciler.records import Secret

TOKEN = {"token": "token-canary"}
API = "https://gitea.example.com/api/v1"
PLACES = [
    ("gitea", {"owner": "octocat", "repo": "hello"}, f"{API}/repos/octocat/hello/hooks"),
    ("gitea-org", {"org": "octo"}, f"{API}/orgs/octo/hooks"),
]
each_place = pytest.mark.parametrize(("table", "scope", "address"), PLACES, ids=["repo", "org"])
SHOWN: dict[str, Any] = {
    "id": 1,
    "type": "gitea",
    "branch_filter": "main",
    "config": {"content_type": "json", "url": "https://example.com/hook"},
    "events": [
        "push",
        "issues",
        "pull_request_review_approved",
        "pull_request_review_rejected",
        "pull_request_review_comment",
    ],
    "authorization_header": "",
    "active": True,
    "updated_at": "2024-09-01T09:10:54Z",
    "created_at": "2024-09-01T09:10:54Z",
}
FIELDS = {
    "url": "https://example.com/hook",
    "events": ("issues", "pull_request_review", "push"),
    "secret": Secret("hook-secret-canary"),
    "enabled": True,
    "content_type": "json",
    "branch_filter": "main",
    "authorization_header": Secret("Bearer delivery-canary"),
}
WRITTEN = {
    "events": ["issues_only", "pull_request_review", "push"],
    "active": True,
    "branch_filter": "main",
    "authorization_header": "Bearer delivery-canary",
}
CONFIG = {"url": "https://example.com/hook", "content_type": "json"}


@each_place
def test_create(exchange: Callable[..., Any], table: str, scope: dict[str, str], address: str) -> None:
    sent = exchange(table, TOKEN, scope, "create", FIELDS, SHOWN, status=201)
    assert (sent.method, sent.url, sent.headers["Authorization"]) == ("POST", address, "token token-canary")
    assert sent.body == {**WRITTEN, "type": "gitea", "config": {**CONFIG, "secret": "hook-secret-canary"}}
    assert sent.result.id == "1"


@each_place
def test_update_sends_all_that_it_would_erase(
    exchange: Callable[..., Any], table: str, scope: dict[str, str], address: str
) -> None:
    sent = exchange(table, TOKEN, scope, "update", FIELDS, SHOWN, changed=frozenset({"enabled"}))
    assert (sent.method, sent.url) == ("PATCH", f"{address}/1")
    assert sent.body == {**WRITTEN, "config": CONFIG}


@each_place
@pytest.mark.parametrize("status", [204, 404])
def test_delete(exchange: Callable[..., Any], table: str, scope: dict[str, str], address: str, status: int) -> None:
    sent = exchange(table, TOKEN, scope, "delete", None, None, status=status)
    assert (sent.method, sent.url, sent.content) == ("DELETE", f"{address}/1", b"")


@each_place
def test_list_ends_with_an_empty_page(
    exchange: Callable[..., Any], table: str, scope: dict[str, str], address: str
) -> None:
    chat = {**SHOWN, "id": 2, "type": "slack"}
    sent = exchange(table, TOKEN, scope, "list", None, [SHOWN, chat], then=[[]])
    assert [one.query for one in sent.all] == [{"limit": "50", "page": "1"}, {"limit": "50", "page": "2"}]
    (live,) = sent.result
    assert live.fields["events"] == ("issues", "pull_request_review", "push")
    assert (live.fields["url"], live.fields["enabled"]) == ("https://example.com/hook", True)
    assert "authorization_header" not in live.fields

"""GitHub: its own examples (OpenAPI), for the hooks of a repository and of an organization."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reconciler.records import Secret

SCHEMA = json.loads((Path(__file__).parents[2] / "vendor/github/openapi.json").read_text())
EXAMPLES = {name: example["value"] for name, example in SCHEMA["components"]["examples"].items()}
TOKEN = {"token": "token-canary"}
API = "https://api.github.com"
PLACES = [
    ("github", {"owner": "octocat", "repo": "Hello-World"}, f"{API}/repos/octocat/Hello-World/hooks", "hook"),
    ("github-org", {"org": "octocat"}, f"{API}/orgs/octocat/hooks", "org-hook"),
]
each_place = pytest.mark.parametrize(("table", "scope", "address", "example"), PLACES, ids=["repository", "org"])
FIELDS = {
    "url": "https://example.com/webhook",
    "events": ("pull_request", "push"),
    "enabled": True,
    "content_type": "json",
    "insecure_ssl": False,
    "secret": Secret("hook-secret-canary"),
}
BODY: dict[str, Any] = {
    "active": True,
    "events": ["pull_request", "push"],
    "config": {
        "url": "https://example.com/webhook",
        "content_type": "json",
        "insecure_ssl": "0",
        "secret": "hook-secret-canary",
    },
}


@each_place
def test_create(exchange: Callable[..., Any], table: str, scope: dict[str, str], address: str, example: str) -> None:
    sent = exchange(table, TOKEN, scope, "create", FIELDS, EXAMPLES[example], status=201)
    assert (sent.method, sent.url) == ("POST", address)
    assert sent.body == {"name": "web", **BODY}
    assert sent.headers["Authorization"] == "Bearer token-canary"
    assert sent.headers["Accept"] == "application/vnd.github+json"
    assert sent.headers["X-GitHub-Api-Version"] == "2022-11-28"
    assert sent.result.id == str(EXAMPLES[example]["id"])


@each_place
def test_update_sends_the_secret_again(
    exchange: Callable[..., Any], table: str, scope: dict[str, str], address: str, example: str
) -> None:
    changed = frozenset({"events"})
    sent = exchange(table, TOKEN, scope, "update", FIELDS, EXAMPLES[example], record_id="42", changed=changed)
    assert (sent.method, sent.url, sent.body) == ("PATCH", f"{address}/42", BODY)


@each_place
def test_delete(exchange: Callable[..., Any], table: str, scope: dict[str, str], address: str, example: str) -> None:
    sent = exchange(table, TOKEN, scope, "delete", None, None, status=204, record_id="42")
    assert (sent.method, sent.url, sent.body) == ("DELETE", f"{address}/42", None)


@each_place
def test_list_follows_the_link_header(
    exchange: Callable[..., Any], table: str, scope: dict[str, str], address: str, example: str
) -> None:
    first = EXAMPLES[f"{example}-items"][0]
    masked = {"secret": "********", "insecure_ssl": 1}
    second = {**first, "id": 2, "active": False, "config": {**first["config"], **masked}}
    link = {"Link": f'<{address}?per_page=100&page=2>; rel="next", <{address}?page=2>; rel="last"'}
    sent = exchange(table, TOKEN, scope, "list", None, [first], headers=link, then=[[second]])
    assert [one.url for one in sent.all] == [f"{address}?per_page=100", f"{address}?per_page=100&page=2"]
    one, two = sent.result
    assert (one.id, one.fields["url"], one.fields["events"]) == (
        str(first["id"]), first["config"]["url"], ("pull_request", "push"),
    )  # fmt: skip
    assert (one.fields["enabled"], one.fields["content_type"]) == (True, "json")
    assert (two.id, two.fields["enabled"], two.fields["insecure_ssl"]) == ("2", False, True)
    assert "secret" not in two.fields


@each_place
def test_get(exchange: Callable[..., Any], table: str, scope: dict[str, str], address: str, example: str) -> None:
    number = str(EXAMPLES[example]["id"])
    sent = exchange(table, TOKEN, scope, "get", None, EXAMPLES[example], record_id=number)
    assert (sent.method, sent.url, sent.result.id) == ("GET", f"{address}/{number}", number)
    assert exchange(table, TOKEN, scope, "get", None, {"message": "Not Found"}, status=404).result is None

"""GitLab: the examples of its pages, for the hooks of a project and of a group."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from reconciler.providers.registry import load_spec
from reconciler.records import Secret

TOKEN = {"token": "token-canary"}
API = "https://gitlab.com/api/v4"
PLACES = [
    ("gitlab", {"project": "flightjs/Flight"}, f"{API}/projects/flightjs%2FFlight/hooks"),
    ("gitlab-group", {"group": "3"}, f"{API}/groups/3/hooks"),
]
each_place = pytest.mark.parametrize(("table", "scope", "address"), PLACES, ids=["project", "group"])
SHOWN: dict[str, Any] = {
    "id": 1,
    "url": "http://example.com/hook",
    "name": "Test group hook",
    "description": "This is a test group hook.",
    "created_at": "2024-09-01T09:10:54.854Z",
    "push_events": True,
    "tag_push_events": False,
    "merge_requests_events": False,
    "repository_update_events": False,
    "enable_ssl_verification": True,
    "alert_status": "executable",
    "disabled_until": None,
    "url_variables": [],
    "push_events_branch_filter": None,
    "branch_filter_strategy": "all_branches",
    "issues_events": True,
    "job_events": False,
    "resource_access_token_events": False,
    "custom_webhook_template": '{"event":"{{object_kind}}"}',
    "custom_headers": [{"key": "Authorization"}],
}
FIELDS = {
    "url": "https://example.com/hook",
    "events": ("issues_events", "push_events"),
    "secret": Secret("hook-token-canary"),
    "name": "My Hook",
    "enable_ssl_verification": True,
}


def flags(table: str, *on: str) -> dict[str, bool]:
    events = load_spec(table).record.events
    assert events is not None
    assert set(on) <= set(events.known)
    return {name: name in on for name in events.known}


@each_place
def test_create_sends_every_flag(exchange: Callable[..., Any], table: str, scope: dict[str, str], address: str) -> None:
    sent = exchange(table, TOKEN, scope, "create", FIELDS, SHOWN, status=201)
    assert (sent.method, sent.url) == ("POST", address)
    assert sent.body == {
        "url": "https://example.com/hook",
        "name": "My Hook",
        "token": "hook-token-canary",
        "enable_ssl_verification": True,
        **flags(table, "issues_events", "push_events"),
    }
    assert sent.headers["PRIVATE-TOKEN"] == "token-canary"
    assert sent.result.id == "1"


@each_place
def test_update_of_the_url_sends_the_token_again(
    exchange: Callable[..., Any], table: str, scope: dict[str, str], address: str
) -> None:
    sent = exchange(table, TOKEN, scope, "update", FIELDS, SHOWN, changed=frozenset({"url"}))
    assert (sent.method, sent.url) == ("PUT", f"{address}/1")
    assert sent.body["token"] == "hook-token-canary"
    assert sent.body["issues_events"] is True


@each_place
@pytest.mark.parametrize("answer", [{"status": 204}, {"status": 404}])
def test_delete(
    exchange: Callable[..., Any], table: str, scope: dict[str, str], address: str, answer: dict[str, int]
) -> None:
    sent = exchange(table, TOKEN, scope, "delete", None, None, **answer)
    assert (sent.method, sent.url, sent.content) == ("DELETE", f"{address}/1", b"")


@each_place
def test_list(exchange: Callable[..., Any], table: str, scope: dict[str, str], address: str) -> None:
    link = {"Link": f'<{address}?page=2&per_page=100>; rel="next", <{address}?page=1&per_page=100>; rel="first"'}
    sent = exchange(table, TOKEN, scope, "list", None, [SHOWN], headers=link, then=[[]])
    assert [one.url for one in sent.all] == [f"{address}?per_page=100", f"{address}?page=2&per_page=100"]
    (live,) = sent.result
    assert live.fields["events"] == ("issues_events", "push_events")
    assert (live.fields["name"], live.fields["enable_ssl_verification"]) == ("Test group hook", True)
    assert "secret" not in live.fields


def test_an_oauth_token_is_a_bearer(exchange: Callable[..., Any]) -> None:
    sent = exchange("gitlab", {"oauth_token": "oauth-canary"}, {"project": "7"}, "get", None, SHOWN)
    assert (sent.url, sent.headers["Authorization"]) == (f"{API}/projects/7/hooks/1", "Bearer oauth-canary")

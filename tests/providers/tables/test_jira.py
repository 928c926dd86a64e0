"""Jira Cloud: the example of its documents; a record's id is the end of its `self`."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest

from reconciler.records import Secret

LOGIN = {"email": "a@example.com", "api_token": "token-canary"}
SITE = "https://acme.atlassian.net"
API = f"{SITE}/rest/webhooks/1.0/webhook"
SHOWN = {
    "name": "my first webhook via rest",
    "url": "https://hooks.example.com/jira",
    "events": ["jira:issue_updated", "jira:issue_created"],
    "filters": {"issue-related-events-section": "Project = JRA AND resolution = Fixed"},
    "excludeBody": False,
    "enabled": True,
    "isSigned": True,
    "self": f"{API}/72",
    "lastUpdatedUser": "5b10a0effa615349cb016cd8",
    "lastUpdated": 1568120000000,
}
FIELDS = {
    "url": "https://hooks.example.com/jira",
    "events": ("jira:issue_created", "jira:issue_updated"),
    "name": "my first webhook via rest",
    "enabled": True,
    "jql": "Project = JRA AND resolution = Fixed",
    "exclude_body": False,
}
BODY = {
    "name": "my first webhook via rest",
    "url": "https://hooks.example.com/jira",
    "events": ["jira:issue_created", "jira:issue_updated"],
    "filters": {"issue-related-events-section": "Project = JRA AND resolution = Fixed"},
    "excludeBody": False,
    "enabled": True,
    "secret": "secret-canary",
}
SECRET = {"secret": Secret("secret-canary")}


@pytest.fixture
def jira(exchange: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *given, **more: exchange("jira", LOGIN, {}, *given, record_id="72", base_url=SITE, **more)


def test_create(jira: Callable[..., Any]) -> None:
    sent = jira("create", {**FIELDS, **SECRET}, SHOWN, status=201)
    assert (sent.method, sent.url, sent.body, sent.result.id) == ("POST", API, BODY, "72")
    assert sent.headers["Authorization"] == "Basic " + b64encode(b"a@example.com:token-canary").decode()


def test_update_is_a_whole_webhook(jira: Callable[..., Any]) -> None:
    sent = jira("update", {**FIELDS, **SECRET}, SHOWN, changed=frozenset({"url"}))
    assert (sent.method, sent.url, sent.body) == ("PUT", f"{API}/72", BODY)


def test_delete(jira: Callable[..., Any]) -> None:
    sent = jira("delete", None, None, status=204)
    assert (sent.method, sent.url) == ("DELETE", f"{API}/72")


def test_list(jira: Callable[..., Any]) -> None:
    off = {**SHOWN, "self": f"{API}/73", "enabled": False, "filters": {}}
    sent = jira("list", None, [SHOWN, off])
    one, two = sent.result
    assert (one.id, dict(one.fields)) == ("72", FIELDS)
    assert (two.id, two.fields["enabled"], "jql" in two.fields) == ("73", False, False)

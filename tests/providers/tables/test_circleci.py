"""CircleCI: the requests of its own client; the project is a scope object in a create, and a parameter of a list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from reconciler.records import Secret

TOKEN = {"token": "token-canary"}
PROJECT = {"project": "c124cca6-d03e-4733-b84d-32b02347b78c"}
API = "https://circleci.com/api/v2/webhook"
ID = "3fa85f64-5717-4562-b3fc-2c963f66afa6"
SHOWN = {
    "id": ID,
    "name": "Builds",
    "url": "https://hooks.example.com/circleci",
    "verify-tls": True,
    "signing-secret": "****",
    "events": ["workflow-completed", "job-completed"],
    "scope": {"id": PROJECT["project"], "type": "project"},
    "created-at": "2015-09-21T17:29:21.042Z",
    "updated-at": "2015-09-21T17:29:21.042Z",
}
FIELDS = {
    "url": "https://hooks.example.com/circleci",
    "events": ("job-completed", "workflow-completed"),
    "name": "Builds",
    "verify_tls": True,
}
SECRET = {"secret": Secret("secret-canary")}


@pytest.fixture
def hooks(exchange: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *given, **more: exchange("circleci", TOKEN, PROJECT, *given, record_id=ID, **more)


def test_create_names_the_project(hooks: Callable[..., Any]) -> None:
    sent = hooks("create", {**FIELDS, **SECRET}, SHOWN, status=201)
    assert (sent.method, sent.url, sent.result.id) == ("POST", API, ID)
    assert sent.headers["Circle-Token"] == "token-canary"
    assert sent.body == {
        "name": "Builds",
        "url": "https://hooks.example.com/circleci",
        "verify-tls": True,
        "signing-secret": "secret-canary",
        "events": ["job-completed", "workflow-completed"],
        "scope": {"id": PROJECT["project"], "type": "project"},
    }


def test_update_sends_parts_and_no_scope(hooks: Callable[..., Any]) -> None:
    sent = hooks("update", {**FIELDS, **SECRET}, SHOWN, changed=frozenset({"name"}))
    assert (sent.method, sent.url, sent.body) == ("PUT", f"{API}/{ID}", {"name": "Builds"})


def test_delete(hooks: Callable[..., Any]) -> None:
    sent = hooks("delete", None, {"message": "OK"})
    assert (sent.method, sent.url) == ("DELETE", f"{API}/{ID}")


def test_list_follows_the_token_and_leaves_the_mask(hooks: Callable[..., Any]) -> None:
    other = {**SHOWN, "id": "2"}
    sent = hooks(
        "list",
        None,
        {"items": [SHOWN], "next_page_token": "t"},
        then=[{"items": [other], "next_page_token": None}],
    )
    about = {"scope-id": PROJECT["project"], "scope-type": "project"}
    assert [one.query for one in sent.all] == [about, {**about, "page-token": "t"}]
    assert [dict(live.fields) for live in sent.result] == [FIELDS, FIELDS]

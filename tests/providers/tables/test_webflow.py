"""Webflow: webhooks as its client's types have them; one event each, and no call that changes one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

TOKEN = {"token": "token-canary"}
SITE = {"site": "580e63e98c9a982ac9b8b741"}
API = "https://api.webflow.com/v2"
SHOWN = {
    "id": "57ca0a9e418c504a6e1acbb6",
    "triggerType": "form_submission",
    "url": "https://hooks.example.com/webflow",
    "workspaceId": "4f4e46fd476ea8c507000001",
    "siteId": "580e63e98c9a982ac9b8b741",
    "filter": {"name": "Email Form"},
    "lastTriggered": "2023-02-08T23:59:28.572Z",
    "createdOn": "2022-11-08T23:59:28.572Z",
}
FIELDS = {"url": "https://hooks.example.com/webflow", "events": ("form_submission",), "form": "Email Form"}


@pytest.fixture
def hooks(exchange: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *given, **more: exchange("webflow", TOKEN, SITE, *given, record_id=SHOWN["id"], **more)


def test_create(hooks: Callable[..., Any]) -> None:
    sent = hooks("create", FIELDS, SHOWN, status=201)
    assert (sent.method, sent.url, sent.result.id) == ("POST", f"{API}/sites/{SITE['site']}/webhooks", SHOWN["id"])
    assert sent.body == {
        "triggerType": "form_submission",
        "url": "https://hooks.example.com/webflow",
        "filter": {"name": "Email Form"},
    }
    assert sent.headers["Authorization"] == "Bearer token-canary"


def test_get_and_delete_are_not_below_the_site(hooks: Callable[..., Any]) -> None:
    sent = hooks("get", None, SHOWN)
    assert (sent.url, dict(sent.result.fields)) == (f"{API}/webhooks/{SHOWN['id']}", FIELDS)
    sent = hooks("delete", None, None, status=204)
    assert (sent.method, sent.url) == ("DELETE", f"{API}/webhooks/{SHOWN['id']}")


def test_list(hooks: Callable[..., Any]) -> None:
    other = {**SHOWN, "id": "2", "triggerType": "site_publish", "filter": None}
    paging = {"limit": 100, "offset": 0, "total": 2}
    sent = hooks("list", None, {"webhooks": [SHOWN, other], "pagination": paging})
    assert [one.url for one in sent.all] == [f"{API}/sites/{SITE['site']}/webhooks"]
    one, two = sent.result
    assert (dict(one.fields), two.fields["events"]) == (FIELDS, ("site_publish",))

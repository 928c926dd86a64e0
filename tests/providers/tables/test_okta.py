"""Okta: the forms of its OpenAPI; calls of their own switch and verify, and a delete deactivates first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from reconciler.errors import Refused
from reconciler.records import Secret

TOKEN = {"api_token": "api-canary"}
ORG = "https://example.okta.com"
API = f"{ORG}/api/v1/eventHooks"
ID = "hook1"


def shown(record_id: str = ID, **other: Any) -> dict[str, Any]:
    """An event hook in the form of Okta's documents."""
    return {
        "id": record_id,
        "status": "ACTIVE",
        "verificationStatus": "VERIFIED",
        "name": "Event Hook Test",
        "description": None,
        "created": "2024-01-02T03:04:05.000Z",
        "events": {"type": "EVENT_TYPE", "items": ["group.user_membership.add"], "filter": None},
        "channel": {
            "type": "HTTP",
            "version": "1.0.0",
            "config": {
                "uri": "https://hooks.example.com/okta",
                "headers": [{"key": "X-Other-Header", "value": "my-header-value"}],
                "method": "POST",
                "authScheme": {"type": "HEADER", "key": "authorization"},
            },
        },
        "_links": {"self": {"href": f"{API}/{record_id}"}},
        **other,
    }


SHOWN = shown()
INACTIVE = shown(status="INACTIVE")
FIELDS = {
    "url": "https://hooks.example.com/okta",
    "events": ("group.user_membership.add",),
    "name": "Event Hook Test",
    "headers": {"X-Other-Header": Secret("my-header-value")},
    "auth_scheme": {"type": Secret("HEADER"), "key": Secret("Authorization"), "value": Secret("my-shared-secret")},
    "enabled": True,
    "verified": True,
}
BODY = {
    "name": "Event Hook Test",
    "events": {"type": "EVENT_TYPE", "items": ["group.user_membership.add"]},
    "channel": {
        "type": "HTTP",
        "version": "1.0.0",
        "config": {
            "uri": "https://hooks.example.com/okta",
            "headers": [{"key": "X-Other-Header", "value": "my-header-value"}],
            "authScheme": {"type": "HEADER", "key": "Authorization", "value": "my-shared-secret"},
        },
    },
}


@pytest.fixture
def okta(exchange: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *given, **more: exchange("okta", TOKEN, {}, *given, record_id=ID, base_url=ORG, **more)


def test_create_has_it_verified(okta: Callable[..., Any]) -> None:
    sent = okta("create", FIELDS, SHOWN, then=[SHOWN])
    assert (sent.method, sent.url, sent.headers["Authorization"]) == ("POST", API, "SSWS api-canary")
    assert sent.body == BODY
    assert [(one.method, one.url, one.content) for one in sent.all][1:] == [
        ("POST", f"{API}/{ID}/lifecycle/verify", b"")
    ]
    assert (sent.result.id, sent.result.unset) == (ID, frozenset())


def test_update_replaces_all_and_verifies_again(okta: Callable[..., Any]) -> None:
    sent = okta("update", FIELDS, SHOWN, changed=frozenset({"url"}), then=[SHOWN])
    assert (sent.method, sent.url, sent.body) == ("PUT", f"{API}/{ID}", BODY)
    assert [one.url for one in sent.all][1:] == [f"{API}/{ID}/lifecycle/verify"]


@pytest.mark.parametrize(("enabled", "call"), [(True, "activate"), (False, "deactivate")])
def test_switching(okta: Callable[..., Any], enabled: bool, call: str) -> None:
    sent = okta("update", {**FIELDS, "enabled": enabled}, SHOWN, changed=frozenset({"enabled"}))
    assert [(one.method, one.url) for one in sent.all] == [("POST", f"{API}/{ID}/lifecycle/{call}")]


def test_delete_deactivates_first(okta: Callable[..., Any]) -> None:
    sent = okta("delete", None, INACTIVE, then=[None], then_status=204)
    assert [(one.method, one.url) for one in sent.all] == [
        ("POST", f"{API}/{ID}/lifecycle/deactivate"),
        ("DELETE", f"{API}/{ID}"),
    ]


def test_the_deletes_own_answer_counts(okta: Callable[..., Any]) -> None:
    gone = {"errorCode": "E0000007", "errorSummary": "Not found"}
    okta("delete", None, gone, status=404, then=[gone], then_status=404)
    with pytest.raises(Refused, match="DELETE"):
        okta("delete", None, gone, status=404, then=[{"errorCode": "E0000006"}], then_status=403)


def test_list(okta: Callable[..., Any]) -> None:
    two_events = {
        "type": "EVENT_TYPE",
        "items": ["user.lifecycle.deactivate", "user.lifecycle.activate"],
        "filter": None,
    }
    filtered = {
        "type": "EVENT_TYPE",
        "items": ["group.user_membership.add"],
        "filter": {"type": "EXPRESSION_LANGUAGE", "eventFilterMap": [{"event": "group.user_membership.add"}]},
    }
    sent = okta("list", None, [shown("a", events=two_events), shown("b", events=filtered)])
    assert (sent.method, sent.url) == ("GET", API)
    one, two = sent.result
    assert one.fields["events"] == ("user.lifecycle.activate", "user.lifecycle.deactivate")
    assert (one.fields["enabled"], one.fields["verified"], "auth_scheme" in one.fields) == (True, True, False)
    assert two.fields["filter"]["eventFilterMap"][0]["event"] == "group.user_membership.add"


def test_get_of_a_deactivated_one(okta: Callable[..., Any]) -> None:
    live = okta("get", None, INACTIVE).result
    assert (live.fields["enabled"], live.fields["headers"]["X-Other-Header"].reveal()) == (False, "my-header-value")

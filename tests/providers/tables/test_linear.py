"""Linear: GraphQL; what is sent are the variables of its own inputs, and a secret that can be read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from reconciler.errors import Ambiguous, Refused, Unreadable
from reconciler.records import Secret

KEY = {"api_key": "lin_api_canary"}
API = "https://api.linear.app/graphql"
ID = "790ce3f6-ea44-473d-bbd9-f3c73dc745a9"
TEAM = "9cfb482a-81e3-4154-b5b9-2c805e70a02d"
SHOWN: dict[str, Any] = {
    "id": ID,
    "url": "https://example.com/webhooks/linear",
    "label": "Issues",
    "enabled": True,
    "resourceTypes": ["Issue", "Comment"],
    "secret": "lin_wh_canary",
    "allPublicTeams": False,
    "team": {"id": TEAM},
}
FIELDS = {
    "url": "https://example.com/webhooks/linear",
    "events": ("Comment", "Issue"),
    "name": "Issues",
    "enabled": True,
    "team_id": TEAM,
    "all_public_teams": False,
    "secret": Secret("lin_wh_canary"),
}


def answer(mutation: str) -> dict[str, Any]:
    return {"data": {mutation: {"success": True, "webhook": {"id": ID}}}}


def test_create(exchange: Callable[..., Any]) -> None:
    sent = exchange("linear", KEY, {}, "create", FIELDS, answer("webhookCreate"))
    assert (sent.method, sent.url, sent.headers["Authorization"]) == ("POST", API, "lin_api_canary")
    assert sent.body["query"].startswith("mutation WebhookCreate($input: WebhookCreateInput!)")
    assert sent.body["variables"] == {
        "input": {
            "url": "https://example.com/webhooks/linear",
            "resourceTypes": ["Comment", "Issue"],
            "label": "Issues",
            "enabled": True,
            "teamId": TEAM,
            "allPublicTeams": False,
            "secret": "lin_wh_canary",
        }
    }
    assert sent.result.id == ID


def test_update_leaves_the_team_out(exchange: Callable[..., Any]) -> None:
    changed = frozenset({"url", "events"})
    sent = exchange("linear", KEY, {}, "update", FIELDS, answer("webhookUpdate"), record_id=ID, changed=changed)
    assert sent.body["variables"] == {
        "id": ID,
        "input": {"url": "https://example.com/webhooks/linear", "resourceTypes": ["Comment", "Issue"]},
    }


def test_delete(exchange: Callable[..., Any]) -> None:
    sent = exchange("linear", KEY, {}, "delete", None, {"data": {"webhookDelete": {"success": True}}}, record_id=ID)
    assert sent.body["variables"] == {"id": ID}


def test_an_error_inside_is_no_success(exchange: Callable[..., Any]) -> None:
    refusal = {"errors": [{"message": "Argument Validation Error"}], "data": None}
    with pytest.raises(Refused, match="Argument Validation Error"):
        exchange("linear", KEY, {}, "create", FIELDS, refusal)
    with pytest.raises(Unreadable, match="Argument Validation Error"):
        exchange("linear", KEY, {}, "list", None, refusal)
    unclear = {"data": {"webhookCreate": {"success": False, "webhook": None}}}
    with pytest.raises(Ambiguous):
        exchange("linear", KEY, {}, "create", FIELDS, unclear)


def test_list(exchange: Callable[..., Any]) -> None:
    def page(node: dict[str, Any], cursor: str, more: bool) -> dict[str, Any]:
        info = {"hasNextPage": more, "endCursor": cursor}
        return {"data": {"webhooks": {"nodes": [node], "pageInfo": info}}}

    of_an_application = {**SHOWN, "id": "app", "url": None}
    sent = exchange(
        "linear", KEY, {}, "list", None, page(SHOWN, "c1", True), then=[page(of_an_application, "c2", False)]
    )
    assert [one.body["variables"] for one in sent.all] == [{"first": 100}, {"first": 100, "after": "c1"}]
    (live,) = sent.result
    assert (live.id, live.fields["events"], live.fields["team_id"]) == (ID, ("Comment", "Issue"), TEAM)
    assert live.fields["secret"].reveal() == "lin_wh_canary"


def test_an_oauth_token_is_a_bearer(exchange: Callable[..., Any]) -> None:
    sent = exchange("linear", {"access_token": "oauth-canary"}, {}, "create", FIELDS, answer("webhookCreate"))
    assert sent.headers["Authorization"] == "Bearer oauth-canary"

"""Stripe: forms with brackets, a secret that is shown once, a switch that a create does not have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

KEY = {"api_key": "sk_test_canary"}
API = "https://api.stripe.com/v1/webhook_endpoints"
SHOWN: dict[str, Any] = {
    "api_version": None,
    "application": None,
    "created": 1234567890,
    "description": "This is my webhook, I like it a lot",
    "enabled_events": ["charge.failed", "charge.succeeded"],
    "id": "we_1Pgc6yB7WZ01zgkWzAudq4eU",
    "livemode": False,
    "metadata": {},
    "object": "webhook_endpoint",
    "status": "enabled",
    "url": "https://example.com/my/webhook/endpoint",
}
FIELDS = {
    "url": "https://example.com/my/webhook/endpoint",
    "events": ("charge.failed", "charge.succeeded"),
    "enabled": True,
    "description": "Charges & more",
    "connect": False,
    "metadata": {"team": "payments"},
}


def test_create(exchange: Callable[..., Any]) -> None:
    sent = exchange("stripe", KEY, {}, "create", FIELDS, {**SHOWN, "secret": "whsec_canary"})
    assert (sent.method, sent.url, len(sent.all)) == ("POST", API, 1)
    assert sent.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert sent.headers["Authorization"] == "Bearer sk_test_canary"
    assert sorted(sent.body) == [
        ("connect", "false"),
        ("description", "Charges & more"),
        ("enabled_events[]", "charge.failed"),
        ("enabled_events[]", "charge.succeeded"),
        ("metadata[team]", "payments"),
        ("url", "https://example.com/my/webhook/endpoint"),
    ]
    assert sent.result.id == SHOWN["id"]
    assert sent.result.captured["secret"].reveal() == "whsec_canary"


def test_create_of_a_disabled_one_switches_it_off_after(exchange: Callable[..., Any]) -> None:
    answers = [{**SHOWN, "status": "disabled"}]
    sent = exchange("stripe", KEY, {}, "create", {**FIELDS, "enabled": False}, SHOWN, then=answers)
    assert [one.url for one in sent.all] == [API, f"{API}/{SHOWN['id']}"]
    assert sent.all[1].body == [("disabled", "true")]


def test_update_sends_what_changed(exchange: Callable[..., Any]) -> None:
    changed = frozenset({"enabled", "events"})
    sent = exchange("stripe", KEY, {}, "update", FIELDS, SHOWN, record_id=SHOWN["id"], changed=changed)
    assert (sent.method, sent.url) == ("POST", f"{API}/{SHOWN['id']}")
    assert sorted(sent.body) == [
        ("disabled", "false"),
        ("enabled_events[]", "charge.failed"),
        ("enabled_events[]", "charge.succeeded"),
    ]


def test_delete(exchange: Callable[..., Any]) -> None:
    answer = {"id": SHOWN["id"], "object": "webhook_endpoint", "deleted": True}
    sent = exchange("stripe", KEY, {}, "delete", None, answer, record_id=SHOWN["id"])
    assert (sent.method, sent.url, sent.content) == ("DELETE", f"{API}/{SHOWN['id']}", b"")


def test_list_goes_on_after_the_last_id(exchange: Callable[..., Any]) -> None:
    page = {"object": "list", "url": "/v1/webhook_endpoints", "has_more": True, "data": [SHOWN]}
    last = {**page, "has_more": False, "data": [{**SHOWN, "id": "we_2", "status": "disabled"}]}
    sent = exchange("stripe", KEY, {}, "list", None, page, then=[last])
    assert [one.query for one in sent.all] == [{"limit": "100"}, {"limit": "100", "starting_after": SHOWN["id"]}]
    one, two = sent.result
    assert one.fields["events"] == ("charge.failed", "charge.succeeded")
    assert (one.fields["enabled"], two.fields["enabled"]) == (True, False)
    assert not {"secret", "connect"} & set(one.fields)


def test_get(exchange: Callable[..., Any]) -> None:
    assert exchange("stripe", KEY, {}, "get", None, SHOWN, record_id=SHOWN["id"]).result.id == SHOWN["id"]
    missing = {"error": {"code": "resource_missing", "message": "No such webhook endpoint: 'we_1'"}}
    assert exchange("stripe", KEY, {}, "get", None, missing, status=404, record_id="we_1").result is None

"""PagerDuty: the examples of its OpenAPI; a filter, a secret that is shown once, and waking what it put to sleep."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reconciler.records import Secret

TOKEN = {"token": "token-canary"}
API = "https://api.pagerduty.com/webhook_subscriptions"
SHOWN: dict[str, Any] = {
    "delivery_method": {
        "id": "PF9KMXH",
        "secret": None,
        "temporarily_disabled": False,
        "type": "http_delivery_method",
        "url": "https://example.com/receive_a_pagerduty_webhook",
        "custom_headers": [{"name": "your-header-name", "value": "-- redacted --"}],
    },
    "description": "Sends PagerDuty v3 webhook events somewhere interesting.",
    "events": ["incident.acknowledged", "incident.annotated"],
    "filter": {"id": "P393ZNQ", "type": "service_reference"},
    "id": "PY1OL64",
    "type": "webhook_subscription",
    "active": True,
}
FIELDS = {
    "url": "https://example.com/receive_a_pagerduty_webhook",
    "events": ("incident.acknowledged", "incident.annotated"),
    "description": "Sends PagerDuty v3 webhook events somewhere interesting.",
    "headers": {"header-name": Secret("header-value-canary")},
    "filter_type": "service_reference",
    "filter_id": "P393ZNQ",
    "enabled": True,
    "delivering": True,
}


def test_create(exchange: Callable[..., Any]) -> None:
    made = {**SHOWN, "delivery_method": {**SHOWN["delivery_method"], "secret": "signing-canary"}}
    sent = exchange("pagerduty", TOKEN, {}, "create", FIELDS, {"webhook_subscription": made}, status=201)
    assert (sent.method, sent.url, len(sent.all)) == ("POST", API, 1)
    assert sent.headers["Authorization"] == "Token token=token-canary"
    assert sent.headers["Accept"] == "application/vnd.pagerduty+json;version=2"
    assert sent.body == {
        "webhook_subscription": {
            "delivery_method": {
                "type": "http_delivery_method",
                "url": "https://example.com/receive_a_pagerduty_webhook",
                "custom_headers": [{"name": "header-name", "value": "header-value-canary"}],
            },
            "description": "Sends PagerDuty v3 webhook events somewhere interesting.",
            "events": ["incident.acknowledged", "incident.annotated"],
            "filter": {"id": "P393ZNQ", "type": "service_reference"},
            "active": True,
            "type": "webhook_subscription",
        }
    }
    assert (sent.result.id, sent.result.captured["secret"].reveal()) == ("PY1OL64", "signing-canary")


def test_update(exchange: Callable[..., Any]) -> None:
    answer = {"webhook_subscription": SHOWN}
    sent = exchange(
        "pagerduty", TOKEN, {}, "update", FIELDS, answer, record_id="PY1OL64", changed=frozenset({"events"})
    )
    assert (sent.method, sent.url, len(sent.all)) == ("PUT", f"{API}/PY1OL64", 1)
    assert sent.body == {
        "webhook_subscription": {
            "events": ["incident.acknowledged", "incident.annotated"],
            "filter": {"id": "P393ZNQ", "type": "service_reference"},
        }
    }


def test_what_is_disabled_for_a_time_is_enabled(exchange: Callable[..., Any]) -> None:
    answer, changed = {"webhook_subscription": SHOWN}, frozenset({"delivering"})
    sent = exchange("pagerduty", TOKEN, {}, "update", FIELDS, answer, record_id="PY1OL64", changed=changed)
    assert [(one.method, one.url, one.content) for one in sent.all] == [("POST", f"{API}/PY1OL64/enable", b"")]


def test_delete(exchange: Callable[..., Any]) -> None:
    sent = exchange("pagerduty", TOKEN, {}, "delete", None, None, status=204, record_id="PY1OL64")
    assert (sent.method, sent.url) == ("DELETE", f"{API}/PY1OL64")


def test_list_reads_each_and_goes_on_by_offset(exchange: Callable[..., Any]) -> None:
    asleep = {**SHOWN, "delivery_method": {**SHOWN["delivery_method"], "temporarily_disabled": True}}
    page = {"webhook_subscriptions": [SHOWN], "limit": 100, "offset": 0, "total": None, "more": True}
    last = {"webhook_subscriptions": [], "limit": 100, "offset": 1, "total": None, "more": False}
    sent = exchange("pagerduty", TOKEN, {}, "list", None, page, then=[last, {"webhook_subscription": asleep}])
    assert [one.url for one in sent.all] == [
        f"{API}?limit=100&offset=0",
        f"{API}?limit=100&offset=1",
        f"{API}/PY1OL64",
    ]
    (live,) = sent.result
    assert (live.fields["filter_type"], live.fields["filter_id"]) == ("service_reference", "P393ZNQ")
    assert (live.fields["enabled"], live.fields["delivering"]) == (True, False)
    assert not {"secret", "headers"} & set(live.fields)


def test_a_token_of_oauth_is_a_bearer(exchange: Callable[..., Any]) -> None:
    sent = exchange(
        "pagerduty", {"oauth_token": "oauth-canary"}, {}, "get", None, {"webhook_subscription": SHOWN},
        record_id="PY1OL64", base_url="https://api.eu.pagerduty.com",
    )  # fmt: skip
    assert sent.url == "https://api.eu.pagerduty.com/webhook_subscriptions/PY1OL64"
    assert sent.headers["Authorization"] == "Bearer oauth-canary"

"""Apify: webhooks of Actors and tasks; the list is read short, then each of its entries in full."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

TOKEN = {"token": "token-canary"}
API = "https://api.apify.com/v2/webhooks"
ID = "YiKoxjkaS9gjGTqhF"
SHOWN: dict[str, Any] = {
    "id": ID,
    "createdAt": "2019-12-12T07:34:14.202Z",
    "modifiedAt": "2019-12-13T08:36:13.202Z",
    "userId": "wRsJZtadYvn4mBZmm",
    "isAdHoc": False,
    "shouldInterpolateStrings": False,
    "eventTypes": ["ACTOR.RUN.SUCCEEDED"],
    "condition": {"actorId": "hksJZtadYvn4mBuin"},
    "ignoreSslErrors": False,
    "doNotRetry": False,
    "requestUrl": "https://hooks.example.com/apify",
    "headersTemplate": '{"X-Tag": "one"}',
    "description": "Runs",
    "lastDispatch": None,
    "stats": {"totalDispatches": 1},
}
SHORT = {key: SHOWN[key] for key in SHOWN if key != "headersTemplate"}
FIELDS = {
    "url": "https://hooks.example.com/apify",
    "events": ("ACTOR.RUN.SUCCEEDED",),
    "description": "Runs",
    "headers": {"X-Tag": "one"},
    "actor": "hksJZtadYvn4mBuin",
}
DEFAULTS = {"interpolates_strings": False, "ignores_ssl_errors": False, "never_retries": False}


@pytest.fixture
def hooks(exchange: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *given, **more: exchange("apify", TOKEN, {}, *given, record_id=ID, **more)


def test_create(hooks: Callable[..., Any]) -> None:
    sent = hooks("create", FIELDS, {"data": SHOWN}, status=201)
    assert (sent.method, sent.url, sent.result.id) == ("POST", API, ID)
    assert sent.body == {
        "requestUrl": "https://hooks.example.com/apify",
        "eventTypes": ["ACTOR.RUN.SUCCEEDED"],
        "description": "Runs",
        "headersTemplate": '{"X-Tag": "one"}',
        "condition": {"actorId": "hksJZtadYvn4mBuin"},
        "isAdHoc": False,
    }
    assert sent.headers["Authorization"] == "Bearer token-canary"


def test_update_sends_what_changed(hooks: Callable[..., Any]) -> None:
    sent = hooks("update", {**FIELDS, "description": "Ends"}, {"data": SHOWN}, changed=frozenset({"description"}))
    assert (sent.method, sent.url) == ("PUT", f"{API}/{ID}")
    assert sent.body == {"description": "Ends", "isAdHoc": False}


def test_delete(hooks: Callable[..., Any]) -> None:
    sent = hooks("delete", None, None, status=204)
    assert (sent.method, sent.url) == ("DELETE", f"{API}/{ID}")


@pytest.mark.parametrize(
    ("shown", "seen"),
    [({"isAdHoc": True}, 0), ({"isAdHoc": None}, 1), ({"requestUrl": None, "isApifyIntegration": True}, 0)],
)
def test_whose_it_is(hooks: Callable[..., Any], shown: dict[str, Any], seen: int) -> None:
    listed = {"data": {"total": 1, "offset": 0, "limit": 1000, "count": 1, "items": [{**SHORT, **shown}]}}
    sent = hooks("list", None, listed, then=[{"data": {**SHOWN, **shown}}])
    assert len(sent.result) == seen


def test_list_reads_each_and_passes_over_those_of_one_run(hooks: Callable[..., Any]) -> None:
    of_a_run = {**SHORT, "id": "run", "isAdHoc": True, "condition": {"actorRunId": "r"}}
    listed = {"data": {"total": 2, "offset": 0, "limit": 1000, "count": 2, "desc": False, "items": [SHORT, of_a_run]}}
    sent = hooks("list", None, listed, then=[{"data": SHOWN}])
    assert [one.address for one in sent.all] == [API, f"{API}/{ID}"]
    assert sent.all[0].query == {"limit": "1000", "offset": "0"}
    (live,) = sent.result
    assert live.fields["headers"]["X-Tag"].reveal() == "one"
    assert {name: value for name, value in live.fields.items() if name != "headers"} == {
        **{name: value for name, value in FIELDS.items() if name != "headers"},
        **DEFAULTS,
    }

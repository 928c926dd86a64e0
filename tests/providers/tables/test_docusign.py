"""DocuSign Connect: truth values are texts, an update goes to the collection, older event models are left alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

TOKEN = {"token": "token-canary"}
ACCOUNT = {"account": "3f2a5d1c"}
BASE = "https://na3.docusign.net/restapi"
API = f"{BASE}/v2.1/accounts/3f2a5d1c/connect"
MODEL = {"configurationType": "custom", "deliveryMode": "SIM", "eventData": {"version": "restv2.1"}}
SHOWN = {
    **MODEL,
    "connectId": "10034733",
    "urlToPublishTo": "https://example.com/docusign",
    "name": "acme-contracts",
    "allUsers": "true",
    "allowEnvelopePublish": "true",
    "includeHMAC": "false",
    "events": ["envelope-completed", "recipient-completed"],
}
FIELDS = {
    "url": "https://example.com/docusign",
    "events": ("envelope-completed", "recipient-completed"),
    "name": "acme-contracts",
    "enabled": True,
    "all_users": True,
    "include_hmac": False,
}
WRITTEN = {key: value for key, value in SHOWN.items() if key != "connectId"}


def test_create(exchange: Callable[..., Any]) -> None:
    sent = exchange("docusign", TOKEN, ACCOUNT, "create", FIELDS, SHOWN, status=201, base_url=BASE)
    assert (sent.method, sent.url, sent.result.id) == ("POST", API, "10034733")
    assert sent.headers["Authorization"] == "Bearer token-canary"
    assert sent.body == WRITTEN


def test_update_names_the_record_in_its_body(exchange: Callable[..., Any]) -> None:
    sent = exchange("docusign", TOKEN, ACCOUNT, "update", FIELDS, SHOWN, record_id="10034733", base_url=BASE)
    assert (sent.method, sent.url) == ("PUT", API)
    assert sent.body == {**WRITTEN, "connectId": "10034733"}


def test_delete(exchange: Callable[..., Any]) -> None:
    sent = exchange("docusign", TOKEN, ACCOUNT, "delete", None, None, record_id="10034733", base_url=BASE)
    assert (sent.method, sent.url) == ("DELETE", f"{API}/10034733")


def test_list_leaves_other_models_alone(exchange: Callable[..., Any]) -> None:
    older = {
        "connectId": "10034734",
        "configurationType": "custom",
        "deliveryMode": "Aggregate",
        "urlToPublishTo": "https://example.com/older",
        "envelopeEvents": ["Completed"],
    }
    answer = {"configurations": [SHOWN, older], "totalRecords": "2"}
    sent = exchange("docusign", TOKEN, ACCOUNT, "list", None, answer, base_url=BASE)
    assert (sent.method, sent.url) == ("GET", API)
    (live,) = sent.result
    assert live.fields["events"] == ("envelope-completed", "recipient-completed")
    assert (live.fields["enabled"], live.fields["include_hmac"]) == (True, False)

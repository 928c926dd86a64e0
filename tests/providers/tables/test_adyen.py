"""Adyen: the forms of its OpenAPI; the HMAC key is made by a call after the create."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from reconciler.records import Secret

KEY = {"api_key": "api-canary"}
LEVELS = [("adyen", "merchants", "merchant"), ("adyen-company", "companies", "company")]
ID = "S2-0000000000AA"
HMAC = {"hmacKey": "hmac-canary"}
FIELDS = {
    "url": "https://hooks.example.com/adyen",
    "events": ("standard",),
    "enabled": True,
    "format": "json",
    "event_codes": ["AUTHORISATION"],
    "username": "adyen",
    "password": Secret("password-canary"),
}
BODY = {
    "url": "https://hooks.example.com/adyen",
    "type": "standard",
    "active": True,
    "communicationFormat": "json",
    "additionalSettings": {"includeEventCodes": ["AUTHORISATION"]},
    "username": "adyen",
    "password": "password-canary",
}
SHOWN = {
    "id": ID,
    "type": "standard",
    "url": "https://hooks.example.com/adyen",
    "description": "Webhook for ACME - ACME",
    "username": "adyen",
    "hasPassword": True,
    "active": True,
    "hasError": False,
    "communicationFormat": "json",
    "encryptionProtocol": "TLSv1.2",
    "acceptsExpiredCertificate": False,
    "acceptsSelfSignedCertificate": False,
    "acceptsUntrustedRootCertificate": False,
    "certificateAlias": "signed-test.example.com_2024",
    "populateSoapActionHeader": False,
    "additionalSettings": {"properties": {"includeARN": False}, "includeEventCodes": ["AUTHORISATION"]},
    "_links": {"self": {"href": f"https://management-live.adyen.com/v3/merchants/ACME/webhooks/{ID}"}},
}


def base(level: str) -> str:
    return f"https://management-live.adyen.com/v3/{level}/ACME/webhooks"


@pytest.mark.parametrize(("table", "level", "scope"), LEVELS)
def test_create_has_a_key_made(exchange: Callable[..., Any], table: str, level: str, scope: str) -> None:
    more: dict[str, Any] = {"merchant_filter": "allAccounts"} if scope == "company" else {}
    sent = exchange(table, KEY, {scope: "ACME"}, "create", {**FIELDS, **more}, SHOWN, then=[HMAC])
    assert (sent.method, sent.url, sent.headers["X-API-Key"]) == ("POST", base(level), "api-canary")
    accounts = {"filterMerchantAccountType": "allAccounts", "filterMerchantAccounts": []}
    assert sent.body == ({**BODY, **accounts} if more else BODY)
    assert [(one.method, one.url) for one in sent.all][1:] == [("POST", f"{base(level)}/{ID}/generateHmac")]
    assert (sent.result.id, sent.result.captured["secret"].reveal()) == (ID, "hmac-canary")


@pytest.mark.parametrize(("table", "level", "scope"), LEVELS)
def test_update_sends_what_changed(exchange: Callable[..., Any], table: str, level: str, scope: str) -> None:
    changed = frozenset({"enabled"})
    sent = exchange(table, KEY, {scope: "ACME"}, "update", FIELDS, SHOWN, record_id=ID, changed=changed)
    assert (sent.method, sent.url, sent.body) == ("PATCH", f"{base(level)}/{ID}", {"active": True})


def test_the_company_account_says_which_merchants(exchange: Callable[..., Any]) -> None:
    fields = {**FIELDS, "merchant_filter": "includeAccounts", "merchants": ["AcmeNL"]}
    changed = frozenset({"merchants"})
    sent = exchange("adyen-company", KEY, {"company": "ACME"}, "update", fields, SHOWN, changed=changed)
    assert sent.body == {"filterMerchantAccountType": "includeAccounts", "filterMerchantAccounts": ["AcmeNL"]}
    sent = exchange("adyen-company", KEY, {"company": "ACME"}, "create", fields, SHOWN, then=[HMAC])
    assert sent.body["filterMerchantAccounts"] == ["AcmeNL"]


@pytest.mark.parametrize(("table", "level", "scope"), LEVELS)
def test_rotate_and_delete(exchange: Callable[..., Any], table: str, level: str, scope: str) -> None:
    sent = exchange(table, KEY, {scope: "ACME"}, "rotate", None, HMAC, record_id=ID)
    assert (sent.method, sent.url) == ("POST", f"{base(level)}/{ID}/generateHmac")
    assert sent.result.captured["secret"].reveal() == "hmac-canary"
    sent = exchange(table, KEY, {scope: "ACME"}, "delete", None, None, status=204, record_id=ID)
    assert (sent.method, sent.url) == ("DELETE", f"{base(level)}/{ID}")


def test_list_counts_pages(exchange: Callable[..., Any]) -> None:
    first = {"itemsTotal": 2, "pagesTotal": 2, "data": [SHOWN]}
    second = {**first, "data": [{**SHOWN, "id": "S2-0000000000BB"}]}
    sent = exchange("adyen", KEY, {"merchant": "ACME"}, "list", None, first, then=[second])
    assert [one.query for one in sent.all] == [{"pageSize": "100", "pageNumber": number} for number in ("1", "2")]
    one, _ = sent.result
    shown = {name: value for name, value in one.fields.items() if name in FIELDS}
    assert shown == {name: value for name, value in FIELDS.items() if name != "password"}
    assert "canary" not in repr(one)


def test_a_merchant_without_webhooks_answers_without_content(exchange: Callable[..., Any]) -> None:
    assert exchange("adyen", KEY, {"merchant": "ACME"}, "list", None, None, status=204).result == ()
    empty = {"itemsTotal": 0, "pagesTotal": 0}
    assert exchange("adyen-company", KEY, {"company": "ACME"}, "list", None, empty).result == ()

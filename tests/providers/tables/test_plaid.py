"""Plaid: the examples of its OpenAPI; credentials in each body, one webhook an item, which null removes."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest

from reconciler.errors import ProviderError

LOGIN = {"client_id": "client-canary", "secret": "secret-canary", "access_token": "access-canary"}
API = "https://production.plaid.com/item"
URL = "https://www.genericwebhookurl.com/webhook"
FIELDS = {"url": URL}


def shown(webhook: str | None) -> dict[str, Any]:
    """The answer about an item."""
    item = {"item_id": "DWVAAPWq4RHGlEaNyGKRTAnPLaEmo8Cvq7na6", "error": None, "webhook": webhook}
    return {"item": item, "request_id": "vYK11LNTfRoAMbj"}


def test_create_looks_first(exchange: Callable[..., Any]) -> None:
    sent = exchange("plaid", LOGIN, {}, "create", FIELDS, shown(None), then=[shown(URL)])
    looked, made = sent.all
    assert (looked.method, looked.url, looked.body) == ("POST", f"{API}/get", LOGIN)
    assert (made.method, made.url, made.body) == ("POST", f"{API}/webhook/update", {**LOGIN, "webhook": URL})
    assert made.headers["Plaid-Version"] == "2020-09-14"
    assert "Authorization" not in made.headers
    assert sent.result.id == "webhook"


def test_update(exchange: Callable[..., Any]) -> None:
    sent = exchange("plaid", LOGIN, {}, "update", FIELDS, shown(URL), record_id="webhook")
    assert (sent.url, sent.body) == (f"{API}/webhook/update", {**LOGIN, "webhook": URL})


def test_delete_says_null(exchange: Callable[..., Any]) -> None:
    sent = exchange("plaid", LOGIN, {}, "delete", None, shown(None), record_id="webhook")
    assert (sent.url, sent.body) == (f"{API}/webhook/update", {**LOGIN, "webhook": None})


@pytest.mark.parametrize(("webhook", "urls"), [(URL, [URL]), (None, []), ("", [])])
def test_list(exchange: Callable[..., Any], webhook: str | None, urls: list[str]) -> None:
    sent = exchange("plaid", LOGIN, {}, "list", None, shown(webhook))
    assert [live.fields["url"] for live in sent.result] == urls


@pytest.mark.parametrize("operation", ["list", "update"])
def test_no_message_and_no_log_has_a_credential(
    exchange: Callable[..., Any], caplog: pytest.LogCaptureFixture, operation: str
) -> None:
    caplog.set_level(logging.DEBUG)
    said = {"error_code": "INVALID_ACCESS_TOKEN", "error_message": "secret-canary does not go with access-canary"}
    with pytest.raises(ProviderError, match="INVALID_ACCESS_TOKEN") as caught:
        exchange("plaid", LOGIN, {}, operation, FIELDS, said, status=400)
    assert "canary" not in f"{caught.value!s} {caught.value!r} {caplog.text}"

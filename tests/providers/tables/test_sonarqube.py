"""SonarQube: what its server's code takes and shows; forms, and the record's key in them."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from typing import Any

from reconciler.records import Secret

TOKEN = {"token": "squ_canary"}
PROJECT = {"project": "acme-shop"}
BASE = "https://sonarqube.example.com"
API = f"{BASE}/api/webhooks"
SHOWN = {"key": "AU-TpxcA-iU5OvuD2FLz", "name": "acme-quality", "url": "https://example.com/sonar"}
FIELDS = {"url": "https://example.com/sonar", "name": "acme-quality", "secret": Secret("secret-canary")}
WRITTEN = [("name", "acme-quality"), ("secret", "secret-canary"), ("url", "https://example.com/sonar")]


def test_create_is_a_form(exchange: Callable[..., Any]) -> None:
    sent = exchange("sonarqube", TOKEN, PROJECT, "create", FIELDS, {"webhook": SHOWN}, base_url=BASE)
    assert (sent.method, sent.url, sent.result.id) == ("POST", f"{API}/create", "AU-TpxcA-iU5OvuD2FLz")
    assert sent.headers["Authorization"] == "Basic " + b64encode(b"squ_canary:").decode()
    assert sorted(sent.body) == [WRITTEN[0], ("project", "acme-shop"), *WRITTEN[1:]]


def test_update_says_the_secret_again(exchange: Callable[..., Any]) -> None:
    given = {"record_id": "AU", "changed": frozenset({"name"}), "then": [{"webhooks": [SHOWN]}], "base_url": BASE}
    sent = exchange("sonarqube", TOKEN, PROJECT, "update", FIELDS, None, status=204, **given)
    assert (sent.method, sent.url) == ("POST", f"{API}/update")
    assert sorted(sent.body) == [*WRITTEN, ("webhook", "AU")]


def test_delete(exchange: Callable[..., Any]) -> None:
    sent = exchange("sonarqube", TOKEN, PROJECT, "delete", None, None, status=204, record_id="AU", base_url=BASE)
    assert (sent.method, sent.url, sent.body) == ("POST", f"{API}/delete", [("webhook", "AU")])


def test_list_is_of_one_project(exchange: Callable[..., Any]) -> None:
    shown = {**SHOWN, "secret": "secret-canary", "latestDelivery": {"id": "d1", "success": True}}
    sent = exchange("sonarqube", TOKEN, PROJECT, "list", None, {"webhooks": [shown]}, base_url=BASE)
    assert (sent.method, sent.url) == ("GET", f"{API}/list?project=acme-shop")
    (live,) = sent.result
    assert dict(live.fields) == {"url": "https://example.com/sonar", "name": "acme-quality"}

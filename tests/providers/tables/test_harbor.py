"""Harbor: the forms of its OpenAPI; a target in a list, the id in `Location`, pages by a relative link."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reconciler.records import Secret

LOGIN = {"username": "robot$ci", "password": "password-canary"}
PROJECT = {"project": "2024"}
BASE = "https://harbor.example.com/api/v2.0"
API = f"{BASE}/projects/2024/webhook/policies"
FIELDS = {
    "url": "https://example.com/harbor",
    "events": ("PUSH_ARTIFACT", "SCANNING_FAILED"),
    "name": "images",
    "description": "new images",
    "enabled": True,
    "notify_type": "http",
    "payload_format": "CloudEvents",
    "authorization": Secret("auth-canary"),
    "skip_cert_verify": False,
}
TARGET = {
    "type": "http",
    "address": "https://example.com/harbor",
    "auth_header": "auth-canary",
    "skip_cert_verify": False,
    "payload_format": "CloudEvents",
}
POLICY = {
    "name": "images",
    "description": "new images",
    "enabled": True,
    "event_types": ["PUSH_ARTIFACT", "SCANNING_FAILED"],
    "targets": [TARGET],
}


def shown(number: int, **other: Any) -> dict[str, Any]:
    """A policy as an answer has it."""
    times = {"creation_time": "2024-01-02T03:04:05.678Z", "update_time": "2024-01-02T03:04:05.678Z"}
    return {"id": number, "project_id": 7, "creator": "admin", **times, **POLICY, **other}


def test_create_puts_the_address_into_a_list(exchange: Callable[..., Any]) -> None:
    place = {"Location": "/api/v2.0/projects/2024/webhook/policies/17"}
    sent = exchange("harbor", LOGIN, PROJECT, "create", FIELDS, None, status=201, headers=place)
    assert (sent.method, sent.url, sent.result.id) == ("POST", API, "17")
    assert sent.headers["Authorization"].startswith("Basic ")
    assert sent.headers["X-Is-Resource-Name"] == "true"
    assert sent.body == POLICY


def test_an_update_sends_all(exchange: Callable[..., Any]) -> None:
    changed = frozenset({"url"})
    sent = exchange("harbor", LOGIN, PROJECT, "update", FIELDS, None, record_id="17", changed=changed)
    assert (sent.method, sent.url, sent.body) == ("PUT", f"{API}/17", POLICY)


def test_delete(exchange: Callable[..., Any]) -> None:
    sent = exchange("harbor", LOGIN, PROJECT, "delete", None, None, record_id="17")
    assert (sent.method, sent.url) == ("DELETE", f"{API}/17")


def test_list_follows_a_relative_link_and_leaves_policies_of_several_targets_alone(
    exchange: Callable[..., Any],
) -> None:
    more = {"Link": '</api/v2.0/projects/2024/webhook/policies?page=2&page_size=100>; rel="next"'}
    bare = {name: value for name, value in TARGET.items() if name != "auth_header"}
    last = [shown(3, targets=[TARGET, TARGET]), shown(4, targets=[bare])]
    sent = exchange("harbor", LOGIN, PROJECT, "list", None, [shown(2)], headers=more, then=[last])
    assert [one.url for one in sent.all] == [f"{API}?page_size=100", f"{API}?page=2&page_size=100"]
    one, two = sent.result
    assert (one.id, two.id) == ("2", "4")
    assert {name: value for name, value in one.fields.items() if name != "authorization"} == {
        name: value for name, value in FIELDS.items() if name != "authorization"
    }
    assert one.fields["authorization"].reveal() == "auth-canary"
    assert "authorization" not in two.fields


def test_get(exchange: Callable[..., Any]) -> None:
    assert exchange("harbor", LOGIN, PROJECT, "get", None, shown(17), record_id="17").result.id == "17"
    missing = {"errors": [{"code": "NOT_FOUND", "message": "project id:7, webhook policy id: 17 not found"}]}
    assert exchange("harbor", LOGIN, PROJECT, "get", None, missing, status=404, record_id="17").result is None

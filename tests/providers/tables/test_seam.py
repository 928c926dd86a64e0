"""Seam: the forms of its documents. What its OpenAPI allows is tested in tests/vendor, a whole life in tests/real."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

KEY = {"api_key": "key-canary"}
API = "https://connect.getseam.com"
ID = "ffe5cc3c-f3f4-48e8-b377-6f76c05d09a1"
SHOWN: dict[str, Any] = {
    "event_types": ["device.connected", "device.disconnected"],
    "secret": "canary-made",
    "url": "https://hooks.example.com/doors",
    "webhook_id": ID,
}
FIELDS = {"url": SHOWN["url"], "events": ("device.connected", "device.disconnected")}


def test_create_reads_the_secret(exchange: Callable[..., Any]) -> None:
    sent = exchange("seam", KEY, {}, "create", FIELDS, {"webhook": SHOWN})
    assert (sent.method, sent.url) == ("POST", f"{API}/webhooks/create")
    assert sent.headers["Authorization"] == "Bearer key-canary"
    assert sent.body == {"url": SHOWN["url"], "event_types": SHOWN["event_types"]}
    assert sent.result.id == ID
    assert sent.result.captured["secret"].reveal() == "canary-made"


def test_an_update_has_the_events_alone(exchange: Callable[..., Any]) -> None:
    sent = exchange("seam", KEY, {}, "update", FIELDS, {}, record_id=ID, changed=frozenset({"events"}))
    assert (sent.method, sent.url) == ("POST", f"{API}/webhooks/update")
    assert sent.body == {"webhook_id": ID, "event_types": SHOWN["event_types"]}


def test_list_get_and_delete_name_what_they_do(exchange: Callable[..., Any]) -> None:
    listed = exchange("seam", KEY, {}, "list", None, {"webhooks": [SHOWN]})
    assert (listed.method, listed.url) == ("POST", f"{API}/webhooks/list")
    (live,) = listed.result
    assert (live.id, live.fields["url"], set(live.fields["events"])) == (ID, SHOWN["url"], set(SHOWN["event_types"]))
    got = exchange("seam", KEY, {}, "get", None, {"webhook": SHOWN}, record_id=ID)
    assert (got.url, got.body, got.result.id) == (f"{API}/webhooks/get", {"webhook_id": ID}, ID)
    gone = exchange("seam", KEY, {}, "delete", None, {}, record_id=ID)
    assert (gone.method, gone.url, gone.body) == ("POST", f"{API}/webhooks/delete", {"webhook_id": ID})


def test_a_personal_token_names_its_workspace(exchange: Callable[..., Any]) -> None:
    answer = {"workspace": {"workspace_id": "w-1", "name": "My Workspace"}}
    sent = exchange("seam", {"access_token": "pat-canary", "workspace_id": "w-1"}, {}, "account", None, answer)
    assert (sent.method, sent.url, sent.result) == ("POST", f"{API}/workspaces/get", "w-1")
    assert (sent.headers["Authorization"], sent.headers["seam-workspace"]) == ("Bearer pat-canary", "w-1")

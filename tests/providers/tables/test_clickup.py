"""ClickUp: the examples of its OpenAPI; items are not below the workspace, each update says the status."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

TOKEN = {"token": "pk_canary"}
WORKSPACE = {"workspace": "108"}
API = "https://api.clickup.com/api/v2"
ID = "4b67ac88-e506-4a29-9d42-26e504e3435e"
SHOWN: dict[str, Any] = {
    "id": ID,
    "userid": 183,
    "team_id": 108,
    "endpoint": "https://yourdomain.example.com/webhook",
    "client_id": "QVOQP06ZXC6CMGVFKB0ZT7J9Y7APOYGO",
    "events": ["taskCreated", "taskUpdated"],
    "task_id": None,
    "list_id": None,
    "folder_id": None,
    "space_id": None,
    "health": {"status": "active", "fail_count": 0},
    "secret": "secret-canary",
}
FIELDS = {"url": "https://yourdomain.example.com/webhook", "events": ("taskCreated", "taskUpdated"), "enabled": True}


def test_create_captures_the_secret(exchange: Callable[..., Any]) -> None:
    sent = exchange("clickup", TOKEN, WORKSPACE, "create", FIELDS, {"id": ID, "webhook": SHOWN})
    assert (sent.method, sent.url, sent.result.id) == ("POST", f"{API}/team/108/webhook", ID)
    assert sent.headers["Authorization"] == "pk_canary"
    assert sent.body == {"endpoint": "https://yourdomain.example.com/webhook", "events": ["taskCreated", "taskUpdated"]}
    assert sent.result.captured["secret"].reveal() == "secret-canary"


def test_update_says_everything(exchange: Callable[..., Any]) -> None:
    changed = frozenset({"url"})
    answer = {"id": ID, "webhook": SHOWN}
    sent = exchange("clickup", TOKEN, WORKSPACE, "update", FIELDS, answer, record_id=ID, changed=changed)
    assert (sent.method, sent.url) == ("PUT", f"{API}/webhook/{ID}")
    assert sent.body == {
        "endpoint": "https://yourdomain.example.com/webhook",
        "events": ["taskCreated", "taskUpdated"],
        "status": "active",
    }


def test_delete(exchange: Callable[..., Any]) -> None:
    sent = exchange("clickup", TOKEN, WORKSPACE, "delete", None, {}, record_id=ID)
    assert (sent.method, sent.url) == ("DELETE", f"{API}/webhook/{ID}")


def test_list_is_of_the_whole_workspace(exchange: Callable[..., Any]) -> None:
    suspended = {**SHOWN, "id": "second", "health": {"status": "suspended", "fail_count": 100}}
    failing = {**SHOWN, "id": "third", "health": {"status": "failing", "fail_count": 5}}
    of_a_space = {**SHOWN, "id": "fourth", "space_id": 790}
    answer = {"webhooks": [SHOWN, suspended, failing, of_a_space]}
    sent = exchange("clickup", TOKEN, WORKSPACE, "list", None, answer)
    assert (sent.method, sent.url) == ("GET", f"{API}/team/108/webhook")
    assert [(live.id, live.fields["enabled"]) for live in sent.result] == [
        (ID, True),
        ("second", False),
        ("third", True),
    ]

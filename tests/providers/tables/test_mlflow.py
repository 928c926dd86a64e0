"""MLflow: the forms of its service's messages; events as pairs, a secret that null would leave in force."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reconciler.records import Secret

TOKEN = {"token": "token-canary"}
WORKSPACE = {"workspace": "research"}
API = "https://mlflow.example.com/api/2.0/mlflow/webhooks"
ID = "0f7f4a1e-0000-4000-8000-000000000001"
EVENTS = [
    {"entity": "MODEL_VERSION", "action": "CREATED"},
    {"entity": "PROMPT_ALIAS", "action": "DELETED"},
]
SHOWN: dict[str, Any] = {
    "webhook_id": ID,
    "name": "models",
    "description": "new models",
    "url": "https://example.com/models",
    "events": EVENTS,
    "status": "DISABLED",
    "creation_timestamp": 1700000000000,
    "last_updated_timestamp": 1700000000000,
}
FIELDS = {
    "url": "https://example.com/models",
    "events": ("model_version.created", "prompt_alias.deleted"),
    "name": "models",
    "description": "new models",
    "enabled": False,
}


def test_create(exchange: Callable[..., Any]) -> None:
    fields = FIELDS | {"secret": Secret("secret-canary")}
    sent = exchange("mlflow", TOKEN, WORKSPACE, "create", fields, {"webhook": SHOWN})
    assert (sent.method, sent.url, sent.result.id) == ("POST", API, ID)
    assert sent.headers["Authorization"] == "Bearer token-canary"
    assert sent.headers["X-MLFLOW-WORKSPACE"] == "research"
    assert sent.body == {
        "url": "https://example.com/models",
        "events": EVENTS,
        "name": "models",
        "description": "new models",
        "status": "DISABLED",
        "secret": "secret-canary",
    }


def test_an_open_server_gets_no_credentials(exchange: Callable[..., Any]) -> None:
    sent = exchange("mlflow", {}, {"workspace": ""}, "list", None, {})
    assert (sent.url, list(sent.result)) == (f"{API}?max_results=1000", [])  # an empty list has no `webhooks` at all
    assert "Authorization" not in sent.headers
    assert not sent.headers.get("X-MLFLOW-WORKSPACE")


def test_basic_authentication_comes_first(exchange: Callable[..., Any]) -> None:
    login = {"username": "admin", "password": "password-canary"}
    sent = exchange("mlflow", login | TOKEN, WORKSPACE, "list", None, {})
    assert sent.headers["Authorization"].startswith("Basic ")


def test_an_update_sends_what_changed(exchange: Callable[..., Any]) -> None:
    changed = frozenset({"enabled", "events"})
    sent = exchange("mlflow", TOKEN, WORKSPACE, "update", FIELDS, {"webhook": SHOWN}, record_id=ID, changed=changed)
    assert (sent.method, sent.url) == ("PATCH", f"{API}/{ID}")
    assert sent.body == {"status": "DISABLED", "events": EVENTS}


def test_what_left_the_file_is_emptied(exchange: Callable[..., Any]) -> None:
    changed = frozenset({"secret", "description"})
    fields = FIELDS | {"secret": "", "description": ""}
    sent = exchange("mlflow", TOKEN, WORKSPACE, "update", fields, {"webhook": SHOWN}, record_id=ID, changed=changed)
    assert sent.body == {"secret": "", "description": ""}


def test_delete(exchange: Callable[..., Any]) -> None:
    sent = exchange("mlflow", TOKEN, WORKSPACE, "delete", None, {}, record_id=ID)
    assert (sent.method, sent.url) == ("DELETE", f"{API}/{ID}")


def test_list_goes_on_while_there_is_a_token(exchange: Callable[..., Any]) -> None:
    other = {**SHOWN, "webhook_id": ID.replace("1", "2"), "status": "ACTIVE"}
    del other["description"]
    pages = [{"webhooks": [SHOWN], "next_page_token": "abc="}, {"webhooks": [other]}]
    sent = exchange("mlflow", TOKEN, WORKSPACE, "list", None, pages[0], then=pages[1:])
    assert [one.query.get("page_token") for one in sent.all] == [None, "abc="]
    first, second = sent.result
    assert (first.id, first.fields["enabled"], first.fields["events"]) == (ID, False, FIELDS["events"])
    assert (second.fields["enabled"], second.fields.get("description", "")) == (True, "")


def test_get(exchange: Callable[..., Any]) -> None:
    sent = exchange("mlflow", TOKEN, WORKSPACE, "get", None, {"webhook": SHOWN}, record_id=ID)
    assert (sent.url, sent.result.fields["name"]) == (f"{API}/{ID}", "models")

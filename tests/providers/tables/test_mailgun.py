"""Mailgun: the forms of its reference; a form in parts, an answer that is the id alone."""

from __future__ import annotations

from collections.abc import Callable
from email.parser import BytesParser
from typing import Any

KEY = {"api_key": "key-canary"}
API = "https://api.mailgun.net/v1/webhooks"
ID = "507f1f77bcf86cd799439011"
FIELDS = {"url": "https://example.com/mail?a=1", "events": ("clicked", "opened"), "description": "Für alle"}
SHOWN = {
    "webhook_id": ID,
    "description": "Für alle",
    "url": "https://example.com/mail?a=1",
    "event_types": ["opened", "clicked"],
    "created_at": "2025-01-02T03:04:05Z",
}


def parts(sent: Any) -> list[tuple[Any, str]]:
    """The names and values of a form in parts, as another parser reads them."""
    head = f"Content-Type: {sent.headers['Content-Type']}\r\n\r\n".encode()
    message = BytesParser().parsebytes(head + sent.content)
    assert message.get_content_type() == "multipart/form-data"
    found = []
    for part in message.get_payload():
        name = part.get_param("name", header="content-disposition")  # type: ignore[union-attr]
        found.append((name, part.get_payload(decode=True).decode()))  # type: ignore[union-attr]
    return found


def test_create(exchange: Callable[..., Any]) -> None:
    sent = exchange("mailgun", KEY, {}, "create", FIELDS, {"webhook_id": ID})
    assert (sent.method, sent.url, sent.result.id) == ("POST", API, ID)
    assert sent.headers["Authorization"] == "Basic YXBpOmtleS1jYW5hcnk="
    assert parts(sent) == [
        ("url", "https://example.com/mail?a=1"),
        ("event_types", "clicked"),
        ("event_types", "opened"),
        ("description", "Für alle"),
    ]


def test_update_sends_all(exchange: Callable[..., Any]) -> None:
    changed = frozenset({"description"})
    sent = exchange("mailgun", KEY, {}, "update", FIELDS, None, record_id=ID, changed=changed, status=204)
    assert (sent.method, sent.url, len(parts(sent))) == ("PUT", f"{API}/{ID}", 4)


def test_delete(exchange: Callable[..., Any]) -> None:
    sent = exchange("mailgun", KEY, {}, "delete", None, None, record_id=ID, status=204)
    assert (sent.method, sent.url) == ("DELETE", f"{API}/{ID}")


def test_delete_of_what_is_gone_is_done(exchange: Callable[..., Any]) -> None:
    exchange("mailgun", KEY, {}, "delete", None, {"Description": "not found"}, record_id=ID, status=404)


def test_list(exchange: Callable[..., Any]) -> None:
    sent = exchange("mailgun", KEY, {}, "list", None, {"webhooks": [SHOWN]})
    assert (sent.method, sent.url) == ("GET", API)
    (live,) = sent.result
    assert (live.id, {name: live.fields[name] for name in FIELDS}) == (ID, FIELDS)

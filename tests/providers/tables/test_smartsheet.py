"""Smartsheet: the shapes of its documents; made disabled, enabled by an update, a secret that is its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

TOKEN = {"token": "token-canary"}
API = "https://api.smartsheet.com/2.0/webhooks"
SHOWN: dict[str, Any] = {
    "id": 8444254503626628,
    "name": "acme-orders",
    "scope": "sheet",
    "scopeObjectId": 3285357287499652,
    "subscope": {"columnIds": [7318427511613316]},
    "events": ["*.*"],
    "callbackUrl": "https://example.com/sheets",
    "sharedSecret": "secret-canary",
    "enabled": False,
    "status": "NEW_NOT_VERIFIED",
    "version": 1,
    "createdAt": "2019-08-24T14:15:22Z",
    "modifiedAt": "2019-08-24T14:15:22Z",
}
FIELDS = {
    "url": "https://example.com/sheets",
    "name": "acme-orders",
    "sheet": 3285357287499652,
    "columns": [7318427511613316],
    "enabled": False,
}


def made(**changes: Any) -> dict[str, Any]:
    return {"message": "SUCCESS", "resultCode": 0, "result": {**SHOWN, **changes}}


def test_create(exchange: Callable[..., Any]) -> None:
    sent = exchange("smartsheet", TOKEN, {}, "create", FIELDS, made())
    assert (sent.method, sent.url, sent.result.id) == ("POST", API, "8444254503626628")
    assert sent.headers["Authorization"] == "Bearer token-canary"
    assert sent.body == {
        "callbackUrl": "https://example.com/sheets",
        "name": "acme-orders",
        "scope": "sheet",
        "scopeObjectId": 3285357287499652,
        "subscope": {"columnIds": [7318427511613316]},
        "events": ["*.*"],
        "version": 1,
    }
    assert sent.result.captured["secret"].reveal() == "secret-canary"


def test_an_update_enables_it(exchange: Callable[..., Any]) -> None:
    changed = frozenset({"enabled"})
    given = {**FIELDS, "enabled": True}
    sent = exchange("smartsheet", TOKEN, {}, "update", given, made(enabled=True), record_id="8", changed=changed)
    assert (sent.method, sent.url, sent.body) == ("PUT", f"{API}/8", {"enabled": True})


def test_rotate(exchange: Callable[..., Any]) -> None:
    answer = {"message": "SUCCESS", "resultCode": 0, "result": {"sharedSecret": "new-canary"}}
    sent = exchange("smartsheet", TOKEN, {}, "rotate", None, answer, record_id="8")
    assert (sent.method, sent.url) == ("POST", f"{API}/8/resetsharedsecret")
    assert sent.result.captured["secret"].reveal() == "new-canary"


def test_delete(exchange: Callable[..., Any]) -> None:
    sent = exchange("smartsheet", TOKEN, {}, "delete", None, {"message": "SUCCESS", "resultCode": 0}, record_id="8")
    assert (sent.method, sent.url) == ("DELETE", f"{API}/8")


def test_list_leaves_plans_alone(exchange: Callable[..., Any]) -> None:
    answer = {"pageNumber": 1, "totalPages": -1, "totalCount": -1, "data": [SHOWN, {**SHOWN, "id": 2, "scope": "plan"}]}
    sent = exchange("smartsheet", TOKEN, {}, "list", None, answer)
    assert sent.url == f"{API}?pageSize=10000"
    (live,) = sent.result
    assert (live.id, live.fields["sheet"], live.fields["enabled"]) == ("8444254503626628", 3285357287499652, False)

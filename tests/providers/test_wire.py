"""The four vendors' own examples: what their pages show is what is sent, and what they answer is understood."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
import responses
from responses import matchers

from reconciler.errors import Refused, Unreadable
from reconciler.providers.protocol import Connection
from reconciler.records import Secret

Connect = Callable[..., Connection]
LIPSCORE = "https://api.lipscore.com/hooks"
ARGYLE = "https://api.argyle.com/v2/webhooks"
FLIGHTRATES = "https://flightrates-api.aggregateintelligence.com/api/v1"
STUDIEWINKEL = "https://lml-api.studiewinkel.nl/api/lml/v1/subscriptions"


def sent(web: responses.RequestsMock, index: int = -1) -> Any:
    body = web.calls[index].request.body
    return json.loads(body) if body else None


def test_lipscore_create(connect: Connect, web: responses.RequestsMock) -> None:
    web.post(LIPSCORE, json={"id": 1}, match=[matchers.query_param_matcher({"api_key": "889c3f3e4b6ac67269261324"})])
    fields = {"url": "http://mysite.com/hooks/78", "events": ("rating_created",)}
    assert connect("lipscore").create((), fields).id == "1"
    assert web.calls[0].request.url == f"{LIPSCORE}?api_key=889c3f3e4b6ac67269261324"
    assert sent(web) == {"event": "rating_created", "target_url": "http://mysite.com/hooks/78"}
    assert web.calls[0].request.headers["Content-Type"] == "application/json"
    assert "Authorization" not in web.calls[0].request.headers


def test_lipscore_list(connect: Connect, web: responses.RequestsMock) -> None:
    web.get(LIPSCORE, json=[{"id": 1, "event": "rating_created", "target_url": "http://mysite.com/hooks/78"}])
    (live,) = connect("lipscore").list(())
    assert (live.id, live.fields) == ("1", {"url": "http://mysite.com/hooks/78", "events": ("rating_created",)})


@pytest.mark.parametrize("answer", [{"status": 200, "json": {}}, {"status": 204}, {"status": 404, "body": "gone"}])
def test_lipscore_delete(connect: Connect, web: responses.RequestsMock, answer: dict[str, Any]) -> None:
    web.delete(f"{LIPSCORE}/1", **answer)
    connect("lipscore").delete((), "1")
    assert web.calls[0].request.url == f"{LIPSCORE}/1?api_key=889c3f3e4b6ac67269261324"
    assert web.calls[0].request.body is None


def test_lipscore_conflict_is_told_clearly(connect: Connect, web: responses.RequestsMock) -> None:
    web.post(LIPSCORE, status=409, json={"error": "Conflict"})
    with pytest.raises(Refused, match=r"409 Conflict: Conflict\. .*URL already.*URL of its own") as caught:
        connect("lipscore").create((), {"url": "https://a.example/x", "events": ("review_created",)})
    assert caught.value.status == 409


def test_lipscore_without_a_list_suggests_to_go_by_the_state(connect: Connect, web: responses.RequestsMock) -> None:
    web.get(LIPSCORE, status=404)
    with pytest.raises(Unreadable, match="listing: state"):
        connect("lipscore").list(())
    assert not connect("lipscore", by_state=True).can_list


ARGYLE_ANSWER: dict[str, Any] = {
    "id": "018050ec-522f-1725-0906-320116f36aa6",
    "name": "name-for-the-webhook-subscription",
    "events": ["ratings.updated", "ratings.added"],
    "config": {},
    "secret": "optional-secret",
    "url": "https://your-webhook-backend.com",
    "created_at": "2024-01-08T12:55:04.016059Z",
    "updated_at": "2024-01-08T12:55:04.016059Z",
    "last_sent_at": None,
}


def test_argyle_create(connect: Connect, web: responses.RequestsMock) -> None:
    web.post(ARGYLE, status=201, json=ARGYLE_ANSWER)
    written = connect("argyle").create(
        (),
        {
            "events": ("ratings.added",),
            "name": "name-for-the-webhook-subscription",
            "url": "https://your-webhook-backend.com",
            "secret": Secret("optional-secret"),
        },
    )
    assert (written.id, written.captured) == (ARGYLE_ANSWER["id"], None)
    assert sent(web) == {
        "events": ["ratings.added"],
        "name": "name-for-the-webhook-subscription",
        "url": "https://your-webhook-backend.com",
        "secret": "optional-secret",
    }
    headers = web.calls[0].request.headers
    assert headers["Authorization"] == "Basic " + base64.b64encode(b"key-id-canary:key-secret-canary").decode()
    assert headers["Accept"] == "application/json"


def test_argyle_config_goes_along(connect: Connect, web: responses.RequestsMock) -> None:
    web.post("https://api-sandbox.argyle.com/v2/webhooks", json=ARGYLE_ANSWER)
    sandbox = connect("argyle", base_url="https://api-sandbox.argyle.com/v2")
    fields = {"url": "https://a.example/", "events": ("items.updated",), "config": {"items": ["item_123456789"]}}
    sandbox.create((), fields)
    assert sent(web)["config"] == {"items": ["item_123456789"]}


def test_argyle_list_follows_next(connect: Connect, web: responses.RequestsMock) -> None:
    following = f"{ARGYLE}?cursor=cD0yMDI%3D&limit=10"
    second = {**ARGYLE_ANSWER, "id": "second", "secret": None, "config": None}
    web.get(ARGYLE, json={"next": following, "previous": None, "results": [ARGYLE_ANSWER]},
            match=[matchers.query_param_matcher({"limit": "200"})])  # fmt: skip
    web.get(ARGYLE, json={"next": None, "previous": ARGYLE, "results": [second]},
            match=[matchers.query_param_matcher({"cursor": "cD0yMDI=", "limit": "10"})])  # fmt: skip
    first, last = connect("argyle").list(())
    assert web.calls[1].request.url == following
    assert web.calls[1].request.headers["Authorization"].startswith("Basic ")
    assert first.fields["events"] == ("ratings.added", "ratings.updated")
    assert first.fields["secret"].reveal() == "optional-secret"
    assert set(first.fields) == {"url", "events", "name", "secret", "config"}
    assert (last.id, last.fields["secret"], last.fields["config"]) == ("second", None, {})


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"events": ["This field is required."]}, "events: This field is required."),
        ({"detail": "Not allowed for this key."}, "Not allowed for this key."),
        ({"config": {"items": ["At most 30."]}, "name": ["Too long.", "Odd."]}, "config.items: At most 30.; name: Too"),
        ([{"message": "one"}, {"message": "two"}], "one; two"),
        ({"errors": [{"field": "url", "message": "bad"}]}, "field: url; bad"),
    ],
)
def test_argyle_errors_are_readable(connect: Connect, web: responses.RequestsMock, body: Any, said: str) -> None:
    web.post(ARGYLE, status=400, json=body)
    with pytest.raises(Refused) as caught:
        connect("argyle").create((), {"url": "https://a.example/", "events": ("*",)})
    assert f"my-argyle: POST {ARGYLE}: 400 Bad Request: {said}" in str(caught.value)


HOOK = {
    "_user": "63fda531bde67155fc46fb41",
    "userName": "user@flightrates.com",
    "endPoint": "//my-hook",
    "authType": "jwt",
    "userId": "63fda531bde67155fc46fb4",
    "pwdTxt": "demo1",
    "token": "eyJhbGciOiJIUzI1NiIsInR5cCI6I",
    "hookType": "dbs",
    "isActiveStatus": True,
    "_shop": "63fdc414cccc3592d31b3ac8",
    "vertical": "flightrates",
    "isCustomerCreated": True,
    "id": "63ff246fb2482db1c660e310",
}
HOOK_FIELDS = {
    "url": "//my-hook",
    "events": ("dbs",),
    "enabled": True,
    "shop": "63fdc414cccc3592d31b3ac8",
    "auth_type": "jwt",
    "user_id": "63fda531bde67155fc46fb4",
    "password": Secret("uuxx"),
    "token": Secret("eyJhbGciOiJIUzI1NiIsInR5cCI6I"),
}


def test_flightrates_create(connect: Connect, web: responses.RequestsMock) -> None:
    web.post(f"{FLIGHTRATES}/hook", json={"error": False, "hook": HOOK})
    assert connect("flightrates").create((), HOOK_FIELDS).id == "63ff246fb2482db1c660e310"
    assert sent(web) == {
        "endPoint": "//my-hook",
        "authType": "jwt",
        "userId": "63fda531bde67155fc46fb4",
        "pwdTxt": "uuxx",
        "token": "eyJhbGciOiJIUzI1NiIsInR5cCI6I",
        "hookType": "dbs",
        "isActiveStatus": True,
        "_shop": "63fdc414cccc3592d31b3ac8",
    }
    assert web.calls[0].request.headers["Authorization"] == "Bearer static-token-canary"


def test_flightrates_list(connect: Connect, web: responses.RequestsMock) -> None:
    page = {
        "error": False,
        "hooks": [{**HOOK, "_id": HOOK["id"]}],
        "totalData": 1,
        "totalPages": 1,
        "page": 1,
        "size": 1,
    }
    web.get(f"{FLIGHTRATES}/hooks", json=page, match=[matchers.query_param_matcher({"page": "1", "size": "100"})])
    (live,) = connect("flightrates").list(())
    assert live.id == "63ff246fb2482db1c660e310"
    assert {name: live.fields[name] for name in ("url", "events", "enabled", "shop", "auth_type", "user_id")} == {
        name: HOOK_FIELDS[name] for name in ("url", "events", "enabled", "shop", "auth_type", "user_id")
    }
    assert live.fields["password"].reveal() == "demo1"


def test_flightrates_get(connect: Connect, web: responses.RequestsMock) -> None:
    web.get(f"{FLIGHTRATES}/hook/{HOOK['id']}", json={"error": False, "hook": {**HOOK, "_id": HOOK["id"]}})
    web.get(f"{FLIGHTRATES}/hook/none", status=404, json={"error": True, "message": "Not found."})
    connection = connect("flightrates")
    live = connection.get((), str(HOOK["id"]))
    assert live is not None
    assert live.fields["shop"] == HOOK["_shop"]
    assert connection.get((), "none") is None


def test_flightrates_delete_needs_leave_and_is_not_believed_blindly(
    connect: Connect, web: responses.RequestsMock
) -> None:
    web.delete(f"{FLIGHTRATES}/hook/{HOOK['id']}", status=404, body="Cannot DELETE")
    web.get(f"{FLIGHTRATES}/hook/{HOOK['id']}", json={"error": False, "hook": HOOK})
    assert "undocumented: [delete]" in connect("flightrates").ability.cannot["delete"]
    allowed = connect("flightrates", undocumented=frozenset({"delete"}))
    assert "delete" not in allowed.ability.cannot
    with pytest.raises(Refused, match="still there"):
        allowed.delete((), str(HOOK["id"]))
    web.replace("GET", f"{FLIGHTRATES}/hook/{HOOK['id']}", status=404)
    allowed.delete((), str(HOOK["id"]))


def test_studiewinkel_create(connect: Connect, web: responses.RequestsMock) -> None:
    url = "https://yourserver.yourdomain.com/logger"
    body = {"id": "clgmb2uv6000160xlugi6jkmt", "notificationUrl": url, "event": "list-published"}
    web.post(STUDIEWINKEL, json=body)
    written = connect("studiewinkel").create((), {"url": url, "events": ("list-published",)})
    assert written.id == "clgmb2uv6000160xlugi6jkmt"
    assert sent(web) == {"event": "list-published", "notificationUrl": url}
    assert web.calls[0].request.headers["Authorization"] == "Bearer ey-bearer-canary"


def test_studiewinkel_list(connect: Connect, web: responses.RequestsMock) -> None:
    one = {"id": "clf29lzon000h8rj700avuas6", "notificationUrl": "https://yourdomain.com/hook", "event": "list-status"}
    two = {**one, "id": "clf29lzon000h8rj700avuad1"}
    web.get(STUDIEWINKEL, json={"has_more": True, "data": [one]},
            match=[matchers.query_param_matcher({"limit": "100"})])  # fmt: skip
    web.get(STUDIEWINKEL, json={"has_more": False, "data": [two]},
            match=[matchers.query_param_matcher({"limit": "100", "starting_after": one["id"]})])  # fmt: skip
    assert [live.id for live in connect("studiewinkel").list(())] == [one["id"], two["id"]]


def test_studiewinkel_list_that_brings_nothing_new_is_not_complete(
    connect: Connect, web: responses.RequestsMock
) -> None:
    one = {"id": "a", "notificationUrl": "https://yourdomain.com/hook", "event": "list-status"}
    web.get(STUDIEWINKEL, json={"has_more": True, "data": [one]})
    with pytest.raises(Unreadable, match="nothing new"):
        connect("studiewinkel").list(())
    assert len(web.calls) == 2


def test_studiewinkel_get_and_delete(connect: Connect, web: responses.RequestsMock) -> None:
    body = {"id": "a/../b", "notificationUrl": "https://yourdomain.com/hook", "event": "list-status"}
    web.get(f"{STUDIEWINKEL}/a%2F..%2Fb", json=body)
    web.delete(f"{STUDIEWINKEL}/%2E%2E", status=204)
    connection = connect("studiewinkel")
    live = connection.get((), "a/../b")
    assert live is not None
    assert live.id == "a/../b"
    connection.delete((), "..")
    assert web.calls[1].request.url == f"{STUDIEWINKEL}/%2E%2E"

"""What a table makes of a call, beyond what the four of the catalog need."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import responses

from reconciler.errors import NotSent, Refused, Unreadable
from reconciler.providers.protocol import Connection
from reconciler.providers.spec import Spec
from reconciler.records import Secret

Connect = Callable[..., Connection]
BASE = "https://api.acme.example"
SCOPE = (("org", "a b/c"),)
HOOKS = f"{BASE}/orgs/a%20b%2Fc/hooks"
RECORD = {"url": "url", "name": "name", "secret": {"at": "secret"}, "kind": {"at": "kind", "only_create": True}}
FIELDS = {"url": "https://a.example/", "name": "n", "secret": Secret("s3cret"), "kind": "k"}


def table(**more: Any) -> Spec:
    return Spec.model_validate(
        {
            "title": "Acme",
            "base_url": BASE,
            "auth": {"header": {"X-Key": "key {api_key}"}},
            "headers": {"X-Version": "2"},
            "scope": {"org": {}},
            "record": RECORD,
            "list": {"get": "/orgs/{org}/hooks", "query": {"all": True, "for": "{org}"}},
            "get": {"get": "/orgs/{org}/hooks/{id}", "item": "hook"},
            "create": {"post": "/orgs/{org}/hooks", "wrap": "hook", "item": "hook", "body": {"v": 1}},
            "update": {"patch": "/orgs/{org}/hooks/{id}"},
            **more,
        }
    )


@pytest.fixture
def acme(connect: Connect) -> Callable[..., Connection]:
    return lambda **more: connect("acme", {"api_key": "k3y-canary"}, spec=table(**more))


def body(web: responses.RequestsMock) -> Any:
    return json.loads(web.calls[-1].request.body or "null")


def test_scope_header_query_and_envelopes(acme: Connect, web: responses.RequestsMock) -> None:
    web.get(HOOKS, json=[])
    web.post(HOOKS, json={"hook": {"id": 7}})
    connection = acme()
    assert connection.list(SCOPE) == ()
    assert web.calls[0].request.url == f"{HOOKS}?all=true&for=a%20b%2Fc"
    assert web.calls[0].request.headers["X-Key"] == "key k3y-canary"
    assert web.calls[0].request.headers["X-Version"] == "2"
    assert connection.create(SCOPE, FIELDS).id == "7"
    sent = {"url": "https://a.example/", "name": "n", "secret": "s3cret", "kind": "k"}
    assert body(web) == {"v": 1, "hook": sent}, "constants of a call stand beside the envelope"


def test_a_patch_carries_what_changed(acme: Connect, web: responses.RequestsMock) -> None:
    web.patch(f"{HOOKS}/7", status=204)
    assert acme().update(SCOPE, "7", FIELDS, frozenset({"name"})).id == "7"
    assert body(web) == {"name": "n"}
    acme(resend_secret=True).update(SCOPE, "7", FIELDS, frozenset({"name"}))
    assert body(web) == {"name": "n", "secret": "s3cret"}


def test_a_put_carries_the_whole_but_for_what_cannot_change(acme: Connect, web: responses.RequestsMock) -> None:
    web.put(f"{HOOKS}/7", json={"id": 8})
    connection = acme(update={"put": "/orgs/{org}/hooks/{id}"})
    assert connection.update(SCOPE, "7", FIELDS, frozenset({"name"})).id == "8"
    assert body(web) == {"url": "https://a.example/", "name": "n", "secret": "s3cret"}


def test_a_missing_secret_value_is_not_sent(acme: Connect, web: responses.RequestsMock) -> None:
    with pytest.raises(NotSent, match="not known"):
        acme().create(SCOPE, {**FIELDS, "secret": Secret(None, "f")})
    assert len(web.calls) == 0


def test_what_a_table_cannot_is_not_sent(acme: Connect) -> None:
    with pytest.raises(NotSent, match="no call that deletes a record"):
        acme().delete(SCOPE, "7")
    with pytest.raises(NotSent, match="no call that changes a record"):
        acme(update=None).update(SCOPE, "7", FIELDS, frozenset({"name"}))
    with pytest.raises(Unreadable, match="no call that reads one record"):
        acme(get=None).get(SCOPE, "7")
    connection = acme(list=None)
    assert not connection.can_list
    with pytest.raises(Unreadable, match="no call that lists records"):
        connection.list(SCOPE)


def test_an_answer_about_another_record_is_not_believed(acme: Connect, web: responses.RequestsMock) -> None:
    web.get(f"{HOOKS}/7", json={"hook": {"id": 8, "url": "https://a.example/"}})
    with pytest.raises(Unreadable, match="another record"):
        acme().get(SCOPE, "7")


def test_a_delete_that_is_refused(acme: Connect, web: responses.RequestsMock) -> None:
    web.delete(f"{HOOKS}/7", status=403, json={"message": "read-only"})
    with pytest.raises(Refused, match="403 Forbidden: read-only"):
        acme(delete={"delete": "/orgs/{org}/hooks/{id}"}).delete(SCOPE, "7")


def test_an_account_is_read_where_the_table_can(acme: Connect, web: responses.RequestsMock) -> None:
    assert acme().account() is None
    web.get(f"{BASE}/me", json={"account": {"id": 12}})
    assert acme(account={"get": "/me", "item": "account.id"}).account() == "12"
    with pytest.raises(Unreadable, match="should be the account's id"):
        acme(account={"get": "/me", "item": "account"}).account()


def test_no_credentials_needed_where_the_table_names_none(connect: Connect, web: responses.RequestsMock) -> None:
    web.get(f"{HOOKS}", json=[])
    assert connect("acme", {}, spec=table(auth=[])).list(SCOPE) == ()


def test_no_request_leaves_while_none_are_left(
    connect: Connect, web: responses.RequestsMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[float] = []
    monkeypatch.setattr("reconciler.http.pace.Pace.hold", lambda self, seconds: held.append(seconds))
    web.get(HOOKS, json=[], headers={"X-Left": "0", "X-New": "7"})
    limits = {"remaining": "X-Left", "reset": "X-New"}
    connect("acme", {"api_key": "k3y-canary"}, spec=table(limits=limits)).list(SCOPE)
    assert held == [7.0]

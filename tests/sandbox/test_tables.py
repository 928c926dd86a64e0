"""What tables say beyond the founding four: a user's own table behaves by it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from reconciler.providers.spec import Spec
from reconciler.sandbox import Sandbox

ACME = {
    "title": "Acme",
    "auth": {"header": {"X-Acme": "Token token={token}"}},
    "scope": {"org": {}, "repo": {}},
    "account": {"get": "/me", "item": "account.id"},
    "unique": [["url"]],
    "record": {
        "id": "meta.id",
        "url": "config.url",
        "events": "events",
        "secret": {"at": "config.secret", "read": "masked"},
        "enabled": {"write": "disabled", "read": "off", "values": {"true": False, "false": True}},
        "kind": {"at": "kind", "only_create": True},
        "key": {"at": "signing_key", "secret": True, "read": "on_create"},
        "hidden": {"at": "hidden", "secret": True, "read": "never"},
        "headers": {"at": "headers", "read": "masked"},
        "labels": {"at": "labels", "type": "object"},
        "constants": {"channel": "web"},
        "volatile": ["meta.updated_at"],
    },
    "list": {"get": "/orgs/{org}/{repo}/hooks", "items": "data.hooks", "next": {"page": "p", "first": 0}, "size": "n"},
    "get": {"get": "/orgs/{org}/{repo}/hooks/{id}", "item": "hook", "gone": [410]},
    "create": {"post": "/orgs/{org}/{repo}/hooks", "wrap": "hook", "item": "hook", "success": {"status": [201]}},
    "update": {"patch": "/orgs/{org}/{repo}/hooks/{id}", "wrap": "hook"},
    "delete": {"delete": "/orgs/{org}/{repo}/hooks/{id}", "success": {"where": {"ok": True}}},
}
SCOPE = (("org", "o"), ("repo", "r"))


class Acme:
    """A client of the table above."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers["X-Acme"] = "Token token=abc"
        self.base_url = sandbox.base_url("acme")

    def call(self, method: str, path: str, body: Any = None, **query: Any) -> requests.Response:
        return self.session.request(method, self.base_url + path, json=body, params=query, timeout=10)

    def create(self, scope: str = "o/r", **changes: Any) -> requests.Response:
        config = {"url": "https://hooks.example.com", "secret": "s3cret"}
        record = {"config": config, "events": ["push"], "channel": "web", "hidden": "h", "headers": {"X": "x"}}
        return self.call("POST", f"/orgs/{scope}/hooks", {"hook": {**record, **changes}})


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox({"acme": Spec.model_validate(ACME)}, credentials={"acme": {"token": "abc"}}) as running:
        yield running


@pytest.fixture
def acme(sandbox: Sandbox) -> Iterator[Acme]:
    client = Acme(sandbox)
    yield client
    client.session.close()


def test_secrets_are_shown_as_the_table_says(sandbox: Sandbox, acme: Acme) -> None:
    made = acme.create()
    assert made.status_code == 201
    hook = made.json()["hook"]
    assert hook["config"]["secret"] == "********"
    assert hook["headers"] == {"X": "********"}
    assert hook["signing_key"].startswith("whsec_"), "the provider makes one, and shows it this once"
    assert "hidden" not in hook

    read = acme.call("GET", f"/orgs/o/r/hooks/{hook['meta']['id']}").json()["hook"]
    assert read == {name: value for name, value in hook.items() if name != "signing_key"}
    assert acme.call("GET", "/orgs/o/r/hooks").json() == {"data": {"hooks": [read]}, "p": 0}

    kept = sandbox.records("acme")[0]
    assert (kept["config"]["secret"], kept["hidden"], kept["headers"]) == ("s3cret", "h", {"X": "x"})


def test_an_update_merges_and_a_field_is_kept_where_it_is_read(sandbox: Sandbox, acme: Acme) -> None:
    hook = acme.create(kind="a", labels={"x": 1, "y": 2}, disabled=False).json()["hook"]
    path = f"/orgs/o/r/hooks/{hook['meta']['id']}"
    assert hook["off"] is False
    assert "disabled" not in hook

    changed = acme.call("PATCH", path, {"hook": {"config": {"url": "https://b.example.com"}, "labels": {"z": 3}}})
    assert changed.status_code == 200
    kept = sandbox.records("acme")[0]
    assert kept["config"] == {"url": "https://b.example.com", "secret": "s3cret"}
    assert kept["labels"] == {"z": 3}, "an object that is one field is replaced as one"
    assert kept["meta"]["id"] == hook["meta"]["id"]

    assert acme.call("PATCH", path, {"hook": {"disabled": True}}).json()["off"] is True
    assert acme.call("PATCH", path, {"hook": {"kind": "a"}}).status_code == 200
    assert acme.call("PATCH", path, {"hook": {"kind": "b"}}).status_code == 422
    assert acme.call("PATCH", path, {"hook": {"disabled": "no"}}).status_code == 422
    assert acme.call("PATCH", "/orgs/o/r/hooks/none", {"hook": {}}).status_code == 404
    assert sandbox.records("acme")[0]["kind"] == "a"


def test_unique_values_are_held_and_let_go(acme: Acme) -> None:
    first = acme.create().json()["hook"]["meta"]["id"]
    second = acme.create(config={"url": "https://b.example.com"}).json()["hook"]["meta"]["id"]
    assert acme.create().status_code == 409
    taken = acme.call("PATCH", f"/orgs/o/r/hooks/{second}", {"hook": {"config": {"url": "https://hooks.example.com"}}})
    assert taken.status_code == 409
    acme.call("PATCH", f"/orgs/o/r/hooks/{first}", {"hook": {"config": {"url": "https://c.example.com"}}})
    assert acme.create().status_code == 201


def test_scopes_are_apart(sandbox: Sandbox, acme: Acme) -> None:
    record_id = acme.create().json()["hook"]["meta"]["id"]
    assert acme.create("o/other").status_code == 201, "unique within a scope"
    assert acme.call("GET", f"/orgs/o/other/hooks/{record_id}").status_code == 410
    assert acme.call("DELETE", f"/orgs/o/other/hooks/{record_id}").status_code == 404
    inserted = sandbox.insert("acme", {"config": {"url": "https://d.example.com"}}, SCOPE)
    ids = [hook["meta"]["id"] for hook in acme.call("GET", "/orgs/o/r/hooks").json()["data"]["hooks"]]
    assert ids == [record_id, inserted]
    assert len(sandbox.records("acme")) == 3


def test_a_scope_and_an_id_may_be_quoted(sandbox: Sandbox, acme: Acme) -> None:
    record_id = sandbox.insert("acme", {"meta": {"id": "a/b c"}}, (("org", "ö"), ("repo", "r")))
    assert acme.call("GET", "/orgs/%C3%B6/r/hooks/a%2Fb%20c").json()["hook"]["meta"]["id"] == record_id == "a/b c"


def test_pages_without_a_count_end_with_an_empty_one(acme: Acme) -> None:
    for number in range(5):
        acme.create(config={"url": f"https://hooks.example.com/{number}"})
    sizes = [len(acme.call("GET", "/orgs/o/r/hooks", p=page, n=2).json()["data"]["hooks"]) for page in range(4)]
    assert sizes == [2, 2, 1, 0]


def test_envelopes_constants_and_success_marks(acme: Acme) -> None:
    unwrapped = acme.call("POST", "/orgs/o/r/hooks", {"config": {}})
    assert unwrapped.status_code == 400
    assert "no object at hook" in unwrapped.json()["message"]
    wrong = acme.create(channel="mail")
    assert wrong.status_code == 422
    assert "channel" in wrong.json()["message"]
    record_id = acme.create().json()["hook"]["meta"]["id"]
    assert acme.call("DELETE", f"/orgs/o/r/hooks/{record_id}").json() == {"ok": True}
    assert acme.call("DELETE", f"/orgs/o/r/hooks/{record_id}").json() == {"message": "Not found.", "ok": False}


def test_header_templates_and_the_account(acme: Acme) -> None:
    assert acme.call("GET", "/me").json() == {"account": {"id": "main"}}
    for wrong in ("Token token=abcd", "Token abc", "abc", ""):
        acme.session.headers["X-Acme"] = wrong
        assert acme.call("GET", "/me").status_code == 401


def test_a_next_url_does_not_carry_the_key_of_the_query() -> None:
    listing = {"get": "/hooks", "items": "hooks", "next": {"url": "links.next"}}
    table = {
        "title": "Beta",
        "auth": {"query": {"key": "api_key"}},
        "record": {"url": "url"},
        "list": listing,
        "create": {"post": "/hooks"},
    }
    with Sandbox({"beta": Spec.model_validate(table)}, page_limit=1) as sandbox:
        for number in range(2):
            sandbox.insert("beta", {"url": f"https://hooks.example.com/{number}"})
        url = f"{sandbox.base_url('beta')}/hooks"
        first = requests.get(url, params={"key": "CANARY", "state": "on"}, timeout=10).json()
        assert "state=on" in first["links"]["next"]
        assert "CANARY" not in first["links"]["next"]
        last = requests.get(first["links"]["next"], params={"key": "CANARY"}, timeout=10).json()
        assert (last["hooks"][0]["url"], last["links"]["next"]) == ("https://hooks.example.com/1", None)


def test_an_update_without_the_secret_erases_it_where_the_table_says_so() -> None:
    table = {**ACME, "resend_secret": True}
    with Sandbox({"acme": Spec.model_validate(table)}) as forgetful:
        client = Acme(forgetful)
        record_id = client.create().json()["hook"]["meta"]["id"]
        client.call("PATCH", f"/orgs/o/r/hooks/{record_id}", {"hook": {"events": ["pull"]}})
        assert "secret" not in forgetful.records("acme")[0]["config"]
        client.session.close()


def test_a_call_that_makes_the_secret_may_be_the_one_that_shows_it() -> None:
    make = {"post": "/orgs/{org}/{repo}/hooks/{id}/key"}
    key = {"secret": True, "read": "on_create", "from": {**make, "item": "made"}}
    record: dict[str, Any] = {**ACME["record"], "key": key}  # type: ignore[dict-item]  # a mapping, among others
    spec = Spec.model_validate({**ACME, "record": record, "rotate": {**make, "secret": "made"}})
    with Sandbox({"acme": spec}, credentials={"acme": {"token": "abc"}}) as running:
        acme = Acme(running)
        hook = acme.create().json()["hook"]
        answers = [acme.call("POST", f"/orgs/o/r/hooks/{hook['meta']['id']}/key").json() for _ in range(2)]
        acme.session.close()
    one, two = answers
    assert set(one) == set(two) == {"made"}
    assert one["made"].startswith("whsec_")
    assert one != two
    assert one["made"] not in str(hook)

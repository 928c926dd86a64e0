"""Flows over tables of a user's own: calls after a create, what runs out, a single record, and what is never shown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from reconciler.providers.registry import load_spec_file
from tests.flows.flow import Flow

MakeFlow = Callable[..., Flow]
HOOK = "https://hooks.example.com/acme"

LEASED: dict[str, Any] = {
    "title": "Acme",
    "base_url": "https://api.acme.example",
    "auth": {"bearer": "token"},
    "settle": 0,
    "record": {
        "id": "id",
        "url": "url",
        "enabled": {
            "read": "status",
            "type": "boolean",
            "default": True,
            "values": {"true": "ACTIVE", "false": "INACTIVE"},
            "via": {"true": {"post": "/hooks/{id}/activate"}, "false": {"post": "/hooks/{id}/deactivate"}},
        },
        "secret": {"write": "secret", "read": "never", "via": {"put": "/hooks/{id}/secret"}},
        "renewed": {
            "read": "expires",
            "type": "boolean",
            "fresh": 3,
            "keep": True,
            "via": {"true": {"post": "/hooks/{id}/refresh"}},
        },
    },
    "list": {"get": "/hooks"},
    "create": {"post": "/hooks"},
    "update": {"patch": "/hooks/{id}"},
    "delete": {"delete": "/hooks/{id}"},
}
SINGLE: dict[str, Any] = {
    "title": "Acme",
    "base_url": "https://api.acme.example",
    "auth": {"path": "/bot{token}"},
    "settle": 0,
    "unique": [[]],
    "record": {"id": {"constant": "webhook"}, "url": "url", "events": "allowed", "except": {"url": ""}},
    "list": {"get": "/info", "items": "result", "single": True, "success": {"where": {"ok": True}}},
    "create": {"post": "/set", "upsert": True, "success": {"where": {"ok": True}}},
    "update": {"post": "/set", "success": {"where": {"ok": True}}},
    "delete": {"post": "/unset", "success": {"where": {"ok": True}}},
}


PLACED: dict[str, Any] = {
    "title": "Acme",
    "base_url": "https://api.acme.example",
    "auth": {"bearer": "token"},
    "settle": 0,
    "scope": {"org": {"ignores_case": True}},
    "record": {"id": "id", "url": "url", "events": "events"},
    "list": {"get": "/orgs/{org}/hooks"},
    "create": {"post": "/orgs/{org}/hooks"},
    "delete": {"delete": "/orgs/{org}/hooks/{id}"},
}


@pytest.fixture
def own(make_flow: MakeFlow, tmp_path: Path) -> Callable[..., Flow]:
    """Make a flow over a sandbox that stands in for one table; its file names the table."""

    def make(table: dict[str, Any], token: str = "canary-token") -> Flow:
        path = tmp_path / "acme.yaml"
        path.write_text(yaml.safe_dump(table), encoding="utf-8")
        return make_flow(specs={"acme": load_spec_file(path)}, credentials={"acme": {"token": token}})

    return make


def write(flow: Flow, **subscriptions: dict[str, Any]) -> None:
    connection = {"spec": "./acme.yaml", "base_url": flow.sandbox.base_url("acme"), "retry": 0, "token": "canary-token"}
    entries = {name: {"provider": "acme", "url": HOOK, **one} for name, one in subscriptions.items()}
    flow.write(entries, {"acme": connection})


def test_a_call_after_the_create_that_fails_is_made_up_for_by_the_next_apply(own: Callable[..., Flow]) -> None:
    flow = own(LEASED)
    write(flow, a={"enabled": False, "secret": "canary-signing"})
    flow.faults({"operation": "update", "kind": "status", "status": 400})
    run = flow.apply(code=1)
    assert run.change("a")["outcome"] == "failed"
    assert "it was made, but: " in run.change("a")["error"]
    (made,) = flow.sandbox.records("acme")
    assert (made["status"], "_own" in made) == ("ACTIVE", False)

    flow.faults()
    assert flow.plan().actions() == {"a": "update"}
    assert {one["path"] for one in flow.plan().change("a")["differences"]} == {"enabled", "secret"}
    assert flow.apply().change("a")["outcome"] == "done"
    (made,) = flow.sandbox.records("acme")
    assert (made["status"], made["secret"]) == ("INACTIVE", "canary-signing")
    flow.settled()


def test_a_lost_answer_to_a_create_leaves_nothing_unset(own: Callable[..., Flow]) -> None:
    flow = own(LEASED)
    write(flow, a={"enabled": False, "secret": "canary-signing"})
    flow.faults({"operation": "create", "kind": "reset_after", "times": 1})
    flow.apply()
    flow.apply()
    (made,) = flow.sandbox.records("acme")
    assert (made["status"], made["secret"]) == ("INACTIVE", "canary-signing")
    flow.settled()


def test_what_runs_out_is_renewed_by_an_apply(own: Callable[..., Flow]) -> None:
    flow = own(LEASED)
    write(flow, a={})
    flow.apply()
    flow.settled()
    (made,) = flow.sandbox.records("acme")
    flow.sandbox.change("acme", made["id"], {"expires": "2020-01-01T00:00:00Z"})
    change = flow.plan().change("a")
    assert [(one["path"], one["before"], one["after"]) for one in change["differences"]] == [("renewed", False, True)]
    flow.apply()
    assert flow.sandbox.records("acme")[0]["expires"] > made["expires"]
    flow.settled()


def test_a_single_record_is_made_changed_and_gone(own: Callable[..., Flow]) -> None:
    flow = own(SINGLE)
    write(flow, bot={"events": ["message"]})
    assert flow.plan().actions() == {"bot": "create"}
    flow.apply()
    flow.settled()
    write(flow, bot={"url": f"{HOOK}/2", "events": ["message", "poll"]})
    assert flow.plan().actions() == {"bot": "update"}
    flow.apply()
    assert flow.urls("acme") == [f"{HOOK}/2"]
    flow.settled()
    write(flow)
    flow.apply("--allow-deletes", "all")
    assert flow.sandbox.records("acme") == []
    assert {request.path for request in flow.sandbox.requests} == {
        f"/acme/***/{one}" for one in ("info", "set", "unset")
    }


def test_a_single_record_of_somebody_else_is_not_overwritten(own: Callable[..., Flow]) -> None:
    flow = own(SINGLE)
    flow.sandbox.insert("acme", {"url": "https://theirs.example.com/", "allowed": ["poll"]})
    write(flow, bot={"events": ["message"]})
    run = flow.apply(code=1)
    assert "which this would overwrite" in run.change("bot")["error"]
    assert flow.urls("acme") == ["https://theirs.example.com/"]
    assert flow.run("import", "bot", "webhook").code == 0
    assert flow.plan().actions() == {"bot": "update"}
    flow.apply()
    flow.settled()


def test_two_subscriptions_cannot_be_one_record(own: Callable[..., Flow]) -> None:
    flow = own(SINGLE)
    write(flow, one={"events": ["message"]}, two={"url": f"{HOOK}/2", "events": ["poll"]})
    run = flow.run("validate")
    assert run.code == 1
    assert "`two` and `one` would be one record at `acme`: same place, which takes a single record" in run.stderr


def test_a_server_that_may_be_open_is_asked_with_and_without_credentials(own: Callable[..., Flow]) -> None:
    flow = own({**LEASED, "auth": [{"bearer": "token"}, {"none": True}]})
    entry = {"provider": "acme", "url": HOOK, "secret": "canary-signing"}
    connection = {"spec": "./acme.yaml", "base_url": flow.sandbox.base_url("acme"), "retry": 0}
    flow.write({"a": entry}, {"acme": connection})
    flow.apply()
    flow.write({"a": entry}, {"acme": {**connection, "token": "canary-token"}})
    flow.settled()
    flow.write({"a": entry}, {"acme": {**connection, "token": "canary-of-nobody"}})
    assert flow.plan().code == 1


def test_a_place_that_nobody_has_to_say_is_exported_without_it(own: Callable[..., Flow]) -> None:
    flow = own(
        PLACED
        | {
            "scope": {"org": {"default": "", "example": "acme"}},
            "list": {"get": "/hooks", "query": {"org": "{org}"}},
            "create": {"post": "/hooks", "query": {"org": "{org}"}},
            "delete": {"delete": "/hooks/{id}", "query": {"org": "{org}"}},
        }
    )
    write(flow, one={"events": ["made"]})
    flow.apply()
    write(flow)
    (flow.folder / ".reconcile" / "state.db").unlink()
    exported = yaml.safe_load(flow.run("export", "acme", "--subscriptions-only").stdout)["subscriptions"]
    assert [sorted(one) for one in exported.values()] == [["events", "provider", "url"]]
    write(flow, **exported)
    assert set(flow.plan().actions().values()) == {"adopt"}


def test_a_place_is_one_however_its_name_is_written(own: Callable[..., Flow]) -> None:
    flow = own(PLACED)
    entries = {
        name: {"provider": "acme", "org": name, "url": f"{HOOK}/{n}", "events": ["made"]}
        for n, name in enumerate(("Acme", "ACME", "acme"))
    }
    connection = {"spec": "./acme.yaml", "base_url": flow.sandbox.base_url("acme"), "token": "canary-token"}
    flow.write(entries, {"acme": {**connection, "manage": "all"}})
    assert {tuple(change["scope"].items()) for change in flow.plan().json["changes"]} == {(("org", "acme"),)}
    flow.apply()
    assert sorted(one["url"] for one in flow.sandbox.records("acme")) == [f"{HOOK}/{n}" for n in range(3)]
    flow.settled()  # and with `manage: all` no one of them deletes what another declares
    exported = yaml.safe_load(flow.run("export", "acme", "--scope", "org=aCMe").stdout)
    assert {one["org"] for one in exported["subscriptions"].values()} == {"acme"}

    flow.write({"one": entries["Acme"], "two": {**entries["acme"], "url": f"{HOOK}/0"}}, {"acme": connection})
    assert flow.run("validate").code == 1  # one record, declared twice

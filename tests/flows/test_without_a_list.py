"""A Lipscore account that has no list: told with a way out, and worked on with the state as the only witness."""

from __future__ import annotations

from typing import Any

import pytest

from tests.flows.flow import Flow

NO_LIST = {"provider": "lipscore", "operation": "list", "kind": "status", "status": 404}
ADDRESS = "one[rating_created]"


def write(flow: Flow, subscriptions: dict[str, Any]) -> None:
    flow.faults(NO_LIST)
    flow.write(subscriptions, {"lipscore": flow.connection("lipscore", listing="state")})


def test_a_missing_list_is_unknown_with_a_hint(flow: Flow) -> None:
    flow.write({"one": flow.subscription("lipscore")})
    flow.faults(NO_LIST)
    run = flow.run("plan")
    assert run.code == 1
    assert "listing: state" in " ".join(run.stdout.split())
    flow.apply(code=1)
    assert flow.writes() == 0


def test_create_change_and_delete_by_the_state_alone(flow: Flow) -> None:
    stays = flow.subscription("lipscore", url="https://hooks.example.com/stays")
    write(flow, {"one": flow.subscription("lipscore"), "stays": stays})
    assert flow.plan().code == 2
    flow.apply()
    flow.settled()
    write(flow, {"one": flow.subscription("lipscore", url="https://hooks.example.com/other"), "stays": stays})
    assert flow.plan().actions() == {ADDRESS: "replace"}
    flow.apply()
    assert sorted(flow.urls("lipscore")) == ["https://hooks.example.com/other", stays["url"]]
    flow.settled()
    write(flow, {"stays": stays})
    assert flow.plan().actions() == {ADDRESS: "delete"}
    flow.apply()
    assert flow.urls("lipscore") == [stays["url"]]
    flow.settled()
    assert flow.sandbox.count("lipscore", "list") == 0


def test_what_vanished_meanwhile_is_deleted_without_complaint(flow: Flow) -> None:
    stays = flow.subscription("lipscore", url="https://hooks.example.com/stays")
    write(flow, {"one": flow.subscription("lipscore"), "stays": stays})
    flow.apply()
    flow.sandbox.remove("lipscore", flow.sandbox.records("lipscore")[0]["id"])
    write(flow, {"stays": stays})
    flow.apply()
    flow.settled()


def lose_a_create(flow: Flow, kind: str) -> None:
    write(flow, {"one": flow.subscription("lipscore")})
    flow.faults(NO_LIST, {"operation": "create", "kind": kind, "times": 1})
    result = flow.apply(code=1).change()
    assert result["outcome"] == "unknown"
    assert f"reconcile import {ADDRESS} ID" in result["error"]
    assert f"reconcile state rm {ADDRESS}" in result["error"]
    # Nothing is tried again by itself, however often it is run.
    again = flow.apply(code=1)
    assert again.json["changes"] == []
    assert again.json["unknown"][0]["address"] == ADDRESS
    assert flow.plan().code == 1
    assert flow.sandbox.count("lipscore", "create") == 1
    assert "the outcome of a create is not recorded" in flow.run("state", "list").stderr


def test_a_lost_create_that_was_made_is_imported(flow: Flow) -> None:
    lose_a_create(flow, "reset_after")
    (record,) = flow.sandbox.records("lipscore")
    imported = flow.run("import", ADDRESS, str(record["id"]))
    assert (imported.code, imported.stdout) == (0, f"{ADDRESS} is now {record['id']}.\n")
    flow.settled()
    write(flow, {"one": flow.subscription("lipscore", url="https://hooks.example.com/other")})
    flow.apply()
    assert flow.urls("lipscore") == ["https://hooks.example.com/other"]


@pytest.mark.parametrize("pattern", [ADDRESS, "one"])
def test_a_lost_create_that_was_not_made_is_forgotten(flow: Flow, pattern: str) -> None:
    lose_a_create(flow, "reset_before")
    assert flow.sandbox.records("lipscore") == []
    assert flow.run("state", "rm", pattern).code == 0
    assert flow.plan().actions() == {ADDRESS: "create"}
    flow.apply()
    assert len(flow.sandbox.records("lipscore")) == 1
    flow.settled()


def test_a_lost_half_of_a_replacement(flow: Flow) -> None:
    """The new half is imported; the old one is then deleted, and the state knows it all along."""
    write(flow, {"one": flow.subscription("lipscore")})
    flow.apply()
    write(flow, {"one": flow.subscription("lipscore", url="https://hooks.example.com/other")})
    flow.faults(NO_LIST, {"operation": "create", "kind": "reset_after", "times": 1})
    assert flow.apply(code=1).change()["outcome"] == "unknown"
    old, new = flow.sandbox.records("lipscore")
    assert flow.run("import", ADDRESS, str(new["id"])).code == 0
    assert [(one["action"], one["id"]) for one in flow.plan().json["changes"]] == [("delete", str(old["id"]))]
    flow.apply()
    assert flow.sandbox.records("lipscore") == [new]
    flow.settled()

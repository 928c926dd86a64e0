"""What stops an apply before its first request, and what it takes to have it pass."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from reconciler.providers.registry import load_spec_file
from tests.flows.flow import ROOT, Flow

ARGYLE = ROOT / "reconciler" / "providers" / "catalog" / "argyle.yaml"


def many(flow: Flow, number: int, **more: Any) -> dict[str, Any]:
    return {
        f"hook-{n:02}": flow.subscription("argyle", url=f"https://hooks.example.com/{n}", **more) for n in range(number)
    }


def refused(flow: Flow, *arguments: str) -> str:
    """An apply that is refused makes no request that changes anything; return what it says."""
    writes = flow.writes()
    result = flow.apply(*arguments, code=1)
    assert {one["outcome"] for one in result.json["changes"]} == {"not_attempted"}
    text = flow.run("apply", "--auto-approve", *arguments)
    assert text.code == 1
    assert "Refused" in text.stdout
    assert flow.writes() == writes
    (refusal,) = result.json["refusals"]
    assert refusal in " ".join(text.stdout.split())
    return str(refusal)


def test_more_deletes_than_the_file_allows(flow: Flow) -> None:
    declared = many(flow, 6)
    kept = {"hook-00": declared["hook-00"]}
    flow.write(declared)
    flow.apply()
    flow.write(kept, policy={"max_deletes": 4})
    assert "5 records would be deleted and max_deletes is 4" in refused(flow)
    refused(flow, "--allow-deletes", "4")
    flow.apply("--allow-deletes", "5")
    assert len(flow.sandbox.records("argyle")) == 1
    flow.settled()


@pytest.mark.parametrize("allowance", ["11", "all"])
def test_ten_deletes_are_allowed_without_a_policy(flow: Flow, allowance: str) -> None:
    declared = many(flow, 12)
    flow.write(declared)
    flow.apply()
    flow.write({"hook-00": declared["hook-00"]})
    assert "--allow-deletes 11" in refused(flow)
    flow.apply("--allow-deletes", allowance)
    flow.settled()


def test_replacements_are_no_deletes(flow: Flow) -> None:
    flow.write(many(flow, 3), policy={"max_deletes": 0})
    flow.apply()
    flow.write(many(flow, 3, config={"days_synced": 7}), policy={"max_deletes": 0})
    flow.apply()
    assert flow.sandbox.count("argyle", "delete") == 3
    flow.settled()


def test_that_all_would_go_is_refused_however_few_they_are(flow: Flow) -> None:
    connections = {"argyle": flow.connection("argyle")}
    flow.write(many(flow, 1), connections)
    flow.apply()
    flow.write({}, connections)
    assert "--allow-deletes all" in refused(flow)
    refused(flow, "--allow-deletes", "10")
    flow.apply("--allow-deletes", "all")
    assert flow.sandbox.records("argyle") == []
    flow.settled()


def test_what_cannot_be_deleted_does_not_lift_the_guard_from_the_others(flow: Flow) -> None:
    connections = {name: flow.connection(name) for name in ("argyle", "flightrates")}
    flow.write({**many(flow, 2), "fares": flow.subscription("flightrates")}, connections)
    flow.apply()
    flow.write({}, connections)
    assert "all 3 records" in refused(flow)
    result = flow.apply("--allow-deletes", "all", code=1)
    assert sorted(one["outcome"] for one in result.json["changes"]) == ["done", "done", "not_attempted"]


def test_protection_refuses_and_outlives_its_entry(flow: Flow) -> None:
    protected = flow.subscription("argyle", url="https://a.example/", protect=True)
    flow.write({**many(flow, 1), "kept": protected})
    flow.apply()
    flow.write(many(flow, 1))
    assert "kept is protected" in refused(flow)
    assert flow.run("state", "list").stdout.splitlines()[1].endswith("(protect)")
    flow.write({**many(flow, 1), "kept": {**protected, "config": {"days_synced": 7}}})
    assert "kept is protected" in refused(flow)
    # Taking the key away and the entry at once lifts nothing; only an applied `protect: false` does.
    flow.write({**many(flow, 1), "kept": {**protected, "protect": False, "config": {"days_synced": 7}}})
    refused(flow)
    flow.write({**many(flow, 1), "kept": {**protected, "protect": False}})
    assert flow.plan().change()["reason"] == "protect_changed"
    writes = flow.writes()
    flow.apply()
    assert flow.writes() == writes
    flow.write(many(flow, 1))
    flow.apply()
    assert len(flow.sandbox.records("argyle")) == 1
    flow.settled()


def test_protection_may_be_put_on_later(flow: Flow) -> None:
    flow.write(many(flow, 2))
    flow.apply()
    flow.write(many(flow, 2), defaults={"protect": True})
    assert {one["reason"] for one in flow.plan().json["changes"]} == {"protect_changed"}
    flow.apply()
    flow.settled()
    assert flow.run("destroy", "--auto-approve").code == 1
    assert len(flow.sandbox.records("argyle")) == 2


def test_destroy_deletes_all_that_is_owned_and_nothing_else(flow: Flow) -> None:
    flow.write({**many(flow, 12), "other": flow.subscription("lipscore")})
    flow.apply()
    stranger = flow.sandbox.insert("argyle", {"url": "https://x.example/", "events": ["accounts.added"], "name": "x"})
    run = flow.run("destroy", "--auto-approve", "--format", "json")
    assert run.code == 0
    assert set(run.actions().values()) == {"delete"}
    assert [one["id"] for one in flow.sandbox.records("argyle")] == [stranger]
    assert flow.sandbox.records("lipscore") == []
    assert flow.run("state", "list").stdout == ""
    assert flow.run("destroy", "--auto-approve").code == 0


def test_destroy_of_one_connection(flow: Flow) -> None:
    flow.write({**many(flow, 2), "other": flow.subscription("lipscore")})
    flow.apply()
    assert flow.run("destroy", "--auto-approve", "--provider", "argyle").code == 0
    assert (flow.urls("argyle"), len(flow.urls("lipscore"))) == ([], 1)
    assert flow.run("destroy", "--auto-approve", "--target", "other").code == 0
    assert flow.urls("lipscore") == []


def test_destroy_of_what_cannot_be_deleted_is_blocked(flow: Flow) -> None:
    flow.write({**many(flow, 1), "fares": flow.subscription("flightrates")})
    flow.apply()
    run = flow.run("destroy", "--auto-approve", "--format", "json")
    assert run.code == 1
    assert {one["address"]: one["outcome"] for one in run.json["changes"]} == {
        "hook-00": "done",
        "fares[dbs]": "not_attempted",
    }
    assert len(flow.sandbox.records("flightrates")) == 1


def test_a_wrong_account_is_not_filled_again(flow: Flow) -> None:
    flow.write(many(flow, 3))
    flow.apply()
    flow.sandbox.clear("argyle")
    plan = flow.plan()
    assert plan.code == 2
    assert all("--allow-recreate" in one["blocked"] for one in plan.json["changes"])
    flow.apply(code=1)
    assert flow.sandbox.records("argyle") == []
    assert flow.plan("--allow-recreate").json["changes"][0]["blocked"] is None
    flow.apply("--allow-recreate")
    assert len(flow.sandbox.records("argyle")) == 3
    flow.settled()


def test_manage_all_deletes_what_nobody_declared(flow: Flow) -> None:
    everything = {"argyle": flow.connection("argyle", manage="all")}
    stranger = flow.sandbox.insert("argyle", {"url": "https://x.example/", "events": ["accounts.added"], "name": "x"})
    flow.write(many(flow, 1), everything)
    assert flow.plan("--target", "hook-*").actions() == {"hook-00": "create"}
    plan = flow.plan()
    assert plan.actions() == {"hook-00": "create", None: "delete"}
    assert [one["id"] for one in plan.json["changes"] if one["address"] is None] == [stranger]
    assert plan.json["unmanaged"] == []
    assert stranger in flow.run("plan").stdout
    flow.apply()
    assert flow.urls("argyle") == ["https://hooks.example.com/0"]
    flow.settled()


def test_manage_all_counts_its_deletes(flow: Flow) -> None:
    for number in range(11):
        flow.sandbox.insert("argyle", {"url": f"https://x.example/{number}", "events": ["accounts.added"], "name": "x"})
    flow.write(many(flow, 1), {"argyle": flow.connection("argyle", manage="all")})
    assert "11 records would be deleted" in refused(flow)


def test_another_base_url_has_to_be_accepted(flow: Flow) -> None:
    flow.write(many(flow, 1))
    flow.apply()
    moved = {"argyle": flow.connection("argyle", base_url=flow.sandbox.base_url("argyle@new"))}
    flow.write(many(flow, 1), moved)
    for arguments in (["plan"], ["apply", "--auto-approve"], ["destroy", "--auto-approve"]):
        run = flow.run(*arguments)
        assert (run.code, run.stdout) == (1, "")
        assert "reconcile state reconnect argyle" in run.stderr
    accepted = flow.run("state", "reconnect", "argyle")
    assert (accepted.code, "argyle@new" in accepted.stdout) == (0, True)
    assert flow.plan().actions() == {"hook-00": "create"}
    assert flow.run("state", "reconnect", "argle").code == 1


def test_another_account_has_to_be_accepted(make_flow: Callable[..., Flow], tmp_path: Path) -> None:
    table = yaml.safe_load(ARGYLE.read_text(encoding="utf-8")) | {"account": {"get": "/me", "item": "account"}}
    path = tmp_path / "acme.yaml"
    path.write_text(yaml.safe_dump(table), encoding="utf-8")
    flow = make_flow(specs={"argyle": load_spec_file(path)})
    connection = flow.connection("argyle", spec="./acme.yaml")
    del connection["type"]
    flow.write(many(flow, 1), {"argyle": connection})
    flow.apply()
    flow.settled()

    # One that cannot be read makes the connection unknown, and what is known of it stays known.
    flow.faults({"operation": "account", "kind": "status", "status": 500})
    plan = flow.plan()
    assert (plan.code, plan.json["changes"], len(plan.json["unknown"])) == (1, [], 1)
    flow.write({**many(flow, 1), "two": flow.subscription("argyle", url="https://x.example/")}, {"argyle": connection})
    flow.apply(code=1)
    flow.faults()
    flow.write(many(flow, 1), {"argyle": connection})
    flow.settled()

    # The credentials of another account would find no record, and make all anew there.
    state = flow.run("state", "pull").json
    assert [one["account"] for one in state["identities"]] == ["main"]
    state["identities"][0]["account"] = "somebody-else"
    Path("state.json").write_text(json.dumps(state), encoding="utf-8")
    assert flow.run("state", "push", "state.json").code == 0
    for arguments in (["plan"], ["apply", "--auto-approve"], ["destroy", "--auto-approve"], ["import", "hook-00", "1"]):
        run = flow.run(*arguments)
        assert (run.code, run.stdout) == (1, "")
        assert "another account than when the state's records were made: somebody-else then, main now" in run.stderr
    assert flow.run("state", "reconnect", "argyle").code == 0
    flow.settled()


def test_a_connection_that_left_the_file_must_be_settled_first(flow: Flow) -> None:
    flow.write({**many(flow, 1), "other": flow.subscription("lipscore")})
    flow.apply()
    flow.write({"other": flow.subscription("lipscore")})
    for arguments in (["plan"], ["apply", "--auto-approve"]):
        run = flow.run(*arguments)
        assert (run.code, run.stdout) == (1, "")
        assert "reconcile destroy --provider argyle" in run.stderr
    assert flow.run("state", "list", "--provider", "argyle").stdout.startswith("hook-00")
    assert flow.run("state", "rm", "hook-00").code == 0
    flow.settled()
    assert len(flow.sandbox.records("argyle")) == 1


def test_a_fresh_state_in_a_pipeline_says_so_once_and_deletes_nothing(
    flow: Flow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", "true")
    flow.sandbox.insert("argyle", {"url": "https://x.example/", "events": ["accounts.added"], "name": "x"})
    flow.write(many(flow, 1))
    plan = flow.plan()
    assert [one["message"].startswith("there is no state yet") for one in plan.json["warnings"]] == [True]
    assert plan.actions() == {"hook-00": "create"}
    assert len(flow.apply().json["warnings"]) == 1
    assert flow.plan().json["warnings"] == []

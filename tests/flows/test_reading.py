"""What cannot be read is unknown: nothing is created or deleted there, the others go on, and the exit code is 1."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.flows.flow import PROVIDERS, Flow

WRONG: dict[str, dict[str, str]] = {
    "lipscore": {"api_key": "canary-wrong"},
    "argyle": {"key_secret": "canary-wrong"},
    "flightrates": {"password": "canary-wrong"},
    "studiewinkel": {"token": "canary-wrong"},
}
FAULTS: dict[str, dict[str, Any]] = {
    "status": {"kind": "status", "status": 500},
    "forbidden": {"kind": "status", "status": 403},
    "limited": {"kind": "status", "status": 429},
    "half a body": {"kind": "half_body"},
    "not JSON": {"kind": "not_json"},
    "HTML": {"kind": "html"},
    "reset": {"kind": "reset_after"},
    "an error in a 200": {"kind": "error_in_200"},
    "a redirect": {"kind": "redirect"},
}


@pytest.mark.parametrize("wrong", PROVIDERS)
def test_a_wrong_key_stops_its_own_connection_alone(flow: Flow, wrong: str) -> None:
    connections = {name: flow.connection(name) for name in PROVIDERS}
    connections[wrong] |= WRONG[wrong]
    flow.write({f"of-{name}": flow.subscription(name) for name in PROVIDERS}, connections)
    plan = flow.plan()
    assert (plan.code, plan.json["complete"]) == (1, False)
    assert [one["connection"] for one in plan.json["unknown"]] == [wrong]
    assert {one["connection"] for one in plan.json["changes"]} == set(PROVIDERS) - {wrong}
    result = flow.apply(code=1)
    assert {one["outcome"] for one in result.json["changes"]} == {"done"}
    assert {name: len(flow.sandbox.records(name)) for name in PROVIDERS} == {
        name: int(name != wrong) for name in PROVIDERS
    }


def test_no_secret_is_printed_however_much_is_told(flow: Flow) -> None:
    """`flow.run` finds a secret in what is printed; here everything is asked for, and much goes wrong."""
    connections = {name: flow.connection(name) for name in PROVIDERS}
    connections["argyle"] |= WRONG["argyle"]
    flow.write(
        {
            **{f"of-{name}": flow.subscription(name) for name in PROVIDERS},
            "user": flow.subscription("lipscore", url="https://user:canary-1@hooks.example.com/x?token=canary-2&a=b"),
        },
        connections,
    )
    flow.faults({"operation": "create", "kind": "not_json", "times": 1}, {"operation": "create", "kind": "reset_after"})
    loud = ("-vv", "--log-format", "json")
    for arguments in (["plan"], ["plan", *loud], ["apply", "--auto-approve", *loud], ["plan", "-vv"]):
        run = flow.run(*arguments)
        assert run.code == 1
    connections["argyle"] = flow.connection("argyle")
    flow.faults()
    flow.write(
        {
            **{
                f"of-{name}": flow.subscription(name, url="https://hooks.example.com/y?key=canary-3")
                for name in PROVIDERS
            },
            "of-argyle": flow.subscription("argyle", secret="canary-other"),
        },
        connections,
    )
    for arguments in (["plan", "-vv"], ["apply", "--auto-approve", "-vv"], ["plan", *loud], ["history"]):
        flow.run(*arguments)
    for arguments in (
        ["state", "list"],
        ["state", "show", "of-*"],
        ["state", "pull"],
        ["destroy", "--auto-approve", "-vv"],
    ):
        flow.run(*arguments)
    # The check would be empty if the secrets had not been there to be printed.
    assert any(one.operation == "login" for one in flow.sandbox.requests)


def test_logs_in_json_are_json_line_by_line_and_results_are_alone_on_stdout(flow: Flow) -> None:
    flow.write({f"of-{name}": flow.subscription(name) for name in PROVIDERS})
    plan = flow.run("plan", "--format", "json", "-vv", "--log-format", "json")
    assert len(plan.json["changes"]) == 4
    lines = [json.loads(line) for line in plan.stderr.splitlines()]
    assert lines
    assert all({"time", "level", "logger", "message"} <= line.keys() for line in lines)
    applied = flow.run("apply", "--auto-approve", "--format", "json", "-vv", "--log-format", "json")
    assert {one["outcome"] for one in applied.json["changes"]} == {"done"}
    assert any("created" in json.loads(line)["message"] for line in applied.stderr.splitlines())


def test_verbose_tells_what_was_read(flow: Flow) -> None:
    flow.write({"one": flow.subscription("argyle"), "two": flow.subscription("lipscore")})
    flow.apply()
    flow.faults({"provider": "lipscore", "operation": "list", "kind": "status", "status": 500})
    told = flow.run("plan", "-v")
    assert "info: the state at .reconcile/state.db has 2 records; reading 2 places\n" in told.stderr
    assert "info: argyle: 1 record\n" in told.stderr
    assert "info: lipscore: unknown\n" in told.stderr
    assert flow.run("plan").stderr == ""


def test_an_apply_says_at_its_end_that_something_was_not_read(flow: Flow) -> None:
    flow.write({"one": flow.subscription("argyle"), "two": flow.subscription("lipscore")})
    flow.faults({"provider": "lipscore", "operation": "list", "kind": "status", "status": 401})
    run = flow.run("apply", "--auto-approve")
    assert run.code == 1
    assert run.stdout.endswith("\nApply: 1 done. 1 place could not be read, and may differ.\n")
    assert "lipscore: lipscore" not in run.stdout
    assert ".." not in run.stdout
    flow.faults()
    flow.run("apply", "--auto-approve")
    nothing = flow.run("apply", "--auto-approve")
    assert (nothing.stdout, nothing.stderr) == ("No changes. 2 records are as declared.\n", "")


def many(flow: Flow, number: int = 35) -> dict[str, Any]:
    return {f"hook-{n:02}": flow.subscription("argyle", url=f"https://hooks.example.com/{n}") for n in range(number)}


def test_a_list_of_many_pages_makes_nothing_twice(make_flow: Callable[..., Flow]) -> None:
    flow = make_flow(page_limit=10)
    flow.write(many(flow))
    flow.apply("--parallelism", "4")
    assert len(set(flow.urls("argyle"))) == len(flow.urls("argyle")) == 35
    flow.settled()
    (flow.folder / ".reconcile" / "state.db").unlink()
    plan = flow.plan()
    assert set(plan.actions().values()) == {"adopt"}
    flow.apply()
    assert flow.sandbox.count("argyle", "create") == 35
    flow.settled()


@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.parametrize("page", [1, 2, 3, 4])
def test_a_failure_on_any_page_writes_nothing_there(make_flow: Callable[..., Flow], page: int, name: str) -> None:
    flow = make_flow(page_limit=10)
    for number in range(35):
        flow.sandbox.insert(
            "argyle", {"url": f"https://hooks.example.com/{number}", "events": ["users.fully_synced"], "name": "x"}
        )
    flow.write({**many(flow, 36), "other": flow.subscription("lipscore")})
    flow.faults({"provider": "argyle", "operation": "list", "page": page, **FAULTS[name]})
    plan = flow.plan()
    assert plan.code == 1
    assert plan.actions() == {"other[rating_created]": "create"}
    assert [one["connection"] for one in plan.json["unknown"]] == ["argyle"]
    assert plan.json["unmanaged"] == []
    flow.apply(code=1)
    assert flow.sandbox.count("argyle", "create") == flow.sandbox.count("argyle", "delete") == 0
    assert len(flow.urls("lipscore")) == 1
    flow.faults()
    assert flow.plan().json["summary"]["create"] == 1


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("name", FAULTS)
def test_no_provider_is_believed_half(flow: Flow, provider: str, name: str) -> None:
    flow.write({"one": flow.subscription(provider), "gone": flow.subscription(provider, url="https://a.example/")})
    flow.apply()
    flow.write({"one": flow.subscription(provider), "new": flow.subscription(provider, url="https://b.example/")})
    writes = flow.writes()
    flow.faults({"provider": provider, "operation": "list", **FAULTS[name]})
    result = flow.apply(code=1)
    assert result.json["changes"] == []
    assert flow.writes() == writes


def test_a_token_that_expires_is_renewed_once_and_unseen(flow: Flow) -> None:
    flow.write({"one": flow.subscription("flightrates")})
    flow.apply()
    assert flow.sandbox.count("flightrates", "login") == 1
    flow.faults({"provider": "flightrates", "operation": "list", "kind": "status", "status": 401, "times": 1})
    flow.settled()
    assert flow.sandbox.count("flightrates", "login") == 3

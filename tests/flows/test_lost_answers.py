"""Answers that never came, over the command line: what was done is found by reading, and never done twice."""

from __future__ import annotations

from typing import Any

import pytest

from tests.flows.flow import PROVIDERS, Flow

LOST = ["reset_after", "half_body", "not_json", "html", "status_after"]


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("kind", LOST)
def test_a_create_whose_answer_was_lost_is_found(flow: Flow, provider: str, kind: str) -> None:
    flow.write({"one": flow.subscription(provider), "two": flow.subscription(provider, url="https://a.example/")})
    flow.faults({"provider": provider, "operation": "create", "kind": kind})
    result = flow.apply()
    assert {one["outcome"] for one in result.json["changes"]} == {"done"}
    assert flow.sandbox.count(provider, "create", committed=True) == len(flow.sandbox.records(provider)) == 2
    flow.settled()


@pytest.mark.parametrize("provider", ["lipscore", "argyle", "studiewinkel"])
@pytest.mark.parametrize("kind", LOST)
def test_a_delete_whose_answer_was_lost_is_done(flow: Flow, provider: str, kind: str) -> None:
    stays = {"stays": flow.subscription(provider, url="https://a.example/")}
    flow.write({"one": flow.subscription(provider), **stays})
    flow.apply()
    flow.write(stays)
    flow.faults({"provider": provider, "operation": "delete", "kind": kind})
    assert flow.apply().change()["outcome"] == "done"
    assert flow.urls(provider) == ["https://a.example/"]
    flow.settled()


def fails(flow: Flow, provider: str, **fault: Any) -> dict[str, Any]:
    flow.write({"one": flow.subscription(provider), "two": flow.subscription(provider, url="https://a.example/")})
    flow.faults({"provider": provider, "operation": "create", "kind": "status", "nth": 1, **fault})
    result = flow.apply("--parallelism", "1", code=1)
    outcomes = [one["outcome"] for one in result.json["changes"]]
    assert sorted(outcomes) == ["done", "failed"]
    assert len(flow.sandbox.records(provider)) == 1
    failed = next(one for one in result.json["changes"] if one["outcome"] == "failed")
    flow.faults()
    assert len(flow.apply().json["changes"]) == 1
    flow.settled()
    assert isinstance(failed, dict)
    return failed


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_refused_create_fails_alone_and_the_next_run_does_it(flow: Flow, provider: str) -> None:
    failed = fails(flow, provider, status=400)
    assert "400" in failed["error"]


def test_the_text_says_what_failed_and_what_to_do(flow: Flow) -> None:
    flow.write({"one": flow.subscription("argyle"), "two": flow.subscription("argyle", url="https://a.example/")})
    flow.faults({"operation": "create", "kind": "status", "status": 400, "nth": 1})
    run = flow.run("apply", "--auto-approve")
    assert run.code == 1
    assert "Failed" in run.stdout
    assert run.stdout.endswith("Apply: 1 done, 1 failed.\n")


def test_an_echo_that_differs_is_no_eternal_drift(flow: Flow) -> None:
    flow.write({"one": flow.subscription("flightrates", password="canary-pass")})
    flow.faults({"operation": "create", "kind": "altered_echo", "alter": {"pwdTxt": "canary-demo1"}})
    flow.apply()
    flow.settled()
    (record,) = flow.sandbox.records("flightrates")
    flow.sandbox.change("flightrates", record["id"], {"pwdTxt": "canary-else"})
    plan = flow.plan()
    assert plan.code == 2
    assert [one["path"] for one in plan.json["drift"][0]["differences"]] == ["password"]

"""Killed and interrupted applies, as processes: nothing is lost, nothing happens twice, the next run goes on."""

from __future__ import annotations

import json
import signal
import subprocess
import threading
from typing import Any

import pytest

from tests.flows.flow import PROVIDERS, Flow, until

APPLY = ("apply", "--auto-approve", "--format", "json")
SLOW = {"kind": "delay_after", "seconds": 30}


def many(flow: Flow, provider: str, number: int) -> dict[str, Any]:
    return {f"hook-{n}": flow.subscription(provider, url=f"https://hooks.example.com/{n}") for n in range(number)}


def kill_during(flow: Flow, provider: str, operation: str, *arguments: str) -> subprocess.Popen[str]:
    """Start an apply and let it die by SIGKILL once the provider has done its first `operation`, before the answer."""
    done = len(flow.sandbox.records(provider))
    flow.faults({"provider": provider, "operation": operation, **SLOW})
    process = flow.start(*APPLY, *arguments)
    until(lambda: len(flow.sandbox.records(provider)) != done)
    process.kill()
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    flow.faults()
    return process


@pytest.mark.parametrize("provider", PROVIDERS)
def test_killed_between_a_create_and_its_record(flow: Flow, provider: str) -> None:
    flow.write(many(flow, provider, 3))
    kill_during(flow, provider, "create", "--parallelism", "1")
    (made,) = flow.sandbox.records(provider)
    plan = flow.plan()
    assert (plan.code, list(plan.actions().values())) == (2, ["create", "create"])
    assert any(f"{made['id']} is taken over" in one["message"] for one in plan.json["warnings"])
    flow.apply()
    assert len(set(flow.urls(provider))) == len(flow.urls(provider)) == 3
    assert made in flow.sandbox.records(provider)
    flow.settled()


def test_killed_with_several_creates_under_way(flow: Flow) -> None:
    flow.write(many(flow, "argyle", 8))
    kill_during(flow, "argyle", "create")
    flow.apply()
    assert len(set(flow.urls("argyle"))) == len(flow.urls("argyle")) == 8
    flow.settled()


def test_killed_between_a_delete_and_its_record(flow: Flow) -> None:
    flow.write(many(flow, "argyle", 3))
    flow.apply()
    flow.write(many(flow, "argyle", 2))
    kill_during(flow, "argyle", "delete")
    assert len(flow.sandbox.records("argyle")) == 2
    flow.apply()
    flow.settled()
    assert flow.sandbox.count("argyle", "delete") == 1


@pytest.mark.parametrize("operation", ["create", "delete"])
def test_killed_in_either_half_of_a_replacement(flow: Flow, operation: str) -> None:
    flow.write({"one": flow.subscription("argyle")})
    flow.apply()
    flow.write({"one": flow.subscription("argyle", url="https://hooks.example.com/other")})
    if operation == "create":
        kill_during(flow, "argyle", "create")
        assert len(flow.sandbox.records("argyle")) == 2
    else:
        flow.faults({"operation": "delete", **SLOW})
        process = flow.start(*APPLY)
        until(lambda: flow.urls("argyle") == ["https://hooks.example.com/other"])
        process.kill()
        process.communicate(timeout=60)
        flow.faults()
    flow.apply()
    assert flow.urls("argyle") == ["https://hooks.example.com/other"]
    flow.settled()


def test_killed_after_which_the_subscription_leaves_the_file(flow: Flow) -> None:
    """The orphan is found although nothing declares it any more, and it is deleted as what is owned."""
    declared = many(flow, "argyle", 2)
    flow.write({"hook-0": declared["hook-0"]})
    flow.apply()
    flow.write(declared)
    kill_during(flow, "argyle", "create")
    flow.write({"hook-0": declared["hook-0"]})
    assert flow.plan().actions() == {"hook-1": "delete"}
    flow.apply()
    assert flow.urls("argyle") == [declared["hook-0"]["url"]]
    flow.settled()


def test_killed_after_which_the_connection_leaves_the_file(flow: Flow) -> None:
    flow.write({"one": flow.subscription("argyle"), "two": flow.subscription("lipscore")})
    kill_during(flow, "argyle", "create", "--provider", "argyle")
    flow.write({"two": flow.subscription("lipscore")})
    run = flow.run("plan")
    assert run.code == 1
    assert "The connection argyle is not in the file" in run.stderr


def test_recovery_works_where_adoption_is_off(flow: Flow) -> None:
    flow.write(many(flow, "argyle", 1), {"argyle": flow.connection("argyle", adopt=False)})
    kill_during(flow, "argyle", "create")
    flow.apply()
    assert len(flow.sandbox.records("argyle")) == 1
    flow.settled()


def interrupted(flow: Flow, number: int) -> subprocess.Popen[str]:
    """Send a signal to an apply of six creates while its first two are under way; it has taken notice."""
    flow.write(many(flow, "argyle", 6))
    flow.sandbox.holds = "POST"
    process = flow.start(*APPLY, "--parallelism", "2")
    until(lambda: len(flow.sandbox.records("argyle")) == 2)
    process.send_signal(number)
    until(lambda: "Interrupted: finishing what is under way" in (process.stderr.readline() if process.stderr else ""))
    return process


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_finishes_what_is_under_way(flow: Flow, number: int) -> None:
    process = interrupted(flow, number)
    flow.sandbox.let_go.set()
    run = flow.finish(process)
    assert run.code == 130
    outcomes = [one["outcome"] for one in run.json["changes"]]
    assert (outcomes.count("done"), outcomes.count("not_attempted")) == (2, 4)
    assert len(flow.sandbox.records("argyle")) == 2
    state = flow.run("state", "pull").json
    assert (len(state["records"]), state["intents"]) == (2, [])
    assert len(flow.apply().json["changes"]) == 4
    assert len(set(flow.urls("argyle"))) == len(flow.urls("argyle")) == 6
    flow.settled()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_second_interrupt_leaves_at_once_and_the_next_run_recovers(flow: Flow, number: int) -> None:
    process = interrupted(flow, number)
    process.send_signal(number)
    run = flow.finish(process)
    flow.sandbox.let_go.set()
    assert (run.code, run.stdout) == (130, "")
    assert "leaving at once" in run.stderr
    assert len(flow.run("state", "pull").json["intents"]) == 2
    flow.apply()
    assert len(set(flow.urls("argyle"))) == len(flow.urls("argyle")) == 6
    assert flow.sandbox.count("argyle", "create") == 6
    flow.settled()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("command", [("plan",), ("apply", "--auto-approve")])
def test_an_interrupt_while_it_reads(flow: Flow, command: tuple[str, ...], number: int) -> None:
    flow.write({"one": flow.subscription("argyle")})
    flow.faults({"operation": "list", "kind": "status", "status": 429, "retry_after": 20})
    flow.write({"one": flow.subscription("argyle")}, {"argyle": flow.connection("argyle", retry=40)})
    process = flow.start(*command)
    until(lambda: flow.sandbox.count("argyle", "list") == 1)
    process.send_signal(number)
    run = flow.finish(process)
    assert (run.code, run.stdout) == (130, "")
    assert "Interrupted" in run.stderr
    assert flow.writes() == 0
    flow.faults()
    flow.apply()


def test_the_lock_says_who_holds_it_and_can_be_waited_for(flow: Flow) -> None:
    flow.write(many(flow, "argyle", 1))
    flow.sandbox.holds = "POST"
    process = flow.start(*APPLY)
    until(lambda: len(flow.sandbox.records("argyle")) == 1)
    locked = flow.run("apply", "--auto-approve")
    assert (locked.code, locked.stdout) == (1, "")
    assert str(process.pid) in locked.stderr
    assert "--lock-timeout" in locked.stderr
    assert flow.plan().code in (0, 2)  # reading needs no lock
    threading.Timer(0.5, flow.sandbox.let_go.set).start()
    waited = flow.run("apply", "--auto-approve", "--format", "json", "--lock-timeout", "60")
    assert (waited.code, waited.json["changes"]) == (0, [])
    assert flow.finish(process).code == 0
    assert len(flow.sandbox.records("argyle")) == 1


def test_a_lock_broken_by_name_stops_the_apply_that_held_it(flow: Flow) -> None:
    flow.write(many(flow, "argyle", 3))
    flow.sandbox.holds = "POST"
    process = flow.start(*APPLY, "--parallelism", "1")
    until(lambda: len(flow.sandbox.records("argyle")) == 1)
    message = flow.run("apply", "--auto-approve").stderr
    lock = message.partition("reconcile state unlock ")[2].strip()
    assert flow.run("state", "unlock", "nonsense").code == 1
    broken = flow.run("state", "unlock", lock)
    assert (broken.code, broken.stdout.endswith("is broken.\n")) == (0, True)
    flow.sandbox.let_go.set()
    run = flow.finish(process)
    assert run.code == 1
    assert {one["outcome"] for one in json.loads(run.stdout)["changes"]} == {"unknown", "not_attempted"}
    assert len(flow.sandbox.records("argyle")) == 1
    flow.apply()
    assert len(flow.sandbox.records("argyle")) == 3
    flow.settled()

"""Saved plans: what was reviewed is applied, or nothing is; a killed apply of one may be run again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.flows.flow import CANARY, PROVIDERS, Flow, until


def declared(flow: Flow, **more: Any) -> None:
    """One subscription of each provider."""
    flow.write({provider: flow.subscription(provider) for provider in PROVIDERS}, **more)


def saved(flow: Flow, *arguments: str) -> dict[str, Any]:
    """Save a plan to `p.plan`; return what is in the file."""
    run = flow.run("plan", "--out", "p.plan", *arguments)
    assert run.code == 0, run.stderr
    text = Path("p.plan").read_text(encoding="utf-8")
    assert CANARY not in text
    content = json.loads(text)
    assert isinstance(content, dict)
    return content


def test_a_saved_plan_is_applied_without_a_question_and_only_once(flow: Flow) -> None:
    declared(flow)
    content = saved(flow)

    run = flow.run("apply", "p.plan", "--format", "json")

    assert run.code == 0, run.stderr
    assert {change["outcome"] for change in run.json["changes"]} == {"done"}
    assert run.json["digest"] == content["digest"]
    history = json.loads(flow.run("history", "--format", "json").stdout)
    assert {entry["digest"] for entry in history} == {content["digest"]}
    writes = flow.writes()
    assert flow.run("apply", "p.plan").code == 0
    assert flow.writes() == writes
    flow.settled()


def test_the_digest_is_the_same_wherever_and_however_the_plan_is_made(flow: Flow) -> None:
    declared(flow)
    first = flow.plan().json["digest"]

    assert flow.plan("--parallelism", "1").json["digest"] == first
    assert saved(flow)["digest"] == first
    assert flow.finish(flow.start("plan", "--format", "json")).json["digest"] == first
    flow.sandbox.insert("studiewinkel", {"notificationUrl": "https://other.example.com/", "event": "list-status"})
    assert flow.plan().json["digest"] == first


def test_a_digest_alone_binds(flow: Flow) -> None:
    declared(flow)
    digest = flow.plan().json["digest"]

    wrong = flow.run("apply", "--digest", "sha256:" + "0" * 64)
    assert wrong.code == 1
    assert digest in wrong.stdout.replace("\n    ", "")
    assert flow.writes() == 0

    assert flow.run("apply", "--digest", digest).code == 0
    flow.settled()


@pytest.mark.parametrize(
    ("meddle", "told"),
    [
        (lambda flow: flow.sandbox.remove("lipscore", "1"), "forget"),
        (lambda flow: flow.sandbox.change("lipscore", "1", {"target_url": "https://else.example.com/"}), "replace"),
        (
            lambda flow: flow.sandbox.insert(
                "studiewinkel", {"notificationUrl": "https://hooks.example.com/studiewinkel", "event": "list-published"}
            ),
            "adopt",
        ),
    ],
)
def test_an_apply_after_the_world_changed_is_refused_with_the_difference(flow: Flow, meddle: Any, told: str) -> None:
    flow.write({"kept": flow.subscription("argyle"), "lipscore": flow.subscription("lipscore")})
    flow.apply()
    subscriptions = {
        "kept": flow.subscription("argyle"),
        "lipscore": flow.subscription("lipscore"),
        "studiewinkel": flow.subscription("studiewinkel"),
    }
    if told == "forget":
        del subscriptions["lipscore"]
    flow.write(subscriptions, {name: flow.connection(name) for name in PROVIDERS})
    saved(flow)
    meddle(flow)
    writes = flow.writes()

    run = flow.run("apply", "p.plan", "--format", "json")

    assert run.code == 1
    assert flow.writes() == writes
    assert {change["outcome"] for change in run.json["changes"]} == {"not_attempted"}
    assert any(told in line for line in run.json["refusals"][1:]), run.json["refusals"]


def test_the_difference_is_told_by_change_and_by_field(flow: Flow) -> None:
    flow.write({"a": flow.subscription("argyle"), "gone": flow.subscription("lipscore")})
    saved(flow)
    flow.write(
        {
            "a": flow.subscription("argyle", config={"days_synced": 90}, secret=f"{CANARY}-other"),
            "new": flow.subscription("studiewinkel"),
        },
        {name: flow.connection(name) for name in PROVIDERS},
        policy={"max_deletes": 3},
    )

    run = flow.run("apply", "p.plan", "--format", "json")

    assert run.code == 1
    _, *lines = run.json["refusals"]
    assert any("create gone[rating_created] (lipscore): was reviewed, and is no longer" in line for line in lines)
    assert any("create new[list-published] (studiewinkel): was not reviewed" in line for line in lines)
    assert any('config (to be written) was {"days_synced": 30}, and is {"days_synced": 90}' in line for line in lines)
    assert any("max_deletes was 10, and is 3" in line for line in lines)
    assert flow.writes() == 0


def test_another_secret_is_another_plan(flow: Flow) -> None:
    flow.write({"a": flow.subscription("argyle")})
    saved(flow)
    flow.write({"a": flow.subscription("argyle", secret=f"{CANARY}-other")})

    run = flow.run("apply", "p.plan", "--format", "json")

    assert run.code == 1
    assert any("a secret that it writes is another" in line for line in run.json["refusals"])


def test_another_address_of_a_connection_is_another_plan(flow: Flow) -> None:
    flow.write({"a": flow.subscription("argyle")})
    saved(flow)
    other = flow.connection("argyle", base_url=flow.sandbox.base_url("argyle@other"))
    flow.write({"a": flow.subscription("argyle")}, {"argyle": other})

    run = flow.run("apply", "p.plan", "--format", "json")

    assert run.code == 1
    assert any("was at" in line and "argyle@other" in line for line in run.json["refusals"])
    assert flow.writes() == 0


def test_selection_and_allowances_are_those_of_the_plan(flow: Flow) -> None:
    declared(flow)
    content = saved(flow, "--target", "argyle", "--allow-deletes", "20")

    assert content["selection"]["targets"] == ["argyle"]
    assert flow.run("apply", "p.plan", "--target", "lipscore").code == 1
    run = flow.run("apply", "p.plan", "--format", "json")
    assert (run.code, list(run.actions())) == (0, ["argyle"])
    assert flow.sandbox.count("lipscore", "create") == 0


def test_a_plan_for_another_state_is_refused(flow: Flow, tmp_path: Path) -> None:
    declared(flow)
    saved(flow)

    there_is_none = flow.run("apply", "p.plan", "--state", "none.db")
    flow.run("plan", "--out", "q.plan", "--state", "other.db")
    other = flow.run("apply", "p.plan", "--state", "other.db")

    for run in (there_is_none, other):
        assert run.code == 1
        assert "another state" in run.stderr
    assert flow.writes() == 0
    assert not (tmp_path / "none.db").exists()


def _cut(text: str) -> str:
    return text[: len(text) // 2]


def _edited(text: str) -> str:
    return text.replace("https://hooks.example.com/argyle", "https://evil.example.com/argyle")


def _of_format_two(text: str) -> str:
    return json.dumps({**json.loads(text), "format_version": "2.0"})


def _without_selection(text: str) -> str:
    return json.dumps({name: value for name, value in json.loads(text).items() if name != "selection"})


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (_cut, "cut short"),
        (_edited, "damaged or was changed"),
        (_of_format_two, "format 2.0"),
        (_without_selection, "damaged or was changed"),
        (lambda text: "[]", "no saved plan"),
        (lambda text: "", "cut short"),
    ],
)
def test_a_file_that_is_not_as_it_was_written_is_refused_in_words(flow: Flow, damage: Any, told: str) -> None:
    declared(flow)
    saved(flow)
    file = Path("p.plan")
    file.write_text(damage(file.read_text(encoding="utf-8")), encoding="utf-8")

    run = flow.run("apply", "p.plan")

    assert run.code == 1
    assert told in run.stderr
    assert "p.plan" in run.stderr
    assert flow.writes() == 0


def test_an_incomplete_plan_is_not_saved(flow: Flow) -> None:
    declared(flow)
    flow.faults({"provider": "argyle", "operation": "list", "kind": "status", "status": 500, "times": 99})

    run = flow.run("plan", "--out", "p.plan")

    assert run.code == 1
    assert "not complete" in run.stderr
    assert not Path("p.plan").exists()


def test_a_plan_is_not_half_written(flow: Flow) -> None:
    declared(flow)

    run = flow.run("plan", "--out", "no/such/folder/p.plan")

    assert run.code == 1
    assert "no/such/folder" in run.stderr


def killed_in_apply(flow: Flow, provider: str, operation: str) -> None:
    """Kill `apply p.plan` after the provider did the first write and before its answer came."""
    before = {record["id"] for record in flow.sandbox.records(provider)}
    flow.faults({"provider": provider, "operation": operation, "kind": "delay_after", "seconds": 30})
    process = flow.start("apply", "p.plan", "--parallelism", "1")
    until(lambda: {record["id"] for record in flow.sandbox.records(provider)} != before)
    process.kill()
    process.communicate()
    flow.faults()


@pytest.mark.parametrize("operation", ["create", "delete"])
def test_a_killed_apply_of_a_plan_goes_on(flow: Flow, operation: str) -> None:
    """Argyle has no update: each change is a replacement, which has two halves to be killed in."""
    flow.write({name: flow.subscription("argyle", url=f"https://{name}.example.com/") for name in "abc"})
    flow.apply()
    changed = {
        name: flow.subscription("argyle", url=f"https://{name}.example.com/", config={"days_synced": 60})
        for name in "abc"
    }
    flow.write(changed)
    saved(flow)
    killed_in_apply(flow, "argyle", operation)

    run = flow.run("apply", "p.plan", "--format", "json")

    assert run.code == 0, run.stdout
    assert len(flow.sandbox.records("argyle")) == 3
    flow.settled()


def test_a_killed_apply_on_a_new_state_goes_on(flow: Flow) -> None:
    declared(flow)
    saved(flow)
    killed_in_apply(flow, "argyle", "create")

    assert flow.run("apply", "p.plan").code == 0
    assert all(len(flow.sandbox.records(provider)) == 1 for provider in PROVIDERS)
    flow.settled()


def test_what_was_done_and_then_undone_is_not_done_again(flow: Flow) -> None:
    flow.write({"a": flow.subscription("argyle"), "b": flow.subscription("lipscore")})
    saved(flow)
    flow.faults({"provider": "lipscore", "operation": "create", "kind": "status", "status": 422, "times": 9})
    assert flow.run("apply", "p.plan").code == 1
    flow.faults()
    flow.sandbox.clear("argyle")

    run = flow.run("apply", "p.plan", "--format", "json")

    assert run.code == 1
    assert any("has done that already" in line for line in run.json["refusals"])
    assert flow.sandbox.records("argyle") == []


def test_what_failed_may_be_tried_again(flow: Flow) -> None:
    flow.write({"a": flow.subscription("argyle"), "b": flow.subscription("lipscore")})
    saved(flow)
    flow.faults({"provider": "lipscore", "operation": "create", "kind": "status", "status": 422, "times": 9})
    assert flow.run("apply", "p.plan").code == 1
    flow.faults()

    assert flow.run("apply", "p.plan").code == 0
    flow.settled()


def test_a_plan_made_while_intents_of_a_dead_run_are_open(flow: Flow) -> None:
    declared(flow)
    saved(flow)
    killed_in_apply(flow, "argyle", "create")
    saved(flow)

    assert flow.run("apply", "p.plan").code == 0
    assert len(flow.sandbox.records("argyle")) == 1
    flow.settled()

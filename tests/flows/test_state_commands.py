"""`reconcile state …` and `history`: looking at the state, and looking after it by hand."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.flows.flow import Flow


def start(flow: Flow) -> dict[str, Any]:
    declared = {
        "ratings": flow.subscription("lipscore", events=["rating_created", "review_created"]),
        "income": flow.subscription("argyle", url="https://user:canary-u@hooks.example.com/x?token=canary-t"),
    }
    flow.write(declared)
    flow.apply()
    return declared


def test_list_names_address_connection_and_id(flow: Flow) -> None:
    start(flow)
    (record,) = flow.sandbox.records("argyle")
    lines = [line.split() for line in flow.run("state", "list").stdout.splitlines()]
    assert lines == [
        ["income", "argyle", record["id"]],
        ["ratings[rating_created]", "lipscore", lines[1][2]],
        ["ratings[review_created]", "lipscore", lines[2][2]],
    ]
    rows = flow.run("state", "list", "--format", "json", "--target", "ratings").json
    assert [row["address"] for row in rows] == ["ratings[rating_created]", "ratings[review_created]"]
    assert flow.run("state", "list", "--provider", "argyle").stdout.count("\n") == 1


def test_show_hides_secrets_and_fingerprints(flow: Flow) -> None:
    start(flow)
    shown = flow.run("state", "show", "income")
    (record,) = shown.json["records"]
    assert record["sent"]["secret"] == "(sensitive)"
    assert record["sent"]["url"] == "https://***@hooks.example.com/x?token=***"
    assert "$secret" not in shown.stdout
    assert len(flow.run("state", "show", "ratings").json["records"]) == 2
    missing = flow.run("state", "show", "incom")
    assert (missing.code, missing.stdout) == (1, "")
    assert "Did you mean income?" in missing.stderr


def test_rm_forgets_and_deletes_nothing(flow: Flow) -> None:
    start(flow)
    run = flow.run("state", "rm", "ratings")
    assert (run.code, run.stdout.count("Forgotten: ratings[")) == (0, 2)
    assert len(flow.sandbox.records("lipscore")) == 2
    assert set(flow.plan().actions().values()) == {"adopt"}
    missing = flow.run("state", "rm", "incomes")
    assert (missing.code, missing.stdout) == (1, "")
    assert "Did you mean income?" in missing.stderr


def test_mv_gives_another_address(flow: Flow) -> None:
    declared = start(flow)
    run = flow.run("state", "mv", "ratings", "feedback")
    assert run.stdout.splitlines() == [
        "ratings[rating_created] is now feedback[rating_created]",
        "ratings[review_created] is now feedback[review_created]",
    ]
    flow.write({"feedback": declared["ratings"], "income": declared["income"]})
    flow.settled()
    for source, target, words in (
        ("nothing", "x", "nothing at nothing"),
        ("income", "feedback[rating_created]", "already has a record"),
    ):
        wrong = flow.run("state", "mv", source, target)
        assert (wrong.code, wrong.stdout) == (1, "")
        assert words in wrong.stderr
    flow.settled()


def test_pull_and_push(flow: Flow) -> None:
    declared = start(flow)
    pulled = flow.run("state", "pull")
    backup = flow.folder / "backup.json"
    backup.write_text(pulled.stdout, encoding="utf-8")
    assert "key" not in pulled.json
    flow.write({"income": declared["income"]}, {name: flow.connection(name) for name in ("argyle", "lipscore")})
    flow.apply()
    refused = flow.run("state", "push", str(backup))
    assert (refused.code, refused.stdout) == (1, "")
    assert "--force" in refused.stderr
    assert flow.run("state", "push", "--force", str(backup)).code == 0
    flow.write(declared)
    plan = flow.plan()
    assert set(plan.actions().values()) == {"create"}
    assert len(plan.json["drift"]) == 2
    flow.apply("--allow-recreate")
    flow.settled()


@pytest.mark.parametrize("text", ["", "not json", "[]", "{}", '{"records": 7}', "\x00"])
def test_push_of_nonsense_changes_nothing(flow: Flow, text: str) -> None:
    start(flow)
    nonsense = flow.folder / "nonsense.json"
    nonsense.write_text(text, encoding="utf-8")
    for more in ([], ["--force"]):
        run = flow.run("state", "push", str(nonsense), *more)
        assert (run.code, run.stdout) == (1, "")
        assert run.stderr.startswith("Error: ")
    assert flow.run("state", "push", "no-such-file").code == 1
    flow.settled()


def test_commands_on_the_state_need_no_credentials_and_no_valid_file(flow: Flow) -> None:
    start(flow)
    flow.file.write_text("version: 1\nproviders: {argyle: {key_id: '${env:UNSET_1}'}}\nsubscriptions: {}\n")
    assert flow.run("state", "list").stdout.count("\n") == 3
    assert flow.run("history").code == 0
    assert flow.run("state", "rm", "income").code == 0


def test_history_tells_who_did_what(flow: Flow) -> None:
    declared = start(flow)
    flow.write({"income": declared["income"]}, {name: flow.connection(name) for name in ("argyle", "lipscore")})
    flow.apply()
    entries = flow.run("history", "--format", "json").json
    assert [(one["operation"], one["address"], one["outcome"]) for one in entries[:2]] in (
        [("delete", f"ratings[{a}]", "done"), ("delete", f"ratings[{b}]", "done")]
        for a, b in (("rating_created", "review_created"), ("review_created", "rating_created"))
    )
    assert len(entries) == 5
    assert [one["at"] for one in entries] == sorted((one["at"] for one in entries), reverse=True)
    text = flow.run("history", "--limit", "2")
    assert text.stdout.count("delete ratings[") == 2
    assert flow.run("history", "--target", "income").stdout.count("\n") == 1
    assert len({json.dumps([one["actor"], one["host"]]) for one in entries}) == 1


def test_history_of_nothing(flow: Flow) -> None:
    flow.write({}, {"argyle": flow.connection("argyle")})
    run = flow.run("history")
    assert (run.code, run.stdout, run.stderr) == (0, "", "Nothing has been changed yet.\n")

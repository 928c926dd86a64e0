"""`--target` and `--provider`: the whole connection is planned, then selected; what is not there is an error."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.flows.flow import Flow


def start(flow: Flow) -> None:
    flow.write(
        {
            "team-a": flow.subscription("lipscore", events=["rating_created", "review_created"]),
            "team-b": flow.subscription("argyle", for_each=["x", "y"], url="https://h.example/${each.key}"),
            "other": flow.subscription("studiewinkel"),
        }
    )


@pytest.mark.parametrize(
    ("arguments", "selected"),
    [
        (["--target", "team-a"], {"team-a[rating_created]", "team-a[review_created]"}),
        (["--target", "team-a[rating_created]"], {"team-a[rating_created]"}),
        (["--target", "team-?"], {"team-a[rating_created]", "team-a[review_created]", "team-b[x]", "team-b[y]"}),
        (["--target", "team-b[x]", "--target", "other"], {"team-b[x]", "other[list-published]"}),
        (["--target", "*[y]"], {"team-b[y]"}),
        (["--provider", "argyle"], {"team-b[x]", "team-b[y]"}),
        (["--provider", "argyle", "--provider", "studiewinkel"], {"team-b[x]", "team-b[y]", "other[list-published]"}),
        (["--provider", "lipscore", "--target", "*[review_created]"], {"team-a[review_created]"}),
    ],
)
def test_what_is_selected_is_planned_and_applied_alone(flow: Flow, arguments: list[str], selected: set[str]) -> None:
    start(flow)
    assert set(flow.plan(*arguments).actions()) == selected
    flow.apply(*arguments)
    assert Counter(flow.run("state", "list").stdout.split())["(protect)"] == 0
    assert {line.split()[0] for line in flow.run("state", "list").stdout.splitlines()} == selected
    assert flow.plan(*arguments).code == 0
    assert len(flow.plan().json["changes"]) == 5 - len(selected)


def test_only_what_is_selected_is_read(flow: Flow) -> None:
    start(flow)
    flow.faults({"provider": "lipscore", "kind": "status", "status": 500})
    assert flow.apply("--target", "other").json["complete"] is True
    assert {one.provider for one in flow.sandbox.requests} == {"studiewinkel"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--target", "team-c"], "Did you mean"),
        (["--target", "team-a[rating_create]"], "team-a[rating_created]"),
        (["--target", "nothing-like-it*"], "no address is like it"),
        (["--provider", "argle"], "Did you mean argyle?"),
    ],
)
@pytest.mark.parametrize("command", [["plan"], ["apply", "--auto-approve"]])
def test_a_selection_of_nothing_is_an_error(flow: Flow, command: list[str], arguments: list[str], words: str) -> None:
    start(flow)
    run = flow.run(*command, *arguments)
    assert (run.code, run.stdout) == (1, "")
    assert words in run.stderr
    assert flow.sandbox.requests == []


def test_destroy_selects_from_what_the_state_owns(flow: Flow) -> None:
    start(flow)
    assert "no address is like it" in flow.run("destroy", "--auto-approve", "--target", "other").stderr
    flow.apply()
    assert "Did you mean other" in flow.run("destroy", "--auto-approve", "--target", "othr").stderr
    flow.faults({"operation": "delete", "kind": "status", "status": 400})
    run = flow.run("destroy", "--auto-approve", "--format", "json", "--target", "other")
    assert [(one["address"], one["outcome"]) for one in run.json["changes"]] == [("other[list-published]", "failed")]


def test_both_ends_of_a_rename_and_of_a_swap_go_together(flow: Flow) -> None:
    url = "https://hooks.example.com/{}".format
    flow.write({name: flow.subscription("lipscore", url=url(name)) for name in "abc"})
    flow.apply()
    turned = {"a": "b", "b": "a", "d": "c"}
    flow.write({name: flow.subscription("lipscore", url=url(there)) for name, there in turned.items()})
    assert flow.plan("--target", "a").actions() == {"a[rating_created]": "replace", "b[rating_created]": "replace"}
    assert flow.plan("--target", "c").actions() == {"d[rating_created]": "rename"}
    assert flow.plan("--target", "d").actions() == {"d[rating_created]": "rename"}
    flow.apply("--target", "a")
    assert sorted(flow.urls("lipscore")) == [url(name) for name in "abc"]
    flow.apply("--target", "c")
    flow.settled()


def test_options_come_from_the_environment_as_well(flow: Flow, monkeypatch: pytest.MonkeyPatch) -> None:
    start(flow)
    flow.file.rename(flow.folder / "renamed.yaml")
    monkeypatch.setenv("RECONCILE_FILE", "renamed.yaml")
    monkeypatch.setenv("RECONCILE_TARGET", "team-b[x] other")
    monkeypatch.setenv("RECONCILE_STATE", str(flow.folder / "elsewhere.db"))
    flow.apply()
    assert (flow.folder / "elsewhere.db").exists()
    assert not (flow.folder / ".reconcile").exists()
    assert {line.split()[0] for line in flow.run("state", "list", "--target", "*").stdout.splitlines()} == {
        "team-b[x]",
        "other[list-published]",
    }

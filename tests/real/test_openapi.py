"""The same life behind GitHub's own OpenAPI: Prism lets no request through that it does not allow."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import requests

from tests.flows.flow import Folder
from tests.real.github import Hooks
from tests.real.life import BUILD, declare, live_through_it

CATALOG = Path(__file__).parents[2] / "reconciler" / "providers" / "catalog"


@pytest.fixture
def checked(hooks: Hooks, checked_github: str) -> Hooks:
    return replace(hooks, server=checked_github)


def test_a_whole_life_without_a_violation(folder: Folder, checked: Hooks) -> None:
    live_through_it(folder, checked)


def test_an_adoption_with_an_update_without_a_violation(folder: Folder, checked: Hooks) -> None:
    checked.make(BUILD, "push", content_type="form")
    declare(folder, checked, build=checked.subscription(BUILD, content_type="json", secret="canary-build"))
    assert folder.plan().actions() == {"build": "adopt"}
    folder.apply()
    folder.settled()


def test_every_step_of_the_suite_without_a_violation(folder: Folder, checked: Hooks) -> None:
    """What an author runs at the vendor's: it makes records of its own, and removes them."""
    folder.write({}, {"hub": checked.connection()})
    arguments = ["providers", "check", checked.table, "--live", "hub", "--auto-approve", "--format", "json"]
    without = folder.run(*arguments)
    assert without.code == 1
    assert f"--scope {','.join(f'{name}=…' for name in checked.scope)}" in without.stderr
    said = [text for pair in checked.scope.items() for text in ("--scope", "=".join(pair))]
    run = folder.run(*arguments, *said)
    statuses = {step["step"]: step["status"] for step in run.json["steps"]}
    assert (run.code, {name for name, status in statuses.items() if status == "failed"}) == (0, set())
    assert len([status for status in statuses.values() if status == "ok"]) >= 18
    assert checked.there() == {}


@pytest.mark.parametrize(
    ("body", "violation"),
    [
        ({"name": "web", "config": {"url": BUILD}, "events": "push"}, "events must be array"),
        ({"name": "web", "config": {"url": BUILD}, "active": "yes"}, "active must be boolean"),
        ({"name": "web", "config": {"url": BUILD, "content_type": 1}}, "content_type must be string"),
    ],
)
def test_a_violation_is_refused_and_goes_no_further(checked: Hooks, body: dict[str, object], violation: str) -> None:
    with pytest.raises(requests.HTTPError) as refused:
        checked.call("POST", json=body)
    assert refused.value.response.status_code == 422
    assert violation in refused.value.response.text
    assert checked.there() == {}


def test_a_table_that_sends_what_is_not_allowed_is_noticed(folder: Folder, checked: Hooks) -> None:
    table = (CATALOG / f"{checked.table}.yaml").read_text(encoding="utf-8")
    wrong = table.replace("active, type: boolean", "active, type: boolean, encoded: text")
    assert wrong != table
    (folder.folder / "wrong.yaml").write_text(wrong, encoding="utf-8")
    connection = {**checked.connection(), "spec": "./wrong.yaml"}
    del connection["type"]
    folder.write({"build": checked.subscription(BUILD)}, {"hub": connection})
    run = folder.apply(code=1)
    assert run.change()["outcome"] == "failed"
    assert "422" in run.change()["error"]
    assert checked.there() == {}


def test_a_list_that_goes_on_elsewhere_is_not_followed(folder: Folder, checked: Hooks) -> None:
    """The links of the server behind lead past Prism: to another origin, which must not get the token."""
    for number in range(101):
        checked.make(f"https://hooks.example.com/{number}")
    declare(folder, checked, build=checked.subscription(BUILD))
    plan = folder.plan()
    assert (plan.code, plan.json["changes"]) == (1, [])
    assert "another origin" in plan.json["unknown"][0]["error"]

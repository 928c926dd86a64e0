"""`reconcile providers new` and `check`: what an author of a table sees, against the sandbox."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

Reconcile = Callable[..., Result]
Table = Callable[..., str]


def statuses(result: Result) -> dict[str, str]:
    return {step["step"]: step["status"] for step in json.loads(result.stdout)["steps"]}


def test_the_skeleton_passes_as_it_is(reconcile: Reconcile, tmp_path: Path) -> None:
    made = reconcile("providers", "new", "parcel-service")
    assert made.exit_code == 0
    assert "title: Parcel Service\n" in (tmp_path / "parcel-service.yaml").read_text(encoding="utf-8")

    checked = reconcile("providers", "check", "parcel-service.yaml")

    assert checked.exit_code == 0, checked.output
    assert "failed" not in checked.stdout
    assert [line for line in checked.stdout.splitlines() if len(line) > 80] == []


def test_the_skeleton_overwrites_nothing(reconcile: Reconcile, tmp_path: Path) -> None:
    (tmp_path / "acme.yaml").write_text("mine", encoding="utf-8")

    result = reconcile("providers", "new", "acme")

    assert result.exit_code == 1
    assert "acme.yaml is there already" in result.stderr
    assert (tmp_path / "acme.yaml").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("name", ["../acme", "a b", ""])
def test_a_name_that_is_no_file_is_refused(name: str, reconcile: Reconcile, tmp_path: Path) -> None:
    assert reconcile("providers", "new", name).exit_code == 1
    assert list(tmp_path.rglob("*.yaml")) == []


def test_what_a_table_cannot_do_is_skipped_with_the_reason(reconcile: Reconcile, table: Table) -> None:
    path = table({"list": None, "get": None, "update": None, "record.secret": None})

    result = reconcile("providers", "check", path, "--format", "json")

    assert result.exit_code == 0, result.output
    found = {step["step"]: step for step in json.loads(result.stdout)["steps"]}
    assert found["adopt"]["reason"] == "without a list nobody can find what is there"
    assert {found[name]["status"] for name in ("adopt", "pages", "drift-deleted", "secret-kept")} == {"skipped"}
    assert {found[name]["status"] for name in ("create", "change url", "create-lost", "scopes")} == {"ok"}


@pytest.mark.parametrize(
    ("changes", "steps"),
    [
        ({"record.description": "title"}, ["create-everything"]),
        ({"record.events.each": "one", "record.events.at": "target"}, ["create"]),
        ({"list.next.total": "data"}, ["create", "pages"]),
    ],
    ids=["two fields in one place", "the event over the URL", "no number of records"],
)
def test_a_table_that_contradicts_itself_fails(
    changes: dict[str, Any], steps: list[str], reconcile: Reconcile, table: Table
) -> None:
    result = reconcile("providers", "check", table(changes), "--format", "json")

    assert result.exit_code == 1, result.stderr
    assert {statuses(result)[step] for step in steps} == {"failed"}


def test_a_failed_step_says_what_should_be_and_what_is(reconcile: Reconcile, table: Table) -> None:
    result = reconcile("providers", "check", table({"record.description": "title"}))

    assert result.exit_code == 1
    assert "failed   create-everything: " in result.stdout
    assert "was sent as" in result.stdout
    assert result.stdout.splitlines()[-1].endswith("skipped.")
    assert [line for line in result.stdout.splitlines() if len(line) > 80] == []


@pytest.mark.parametrize("command", [["providers", "check"], ["providers"]], ids=["check", "providers"])
def test_mistakes_are_told_with_line_and_column(command: list[str], reconcile: Reconcile, tmp_path: Path) -> None:
    lines = [
        "title: Acme",
        "record:",
        "  url: target",
        "  events: {at: events, eech: one}",
        "create: {post: /hooks}",
        "delete: {delete: '/hooks/{ident}'}",
    ]
    (tmp_path / "acme.yaml").write_text("\n".join(lines), encoding="utf-8")

    shape = reconcile(*command, "acme.yaml")
    assert shape.exit_code == 1
    assert "acme.yaml:4:24: " in shape.stderr
    assert "each" in shape.stderr

    (tmp_path / "acme.yaml").write_text("\n".join(lines).replace("eech", "each"), encoding="utf-8")
    sense = reconcile(*command, "acme.yaml")
    assert sense.exit_code == 1
    assert "acme.yaml:6:18: " in sense.stderr
    assert "ident" in sense.stderr


def test_a_provider_of_the_catalog_is_checked_by_its_name(reconcile: Reconcile) -> None:
    result = reconcile("providers", "check", "lipscore", "--format", "json")

    assert result.exit_code == 0
    assert json.loads(result.stdout)["table"] == "lipscore"


def test_an_unknown_provider_is_an_error(reconcile: Reconcile) -> None:
    result = reconcile("providers", "check", "lipscor")

    assert result.exit_code == 1
    assert "did you mean `lipscore`" in result.stderr.replace("did you mean lipscore", "did you mean `lipscore`")


def test_help_names_what_there_is(reconcile: Reconcile) -> None:
    whole = reconcile("providers", "--help").stdout

    assert whole.startswith("Usage: reconcile providers [OPTIONS] [NAME]\n")
    assert "check TABLE" in whole
    assert reconcile("providers", "check", "--help").stdout.startswith("Usage: reconcile providers check [OPTIONS]")

"""`reconcile providers check --live`: where the table may be wrong, among other people's records."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import Result

from reconciler.conformance.samples import MARKER
from reconciler.sandbox import Sandbox
from tests.conformance.conftest import SITE

Reconcile = Callable[..., Result]
Table = Callable[..., str]
THEIRS = {"target": "https://hooks.example.com/theirs", "events": ["sent"], "retries": 1}


@pytest.fixture
def check(
    reconcile: Reconcile, acme: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Result]:
    """Run the live check with a hooks.yaml whose credential is a reference to a file beside it."""
    monkeypatch.setenv("ACME_BASE", acme.base_url("acme"))
    (tmp_path / "token").write_text("right", encoding="utf-8")
    connection = {"spec": "acme.yaml", "base_url": "${env:ACME_BASE}", "token": "${file:token}"}
    document = {
        "version": 1,
        "providers": {"mine": {**connection, "retry": 0, "settle": 0, "manage": "all"}},
        "subscriptions": {"one": {"provider": "mine", "url": THEIRS["target"], "site": "s1", "retries": 7}},
    }
    document["subscriptions"]["one"]["events"] = ["sent"]  # type: ignore[index]
    (tmp_path / "hooks.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")

    def run(*arguments: str) -> Result:
        return reconcile("providers", "check", "acme.yaml", "--live", "mine", *arguments)

    return run


def found(result: Result) -> dict[str, str]:
    return {step["step"]: step["status"] for step in json.loads(result.stdout)["steps"]}


def test_it_makes_marked_records_and_leaves_only_what_is_not_its_own(
    check: Callable[..., Result], acme: Sandbox, table: Table
) -> None:
    table()
    theirs = acme.insert("acme", THEIRS, SITE)
    left = acme.insert("acme", {**THEIRS, "target": f"{MARKER}/0"}, SITE)
    alike = acme.insert("acme", {**THEIRS, "target": f"{MARKER}-not/0"}, SITE)

    result = check("--auto-approve", "--format", "json")

    assert result.exit_code == 0, result.output
    assert {"create", "change url", "adopt", "swap", "delete"} <= {n for n, s in found(result).items() if s == "ok"}
    assert [record["id"] for record in acme.records("acme")] == [theirs, alike]
    assert left not in [record["id"] for record in acme.records("acme")]
    assert acme.count("acme", "create", committed=True) > 10
    assert "right" not in result.output


@pytest.mark.parametrize(
    ("changes", "failed"),
    [
        ({"record.url": "address"}, "sweep"),
        ({"update": {"put": "/{site}/hooks/{id}"}}, "change events"),
        ({"delete": {"delete": "/{site}/hook/{id}"}}, "sweep"),
        ({"create": {"post": "/{site}/hook"}}, "create"),
        ({"record.retries.at": "attempts"}, "create"),
        ({"list.items": "hooks"}, "sweep"),
    ],
    ids=["another field", "another verb", "another path", "no such call", "a required field", "another envelope"],
)
def test_a_table_that_is_not_true_fails(
    changes: dict[str, Any], failed: str, check: Callable[..., Result], acme: Sandbox, table: Table
) -> None:
    table(changes)
    theirs = acme.insert("acme", THEIRS, SITE)

    result = check("--auto-approve", "--format", "json")

    assert result.exit_code == 1
    assert found(result)[failed] == "failed"
    assert theirs in [record["id"] for record in acme.records("acme")]


def test_it_asks_first(check: Callable[..., Result], acme: Sandbox, table: Table) -> None:
    table()

    result = check()

    assert result.exit_code == 1
    assert "--auto-approve" in result.stderr
    assert acme.requests == []


def test_it_does_not_begin_what_it_could_not_clean_up(
    check: Callable[..., Result], acme: Sandbox, table: Table
) -> None:
    table({"delete": None})

    result = check("--auto-approve")

    assert result.exit_code == 1
    assert "could not be removed" in result.stderr
    assert acme.requests == []


def test_a_connection_must_be_in_the_file(reconcile: Reconcile, check: Callable[..., Result], table: Table) -> None:
    table()

    result = reconcile("providers", "check", "acme.yaml", "--live", "other", "--auto-approve")

    assert result.exit_code == 1
    assert "no connection other" in result.stderr

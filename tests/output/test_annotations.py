"""`validate --format github|gitlab|sarif`: what the hosting sites make of it must be what was meant."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import Location, Problem
from reconciler.output.annotations import findings, render_findings
from reconciler.planning import Warned

Reconcile: TypeAlias = Callable[..., subprocess.CompletedProcess[str]]
HOOKS = Path("hooks.yaml")
BROKEN = """\
version: 1
providers:
  argyle: {key_id: a, key_secret: b}
subscriptions:
  "a,b:c%":
    provider: argyle
    url: https://hooks.example.com/
    evnets: [users.fully_synced]
"""


def unescaped(text: str) -> str:
    """As GitHub's runner reads the values of a workflow command."""
    for code, char in (("%3A", ":"), ("%2C", ","), ("%0D", "\r"), ("%0A", "\n"), ("%25", "%")):
        text = text.replace(code, char)
    return text


@given(st.text(min_size=1), st.text(min_size=1), st.integers(1, 9999))
def test_a_workflow_command_is_one_line_and_reads_back(message: str, name: str, line: int) -> None:
    text = render_findings(findings([Problem(message, Location(name, line, 2), "do\nthis")]), "github", HOOKS)

    assert text.count("\n") == 1
    found = re.fullmatch(r"::error file=([^,:]*),line=(\d+),col=2,title=hooks::(.*)\n", text)
    assert found is not None
    assert int(found[2]) == line
    assert unescaped(found[3]).endswith("\ndo\nthis")


def test_a_warning_stands_where_its_text_says() -> None:
    found = findings((), [Warned("teams/a.yaml:7:3: `x` is no event", "a"), Warned("old", None)])

    assert render_findings(found, "github", HOOKS) == (
        "::warning file=teams/a.yaml,line=7,col=3,title=hooks::a: `x` is no event\n"
        "::warning file=hooks.yaml,line=1,col=1,title=hooks::old\n"
    )


@given(st.lists(st.tuples(st.text(), st.integers(1, 99)), max_size=9))
def test_fingerprints_of_gitlab_are_unique_and_outlive_moved_lines(problems: list[tuple[str, int]]) -> None:
    def fingerprints(moved: int) -> list[str]:
        made = [Problem(text, Location("hooks.yaml", line + moved, 1)) for text, line in problems]
        return [one["fingerprint"] for one in json.loads(render_findings(findings(made), "gitlab", HOOKS))]

    assert len(set(fingerprints(0))) == len(problems)
    assert fingerprints(0) == fingerprints(5)


def test_every_form_names_the_place_from_the_command_line(bare_reconcile: Reconcile, tmp_path: Path) -> None:
    (tmp_path / "hooks.yaml").write_text(BROKEN, encoding="utf-8")

    github = bare_reconcile("validate", "--format", "github")
    gitlab = bare_reconcile("validate", "--format", "gitlab")
    sarif = bare_reconcile("validate", "--format", "sarif", "-f", str(tmp_path / "hooks.yaml"))

    assert (github.returncode, gitlab.returncode, sarif.returncode) == (1, 1, 1)
    assert "::error file=hooks.yaml,line=8,col=5,title=hooks::" in github.stdout
    (first, *_) = [one for one in json.loads(gitlab.stdout) if "evnets" in one["description"]]
    assert first["location"] == {"path": "hooks.yaml", "lines": {"begin": 8}}
    assert first["severity"] == "major"
    document = json.loads(sarif.stdout)
    assert document["version"] == "2.1.0"
    places = [one["locations"][0]["physicalLocation"] for one in document["runs"][0]["results"]]
    assert {"startLine": 8, "startColumn": 5} in [one["region"] for one in places]
    assert {one["artifactLocation"]["uri"] for one in places} == {"hooks.yaml"}


def test_a_valid_file_gives_an_empty_report(bare_reconcile: Reconcile, tmp_path: Path) -> None:
    valid = BROKEN.replace("evnets", "events").replace('"a,b:c%"', "a")
    (tmp_path / "hooks.yaml").write_text(valid, encoding="utf-8")

    for form, expected in (("github", ""), ("gitlab", "[]\n")):
        run = bare_reconcile("validate", "--format", form)
        assert (run.returncode, run.stdout) == (0, expected)
    assert json.loads(bare_reconcile("validate", "--format", "sarif").stdout)["runs"][0]["results"] == []


def test_a_file_that_is_not_there(bare_reconcile: Reconcile) -> None:
    run = bare_reconcile("validate", "--format", "github")

    assert run.returncode == 1
    assert run.stdout.startswith("::error file=hooks.yaml,line=1,col=1")

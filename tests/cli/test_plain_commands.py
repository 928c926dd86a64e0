"""The commands that need neither network nor state: validate, schema, providers, sandbox."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TextIO

import pytest
from click.testing import CliRunner, Result

import reconciler.sandbox
from reconciler.cli.main import main
from reconciler.providers.registry import catalog

GOOD = """\
version: 1
providers:
  lipscore: {api_key: "${env:NOT_SET}"}
subscriptions:
  feedback:
    provider: lipscore
    url: https://hooks.example.com/x
    events: [rating_created, review_created]
"""


def reconcile(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


@pytest.fixture
def hooks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "hooks.yaml"
    path.write_text(GOOD, encoding="utf-8")
    return path


def test_a_valid_file_is_counted_without_any_credential(hooks: Path) -> None:
    result = reconcile("validate")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "hooks.yaml is valid: 1 subscription, 2 records, 1 connection.\n"


def test_a_valid_file_as_json(hooks: Path) -> None:
    result = reconcile("validate", "--format", "json")
    assert result.exit_code == 0
    assert json.loads(result.stdout) == {
        "valid": True,
        "problems": [],
        "warnings": [],
        "subscriptions": 1,
        "records": 2,
        "connections": 1,
    }


def test_warnings_go_to_stderr(hooks: Path) -> None:
    hooks.write_text(GOOD.replace("review_created", "no_such_event"), encoding="utf-8")
    result = reconcile("validate")
    assert result.exit_code == 0
    assert result.stdout.startswith("hooks.yaml is valid: ")
    assert result.stderr.startswith("Warning: ")
    assert "no_such_event" in result.stderr
    warnings = json.loads(reconcile("validate", "--format", "json").stdout)["warnings"]
    assert "no_such_event" in warnings[0]["message"]


def test_a_wrong_file_tells_all_its_problems_at_once(hooks: Path) -> None:
    hooks.write_text(GOOD.replace("version: 1", "version: 7") + "nonsense: 1\n", encoding="utf-8")
    result = reconcile("validate", "-f", "hooks.yaml")
    assert (result.exit_code, result.stdout) == (1, "")
    lines = result.stderr.splitlines()
    assert lines[0].startswith("hooks.yaml:1:")
    assert any(line.startswith("hooks.yaml:9:1: ") for line in lines)
    assert lines[-1] == "2 problems in hooks.yaml; nothing was read or changed."


def test_a_wrong_file_as_json(hooks: Path) -> None:
    hooks.write_text(GOOD + "nonsense: 1\n", encoding="utf-8")
    result = reconcile("validate", "--format", "json")
    document = json.loads(result.stdout)
    assert (result.exit_code, result.stderr, document["valid"]) == (1, "", False)
    assert {"file": "hooks.yaml", "line": 9, "column": 1}.items() <= document["problems"][0].items()


def test_the_schema_is_json() -> None:
    result = reconcile("schema")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "subscriptions" in json.loads(result.stdout)["properties"]


def test_every_provider_is_listed() -> None:
    text, document = reconcile("providers").stdout, json.loads(reconcile("providers", "--format", "json").stdout)
    assert [provider["name"] for provider in document["providers"]] == list(catalog())
    assert all(f"{name} " in text for name in catalog())


def test_one_provider_by_name_or_by_the_path_of_its_table(tmp_path: Path) -> None:
    assert reconcile("providers", "argyle").stdout.startswith("argyle: Argyle\n")
    table = tmp_path / "acme.yaml"
    table.write_text(
        "title: Acme\nbase_url: https://acme.example\nauth: {bearer: token}\n"
        "record: {url: url, events: events}\ncreate: {post: /hooks}\n",
        encoding="utf-8",
    )
    assert reconcile("providers", str(table)).stdout.startswith("acme: Acme\n")
    assert json.loads(reconcile("providers", str(table), "--format", "json").stdout)["title"] == "Acme"


def test_an_unknown_provider_is_an_error_with_a_suggestion() -> None:
    result = reconcile("providers", "argle")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "argyle" in result.stderr


def test_colour_is_kept_where_it_is_asked_for() -> None:
    assert "\x1b[" in reconcile("providers", "--color", "always").stdout
    assert "\x1b[" not in reconcile("providers").stdout


def test_the_sandbox_gets_its_port_and_its_faults(monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[tuple[int, Path | None]] = []

    def serve(port: int, faults_file: Path | None, out: TextIO, log: TextIO) -> None:
        called.append((port, faults_file))
        out.write("serving\n")

    monkeypatch.setattr(reconciler.sandbox, "serve", serve)
    result = reconcile("sandbox", "--port", "0", "--faults", "faults.yaml")
    assert (result.exit_code, result.stdout) == (0, "serving\n")
    assert reconcile("sandbox").exit_code == 0
    assert called == [(0, Path("faults.yaml")), (8790, None)]
    assert reconcile("sandbox", "--port", "70000").exit_code == 1

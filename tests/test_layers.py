"""The layers of pyproject.toml hold, and what costs start-up time is loaded only where it is needed."""

from __future__ import annotations

import ast
import logging.config
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

from reconciler.sandbox import Sandbox

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "reconciler"

# Modules that take long to import, or bring many others along.
# Pydantic is asked where something is wrong; what is right is seen without it.
HEAVY = {
    "cryptography",
    "deepdiff",
    "http.server",
    "pydantic",
    "pydantic_core",
    "requests",
    "sqlite3",
    "urllib3",
}

QUIET_COMMANDS = {
    "version": ["--version"],
    "help": ["--help"],
    "help of plan": ["plan", "--help"],
    "validate": ["validate", "--file", str(ROOT / "hooks.yaml")],
}

# A plan reads the state and the provider; only where something differs does it need to say in which parts.
NOT_FOR_A_PLAN = {"deepdiff", "cryptography", "http.server", "obstore", "psycopg", "pydantic", "pydantic_core"}

# Runs a command within one interpreter, then tells which of the heavy modules it loaded.
LOADED_BY = """
import sys
from reconciler.cli.main import run
heavy, sys.argv = sys.argv[1].split(","), ["reconcile", *sys.argv[2:]]
try:
    code = run()
except SystemExit as end:
    code = end.code
print("\\nloaded:", *sorted(set(heavy) & set(sys.modules)))
sys.exit(code)
"""


def test_contracts_between_layers_hold(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(sys, "path", [str(ROOT), *sys.path])
    monkeypatch.setattr(logging.config, "dictConfig", lambda _: None)  # it would silence the loggers of later tests

    code = lint_imports(config_filename="pyproject.toml", no_cache=True, no_logo=True)

    assert code == 0, capsys.readouterr().out


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


@pytest.mark.parametrize("path", sorted((PACKAGE / "planning").glob("*.py")), ids=lambda path: path.name)
def test_planning_imports_records_errors_and_the_standard_library(path: Path) -> None:
    allowed = sys.stdlib_module_names | {"deepdiff"}
    ours = ("reconciler.planning", "reconciler.records", "reconciler.errors", "reconciler.slotted")

    strangers = [
        name for name in _imported(path) if not name.startswith(ours) and name.partition(".")[0] not in allowed
    ]

    assert strangers == []


def _loaded(command: list[str], heavy: set[str], home: Path, **environment: str) -> list[str]:
    """Run a command in an interpreter of its own; return which of the heavy modules it loaded."""
    done = subprocess.run(
        [sys.executable, "-c", LOADED_BY, ",".join(sorted(heavy)), *command],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={"PATH": "", "HOME": str(home), **environment},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1].removeprefix("loaded:").split()


@pytest.mark.parametrize("command", QUIET_COMMANDS.values(), ids=QUIET_COMMANDS.keys())
def test_quiet_commands_load_nothing_heavy(command: list[str], tmp_path: Path) -> None:
    assert _loaded(command, HEAVY, tmp_path) == []


def test_version_and_help_load_click_and_little_else(tmp_path: Path) -> None:
    most = {"pydantic", "pydantic_core", "yaml", "reconciler.records", "reconciler.errors", "logging", "dataclasses"}

    assert _loaded(["--version"], most, tmp_path) == []
    assert _loaded(["--help"], most, tmp_path) == []


def test_a_plan_without_changes_loads_no_deepdiff(tmp_path: Path) -> None:
    file = tmp_path / "hooks.yaml"
    common = ["--file", str(file), "--provider", "lipscore"]
    with Sandbox() as sandbox:
        file.write_text(
            f"version: 1\nproviders:\n  lipscore: {{base_url: {sandbox.base_url('lipscore')}, api_key: k}}\n"
            "subscriptions:\n  a: {provider: lipscore, url: https://a.example, events: [rating_created]}\n"
        )
        _loaded(["apply", "--auto-approve", *common], NOT_FOR_A_PLAN, tmp_path)

        assert _loaded(["plan", "--detailed-exitcode", *common], NOT_FOR_A_PLAN, tmp_path) == []

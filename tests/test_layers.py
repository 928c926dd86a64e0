"""The layers of pyproject.toml hold, and what costs start-up time is loaded only where it is needed."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "reconciler"

# Modules that take long to import, or bring many others along.
HEAVY = {"cryptography", "deepdiff", "http.server", "requests", "sqlite3", "urllib3"}

QUIET_COMMANDS = {
    "version": ["--version"],
    "help": ["--help"],
    "help of plan": ["plan", "--help"],
    "validate": ["validate", "--file", str(ROOT / "hooks.yaml")],
}

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
    ours = ("reconciler.planning", "reconciler.records", "reconciler.errors")

    strangers = [
        name for name in _imported(path) if not name.startswith(ours) and name.partition(".")[0] not in allowed
    ]

    assert strangers == []


@pytest.mark.parametrize("command", QUIET_COMMANDS.values(), ids=QUIET_COMMANDS.keys())
def test_quiet_commands_load_nothing_heavy(command: list[str], tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOADED_BY, ",".join(sorted(HEAVY)), *command],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={"PATH": "", "HOME": str(tmp_path)},
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "loaded:"

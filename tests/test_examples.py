"""Every example, and the file at the root, is valid without credentials, network or the user's environment."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

ROOT = Path(__file__).parent.parent
FILES = [ROOT / "hooks.yaml", *sorted((ROOT / "examples").glob("*/hooks.yaml"))]


def _named(file: Path) -> str:
    return "root" if file.parent == ROOT else file.parent.name


Reconcile: TypeAlias = Callable[..., subprocess.CompletedProcess[str]]


@pytest.mark.parametrize("file", FILES, ids=_named)
def test_is_valid(file: Path, tmp_path: Path, bare_reconcile: Reconcile) -> None:
    done = bare_reconcile("validate", "--file", str(file))

    assert done.returncode == 0, done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("file", FILES, ids=_named)
def test_a_mistake_in_it_would_be_found(file: Path, tmp_path: Path, bare_reconcile: Reconcile) -> None:
    copy = tmp_path / "hooks.yaml"
    copy.write_text(file.read_text(encoding="utf-8").replace("    events:", "    evnets:"), encoding="utf-8")
    for table in file.parent.glob("acme.yaml"):
        (tmp_path / table.name).write_bytes(table.read_bytes())

    done = bare_reconcile("validate")

    assert done.returncode == 1
    assert "hooks.yaml:" in done.stderr
    assert "evnets" in done.stderr


def test_the_three_kinds_are_there() -> None:
    assert {_named(file) for file in FILES} >= {"four-providers", "for-each", "own-provider"}


def test_the_root_file_looks_for_the_sandbox_where_it_is_by_default(bare_reconcile: Reconcile) -> None:
    port = re.search(r"default:\s+(\d+)", bare_reconcile("sandbox", "--help").stdout)

    assert port is not None
    assert f":-http://127.0.0.1:{port[1]}}}/" in (ROOT / "hooks.yaml").read_text(encoding="utf-8")

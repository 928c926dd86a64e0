"""Each command in the documentation is run, or says why it is not; and the provider reference is up to date."""

from __future__ import annotations

import importlib.util
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from reconciler.cli.main import main
from reconciler.sandbox import Sandbox
from tests.servers.fixtures import Place

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted(ROOT.glob("docs/*.md"))]
BLOCK = re.compile(
    r"(?:<!-- (?P<mark>run|not run)(?::(?P<why>[^\n]*?))?(?:\n(?P<before>.*?))?\s*-->\n)?```sh\n(?P<code>.*?)^```",
    re.MULTILINE | re.DOTALL,
)


def blocks(page: Path) -> list[re.Match[str]]:
    return list(BLOCK.finditer(page.read_text(encoding="utf-8")))


def to_run(page: Path) -> list[re.Match[str]]:
    return [block for block in blocks(page) if block["mark"] == "run"]


@pytest.mark.parametrize("page", [page for page in PAGES if to_run(page)], ids=lambda page: str(page.name))
def test_the_commands_of_a_page_work_one_after_the_other(
    page: Path, tmp_path: Path, places: Callable[[str], Place]
) -> None:
    """Against the sandbox, with the file of the repository's root; what a comment before a block says is run first."""
    shutil.copy(ROOT / "hooks.yaml", tmp_path)
    (tmp_path / "bin").mkdir()
    (tmp_path / "kept").mkdir()
    command = tmp_path / "bin" / "reconcile"
    command.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m reconciler "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    shared = {}
    if page.name == "shared-state.md":
        database, bucket = places("postgresql"), places("s3")
        shared = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
        shared |= {"DATABASE": database(), "NEW_DATABASE": database(), "OBJECT": bucket(), "NEW_OBJECT": bucket()}
    script = "\n".join(f"{block['before'] or ''}\n{block['code']}" for block in to_run(page))
    with Sandbox() as sandbox:
        done = subprocess.run(
            ["bash", "-euxo", "pipefail", "-c", script],
            cwd=tmp_path,
            env={
                "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}",
                "HOME": str(tmp_path),
                "KEPT": str(tmp_path / "kept"),
                "RECONCILE_SANDBOX": sandbox.url,
                **shared,
            },
            check=False,
            capture_output=True,
            text=True,
        )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.name))
def test_a_block_is_run_or_says_why_not(page: Path) -> None:
    unmarked = [block["code"] for block in blocks(page) if "reconcile " in block["code"] and block["mark"] is None]

    assert unmarked == []
    assert [block["code"] for block in blocks(page) if block["mark"] == "not run" and not block["why"]] == []


def _commands() -> list[list[str]]:
    lines = [line for page in PAGES for block in blocks(page) for line in block["code"].splitlines()]
    found = [re.split(r"\s(?:#|>|\|)", line)[0] for line in lines if line.startswith("reconcile ")]
    return [shlex.split(line)[1:] for line in found]


@pytest.mark.parametrize("arguments", _commands(), ids=" ".join)
def test_the_command_and_its_options_are_there(arguments: list[str]) -> None:
    """Those that are not run as well."""
    context = click.Context(main)
    command: click.Command = main
    while isinstance(command, click.Group) and not arguments[0].startswith("-"):
        found = command.get_command(context, arguments[0])
        assert found is not None, arguments
        command, arguments = found, arguments[1:]
    if command is not main:
        command.make_context("reconcile", arguments, resilient_parsing=False)


def test_commands_are_found() -> None:
    assert len(_commands()) >= 20
    assert sum(len(to_run(page)) for page in PAGES) >= 10


def test_the_reference_of_providers_is_what_their_tables_say() -> None:
    spec = importlib.util.spec_from_file_location("providers_reference", ROOT / "docs" / "providers.py")
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    there = {file.name: file.read_text(encoding="utf-8") for file in script.FOLDER.glob("*.md")}

    assert there == script.pages(), "run `make reference`"

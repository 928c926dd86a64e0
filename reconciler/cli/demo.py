"""`reconcile demo`: plan, apply, drift and repair against the sandbox, with nothing to set up."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.errors import ReconcileError, UsageError

if TYPE_CHECKING:
    from reconciler.sandbox import Sandbox

VARIABLE = "RECONCILE_SANDBOX"
"""Where hooks.yaml of the demo looks for the sandbox."""


@click.command()
def demo() -> int:
    """Show it all in one go against a local sandbox; it needs no key and leaves nothing behind."""
    from reconciler.sandbox import Sandbox

    with Sandbox() as sandbox, _workplace(sandbox.url) as file:
        _say("A local server now stands in for every provider. First: what would apply do?")
        _run(file, "plan", 2, "--detailed-exitcode")
        _say("Carry it out.")
        _run(file, "apply", 0, "--auto-approve")
        _say("The second plan is empty.")
        _run(file, "plan", 0, "--detailed-exitcode")
        _meddle(sandbox)
        _say("Somebody just deleted a hook and changed another, past reconcile. The plan shows the drift:")
        _run(file, "plan", 2, "--detailed-exitcode")
        _say("Repair it.")
        _run(file, "apply", 0, "--auto-approve")
        _run(file, "plan", 0, "--detailed-exitcode")
        _say("Done. `reconcile sandbox` keeps such a server up for you to play with.")
    return 0


def _meddle(sandbox: Sandbox) -> None:
    """Change things behind reconcile's back: one record of the first list deleted, one nested field changed."""
    lists = {provider: sandbox.records(provider) for provider in sandbox.specs}
    for provider, records in lists.items():
        if len(records) > 1:
            sandbox.remove(provider, _id(records[0]))
        elif any(isinstance(value, dict) and value for value in (records[0] if records else {}).values()):
            name, nested = next((n, v) for n, v in records[0].items() if isinstance(v, dict) and v)
            sandbox.change(provider, _id(records[0]), {f"{name}.{next(iter(nested))}": 7})


def _id(record: dict[str, object]) -> str:
    return str(record["id"])


def _run(file: Path, name: str, expected: int, *arguments: str) -> None:
    from reconciler.cli.main import main

    click.secho(f"$ reconcile {' '.join([name, *arguments])}", bold=True)
    command = main.get_command(click.Context(main), name)
    if command is None:
        raise UsageError(f"There is no command {name}.")
    code = command.main([*arguments, "--file", str(file)], standalone_mode=False)
    click.echo()
    if code != expected:
        raise ReconcileError(f"The demo's `reconcile {name}` ended with exit code {code}, not {expected}.")


def _say(text: str) -> None:
    click.secho(f"# {text}", fg="cyan")


@contextmanager
def _workplace(url: str) -> Iterator[Path]:
    """A directory that goes with the demo, with its hooks.yaml; the sandbox's address in the environment."""
    before = os.environ.get(VARIABLE)
    with tempfile.TemporaryDirectory(prefix="reconcile-demo-") as folder:
        file = Path(folder) / "hooks.yaml"
        shutil.copyfile(_source(), file)
        os.environ[VARIABLE] = url
        try:
            yield file
        finally:
            if before is None:
                del os.environ[VARIABLE]
            else:
                os.environ[VARIABLE] = before


def _source() -> Path:
    """The demo's file: packaged beside the code, or at the top of a checkout."""
    package = Path(__file__).parent.parent
    packaged = package / "demo.yaml"
    return packaged if packaged.exists() else package.parent / "hooks.yaml"

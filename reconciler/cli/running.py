"""What the commands that read and write share: an open session, and signals that stop it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from reconciler.cli.interrupts import Interrupts
from reconciler.errors import UsageError
from reconciler.workflow.options import Options

if TYPE_CHECKING:
    from reconciler.workflow.session import Session


@contextmanager
def running(options: Options) -> Iterator[tuple[Session, Interrupts]]:
    """Open the session of a command, with its signals watched; close it at the end."""
    from reconciler.workflow.session import Session  # loads the engine and the state: not for --help

    interrupts = Interrupts()
    with interrupts.watched(), Session(options, stop=interrupts.stop) as session:
        yield session, interrupts


def check_can_ask(*, auto_approve: bool, output_format: str, what: str) -> None:
    """Raise `UsageError` where a question would have to be asked, and nobody or nothing is there to show it."""
    if auto_approve:
        return
    if output_format != "text":
        raise UsageError(f"--format {output_format} shows no plan to ask about: give --auto-approve as well.")
    if not sys.stdin.isatty():
        raise UsageError(f"{what} asks before it changes anything, and there is no terminal here: give --auto-approve.")


def ask(question: str) -> bool:
    """Ask on stderr; only `yes` is a yes, and the end of the input is a no."""
    click.echo(f"\n{question} Only `yes` is taken as a yes.\n", err=True)
    try:
        answer: str = click.prompt("  Enter a value", default="", show_default=False, err=True)
    except click.Abort as abort:
        click.echo(err=True)  # the cursor stands behind the prompt
        if isinstance(abort.__context__, KeyboardInterrupt):
            raise
        return False
    return answer.strip() == "yes"

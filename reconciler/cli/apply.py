"""`reconcile apply` and `reconcile destroy`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from reconciler.cli.endings import INTERRUPTED
from reconciler.cli.interrupts import Interrupts, was_interrupted
from reconciler.cli.options import common_options, format_option
from reconciler.cli.running import ask, check_can_ask, running
from reconciler.output.progress import progress_to
from reconciler.output.showing import show_plan, show_result
from reconciler.workflow.options import Options

if TYPE_CHECKING:
    from reconciler.planning.plan import Plan, Result
    from reconciler.workflow.session import Confirm

_approve = click.option("--auto-approve", is_flag=True, help="Do not ask; a pipeline needs it.")


@click.command()
@_approve
@format_option("text", "json")
@common_options()
def apply(options: Options, *, output_format: str, auto_approve: bool) -> int:
    """Read what is there, show the plan, ask, and carry it out."""
    return run(options, output_format, auto_approve=auto_approve, destroy=False)


@click.command()
@_approve
@format_option("text", "json")
@common_options()
def destroy(options: Options, *, output_format: str, auto_approve: bool) -> int:
    """Delete all that the state owns, after the same question. Protected records refuse it."""
    return run(options, output_format, auto_approve=auto_approve, destroy=True)


def run(options: Options, output_format: str, *, auto_approve: bool, destroy: bool) -> int:
    """Apply, or destroy; return the exit code."""
    command = "destroy" if destroy else "apply"
    check_can_ask(auto_approve=auto_approve, what=f"reconcile {command}")
    question = "Delete these records?" if destroy else "Carry this out?"
    confirm = _confirmation(options, output_format, question, auto_approve=auto_approve)
    with running(options) as (session, interrupts):
        result = session.apply(
            confirm,
            progress_to(sys.stderr, color=options.color, log_format=options.log_format),
            command=command,
            destroy=destroy,
            gently=interrupts.gently(),
        )
    return _ending(result, output_format, options, interrupts)


def _confirmation(options: Options, output_format: str, question: str, *, auto_approve: bool) -> Confirm:
    def confirm(plan: Plan) -> bool:
        if output_format == "text":
            show_plan(plan, "text", options.color)
        elif not auto_approve:
            raise click.UsageError("--format json cannot ask: give --auto-approve as well.")
        doable = any(change.blocked is None for change in plan.changes)
        return auto_approve or not doable or ask(question)

    return confirm


def _ending(result: Result | None, output_format: str, options: Options, interrupts: Interrupts) -> int:
    if result is None:
        click.echo("Nothing was changed.", err=True)
        return 1
    if result.plan.refusals and output_format == "text":
        show_plan(result.plan, "text", options.color)
    if output_format == "text":
        click.echo()
    show_result(result, output_format, options.color)
    if was_interrupted(interrupts):
        return INTERRUPTED
    return 0 if result.ok else 1

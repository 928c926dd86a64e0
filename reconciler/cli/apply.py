"""`reconcile apply` and `reconcile destroy`."""

from __future__ import annotations

import sys
from pathlib import Path
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
    from reconciler.workflow.saved import SavedPlan
    from reconciler.workflow.session import Confirm, Review

approve = click.option("--auto-approve", is_flag=True, help="Do not ask; a pipeline needs it.")


@click.command()
@click.argument("plan", required=False, type=click.Path(path_type=Path))
@approve
@click.option(
    "--digest",
    metavar="sha256:…",
    help="Carry it out only if the plan has this digest. Like a saved PLAN, it asks nothing.",
)
@format_option("text", "json")
@common_options()
def apply(options: Options, *, output_format: str, auto_approve: bool, plan: Path | None, digest: str | None) -> int:
    """Read what is there, show the plan, ask, and carry it out.

    With PLAN, a file from `reconcile plan --out`: carry out what was reviewed, or nothing where it is not the same now.
    """
    if plan is not None:
        from reconciler.workflow.saved import read_plan

        if digest is not None:
            raise click.UsageError("PLAN has a digest of its own: leave out --digest.")
        return run(options, output_format, auto_approve=True, saved=read_plan(plan))
    return run(options, output_format, auto_approve=auto_approve or digest is not None, digest=digest)


@click.command()
@approve
@format_option("text", "json")
@common_options()
def destroy(options: Options, *, output_format: str, auto_approve: bool) -> int:
    """Delete all that the state owns, after the same question. Protected records refuse it."""
    return run(options, output_format, auto_approve=auto_approve, destroy=True)


def run(
    options: Options,
    output_format: str,
    *,
    auto_approve: bool,
    destroy: bool = False,
    saved: SavedPlan | None = None,
    digest: str | None = None,
) -> int:
    """Apply, or destroy; return the exit code. `saved` or `digest` is what was reviewed."""
    command = "destroy" if destroy else "apply"
    check_can_ask(auto_approve=auto_approve, output_format=output_format, what=f"reconcile {command}")
    question = "Delete these records?" if destroy else "Carry this out?"
    confirm = confirmation(options, output_format, question, auto_approve=auto_approve)
    with running(saved.options(options) if saved else options) as (session, interrupts):
        if saved is not None:
            saved.check(session.store)
        result = session.apply(
            confirm,
            progress_to(sys.stderr, color=options.color, log_format=options.log_format),
            command=command,
            destroy=destroy,
            gently=interrupts.gently(),
            digest=saved.digest if saved else digest,
            review=saved.review(session) if saved else _of_digest(digest),
        )
    return ending(result, output_format, options, interrupts)


def _of_digest(digest: str | None) -> Review | None:
    if digest is None:
        return None
    from reconciler.workflow.review import other_digest

    return lambda prepared: other_digest(digest, prepared)


def confirmation(options: Options, output_format: str, question: str, *, auto_approve: bool) -> Confirm:
    """Return what shows a plan and asks whether to carry it out."""

    def confirm(plan: Plan) -> bool:
        if output_format == "text":
            show_plan(plan, "text", options.color)
        doable = any(change.blocked is None for change in plan.changes)
        return auto_approve or not doable or ask(question)

    return confirm


def ending(result: Result | None, output_format: str, options: Options, interrupts: Interrupts) -> int:
    """Show how an apply ended and return the exit code."""
    if result is None:
        click.echo("Nothing was changed.", err=True)
        return 1
    if result.plan.refusals and output_format == "text":
        show_plan(result.plan, "text", options.color)
    if output_format != "text":
        show_result(result, output_format, options.color)
    elif result.outcomes or result.warnings or not result.ok:  # else the plan has said that there is nothing to do
        click.echo()
        show_result(result, "text", options.color)
    if was_interrupted(interrupts):
        return INTERRUPTED
    return 0 if result.ok else 1

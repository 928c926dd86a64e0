"""`reconcile plan`."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.cli.options import common_options, format_option
from reconciler.cli.running import running
from reconciler.output.showing import show_plan
from reconciler.planning.plan import Plan
from reconciler.workflow.options import Options

CHANGES_PENDING = 2


@click.command()
@click.option("--detailed-exitcode", is_flag=True, help="Exit 2 where changes are pending.")
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Save the plan, for `apply FILE`.")
@format_option("text", "json", "markdown")
@common_options()
def plan(options: Options, *, output_format: str, detailed_exitcode: bool, out: Path | None) -> int:
    """Read what is there, and show what apply would do. Changes nothing."""
    with running(options) as (session, _):
        prepared = session.prepare()
        made = prepared.plan
        show_plan(made, output_format, options.color, options.file.as_posix())
        if out is not None:
            from reconciler.workflow.saved import save

            save(session, prepared, out)
    return ending(made, detailed=detailed_exitcode)


def ending(made: Plan, *, detailed: bool) -> int:
    """Return the exit code of a plan: 1 if anything is unknown, else 2 for any change where that was asked for."""
    if not made.complete:
        return 1
    return CHANGES_PENDING if detailed and made.changes else 0

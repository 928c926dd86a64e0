"""`reconcile rotate`."""

from __future__ import annotations

import sys
from dataclasses import replace

import click

from reconciler.cli.apply import approve, confirmation, ending
from reconciler.cli.options import common_options, format_option
from reconciler.cli.running import check_can_ask, running
from reconciler.output.progress import progress_to
from reconciler.workflow.options import Options


@click.command()
@click.argument("address")
@approve
@format_option("text", "json")
@common_options(only=("file", "state", "parallelism", "color", "verbose", "log_format", "lock_timeout"))
def rotate(options: Options, *, address: str, output_format: str, auto_approve: bool) -> int:
    """Set or renew the secret of the record at ADDRESS, whether it differs or not.

    A secret of yours is sent again; one that the provider makes is made anew and handed to where `capture` says.
    Where the provider cannot do it in place, the record is replaced. The plan is shown first.
    """
    from reconciler.workflow.rotation import rotatable

    check_can_ask(auto_approve=auto_approve, output_format=output_format, what="reconcile rotate")
    confirm = confirmation(options, output_format, "Renew this secret?", auto_approve=auto_approve)
    with running(options) as (session, interrupts):
        one = rotatable(session, address)
        session.options = replace(options, targets=(one,), rotate=one)
        progress = progress_to(sys.stderr, color=options.color, log_format=options.log_format)
        result = session.apply(confirm, progress, command="rotate", gently=interrupts.gently())
    return ending(result, output_format, options, interrupts)

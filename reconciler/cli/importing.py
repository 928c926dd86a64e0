"""`reconcile import`."""

from __future__ import annotations

import click

from reconciler.cli.options import common_options
from reconciler.cli.running import running
from reconciler.output.visible import visible
from reconciler.workflow.options import Options


@click.command("import")
@click.argument("address")
@click.argument("record_id", metavar="ID")
@common_options(only=("file", "state", "lock_timeout"))
def import_command(options: Options, address: str, record_id: str) -> int:
    """Take one live record into the state, at an ADDRESS that the file declares."""
    from reconciler.workflow.tending import import_record

    with running(options) as (session, _):
        differing = import_record(session, address, record_id)
    click.echo(f"{visible(address)} is now {visible(record_id)}.")
    if differing:
        click.echo(f"It differs in {', '.join(differing)}; `reconcile plan` shows how.")
    return 0

"""`reconcile export`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.options import common_options
from reconciler.cli.running import running
from reconciler.errors import UsageError
from reconciler.output.visible import visible
from reconciler.output.words import counted
from reconciler.workflow.options import Options

if TYPE_CHECKING:
    from reconciler.records import Scope


def parsed_scopes(_context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> tuple[Scope, ...]:
    """Return the scopes that `--scope` names, as a callback of click."""
    found = []
    for value in values:
        pairs = [tuple(part.partition("=")[::2]) for part in value.split(",")]
        if not all(name and text for name, text in pairs):
            raise click.BadParameter("write it as NAME=VALUE, with commas between several: owner=acme,repo=web")
        found.append(tuple(sorted((name, text) for name, text in pairs)))
    return tuple(found)


@click.command()
@click.argument("connection")
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Write to a new FILE, not to stdout.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    callback=parsed_scopes,
    metavar="NAME=VALUE",
    help="Where to look, at a provider with scopes; default: where the file and the state have records. Repeatable.",
)
@click.option("--id", "ids", multiple=True, metavar="ID", help="This record only. Repeatable.")
@click.option("--subscriptions-only", is_flag=True, help="Leave out the connection: a file for `include`.")
@common_options(only=("file", "state"))
def export(
    options: Options,
    *,
    connection: str,
    out: Path | None,
    scopes: tuple[Scope, ...],
    ids: tuple[str, ...],
    subscriptions_only: bool,
) -> int:
    """Write the live records of a CONNECTION as hooks.yaml: secrets as references. Changes nothing anywhere."""
    from reconciler.workflow.export import export as export_records
    from reconciler.workflow.export import read_live
    from reconciler.workflow.export_file import render_export

    if out is not None and out.exists():
        raise UsageError(f"{out} is there already; name a file that is not.")
    with running(options) as (session, _):
        found = export_records(session, connection, read_live(session, connection, scopes, ids))
        text = render_export(found, session, connection, out, subscriptions_only=subscriptions_only)
    if out is None:
        click.echo(text, nl=False)
    else:
        _write(out, text)
    told = counted(found.records, "record")
    click.echo(f"{told} of {visible(connection)}, in {counted(len(found.subscriptions), 'subscription')}.", err=True)
    if found.variables:
        click.echo("Set these variables before the next plan:", err=True)
        for name, about in found.variables.items():
            click.echo(f"  {name}  {visible(about)}", err=True)
    for remark in found.remarks:
        click.echo(f"Note: {visible(remark)}", err=True)
    for line in found.left_out:
        click.echo(f"Left out: {visible(line)}", err=True)
    return 1 if found.left_out else 0


def _write(out: Path, text: str) -> None:
    try:
        with out.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise UsageError(f"{out} cannot be written: {error.strerror}.") from None

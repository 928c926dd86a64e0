"""`reconcile history`."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from reconciler.cli.options import common_options, format_option
from reconciler.output.visible import visible
from reconciler.records import selects
from reconciler.workflow.options import Options


@click.command()
@click.option(
    "-n", "--limit", type=click.IntRange(min=1), default=50, show_default=True, help="How many lines at most."
)
@format_option("text", "json")
@common_options(only=("file", "state", "targets", "connections"))
def history(options: Options, *, limit: int, output_format: str) -> int:
    """Who changed what, and when; the newest first."""
    from reconciler.workflow.session import open_store_of  # loads the engine and the state: not for --help

    store = open_store_of(options)
    try:
        entries = []
        for entry in store.history():
            if options.connections and entry.connection not in options.connections:
                continue
            if options.targets and not any(selects(one, entry.address or "") for one in options.targets):
                continue
            entries.append(entry)
            if len(entries) == limit:
                break
    finally:
        store.close()
    if output_format == "json":
        click.echo(json.dumps([asdict(entry) for entry in entries], indent=2, ensure_ascii=False))
        return 0
    for entry in entries:
        what = f"{entry.operation} {entry.address or entry.connection or ''}"
        record = f" ({entry.id})" if entry.id else ""
        ended = "" if entry.outcome == "done" else f" {entry.outcome}"
        click.echo(visible(f"{entry.at}  {entry.actor}@{entry.host}  {what}{record}{ended}"))
        if entry.detail:
            click.echo(f"    {visible(entry.detail)}")
    if not entries:
        click.echo("Nothing has been changed yet.", err=True)
    return 0

"""`reconcile providers check` and `reconcile providers new`: for authors of tables."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.apply import approve
from reconciler.cli.export import parsed_scopes
from reconciler.cli.options import common_options, format_option
from reconciler.cli.running import ask, check_can_ask, running
from reconciler.workflow.options import Options

if TYPE_CHECKING:
    from reconciler.conformance import Tried
    from reconciler.records import Scope


def table_file(name: str) -> Path | None:
    """Return the path where `name` is that of a file, None where it is that of a provider."""
    path = Path(name)
    return path if path.suffix in (".yaml", ".yml") or len(path.parts) > 1 else None


@click.command()
@click.argument("table")
@click.option("--live", metavar="CONNECTION", help="Against this connection of hooks.yaml, with marked records.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    callback=parsed_scopes,
    metavar="NAME=VALUE",
    help="With --live: where to make the records; default: as the file's first subscription there. Repeatable.",
)
@approve
@format_option("text", "json")
@common_options(only=("file", "color"))
def check(
    options: Options,
    *,
    table: str,
    live: str | None,
    scopes: tuple[Scope, ...],
    auto_approve: bool,
    output_format: str,
) -> int:
    """Try out a TABLE (a file, or a provider's name): each thing that it says it can do, against the sandbox.

    Ends with 0 where no step failed, else with 1. With --live it makes records at the provider itself whose URLs begin
    with https://hooks.example.com/reconcile-check/, and removes them; it touches no others.
    """
    from reconciler.conformance import Suite
    from reconciler.providers.registry import load_spec, load_spec_file

    file = table_file(table)
    spec = load_spec_file(file) if file else load_spec(table)
    name = file.stem if file else table
    if live is None:
        with Suite(name, spec, file) as suite:
            return _tell(name, suite.run(), output_format, options.color)
    from reconciler.conformance.live import LiveSuite

    check_can_ask(auto_approve=auto_approve, output_format=output_format, what="reconcile providers check --live")
    scope = tuple(pair for one in scopes for pair in one)  # there is one scope, said at once or in parts
    with running(options) as (session, _), LiveSuite(session, live, file, scope) as at_work:
        if not auto_approve and not ask(f"Make, change and delete records of its own at {at_work.base_url}?"):
            click.echo("Nothing was changed.", err=True)
            return 1
        return _tell(name, at_work.run(), output_format, options.color)


@click.command()
@click.argument("name")
def new(name: str) -> None:
    """Write NAME.yaml, a commented table to begin with. An existing file stays as it is."""
    from reconciler.conformance.skeleton import write_skeleton

    path = write_skeleton(name, Path())
    click.echo(f"{path} is written. `reconcile providers check {path}` tries it out.")


def _tell(name: str, steps: Iterable[Tried], output_format: str, color: str) -> int:
    from reconciler.conformance.report import check_json, render_total, render_tried
    from reconciler.output.terminal import wants_color

    found = []
    for tried in steps:
        found.append(tried)
        if output_format == "text":
            click.echo(render_tried(tried, color=wants_color(color, sys.stdout)), nl=False)
    if output_format == "text":
        click.echo(render_total(found), nl=False)
    else:
        click.echo(json.dumps(check_json(name, found), indent=2))
    return 1 if any(one.status == "failed" for one in found) else 0

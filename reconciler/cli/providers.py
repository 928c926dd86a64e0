"""`reconcile providers`, and below it `check` and `new`."""

from __future__ import annotations

import json
import sys
from typing import Any

import click

from reconciler.cli.options import common_options, format_option
from reconciler.workflow.options import Options


class _HandsOver(click.Command):
    """A command whose first argument may be the name of another, which then takes its place.

    A group would not do: it takes no argument of its own that can be left out.
    """

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Return the context of the command that is meant."""
        if not args or args[0] not in ("check", "new"):
            return super().make_context(info_name, args, parent, **extra)
        from reconciler.cli import tables

        other = tables.check if args[0] == "check" else tables.new
        return other.make_context(f"{info_name} {args[0]}", args[1:], parent, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that is meant."""
        return super().invoke(ctx) if ctx.command is self else ctx.command.invoke(ctx)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Name the other commands."""
        with formatter.section("Commands"):
            formatter.write_dl(
                [
                    ("check TABLE", "Try out a table: against the sandbox, or with --live at its provider."),
                    ("new NAME", "Write NAME.yaml, a commented table to begin with."),
                ]
            )


@click.command(cls=_HandsOver)
@click.argument("name", required=False)
@format_option("text", "json")
@common_options(only=("color",))
def providers(options: Options, name: str | None, output_format: str) -> None:
    """What each provider can do; with NAME (or the path of a table) all about one."""
    from reconciler.cli.tables import table_file
    from reconciler.output.provider import provider_json, render_provider, render_providers
    from reconciler.output.terminal import wants_color
    from reconciler.providers.registry import catalog, load_spec, load_spec_file

    color = wants_color(options.color, sys.stdout)
    if name is None:
        specs = {one: load_spec(one) for one in catalog()}
        if output_format == "json":
            click.echo(json.dumps({"providers": [provider_json(one, spec) for one, spec in specs.items()]}, indent=2))
        else:
            click.echo(render_providers(specs, color=color), nl=False)
        return
    file = table_file(name)
    spec = load_spec_file(file) if file else load_spec(name)
    title = file.stem if file else name
    if output_format == "json":
        click.echo(json.dumps(provider_json(title, spec), indent=2))
    else:
        click.echo(render_provider(title, spec, color=color), nl=False)

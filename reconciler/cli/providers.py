"""`reconcile providers`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from reconciler.cli.options import common_options, format_option
from reconciler.workflow.options import Options


@click.command()
@click.argument("name", required=False)
@format_option("text", "json")
@common_options(only=("color",))
def providers(options: Options, name: str | None, output_format: str) -> None:
    """What each provider can do; with NAME (or the path of a table) all about one."""
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
    path = Path(name)
    is_file = path.suffix in (".yaml", ".yml") or len(path.parts) > 1
    spec = load_spec_file(path) if is_file else load_spec(name)
    title = path.stem if is_file else name
    if output_format == "json":
        click.echo(json.dumps(provider_json(title, spec), indent=2))
    else:
        click.echo(render_provider(title, spec, color=color), nl=False)

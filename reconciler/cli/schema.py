"""`reconcile schema`."""

from __future__ import annotations

import json

import click

from reconciler.cli.options import common_options
from reconciler.workflow.options import Options


@click.command()
@click.option("--table", is_flag=True, help="That of a provider's table instead.")
@common_options(only=("file",))
def schema(options: Options, *, table: bool) -> None:
    """Print the JSON Schema of hooks.yaml, for editors; with the fields of tables that the FILE itself names."""
    from reconciler.config.schema import schema_of
    from reconciler.providers.registry import table_schema

    click.echo(json.dumps(table_schema() if table else schema_of(options.file), indent=2))

"""`reconcile schema`."""

from __future__ import annotations

import json

import click

from reconciler.cli.options import common_options
from reconciler.workflow.options import Options


@click.command()
@common_options(only=("file",))
def schema(options: Options) -> None:
    """Print the JSON Schema of hooks.yaml, for editors; with the fields of tables that the FILE itself names."""
    from reconciler.config.schema import schema_of

    click.echo(json.dumps(schema_of(options.file), indent=2))

"""`reconcile schema`."""

from __future__ import annotations

import json

import click

from reconciler.cli.options import common_options
from reconciler.workflow.options import Options


@click.command()
@common_options(only=())
def schema(options: Options) -> None:  # noqa: ARG001  every command takes it
    """Print the JSON Schema of hooks.yaml, for editors."""
    from reconciler.config.schema import json_schema

    click.echo(json.dumps(json_schema(), indent=2))

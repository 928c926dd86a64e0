"""`reconcile sandbox`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from reconciler.cli.options import common_options
from reconciler.workflow.options import Options


@click.command()
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8790, show_default=True, help="The port; 0 takes any free one."
)
@click.option("--faults", type=click.Path(path_type=Path), help="A file that says which answers go wrong, and how.")
@common_options(only=())
def sandbox(options: Options, port: int, faults: Path | None) -> None:  # noqa: ARG001  every command takes it
    """Serve every provider of the catalog on loopback, until interrupted."""
    from reconciler.sandbox import serve

    serve(port, faults, sys.stdout, sys.stderr)

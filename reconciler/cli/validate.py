"""`reconcile validate`."""

from __future__ import annotations

import json

import click

from reconciler.cli.options import common_options, format_option
from reconciler.errors import ConfigError
from reconciler.output.annotations import FORMATS, findings, render_findings
from reconciler.output.problems import problems_json
from reconciler.output.visible import visible
from reconciler.output.words import counted
from reconciler.records import subscription_of
from reconciler.workflow.options import Options


@click.command()
@format_option("text", "json", *FORMATS)
@common_options(only=("file",))
def validate(options: Options, output_format: str) -> int:
    """Check the file alone: no network, no credentials, no state."""
    from reconciler.config import load_config

    try:
        expansion = load_config(options.file, resolve=False)
    except ConfigError as error:
        if output_format in FORMATS:
            click.echo(render_findings(findings(error.problems), output_format, options.file), nl=False)
            return 1
        if output_format != "json":
            raise
        click.echo(json.dumps({"valid": False, "problems": problems_json(error), "warnings": []}, indent=2))
        return 1
    if output_format in FORMATS:
        click.echo(render_findings(findings((), expansion.warnings), output_format, options.file), nl=False)
        return 0
    counts = {
        "subscriptions": len({subscription_of(record.address) for record in expansion.desired}),
        "records": len(expansion.desired),
        "connections": len(expansion.settings),
    }
    warnings = [{"address": warned.address, "message": warned.message} for warned in expansion.warnings]
    if output_format == "json":
        click.echo(json.dumps({"valid": True, "problems": [], "warnings": warnings, **counts}, indent=2))
        return 0
    for warned in expansion.warnings:
        where = f"{warned.address}: " if warned.address else ""
        click.echo(f"Warning: {visible(where + warned.message)}", err=True)
    numbers = ", ".join(counted(number, noun.removesuffix("s")) for noun, number in counts.items())
    click.echo(f"{visible(str(options.file))} is valid: {numbers}.")
    return 0

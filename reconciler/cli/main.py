"""The command `reconcile`. It loads click and no more until it knows which command is meant."""

from __future__ import annotations

import gc
import sys
from typing import Any, NoReturn

import click

from reconciler import __version__
from reconciler.cli.endings import Interrupted, exit_code, settle_streams, watch_strays
from reconciler.cli.lazy import Lazy, LazyGroup

COMMANDS = {
    "validate": Lazy("reconciler.cli.validate", "validate", "Check the file alone: no network, no credentials."),
    "plan": Lazy("reconciler.cli.plan", "plan", "Show what apply would do."),
    "apply": Lazy("reconciler.cli.apply", "apply", "Carry it out, after a question."),
    "destroy": Lazy("reconciler.cli.apply", "destroy", "Delete all that the state owns, after a question."),
    "import": Lazy("reconciler.cli.importing", "import_command", "Take one live record into the state."),
    "rotate": Lazy("reconciler.cli.rotate", "rotate", "Set or renew one secret on purpose."),
    "export": Lazy("reconciler.cli.export", "export", "Write live records as hooks.yaml."),
    "state": Lazy("reconciler.cli.state", "state", "Look at the state, and look after it by hand."),
    "history": Lazy("reconciler.cli.history", "history", "Who changed what, and when."),
    "providers": Lazy("reconciler.cli.providers", "providers", "What each provider can do, its fields and events."),
    "schema": Lazy("reconciler.cli.schema", "schema", "Print the JSON Schema of hooks.yaml, for editors."),
    "demo": Lazy("reconciler.cli.demo", "demo", "Sandbox, plan, apply, drift and repair in one go."),
    "sandbox": Lazy("reconciler.cli.sandbox", "sandbox", "A local server that stands in for every provider."),
}


class App(LazyGroup):
    """The group whose `main` ends the process with our exit codes, in tests as on the command line."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; Ctrl-C leaves as `Interrupted`."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise Interrupted from None

    def main(self, *args: Any, **extra: Any) -> NoReturn:
        """Run with the arguments of click's `main`, tell what went wrong, and exit."""
        settle_streams()
        settings = {"prog_name": "reconcile", **extra, "standalone_mode": False}
        sys.exit(exit_code(lambda: super(App, self).main(*args, **settings)))


@click.group(
    name="reconcile",
    cls=App,
    lazy=COMMANDS,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
)
@click.version_option(__version__, prog_name="reconcile", message="%(prog)s %(version)s")
@click.pass_context
def main(ctx: click.Context) -> None:
    """Webhook subscriptions as code: declare them in hooks.yaml, plan, apply."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def run() -> None:
    """Run the command line: the console script's entry point."""
    # A run makes many objects that all stay. With the usual thresholds the collector would go through
    # them again and again, in vain, and the time for a file would grow faster than the file.
    gc.set_threshold(100_000, 50, 100)
    watch_strays()
    try:
        main()
    finally:
        # Python goes through all objects twice more on its way out. What they hold goes back with the process.
        gc.freeze()

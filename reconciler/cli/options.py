"""The options that commands share, each also from the environment, gathered into one `Options`.

The variables are `RECONCILE_` and the option's name: RECONCILE_FILE, RECONCILE_ALLOW_DELETES. Those of
repeatable options (RECONCILE_TARGET, RECONCILE_PROVIDER) hold values separated by spaces.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import Any, Literal, TypeAlias, TypeVar

import click

from reconciler.workflow.options import Options

_Function = TypeVar("_Function", bound=Callable[..., Any])
_Decorator: TypeAlias = Callable[[Any], Any]


def _deletes(ctx: click.Context, param: click.Parameter, value: str | None) -> int | Literal["all"] | None:
    """Return `--allow-deletes` as a number or `all`."""
    if value is None or value == "all":
        return value  # type: ignore[return-value]  # mypy does not narrow a str by ==
    if not (value.isascii() and value.isdecimal()):
        raise click.BadParameter(f"{value!r} is neither a number nor `all`.", ctx, param)
    return int(value)


def _option(*names: str, env: str, **settings: Any) -> _Decorator:
    return click.option(*names, envvar=f"RECONCILE_{env}", **settings)


_OPTIONS: dict[str, _Decorator] = {
    "file": _option(
        "-f",
        "--file",
        "file",
        env="FILE",
        type=click.Path(path_type=Path),
        default=Path("hooks.yaml"),
        show_default=True,
        help="The file that declares the subscriptions.",
    ),
    "state": _option("--state", env="STATE", metavar="URL", help="Where the state is; default: what the file says."),
    "targets": _option(
        "--target",
        "targets",
        env="TARGET",
        metavar="ADDRESS",
        multiple=True,
        help="Only these addresses; * and ? are wildcards. Repeatable.",
    ),
    "connections": _option(
        "--provider",
        "connections",
        env="PROVIDER",
        metavar="CONNECTION",
        multiple=True,
        help="Only these connections. Repeatable.",
    ),
    "parallelism": _option(
        "--parallelism",
        env="PARALLELISM",
        type=click.IntRange(min=1),
        metavar="N",
        default=10,
        show_default=True,
        help="How many calls at a time, over all connections.",
    ),
    "color": _option(
        "--color",
        env="COLOR",
        type=click.Choice(["auto", "always", "never"]),
        default="auto",
        help="Colour; auto: on a terminal, unless NO_COLOR or CI is set.",
    ),
    "verbose": _option("-v", "--verbose", "verbose", env="VERBOSE", count=True, help="Tell more; -vv everything."),
    "log_format": _option(
        "--log-format",
        env="LOG_FORMAT",
        type=click.Choice(["text", "json"]),
        default="text",
        help="The form of what goes to stderr.",
    ),
    "allow_deletes": _option(
        "--allow-deletes",
        env="ALLOW_DELETES",
        metavar="N|all",
        callback=_deletes,
        help="Allow more deletes than the file's policy.",
    ),
    "allow_recreate": _option(
        "--allow-recreate",
        env="ALLOW_RECREATE",
        is_flag=True,
        help="Allow creating again what has vanished from a connection.",
    ),
    "lock_timeout": _option(
        "--lock-timeout",
        env="LOCK_TIMEOUT",
        type=click.FloatRange(min=0),
        metavar="SECONDS",
        default=0.0,
        help="How long to wait for the state's lock.",
    ),
}


def common_options(only: Sequence[str] | None = None) -> Callable[[_Function], _Function]:
    """Give a command the common options (those named in `only`; default all), as its first argument `options`.

    To be put directly above the function, below its own options, so that help lists those first. It also
    sets up logging, before the command's own code runs.
    """
    names = tuple(_OPTIONS) if only is None else (*only, *(n for n in ("verbose", "log_format") if n not in only))

    def decorate(command: _Function) -> _Function:
        @wraps(command)
        def with_options(**values: Any) -> Any:
            options = Options(**{name: values.pop(name) for name in names})
            from reconciler.cli.logs import set_up_logging

            # Our renderers decide on colour; click would strip it again wherever no terminal is.
            click.get_current_context().color = True
            set_up_logging(options.verbose, options.log_format)
            return command(options, **values)

        decorated: Any = with_options
        for name in reversed(names):
            decorated = _OPTIONS[name](decorated)
        return decorated  # type: ignore[no-any-return]  # click's decorators return what they are given

    return decorate


def format_option(*formats: str) -> _Decorator:
    """Return the option `--format`, passed as `output_format`; the first of `formats` is the default."""
    return click.option(
        "--format",
        "output_format",
        type=click.Choice(formats),
        default=formats[0],
        show_default=True,
        help="The form of what goes to stdout.",
    )

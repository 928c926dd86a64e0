"""How the process ends: one message for each kind of error, and the exit code that belongs to it.

0 is done, 1 an error (wrong usage too), 130 interrupted. 2 is only ever what a command returns itself.
A reader of stdout that leaves early (`| head`) makes it a quiet 1: results that nobody got are not success.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from io import TextIOWrapper

import click

from reconciler.errors import ConfigError, ReconcileError
from reconciler.output.visible import visible

INTERRUPTED = 130


class Interrupted(Exception):
    """Ctrl-C, on its way past click, which would make a mere `Abort` of it."""


def settle_streams() -> None:
    """Let stdout and stderr take any text: what their encoding lacks is written as an escape."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def exit_code(call: Callable[[], object]) -> int:
    """Run `call`, tell on stderr what went wrong, and return the exit code: an int that it returns, else 0."""
    try:
        code = call()
        sys.stdout.flush()
    except Interrupted:
        _say("Interrupted.")
        return INTERRUPTED
    except click.Abort as abort:
        return _aborted(abort)
    except click.ClickException as error:
        _say_usage(error)
    except ReconcileError as error:
        _say_error(error)
    except BrokenPipeError:
        _close_quietly()
    except Exception as error:  # noqa: BLE001  the last line of defence: no traceback, which could hold a secret
        _say_bug(error)
    else:
        return code if isinstance(code, int) else 0
    return 1


def _aborted(abort: click.Abort) -> int:
    if isinstance(abort.__cause__ or abort.__context__, KeyboardInterrupt):
        _say("Interrupted.")
        return INTERRUPTED
    _say("Error: No answer to the question: nothing was done.")
    return 1


def _say_usage(error: click.ClickException) -> None:
    _say(f"Error: {visible(error.format_message())}")
    if isinstance(error, click.UsageError) and error.ctx is not None:
        _say(f"`{error.ctx.command_path} --help` tells more.")


def _say_error(error: ReconcileError) -> None:
    if isinstance(error, ConfigError):
        from reconciler.output.problems import render_problems

        _say(render_problems(error).rstrip("\n"))
        return
    first, *rest = str(error).splitlines() or [type(error).__name__]
    _say("\n".join([f"Error: {visible(first)}", *(f"  {visible(line)}" for line in rest)]))


def _say_bug(error: Exception) -> None:
    """Tell the type alone: the text of a foreign exception may hold anything. With -vv also the places."""
    _say(f"internal error: {type(error).__name__}: this is a bug; run with -vv for the place")
    import logging

    if logging.getLogger("reconciler").isEnabledFor(logging.DEBUG):
        import traceback

        for frame in traceback.extract_tb(error.__traceback__):
            _say(f"  {visible(frame.filename)}:{frame.lineno} in {frame.name}")


def _say(text: str) -> None:
    try:
        click.echo(text, err=True)
    except OSError:
        _close_quietly()


def _close_quietly() -> None:
    """Point what is still buffered at nothing, or the interpreter would complain of it at its end."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(nothing, stream.fileno())
    os.close(nothing)

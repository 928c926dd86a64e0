"""How the process ends: one message for each kind of error, and the exit code that belongs to it.

0 is done, 1 an error (wrong usage too), 130 interrupted. 2 is only ever what a command returns itself.
A reader of stdout that leaves early (`| head`) makes it a quiet 1: results that nobody got are not success.
"""

from __future__ import annotations

import os
import sys
import threading
import warnings
from collections.abc import Callable
from io import TextIOWrapper
from types import TracebackType
from typing import TYPE_CHECKING, TextIO

import click

if TYPE_CHECKING:
    from reconciler.errors import ReconcileError

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
    except BrokenPipeError:
        _close_quietly()
    except Exception as error:  # noqa: BLE001  the last line of defence: no traceback, which could hold a secret
        _say_exception(error)
    else:
        return code if isinstance(code, int) else 0
    return 1


def watch_strays() -> None:
    """Let no text of an exception or a warning out that never reaches `exit_code`, such as those of other threads.

    Python itself would print them as they are, and they may hold a whole URL, or what was sent.
    """
    threading.excepthook = lambda stray: _say_stray(stray.exc_type, stray.exc_traceback)
    sys.unraisablehook = lambda stray: _say_stray(stray.exc_type, stray.exc_traceback)
    sys.excepthook = lambda kind, _, trace: _say_stray(kind, trace)
    warnings.showwarning = _note_warning


def _note_warning(
    message: Warning | str,  # noqa: ARG001 -- it may hold anything
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,  # noqa: ARG001 -- as `warnings.showwarning` takes it
    line: str | None = None,  # noqa: ARG001
) -> None:
    import logging

    logging.getLogger("reconciler").debug("%s at %s:%d", category.__name__, filename, lineno)


def _aborted(abort: click.Abort) -> int:
    if isinstance(abort.__cause__ or abort.__context__, KeyboardInterrupt):
        _say("Interrupted.")
        return INTERRUPTED
    _say("Error: No answer to the question: nothing was done.")
    return 1


def _say_exception(error: Exception) -> None:
    from reconciler.errors import ReconcileError  # with what it needs, this is most of `--version`'s time

    if isinstance(error, ReconcileError):
        _say_error(error)
    else:
        _say_bug(error)


def _say_usage(error: click.ClickException) -> None:
    from reconciler.output.visible import visible

    _say(f"Error: {visible(error.format_message())}")
    if isinstance(error, click.UsageError) and error.ctx is not None:
        _say(f"`{error.ctx.command_path} --help` tells more.")


def _say_error(error: ReconcileError) -> None:
    from reconciler.errors import ConfigError
    from reconciler.output.visible import visible

    if isinstance(error, ConfigError):
        from reconciler.output.problems import render_problems

        _say(render_problems(error).rstrip("\n"))
        return
    first, *rest = str(error).splitlines() or [type(error).__name__]
    _say("\n".join([f"Error: {visible(first)}", *(f"  {visible(line)}" for line in rest)]))


def _say_bug(error: Exception) -> None:
    _say_stray(type(error), error.__traceback__)


def _say_stray(kind: type[BaseException], trace: TracebackType | None) -> None:
    """Tell the type alone: the text of a foreign exception may hold anything. With -vv also the places."""
    _say(f"internal error: {kind.__name__}: this is a bug; run with -vv for the place")
    import logging

    if logging.getLogger("reconciler").isEnabledFor(logging.DEBUG):
        import traceback

        from reconciler.output.visible import visible

        for frame in traceback.extract_tb(trace):
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

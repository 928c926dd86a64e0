"""A plan and its result on stdout, in the form that was asked for."""

from __future__ import annotations

import shutil
import sys

from reconciler.output.terminal import is_interactive, wants_color
from reconciler.planning.plan import Plan, Result

WIDTH = 80
_WIDEST = 120


def show_plan(plan: Plan, output_format: str, color: str, name: str = "") -> None:
    """Write a plan to stdout as text, JSON, or a Markdown comment about the file `name`."""
    if output_format == "markdown":
        from reconciler.output.markdown import render_markdown

        _write(render_markdown(plan, name))
        return
    if output_format == "json":
        from reconciler.output.json_form import plan_json, to_json_text

        _write(to_json_text(plan_json(plan)))
        return
    from reconciler.output.text import render_plan

    _write(render_plan(plan, color=wants_color(color, sys.stdout), width=_width()))


def show_result(result: Result, output_format: str, color: str) -> None:
    """Write how an apply ended to stdout; as JSON, the plan with its outcomes."""
    if output_format == "json":
        from reconciler.output.json_form import result_json, to_json_text

        _write(to_json_text(result_json(result)))
        return
    from reconciler.output.ending import render_result

    _write(render_result(result, color=wants_color(color, sys.stdout), width=_width()))


def _width() -> int:
    """The terminal's width, within reason; 80 for a pipe, so that a log reads the same everywhere."""
    if not is_interactive(sys.stdout):
        return WIDTH
    return max(40, min(_WIDEST, shutil.get_terminal_size().columns))


def _write(text: str) -> None:
    sys.stdout.write(text if text.endswith("\n") else text + "\n")
    sys.stdout.flush()

"""All that is wrong in a file, one problem a line, as editors and pipelines like to read it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reconciler.errors import ConfigError, Problem
from reconciler.output.visible import visible


def render_problems(error: ConfigError) -> str:
    """Return `file:line:column: message` for each problem, its hint below it, and their number last."""
    lines = []
    for problem in error.problems:
        where = f"{problem.location}: " if problem.location else ""
        lines.append(visible(f"{where}{problem.message}"))
        lines.extend(f"    {visible(hint)}" for hint in (problem.hint or "").splitlines())
    return "\n".join([*lines, _count(error.problems)]) + "\n"


def problems_json(error: ConfigError) -> list[dict[str, Any]]:
    """Return the problems for machines."""
    return [
        {
            "message": problem.message,
            "file": problem.location.file if problem.location else None,
            "line": problem.location.line if problem.location else None,
            "column": problem.location.column if problem.location else None,
            "hint": problem.hint,
        }
        for problem in error.problems
    ]


def _count(problems: Sequence[Problem]) -> str:
    files = sorted({problem.location.file for problem in problems if problem.location})
    where = f" in {visible(files[0])}" if len(files) == 1 else f" in {len(files)} files" if files else ""
    number = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
    return f"{number}{where}; nothing was read or changed."

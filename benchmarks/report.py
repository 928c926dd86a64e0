"""Puts the results into docs/performance.md, between its two marks, and the curves beside it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.plots import plot
from benchmarks.process import ROOT
from benchmarks.rows import Row, Spot

RESULTS = ROOT / "benchmarks" / "results.json"
PAGE = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- results: written by `make bench` -->", "<!-- end of results -->"
ORDER = ("start", "plan", "waiting", "changed", "apply", "validate", "tricks")
CURVES = (
    ("time", "Plan without changes: time", "s", "wall"),
    ("memory", "Plan without changes: memory", "MiB", "memory"),
)


def save(name: str, results: dict[str, Any]) -> None:
    """Put what one benchmark gave in the place of its last results, and write the page anew."""
    found: dict[str, Any] = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    found[name] = results
    RESULTS.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    write(found)


def write(found: dict[str, Any]) -> None:
    """Write the table and the curves of the page from the results of all benchmarks."""
    rows = [Row(**row) for name in ORDER if name in found for row in found[name]["rows"]]
    spots = [Spot(**spot) for one in found.values() for spot in one["spots"]]
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    shown = f"{BEGIN}\n{_machine(found)}\n\n{table(rows)}{_curves(spots, PAGE.parent)}\n{END}"
    PAGE.write_text(before + shown + after, encoding="utf-8")


def table(rows: Sequence[Row]) -> str:
    """Return the rows as a table in Markdown."""
    lines = ["| | reached | target | met | measured |", "|---|---|---|---|---|"]
    for row in rows:
        target = "" if row.target is None else f"{row.target:,g} {row.unit}"
        met = "" if row.target is None else "yes" if row.met else "**no**"
        lines.append(f"| {row.says} | {row.value:,g} {row.unit} | {target} | {met} | {row.figures} |")
    return "\n".join(lines) + "\n"


def _machine(found: dict[str, Any]) -> str:
    machines = {f"Python {one['python']} on {one['processors']} processors, {one['system']}" for one in found.values()}
    loads = [load for one in found.values() for load in one["load"]]
    return f"{'; '.join(sorted(machines))}. Load while it was measured: {min(loads):g} to {max(loads):g}."


def _curves(spots: Sequence[Spot], folder: Path) -> str:
    if not spots:
        return ""
    links = []
    for name, title, unit, figure in CURVES:
        curves: dict[str, list[tuple[float, float]]] = {}
        for spot in spots:
            curves.setdefault(spot.program, []).append((spot.records, getattr(spot, figure)))
        (folder / "performance").mkdir(exist_ok=True)
        (folder / "performance" / f"{name}.svg").write_text(plot(title, unit, curves), encoding="utf-8")
        links.append(f"![{title}](performance/{name}.svg)")
    return "\n" + "\n\n".join(links) + "\n"

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
CURVES = (
    ("time", "Plan without changes: time", "s", "wall"),
    ("memory", "Plan without changes: memory", "MiB", "memory"),
)


def write(results: dict[str, Any]) -> None:
    """Write results.json, the table in the page and the curves."""
    RESULTS.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    rows = [Row(**row) for row in results["rows"]]
    spots = [Spot(**spot) for spot in results["spots"]]
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    shown = f"{BEGIN}\n{_machine(results)}\n\n{table(rows)}\n{_curves(spots, PAGE.parent)}{END}"
    PAGE.write_text(before + shown + after, encoding="utf-8")


def table(rows: Sequence[Row]) -> str:
    """Return the rows as a table in Markdown."""
    lines = ["| | reached | target | met | measured |", "|---|---|---|---|---|"]
    for row in rows:
        target = "" if row.target is None else f"{row.target:,g} {row.unit}"
        met = "" if row.target is None else "yes" if row.met else "**no**"
        lines.append(f"| {row.says} | {row.value:,g} {row.unit} | {target} | {met} | {row.figures} |")
    return "\n".join(lines) + "\n"


def _machine(results: dict[str, Any]) -> str:
    return (
        f"Python {results['python']}, {results['processors']} processors, {results['system']}, "
        f"load {results['load'][0]} → {results['load'][1]}."
    )


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

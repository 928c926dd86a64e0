"""Measure: `python -m benchmarks.run [--save] [--largest N] [--repeat N] [NAME …]`; prints one JSON object.

A time by itself says more about the machine than about the program, so each benchmark compares with
something else, in turns, within one run. With `--save` its results also take the place of the last ones in
benchmarks/results.json, from which the table and curves of docs/performance.md are made.
"""

from __future__ import annotations

import argparse
import compileall
import json
import os
import platform
import sys
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

import reconciler
from benchmarks import report
from benchmarks.suite import BENCHMARKS, SIZES, Suite


def main() -> None:
    """Measure what the command line names, or everything."""
    parser = argparse.ArgumentParser(description="Measure reconcile; one JSON object on stdout.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which ones (default all): {', '.join(BENCHMARKS)}")
    parser.add_argument("--repeat", type=int, default=11, help="turns of the short ones; long ones have fewer")
    parser.add_argument("--largest", type=int, choices=SIZES, default=SIZES[-1], help="how many records at most")
    parser.add_argument("--save", action="store_true", help="keep the results, for docs/performance.md")
    arguments = parser.parse_args()
    if unknown := set(arguments.names) - BENCHMARKS.keys():
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    for installed in (Path(click.__file__).parent.parent, Path(reconciler.__file__).parent):
        compileall.compile_dir(installed, quiet=2)  # as installers do, unless the environment keeps Python from it
    found = {}
    for name in arguments.names or BENCHMARKS:
        with TemporaryDirectory(prefix="reconcile-bench-") as folder:
            found[name] = measure(name, Suite(Path(folder), arguments.largest, arguments.repeat))
        if arguments.save:
            report.save(name, found[name])
    print(json.dumps(found, indent=2, ensure_ascii=False))


def measure(name: str, suite: Suite) -> dict[str, Any]:
    """Run one benchmark, tell its rows on stderr as they come, and return all that it gave."""
    began = os.getloadavg()[0]
    rows = []
    for row in BENCHMARKS[name](suite):
        print(f"{'    ' if row.met else 'OVER'} {row.says}: {row.value:g} {row.unit}", file=sys.stderr)
        rows.append(asdict(row))
    return {
        "python": platform.python_version(),
        "processors": os.cpu_count(),
        "system": platform.system(),
        "load": [round(began, 1), round(os.getloadavg()[0], 1)],
        "rows": rows,
        "spots": [asdict(spot) for spot in suite.spots],
    }


if __name__ == "__main__":
    main()

"""Measure: `python -m benchmarks.run [--largest N] [--repeat N] [NAME …]`; prints one JSON object.

A time by itself says more about the machine than about the program, so each benchmark compares with
something else, in turns, within one run. With all benchmarks, and only then, the results are also
written to benchmarks/results.json, and the table and curves of docs/performance.md made from them.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import report
from benchmarks.rows import Row
from benchmarks.suite import BENCHMARKS, SIZES, Suite


def main() -> None:
    """Measure what the command line names, or everything."""
    parser = argparse.ArgumentParser(description="Measure reconcile; one JSON object on stdout.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which ones (default all): {', '.join(BENCHMARKS)}")
    parser.add_argument("--repeat", type=int, default=11, help="turns of the short ones; long ones have fewer")
    parser.add_argument("--largest", type=int, choices=SIZES, default=SIZES[-1], help="how many records at most")
    arguments = parser.parse_args()
    if unknown := set(arguments.names) - BENCHMARKS.keys():
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    rows: list[Row] = []
    began = os.getloadavg()[0]
    with TemporaryDirectory(prefix="reconcile-bench-") as folder:
        suite = Suite(Path(folder), arguments.largest, arguments.repeat)
        for name in arguments.names or BENCHMARKS:
            for row in BENCHMARKS[name](suite):
                print(f"{'    ' if row.met else 'OVER'} {row.says}: {row.value:g} {row.unit}", file=sys.stderr)
                rows.append(row)
    results = {
        "python": platform.python_version(),
        "processors": os.cpu_count(),
        "system": platform.system(),
        "load": [round(began, 1), round(os.getloadavg()[0], 1)],
        "rows": [asdict(row) for row in rows],
        "spots": [asdict(spot) for spot in suite.spots],
    }
    if not arguments.names and arguments.largest == SIZES[-1]:
        report.write(results)
    print(json.dumps(results, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()

"""Measure, and print one JSON object: `python benchmarks/run.py [--repeat N] [NAME …]`.

A time by itself says more about the machine than about the program. So each benchmark compares
two things within one run, in turns, and its result is the ratio of their medians.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

ROOT = Path(__file__).parent.parent
RECONCILE = "import sys; from reconciler.cli.main import run; sys.argv[0] = 'reconcile'; sys.exit(run())"

Action: TypeAlias = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Benchmark:
    """What is measured, and what it is compared with; `says` is the ratio in words."""

    says: str
    measured: Action
    compared: Action


def _python(code: str, *arguments: str) -> Action:
    command = [sys.executable, "-c", code, *arguments]
    return lambda: subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def _reconcile(*arguments: str) -> Action:
    return _python(RECONCILE, *arguments)


_BARE = _python("pass")

BENCHMARKS = {
    "start": Benchmark("`reconcile --version` to an empty Python program", _reconcile("--version"), _BARE),
    "validate": Benchmark(
        "`reconcile validate` of hooks.yaml to an empty Python program", _reconcile("validate"), _BARE
    ),
}


def measure(benchmark: Benchmark, repeat: int) -> dict[str, object]:
    """Run both sides in turns, `repeat` times each after one that is not counted, and return medians and ratio."""
    sides: tuple[tuple[Action, list[float]], ...] = ((benchmark.measured, []), (benchmark.compared, []))
    for turn in range(repeat + 1):
        for action, seconds in sides:
            began = time.perf_counter()
            action()
            if turn:
                seconds.append(time.perf_counter() - began)
    measured, compared = (statistics.median(seconds) for _, seconds in sides)
    return {
        "says": benchmark.says,
        "ratio": round(measured / compared, 2),
        "measured_ms": round(measured * 1000, 1),
        "compared_ms": round(compared * 1000, 1),
        "repeat": repeat,
    }


def main() -> None:
    """Measure what the command line names, or everything."""
    parser = argparse.ArgumentParser(description="Measure reconcile; one JSON object on stdout.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which ones (default all): {', '.join(BENCHMARKS)}")
    parser.add_argument("--repeat", type=int, default=11)
    arguments = parser.parse_args()
    if unknown := set(arguments.names) - BENCHMARKS.keys():
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    results = {name: measure(BENCHMARKS[name], arguments.repeat) for name in arguments.names or BENCHMARKS}
    print(json.dumps({"python": platform.python_version(), "benchmarks": results}, indent=2))


if __name__ == "__main__":
    main()

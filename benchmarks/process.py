"""Runs programs and says what they took: seconds, seconds of processor time, and memory at most."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryFile

ROOT = Path(__file__).parent.parent

MEASURED = ROOT / "benchmarks" / "measured.py"

RECONCILE = (sys.executable, "-c", "from reconciler.cli.main import run; run()")
"""As the installed `reconcile` starts; `python -m` would add the time of `runpy`."""


COLLECTING = (
    sys.executable,
    "-c",
    "import gc, reconciler.cli.main as main; gc.set_threshold = gc.disable = gc.freeze = lambda *_: None; main.run()",
)
"""The same, with the garbage collector as it is usually."""

SEARCHING = (sys.executable, "-c", "import gc, reconciler.cli.main as main; gc.freeze = lambda: None; main.run()")
"""The same, with the collector's last search on the way out."""


@dataclass(frozen=True, slots=True)
class Took:
    """What one run took."""

    wall: float
    cpu: float
    memory: float
    """The most memory that it had at once, in MiB."""


@dataclass(slots=True)
class Command:
    """A program with its arguments, to be run in `folder`. `before` runs each time, unmeasured.

    `once`: it takes so long that one run must do.
    """

    arguments: Sequence[str]
    folder: Path = ROOT
    before: Callable[[], object] = field(default=lambda: None)
    good: frozenset[int] = frozenset({0})
    once: bool = False

    def run(self) -> Took:
        """Run it once. Raises `RuntimeError`, with what it said, where it fails."""
        self.before()
        with TemporaryFile() as errors:
            done = subprocess.run(
                [sys.executable, "-S", "-E", str(MEASURED), *self.arguments],
                cwd=self.folder,
                stdout=subprocess.PIPE,
                stderr=errors,
                check=True,
            )
            code, wall, cpu, memory = json.loads(done.stdout)
            if code not in self.good:
                errors.seek(0)
                said = errors.read().decode(errors="replace")[-2000:]
                raise RuntimeError(f"{' '.join(self.arguments)} ended with {code}:\n{said}")
        return Took(wall, cpu, memory / (1024 if sys.platform == "linux" else 2**20))


def in_turns(commands: Mapping[str, Command], repeat: int) -> dict[str, Took]:
    """Run all commands in turns, `repeat` times each, and return the medians: noise then hits all alike.

    One turn more comes first and does not count, unless there is only one: it fills the caches.
    """
    runs: dict[str, list[Took]] = {name: [] for name in commands}
    last = repeat if repeat > 1 else 0
    for turn in range(last + 1):
        for name, command in commands.items():
            if command.once and turn != last:
                continue
            took = command.run()
            if turn or turn == last:
                runs[name].append(took)
    return {name: _median(taken) for name, taken in runs.items()}


def _median(taken: Sequence[Took]) -> Took:
    return Took(
        statistics.median(one.wall for one in taken),
        statistics.median(one.cpu for one in taken),
        statistics.median(one.memory for one in taken),
    )


@contextmanager
def serving(records: int, latency: float = 0.0) -> Iterator[str]:
    """Serve a provider with so many records from a process of its own; give its address."""
    arguments = [sys.executable, "-m", "benchmarks.server", str(records), str(latency)]
    process = subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None  # noqa: S101  it was asked for
    try:
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()

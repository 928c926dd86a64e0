"""What a benchmark says: one row a target, and the curves over N."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from benchmarks.process import Took

By = Literal["cpu", "wall"]
TIMES = "×"  # noqa: RUF001  it is the sign that is meant


@dataclass(frozen=True, slots=True)
class Row:
    """One result: `value` in `unit` (`TIMES` for a ratio), what it should be at most, and the figures behind it."""

    point: str
    says: str
    value: float
    unit: str
    target: float | None
    figures: str

    @property
    def met(self) -> bool:
        """Whether the target is reached, or there is none."""
        return self.target is None or self.value <= self.target


@dataclass(frozen=True, slots=True)
class Spot:
    """One spot on a curve: what a plan without changes over `records` took a program."""

    program: str
    records: int
    wall: float
    cpu: float
    memory: float


def ratio(point: str, says: str, ours: Took, theirs: Took, target: float | None, by: By = "cpu") -> Row:
    """Return a row that compares two programs of one run.

    By processor time where both compute on one processor, for that is what a busy machine does not
    change; by the clock where one of them waits or computes on several.
    """
    mine, other = getattr(ours, by), getattr(theirs, by)
    figures = f"{seconds(mine)} : {seconds(other)}{' by the clock' if by == 'wall' else ''}"
    return Row(point, says, round(mine / other, 3), TIMES, target, figures)


def seconds(time: float) -> str:
    """Return a time for people."""
    return f"{time * 1000:.0f} ms" if time < 1 else f"{time:.2f} s"

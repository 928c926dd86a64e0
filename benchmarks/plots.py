"""Curves as SVG, on logarithmic axes: a few dozen lines instead of a library."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from html import escape

Points = Sequence[tuple[float, float]]

_WIDTH, _HEIGHT = 640, 400
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 150, 36, 44
_STYLE = (
    "text{font:12px sans-serif;fill:#444}.title{font-size:14px;font-weight:bold}"
    ".end{text-anchor:end}.middle{text-anchor:middle}"
)
_COLORS = ("#0b6bcb", "#c4521b", "#7a3db8", "#2f7d32", "#666666")


def plot(title: str, unit: str, curves: Mapping[str, Points]) -> str:
    """Return an SVG of the curves: x is the number of records, y in `unit`; both axes in powers of ten."""
    xs = [x for points in curves.values() for x, _ in points]
    ys = [y for points in curves.values() for _, y in points]
    across = _axis(xs, _LEFT, _WIDTH - _RIGHT)
    up = _axis(ys, _HEIGHT - _BOTTOM, _TOP)
    parts = [_text(_LEFT, 20, title, "title"), *_grid(xs, ys, across, up, unit)]
    for color, (name, points) in zip(_COLORS, curves.items(), strict=False):
        places = [(across(x), up(y)) for x, y in sorted(points)]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{color}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{color}"/>' for x, y in places]
        x, y = places[-1]
        parts.append(f'<text x="{x + 8:.1f}" y="{y + 4:.1f}" fill="{color}">{escape(name)}</text>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{_HEIGHT}" viewBox="0 0 {_WIDTH} {_HEIGHT}">'
        f'<style>{_STYLE}</style><rect width="100%" height="100%" fill="#ffffff"/>{"".join(parts)}</svg>\n'
    )


def _grid(
    xs: Sequence[float], ys: Sequence[float], across: Callable[[float], float], up: Callable[[float], float], unit: str
) -> list[str]:
    parts = []
    for power in _powers(xs):
        x = across(10**power)
        parts.append(_line(x, _TOP, x, _HEIGHT - _BOTTOM))
        parts.append(_text(x, _HEIGHT - _BOTTOM + 18, f"{10**power:,}", "middle"))
    for power in _powers(ys):
        y = up(10**power)
        parts.append(_line(_LEFT, y, _WIDTH - _RIGHT, y))
        parts.append(_text(_LEFT - 6, y + 4, f"{10**power:,g} {unit}", "end"))
    parts.append(_text((_LEFT + _WIDTH - _RIGHT) / 2, _HEIGHT - 8, "records", "middle"))
    return parts


def _axis(values: Sequence[float], begin: float, end: float) -> Callable[[float], float]:
    powers = _powers(values)
    low, high = powers[0], max(powers[-1], powers[0] + 1)
    return lambda value: begin + (math.log10(value) - low) / (high - low) * (end - begin)


def _powers(values: Sequence[float]) -> list[int]:
    return list(range(math.floor(math.log10(min(values))), math.ceil(math.log10(max(values))) + 1))


def _line(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="#dddddd"/>'


def _text(x: float, y: float, text: str, kind: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}">{escape(text)}</text>'

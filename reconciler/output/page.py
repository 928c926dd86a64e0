"""A page of text: lines wrapped at a width, coloured afterwards, so that colour never moves a break."""

from __future__ import annotations

import textwrap
from typing import Literal

Tone = Literal["plain", "strong", "faint", "good", "change", "bad"]
INDENT = 6
"""Where the text below a heading begins."""

_CODES: dict[Tone, str] = {
    "plain": "",
    "strong": "\x1b[1m",
    "faint": "\x1b[2m",
    "good": "\x1b[32m",
    "change": "\x1b[33m",
    "bad": "\x1b[31m",
}


def painted(text: str, tone: Tone, *, color: bool) -> str:
    """Return `text` in the terminal's colour of `tone`; unchanged without `color`."""
    code = _CODES[tone]
    return f"{code}{text}\x1b[0m" if color and code and text else text


class Page:
    """Collects lines. What is given to it went through `visible` before: it writes no text of its own."""

    def __init__(self, *, color: bool, width: int) -> None:
        self._color = color
        self._width = width
        self._lines: list[str] = []

    def add(self, text: str, indent: int = 0, *, hang: int | None = None, tone: Tone = "plain") -> None:
        """Add `text`, broken at spaces; lines after the first are indented by `hang` (default `indent` + 2)."""
        rest = " " * (indent + 2 if hang is None else hang)
        first = " " * indent
        lines = (
            [first + text]
            if len(first) + len(text) <= self._width
            else textwrap.wrap(
                text,
                self._width,
                initial_indent=first,
                subsequent_indent=rest,
                break_long_words=False,
                break_on_hyphens=False,
            )
        )
        self._lines.extend(painted(line, tone, color=self._color) for line in lines)

    def title(self, text: str, tone: Tone = "strong") -> None:
        """Add a section's title, after an empty line where something stands above."""
        self.gap()
        self.add(text, hang=0, tone=tone)

    def gap(self) -> None:
        """Add one empty line, unless the page is empty or ends with one."""
        if self._lines and self._lines[-1]:
            self._lines.append("")

    def fits(self, text: str, indent: int = 0) -> bool:
        """Whether `text` needs no break."""
        return indent + len(text) <= self._width

    def text(self) -> str:
        """Return the page, ending with a newline."""
        return "".join(f"{line}\n" for line in self._lines)

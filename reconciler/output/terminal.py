"""What the place that text goes to can show."""

from __future__ import annotations

import os
from typing import TextIO


def wants_color(choice: str, stream: TextIO) -> bool:
    """Whether to colour what goes to `stream`, by `--color`, NO_COLOR, and whether a person is looking."""
    if choice != "auto":
        return choice == "always"
    return not os.environ.get("NO_COLOR") and is_interactive(stream)


def is_interactive(stream: TextIO) -> bool:
    """Whether `stream` is a terminal that obeys control codes, outside of a pipeline (which keeps what it is sent)."""
    if os.environ.get("CI") or os.environ.get("TERM") == "dumb":
        return False
    try:
        return stream.isatty()
    except ValueError:  # closed
        return False

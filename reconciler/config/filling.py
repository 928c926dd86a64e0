"""Puts the values of references into what was written, and remembers where one has none."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

from reconciler.documents import Path as At
from reconciler.errors import ConfigError, Location, Problem
from reconciler.secrets.references import Each, Pending, Resolver


class Source(Protocol):
    """Where values come from: positions for messages, and the folder that file references start at."""

    def locate(self, path: At, key: bool = False) -> Location:
        """Return the position of a value, or of its key."""

    def folder(self, path: At) -> Path:
        """Return the folder of the file that a value stands in."""


class Broken(Pending):
    """Stands for a text whose reference has no value: told already, so nothing more is said of it."""

    __slots__ = ()


class Filler:
    """Fills references in; what is wrong with one goes to `problems`, and the text becomes `Broken`."""

    def __init__(self, resolver: Resolver, problems: list[Problem]) -> None:
        self._resolver = resolver
        self._problems = problems

    def fill(self, value: Any, path: At, source: Source, each: Each | None = None, *, filled: bool = False) -> Any:
        """Return `value`, which stands at `path`, with its references resolved. `filled`: empty means missing."""
        if isinstance(value, str):
            if "${" not in value:
                return value
            try:
                return self._resolver.value(value, source.folder(path), each, filled=filled)
            except ConfigError as error:
                where = source.locate(path)
                self._problems += [Problem(one.message, where, one.hint) for one in error.problems]
                return Broken(value)
        if isinstance(value, dict):
            return {name: self.fill(item, (*path, name), source, each, filled=filled) for name, item in value.items()}
        if isinstance(value, list):
            return [self.fill(item, (*path, i), source, each, filled=filled) for i, item in enumerate(value)]
        return value

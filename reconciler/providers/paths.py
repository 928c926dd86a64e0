"""Dotted paths into a provider's JSON, and templates with names in braces."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, MutableMapping
from itertools import pairwise
from typing import Any, Final

_NAME = re.compile(r"\{(\w+)\}")


class _Missing:
    def __repr__(self) -> str:
        return "nothing"


MISSING: Final = _Missing()
"""What `at` returns where nothing is: unlike None, which is a value that a provider may send."""


def at(data: Any, path: str | None) -> Any:
    """Return what is at `path` in `data` (all of it for None), or `MISSING`."""
    if path is None:
        return data
    if type(data) is dict and path in data and "." not in path:  # as most are
        return data[path]
    for step in path.split("."):
        if isinstance(data, dict | Mapping) and step in data:  # `dict` first: to ask for `Mapping` takes far longer
            data = data[step]
        elif isinstance(data, list) and step.isdecimal() and int(step) < len(data):
            data = data[int(step)]
        else:
            return MISSING
    return data


def put(data: MutableMapping[str, Any], path: str, value: Any) -> None:
    """Set what is at `path` in `data`, making the objects on the way, and a list where a number picks from it."""
    steps = path.split(".")
    inner: Any = data
    for step, following in pairwise(steps):
        found = at(inner, step)
        if not (isinstance(found, dict) or (isinstance(found, list) and following.isdecimal())):
            found = [] if following.isdecimal() else {}
            _set(inner, step, found)
        inner = found
    _set(inner, steps[-1], value)


def without(data: Any, path: str) -> Any:
    """Return `data` without what is at `path`; what is not on the way there is shared, not copied."""
    first, _, rest = path.partition(".")
    if at(data, first) is MISSING:
        return data
    if isinstance(data, list):
        place = int(first)
        return [*data[:place], *([without(data[place], rest)] if rest else []), *data[place + 1 :]]
    if not rest:
        return {name: value for name, value in data.items() if name != first}
    return {**data, first: without(data[first], rest)}


def list_of(path: str) -> str | None:
    """Return where the list is that a number in `path` picks from; None where there is none."""
    found = re.match(r"(.+?)\.\d+(\.|$)", path)
    return found.group(1) if found else None


def _set(data: Any, step: str, value: Any) -> None:
    if isinstance(data, list):
        data += [{} for _ in range(int(step) + 1 - len(data))]  # those before it that nobody has set yet
        data[int(step)] = value
    else:
        data[step] = value


def filled(template: str, values: Mapping[str, str], quoting: Callable[[str], str] = str) -> str:
    """Return `template` with each `{name}` replaced by its quoted value. Raises `KeyError` for an unknown name."""
    return _NAME.sub(lambda found: quoting(values[found.group(1)]), template)


def filled_value(template: Any, values: Mapping[str, Any]) -> Any:
    """Return `template` filled, where it is a text; one that is a name alone becomes the value, with its type."""
    if not isinstance(template, str):
        return template
    alone = _NAME.fullmatch(template)
    if alone:
        return values[alone.group(1)]
    return filled(template, {name: as_text(value) for name, value in values.items()})


def as_text(value: Any) -> str:
    """Return a plain value as it is written in a path, a query or a form."""
    return json.dumps(value) if isinstance(value, bool) else str(value)


def kind_of(value: Any) -> str:
    """Return what a JSON value is, for messages that must not show it."""
    if value is MISSING:
        return "nothing"
    if value is None:
        return "null"
    names = {bool: "a boolean", str: "a text", int: "a number", float: "a number", list: "a list", dict: "an object"}
    return names.get(type(value), "something else")

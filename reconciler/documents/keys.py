"""Which keys a model takes at a place in it, for suggestions."""

from __future__ import annotations

import types
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Union, get_args, get_origin

from reconciler.documents.models import Model, keys_of, kinds_of, rest_of


def keys_at(model: type[Model], path: Sequence[str | int]) -> list[str]:
    """Return the names of the keys that `model` takes at `path`, which may hold the names of union branches."""
    here: list[Any] = [model]
    for step in path:
        inner = [part for kind in here for part in _inside(kind, step)]
        here = inner or [kind for kind in here if _is_named(kind, step)] or here
    names: list[str] = []
    for kind in here:
        if _is_model(kind):
            names += keys_of(kind)
    return list(dict.fromkeys(names))


def _inside(kind: Any, step: str | int) -> Iterator[Any]:
    arguments = get_args(kind)
    if _is_model(kind):
        kinds, rest = kinds_of(kind), rest_of(kind)
        name = keys_of(kind).get(str(step))
        if name is not None:
            yield from _members(kinds[name])
        elif rest is not None:
            yield from _members(get_args(kinds[rest])[1])
    elif get_origin(kind) is dict and isinstance(step, str):
        yield from _members(arguments[1])
    elif get_origin(kind) in (list, tuple) and isinstance(step, int):
        yield from _members(arguments[0])


def _members(kind: Any) -> Iterator[Any]:
    """The types that `kind` stands for: the members of a union, without what annotates them."""
    if get_origin(kind) is Annotated:
        yield from _members(get_args(kind)[0])
    elif get_origin(kind) in (Union, types.UnionType):
        for member in get_args(kind):
            yield from _members(member)
    else:
        yield kind


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Model)


def _is_named(kind: Any, step: str | int) -> bool:
    return isinstance(step, str) and getattr(kind, "__name__", str(kind)) in step

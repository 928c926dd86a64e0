"""Whether data fits a type, told without pydantic; of what does not fit, pydantic says what is wrong (`judging`)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from reconciler.documents.models import FieldInfo, Model, keys_of, kinds_of, required, rest_of

MISFIT: Final = object()
"""What `fitted` returns for what does not fit."""

_HOLDS: Mapping[str, Callable[[Any, Any], bool]] = {
    "min_length": lambda value, bound: len(value) >= bound,
    "max_length": lambda value, bound: len(value) <= bound,
    "pattern": lambda value, bound: re.search(bound, value) is not None,
    "ge": lambda value, bound: value >= bound,
    "gt": lambda value, bound: value > bound,
    "le": lambda value, bound: value <= bound,
}


def fitted(kind: Any, value: Any) -> Any:
    """Return `value` as a `kind`, taken strictly: mappings that a `Model` describes as its instances.

    `kind` is a type hint of these: `Any`, plain types, `Literal`, `list`, `dict` with texts as keys, unions,
    `Annotated` with a `Field`, and models. Returns `MISFIT` where `value` is no such thing.
    """
    if kind is Any or type(value) is kind:
        return value
    if isinstance(kind, type):
        if issubclass(kind, Model):
            return _model(kind, value)
        if kind is str:
            return value if isinstance(value, str) else MISFIT
        return float(value) if kind is float and type(value) is int else MISFIT
    origin, arguments = get_origin(kind), get_args(kind)
    return _FORMS[origin](arguments, value)


def _union(kinds: tuple[Any, ...], value: Any) -> Any:
    return next((found for kind in kinds if (found := fitted(kind, value)) is not MISFIT), MISFIT)


def _literal(choices: tuple[Any, ...], value: Any) -> Any:
    # `True` is equal to 1, so types count.
    return value if any(type(value) is type(one) and value == one for one in choices) else MISFIT


def _annotated(arguments: tuple[Any, ...], value: Any) -> Any:
    found = fitted(arguments[0], value)
    return found if found is MISFIT or all(_holds(one, found) for one in arguments[1:]) else MISFIT


def _list(arguments: tuple[Any, ...], value: Any) -> Any:
    if not isinstance(value, list):
        return MISFIT
    found = [fitted(arguments[0], item) for item in value]
    return MISFIT if any(item is MISFIT for item in found) else found


def _dict(arguments: tuple[Any, ...], value: Any) -> Any:
    names, items = arguments
    if not isinstance(value, dict) or any(fitted(names, name) is MISFIT for name in value):
        return MISFIT
    if items is Any:
        return value
    found = {name: fitted(items, item) for name, item in value.items()}
    return MISFIT if any(item is MISFIT for item in found.values()) else found


_FORMS: Mapping[Any, Callable[[tuple[Any, ...], Any], Any]] = {
    Union: _union,
    UnionType: _union,
    Literal: _literal,
    Annotated: _annotated,
    list: _list,
    dict: _dict,
}


def _model(model: type[Model], value: Any) -> Any:
    if model.short is not None and isinstance(value, str):
        value = {model.short: value}
    if not isinstance(value, dict):
        return MISFIT
    keys, kinds, rest = keys_of(model), kinds_of(model), rest_of(model)
    found: dict[str, Any] = {}
    others: dict[str, Any] = {}
    for key, item in value.items():
        name = keys.get(key)
        if name is not None:
            found[name] = made = fitted(kinds[name], item)
            if made is MISFIT or not _holds(model.model_fields[name], made):
                return MISFIT
        elif rest is not None:
            others[key] = item
        else:
            return MISFIT
    if rest is not None and others:
        found[rest] = made = fitted(kinds[rest], others)
        if made is MISFIT:
            return MISFIT
    if not all(name in found for name in required(model)):
        return MISFIT
    instance = model(**found)
    try:
        instance.check()
    except ValueError:
        return MISFIT
    return instance


def _holds(field: FieldInfo, value: Any) -> bool:
    if value is None:
        return True
    if not all(_HOLDS[name](value, bound) for name, bound in field.bounds.items()):
        return False
    if field.check is not None:
        try:
            field.check(value)
        except ValueError:
            return False
    return True

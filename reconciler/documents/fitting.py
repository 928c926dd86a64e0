"""Data that is certainly right, told by a look at a model's types, without its validators.

To build the validators of a first model takes pydantic longer than all of a small file's checks. Most
files are right and of simple types, which this sees; of all else the model itself has the word.
"""

from __future__ import annotations

from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from annotated_types import MinLen
from pydantic import BaseModel

_SMALL = 1000
"""Of larger mappings the validators, once they are built, are the quicker judges."""

_SIMPLE = (str, int, bool, type(None))


def fits(model: type[BaseModel], data: Any) -> bool:
    """Whether `data` is certainly right for a `model` that takes types strictly. False says nothing."""
    if not isinstance(data, dict):
        return False
    fields = model.model_fields
    for name, value in data.items():
        field = fields.get(name)
        if field is None or not _is_of(field.annotation, value):
            return False
        if not all(isinstance(bound, MinLen) and len(value) >= bound.min_length for bound in field.metadata):
            return False  # or it is bounded in a way that only the validators know
    return all(name in data for name, field in fields.items() if field.is_required())


def _is_of(kind: Any, value: Any) -> bool:
    if kind is Any or (kind in _SIMPLE and type(value) is kind):
        return True
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Literal:
        return any(type(value) is type(one) and value == one for one in arguments)
    if origin in (Union, UnionType):
        return any(_is_of(one, value) for one in arguments)
    if origin is list:
        return isinstance(value, list) and all(_is_of(arguments[0], one) for one in value)
    if origin is dict:
        return (
            isinstance(value, dict)
            and len(value) <= _SMALL
            and all(_is_of(arguments[0], name) and _is_of(arguments[1], one) for name, one in value.items())
        )
    return False

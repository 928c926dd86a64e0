"""Tables that come with the package, as instances of the format without its validators.

Every test run checks these tables by the format's model, so a start need not: to build the model's
validators takes longer than all else that a small command does. They are built when a table of the
user's own is read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from pydantic import BaseModel

M = TypeVar("M", bound=BaseModel)


def trusted(model: type[M], data: Mapping[str, Any]) -> M:
    """Return `data`, which is known to be right, as an instance of `model`: equal to what validating gives."""
    kinds, extra = _kinds(model)
    values = {name: _of(kinds.get(name, extra), value) for name, value in data.items()}
    for name, field in model.model_fields.items():
        if field.default_factory is not None and (field.alias or name) not in data:
            values[name] = _made(cast("Callable[[], Any]", field.default_factory))
    written = {name for name, field in model.model_fields.items() if (field.alias or name) in data}
    return model.model_construct(_fields_set=written | (data.keys() - kinds.keys()), **values)


def _made(default: Callable[[], Any]) -> Any:
    """Return what a field's factory makes; pydantic would look at the factory's signature first, which takes longer."""
    return trusted(default, {}) if isinstance(default, type) and issubclass(default, BaseModel) else default()


@cache
def _kinds(model: type[BaseModel]) -> tuple[Mapping[str, Any], Any]:
    """Return the types of a model's keys, and of the keys that it does not name."""
    kinds = {field.alias or name: field.annotation for name, field in model.model_fields.items()}
    allowed = model.model_config.get("extra") == "allow"
    return kinds, get_args(get_type_hints(model)["__pydantic_extra__"])[1] if allowed else Any


def _of(kind: Any, value: Any) -> Any:
    """Return `value` as the one of the types in `kind` that it is."""
    for one in _members(kind):
        if isinstance(one, type) and issubclass(one, BaseModel):
            written = _written(one, value)
            if written is not None:
                return trusted(one, written)
        elif get_origin(one) is list and isinstance(value, list):
            return [_of(get_args(one)[0], item) for item in value]
        elif get_origin(one) is dict and isinstance(value, dict):
            return {name: _of(get_args(one)[1], item) for name, item in value.items()}
        elif one is float and isinstance(value, int):
            return float(value)
    return value


def _written(model: type[BaseModel], value: Any) -> Mapping[str, Any] | None:
    """Return the keys with which `value` makes a `model`, short forms written out; None where it makes none."""
    for validator in model.__pydantic_decorators__.model_validators.values():
        if validator.info.mode == "before":
            value = getattr(model, validator.cls_var_name)(value)
    if not isinstance(value, dict):
        return None
    fields = {field.alias or name: field for name, field in model.model_fields.items()}
    known = value.keys() <= fields.keys() or model.model_config.get("extra") == "allow"
    complete = all(name in value for name, field in fields.items() if field.is_required())
    return value if known and complete else None


def _members(kind: Any) -> Iterator[Any]:
    """The types that `kind` stands for: the members of a union, without what annotates them."""
    if get_origin(kind) is Annotated:
        yield from _members(get_args(kind)[0])
    elif get_origin(kind) in (Union, UnionType):
        for member in get_args(kind):
            yield from _members(member)
    else:
        yield kind

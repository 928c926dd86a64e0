"""`dataclass`, quicker to declare: `from reconciler.slotted import dataclass`, then as the standard library's.

That one writes the text of six methods for each class and compiles it, which for all of ours takes longer than a
small command's own work. Here the methods are shared, but for `__init__`, and that is written when the first
instance is made: most commands make instances of a few classes only. Fields are collected by the standard library,
so `replace`, `fields`, `asdict` and `match` work. Type checkers are told that it is the standard library's.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from operator import attrgetter
from reprlib import recursive_repr
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass  # noqa: PLC0414  for others to import

C = TypeVar("C", bound=type)


def _dataclass(*, frozen: bool = False, slots: bool, repr: bool = True) -> Callable[[C], C]:  # noqa: A002  its name in the standard library
    """Return the decorator of a class with slots, compared by its fields; `frozen` ones never change."""
    assert slots  # noqa: S101  all of ours have them

    def declare(cls: C) -> C:
        if cls.__doc__ is None:
            cls.__doc__ = cls.__name__  # else the signature is written out for it, which takes as long as all the rest
        made: Any = dataclasses.dataclass(init=False, repr=False, eq=False, slots=True)(cls)
        if "__init__" not in cls.__dict__:
            made.__init__ = _first_init(made, frozen)
        compared = _getter([one.name for one in dataclasses.fields(made) if one.compare])
        methods: dict[str, Any] = {"__eq__": _equality(compared), "__hash__": None}
        if repr:
            methods["__repr__"] = _repr
        if frozen:
            methods |= {"__hash__": lambda self: hash(compared(self)), "__getstate__": _state, "__setstate__": _restore}
            methods |= {"__setattr__": _refuse_to_set, "__delattr__": _refuse_to_delete}
        for name, method in methods.items():
            if name not in cls.__dict__ or (name == "__hash__" and cls.__dict__[name] is None):
                setattr(made, name, method)
        return made  # type: ignore[no-any-return]  # the same class, with slots

    return declare


if not TYPE_CHECKING:
    dataclass = _dataclass


def _first_init(cls: Any, frozen: bool) -> Callable[..., None]:
    def __init__(self: Any, /, *args: Any, **values: Any) -> None:  # noqa: N807  it stands for it, once
        cls.__init__ = _written_init(cls, frozen)
        cls.__init__(self, *args, **values)

    return __init__


def _written_init(cls: Any, frozen: bool) -> Callable[..., None]:
    """Return `__init__` as the fields say. It sets slots by their descriptors, which is quicker than by name."""
    given: dict[str, Any] = {"_missing": dataclasses.MISSING}
    parameters, lines = [], []
    for one in dataclasses.fields(cls):
        name, value = one.name, one.name
        if one.default is not dataclasses.MISSING:
            given[f"_default_{name}"] = one.default
            parameters.append(f"{name}=_default_{name}")
        elif one.default_factory is not dataclasses.MISSING:
            given[f"_make_{name}"] = one.default_factory
            parameters.append(f"{name}=_missing")
            value = f"_make_{name}() if {name} is _missing else {name}"
        else:
            parameters.append(name)
        if frozen:
            given[f"_set_{name}"] = getattr(cls, name).__set__
            lines.append(f"_set_{name}(self, {value})")
        else:
            lines.append(f"self.{name} = {value}")
    if hasattr(cls, "__post_init__"):
        lines.append("self.__post_init__()")
    text = f"def __init__(self, {', '.join(parameters)}):\n " + "\n ".join(lines or ["pass"])
    exec(text, given)  # noqa: S102  of the names of our own fields
    init: Callable[..., None] = given["__init__"]
    init.__qualname__ = f"{cls.__qualname__}.__init__"
    return init


def _getter(names: list[str]) -> Callable[[Any], Any]:
    return attrgetter(*names) if names else lambda self: ()  # noqa: ARG005  nothing to compare


def _equality(compared: Callable[[Any], Any]) -> Callable[[Any, object], bool]:
    def __eq__(self: Any, other: object) -> bool:  # noqa: N807  it becomes it
        if type(other) is not type(self):
            return NotImplemented
        return bool(compared(self) == compared(other))

    return __eq__


@recursive_repr()
def _repr(self: Any) -> str:
    shown = (f"{one.name}={getattr(self, one.name)!r}" for one in dataclasses.fields(self) if one.repr)
    return f"{type(self).__qualname__}({', '.join(shown)})"


def _state(self: Any) -> list[Any]:
    return [getattr(self, one.name) for one in dataclasses.fields(self)]


def _restore(self: Any, state: list[Any]) -> None:
    for one, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, one.name, value)


def _refuse_to_set(_: object, name: str, __: object) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_to_delete(_: object, name: str) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")

"""The shape of a mapping in a file, declared as a class: `Model`, with a `Field` for each key.

    class Policy(Model):
        '''Guards.'''

        deletes: int = Field(10, alias="max_deletes", ge=0, description="At most so many.")

    policy = Policy.model_validate({"max_deletes": 3})

It reads as a pydantic model does, and pydantic has the word on whatever is wrong and makes the JSON Schema
(`judging`). But to load pydantic, and to let it build its validators, takes longer than all else that a small
command does, and most files are right, which `fitting` sees without it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from inspect import get_annotations
from typing import Any, ClassVar, Self, TypeVar, get_type_hints

T = TypeVar("T")

_REQUIRED: Any = object()
"""The default of what has none; equal to nothing else."""


class FieldInfo:
    """What is declared of one key. Made by `Field`."""

    __slots__ = ("alias", "bounds", "check", "default", "default_factory", "description", "rest")

    def __init__(self, default: Any, factory: Callable[[], Any] | None = None, **about: Any) -> None:
        self.default = default
        self.default_factory = factory
        self.alias: str | None = about.pop("alias", None)
        self.description: str | None = about.pop("description", None)
        self.check: Callable[[Any], object] | None = about.pop("check", None)
        self.rest: bool = about.pop("rest", False)
        self.bounds: Mapping[str, Any] = about

    def is_required(self) -> bool:
        """Whether the key must be there."""
        return self.default is _REQUIRED and self.default_factory is None

    def get_default(self) -> Any:
        """Return what the attribute is without its key; where that must be there, what equals nothing."""
        return self.default if self.default_factory is None else self.default_factory()


def Field(default: Any = _REQUIRED, *, default_factory: Callable[[], Any] | None = None, **about: Any) -> Any:  # noqa: N802  it is read as pydantic's
    """Declare a key, its default, and more `about` it.

    - `alias`: the key, where the attribute has another name; `description`;
    - bounds: `min_length`, `max_length`, `pattern`, `ge`, `gt`, `le`, of what is not null;
    - `check`: called with the value, raises `ValueError` with what is wrong;
    - `rest`: the attribute, a dict, has all keys that no other names.
    """
    return FieldInfo(default, default_factory, **about)


class Model:
    """Base: unknown keys are errors, types are taken strictly, instances are frozen."""

    model_fields: ClassVar[dict[str, FieldInfo]] = {}
    """What is declared of each key, by the attribute's name."""
    short: ClassVar[str | None] = None
    """The key that a text alone stands for: `x` for `{at: x}`."""
    model_fields_set: frozenset[str]
    """The names of the attributes whose keys were there."""

    def __init_subclass__(cls) -> None:
        declared = dict(cls.model_fields)
        for name, kind in get_annotations(cls).items():
            if not str(kind).startswith("ClassVar"):
                value = cls.__dict__.get(name, _REQUIRED)
                declared[name] = field = value if isinstance(value, FieldInfo) else FieldInfo(value)
                if field.default is not _REQUIRED:
                    setattr(cls, name, field.default)
                elif name in cls.__dict__:
                    delattr(cls, name)
        cls.model_fields = declared

    def __init__(self, **values: Any) -> None:
        """Hold `values`, by attribute, which are right; the defaults of all others."""
        made = {
            name: field.default_factory()
            for name, field in self.model_fields.items()
            if field.default_factory is not None and name not in values
        }
        self.__dict__.update(made, **values, model_fields_set=frozenset(values))

    @classmethod
    def model_validate(cls, data: Any) -> Self:
        """Return `data` as an instance. Raises `ValueError`, with pydantic's words, where it is none."""
        from reconciler.documents.fitting import MISFIT, fitted

        found = fitted(cls, data)
        if found is MISFIT:
            from reconciler.documents.judging import judge

            judge(cls).model_validate(data)
            raise ValueError(f"this is no {cls.__name__}")
        return found  # type: ignore[no-any-return]  # an instance of what was asked for

    @classmethod
    def model_json_schema(cls) -> dict[str, Any]:
        """Return the JSON Schema (draft 2020-12) of such a mapping."""
        from reconciler.documents.judging import judge

        return judge(cls).model_json_schema()

    def check(self) -> None:
        """Raise `ValueError` with what is wrong with the whole. Only the attributes may be asked here."""

    def said(self) -> dict[str, Any]:
        """Return the values that differ from their defaults, by key, in the order of declaration."""
        found: dict[str, Any] = {}
        for name, field in self.model_fields.items():
            value = getattr(self, name)
            if field.rest:
                found |= value
            elif value.said() if isinstance(value, Model) else value != field.get_default():
                found[field.alias or name] = value
        return found

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen: {name!r} cannot be set")

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {', '.join(sorted(self.model_fields_set))}>"


def once(function: Callable[[type[Model]], T]) -> Callable[[type[Model]], T]:
    """Return `function` with its results kept, a model each."""
    return cache(function)  # type: ignore[return-value]  # it does not see that a class has a hash


@once
def kinds_of(model: type[Model]) -> dict[str, Any]:
    """Return the type of each attribute of a model."""
    hints = get_type_hints(model, include_extras=True)
    return {name: hints[name] for name in model.model_fields}


@once
def keys_of(model: type[Model]) -> dict[str, str]:
    """Return the keys that a model names, to the attributes that they are."""
    return {field.alias or name: name for name, field in model.model_fields.items() if not field.rest}


@once
def rest_of(model: type[Model]) -> str | None:
    """Return the attribute that has all other keys, if there is one."""
    return next((name for name, field in model.model_fields.items() if field.rest), None)


def required(model: type[Model]) -> Iterable[str]:
    """Return the attributes of a model whose keys must be there."""
    return (name for name, field in model.model_fields.items() if field.is_required())

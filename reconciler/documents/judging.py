"""Pydantic's word on what a `Model` describes: what is wrong with data, and the JSON Schema."""

from __future__ import annotations

import types
from collections.abc import Callable
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import pydantic
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticKnownError

from reconciler.documents.models import FieldInfo, Model, kinds_of, once, rest_of


class _Judge(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


@once
def judge(model: type[Model]) -> type[BaseModel]:
    """Return the pydantic model that takes what `model` takes."""
    rest = rest_of(model)
    kinds = kinds_of(model)
    parts: dict[str, Any] = {
        name: (_with_check(field, _judged(kinds[name])), _declared(field))
        for name, field in model.model_fields.items()
        if name != rest
    }
    base: type[BaseModel] = _Judge if model.short is None else _short_base(model.short)
    if rest is not None:
        inner = _judged(kinds[rest])
        said = {"__annotations__": {"__pydantic_extra__": inner}, "model_config": ConfigDict(extra="allow")}
        base = types.new_class("_Open", (base,), exec_body=lambda body: body.update(said))
    validators: dict[str, Any] = {}
    if model.check is not Model.check:
        validators["_checked"] = pydantic.model_validator(mode="after")(_checked(model))
    if model.short is not None:
        validators["_lengthened"] = pydantic.model_validator(mode="before")(_lengthened(model.short))
    made: type[BaseModel] = pydantic.create_model(
        model.__name__, __base__=base, __doc__=model.__doc__ or "", __validators__=validators, **parts
    )
    return made


def _judged(kind: Any) -> Any:
    """Return a type as pydantic reads it: models by their judges, our bounds as its own."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return Annotated[(_judged(arguments[0]), *(_declared(one) for one in arguments[1:]))]
    if origin in (Union, UnionType):
        return Union[tuple(map(_judged, arguments))]  # noqa: UP007  of a number of types that is not known
    if origin is Literal:
        return (
            Annotated[kind, BeforeValidator(_no_truth_value)]
            if 1 in arguments and bool not in map(type, arguments)
            else kind
        )
    if origin is not None:
        return origin[tuple(map(_judged, arguments))]
    return judge(kind) if isinstance(kind, type) and issubclass(kind, Model) else kind


def _no_truth_value(value: Any) -> Any:
    if isinstance(value, bool):  # `true` is equal to 1
        raise PydanticKnownError("literal_error", {"expected": "1"})
    return value


def _declared(field: FieldInfo) -> Any:
    about = {"alias": field.alias, "description": field.description, **field.bounds}
    about = {name: value for name, value in about.items() if value is not None}
    if field.is_required():
        return pydantic.Field(**about)
    if field.default_factory is not None:
        return pydantic.Field(default_factory=field.default_factory, **about)
    return pydantic.Field(default=field.default, **about)


def _with_check(field: FieldInfo, kind: Any) -> Any:
    check = field.check
    if check is None:
        return kind

    def checked(value: Any) -> Any:
        check(value)
        return value

    return Annotated[kind, AfterValidator(checked)]


def _checked(model: type[Model]) -> Callable[[Any], Any]:
    def checked(self: Any) -> Any:
        model.check(self)
        return self

    return checked


def _lengthened(key: str) -> Any:
    def lengthened(_: type, value: Any) -> Any:
        return {key: value} if isinstance(value, str) else value

    return classmethod(lengthened)


def _short_base(key: str) -> type[BaseModel]:
    class Short(_Judge):
        @classmethod
        def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
            """Describe the short form too."""
            long = handler.resolve_ref_schema(handler(core))
            form = dict(long)
            long.clear()
            about = form["properties"][key]["description"]
            long["anyOf"] = [{"type": "string", "minLength": 1, "description": about}, form]
            return long

    return Short

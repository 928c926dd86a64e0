"""What a subscription of one provider may hold, made from the provider's table.

One schema a provider checks each subscription; `schema` describes the same thing to editors, so that
the two agree.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from reconciler.config import captures
from reconciler.config.filling import Broken
from reconciler.config.values import (
    ANY,
    BOOLEAN,
    FILLED,
    INTEGER,
    NUMBER,
    TEXT,
    Schema,
    judge_of,
    keys,
    list_of,
    mapping_of,
    one_of,
)
from reconciler.documents import problems_of, suggest
from reconciler.documents.checking import Locate
from reconciler.errors import Problem
from reconciler.providers.spec import COMMON_FIELDS, FieldSpec, Spec
from reconciler.records import Fields, Secret, url_value
from reconciler.secrets.references import Pending

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails, SchemaValidator

CONTROLS = ("provider", "protect", "for_each", "enabled")
"""Keys of every subscription that need no field at the provider."""

_ABOUT_VALUES = frozenset(("literal_error", "string_too_short"))
"""What pydantic finds wrong with a value rather than its type: not to be said of one that is not known."""


class Shape:
    """The keys of a subscription at one provider: checks them, and makes a record's fields of them."""

    def __init__(self, provider: str, spec: Spec) -> None:
        self.provider = provider
        self.spec = spec
        self.fields = spec.record.fields()
        self.events = spec.record.events
        self.one_event = self.events is not None and self.events.each == "one"
        self.made = frozenset(name for name, one in self.fields.items() if one.visibility == "on_create")
        settable = (name for name, one in self.fields.items() if not one.made)
        capture = (captures.NAME,) if self.made else ()
        self.allowed = frozenset((*CONTROLS, *settable, *spec.scope, *capture))
        self.secrets = frozenset(name for name, one in self.fields.items() if is_secret(name, one))
        self.known_events = frozenset((*self.events.known, *(self.events.values or ()))) if self.events else frozenset()
        self._kept = {name: one.keep for name, one in self.fields.items() if one.keep is not None}
        self._unordered = tuple(name for name, one in self.fields.items() if one.unordered and name != "events")
        self._declared: dict[tuple[str, ...], frozenset[str]] = {}  # one set for all records that declare the same
        self._schema = _schema(self)
        self._is_right = judge_of(self._schema)

    def required(self, name: str) -> bool:
        """Whether a subscription must have the key `name`; what has a default here need not be written."""
        if name in ("name", "enabled", "protect", captures.NAME):
            return False
        if name == "events":
            return self.events is not None and self.events.default is None
        if name in self.spec.scope:
            return self.spec.scope[name].default is None
        return name in ("url", "provider") or (self.fields[name].required and self.fields[name].keep is None)

    def check(self, values: Fields, written: Fields, locate: Locate) -> tuple[list[Problem], bool]:
        """Return what is wrong with a subscription's values, as filled in and as `written`.

        And whether they are sound enough to make records of: every type is right.
        """
        problems = [] if self.allowed.issuperset(values) else self._strangers(values, locate)
        if self._is_right(values):
            return problems, True
        from pydantic_core import ValidationError

        try:
            self._validator.validate_python(values)
        except ValidationError as error:
            for problem in problems_of(error, None, values, locate, written=written, skip=_unknown_value):
                needed = f"; {self.spec.title} requires it" if problem.message.endswith("is missing") else ""
                problems.append(Problem(problem.message + needed, problem.location, problem.hint))
            return problems, all(map(_about_value, error.errors(include_url=False)))
        return problems, True

    @cached_property
    def _validator(self) -> SchemaValidator:
        from pydantic_core import SchemaValidator

        return SchemaValidator(self._schema)

    def _strangers(self, values: Fields, locate: Locate) -> list[Problem]:
        problems = []
        for name in values:
            if name in self.allowed:
                continue
            if name in self.made:
                hint = "remove it, and let `capture:` say where the secret goes"
                message = f"{self.provider} makes `{name}` itself and takes none"
                problems.append(Problem(message, locate((name,), True), hint))
                continue
            if name == captures.NAME:
                hint = "remove it" if "secret" not in self.fields else "remove it, and say `secret: ${env:NAME}`"
                message = f"{self.provider} makes no secret, so there is none to capture"
                problems.append(Problem(message, locate((name,), True), hint))
                continue
            near = None if name in COMMON_FIELDS else suggest(name, self.allowed)
            own = (*self.fields, *self.spec.scope)
            hint = f"did you mean `{near}`?" if near else f"remove it; its fields are: {', '.join(own)}"
            problems.append(Problem(f"{self.provider} has no field `{name}`", locate((name,), True), hint))
        return problems

    def record(self, values: Fields, default_name: str) -> tuple[dict[str, Any], frozenset[str]]:
        """Return a record's fields, events left out, and the names of those that are compared."""
        fields = {name: values[name] for name in values if name in self.fields and name != "events"}
        fields["url"] = url_value(fields["url"])
        for name in self.secrets.intersection(fields):
            fields[name] = _as_secret(fields[name])
        for name in self._unordered:
            if isinstance(fields.get(name), list):
                fields[name] = sorted(fields[name], key=_sort_key)
        if "enabled" in self.fields:
            fields.setdefault("enabled", True)
        for name, value in self._kept.items():
            fields.setdefault(name, value)
        names = (*fields, "events") if "events" in values else (*fields,)
        declared = self._declared.setdefault(names, frozenset(names))
        if "name" in self.fields:
            fields.setdefault("name", default_name)
        return fields, declared


def is_secret(name: str, field: FieldSpec) -> bool:
    """Whether a field's value is a secret: `secret` and `headers` always, others where the table says so."""
    return name in ("secret", "headers") or bool(field.secret)


def value_schema(name: str, field: FieldSpec) -> Schema:
    """Return the schema of one field's value, as the table has its type and permitted values."""
    if name == "enabled":
        return BOOLEAN
    if name == "events":
        return list_of(FILLED, 1 if field.default is None else 0)
    kind = field.type or ("object" if name == "headers" else "string")
    if kind == "string" and field.values:
        return one_of(list(field.values))
    if kind in ("integer", "number") and field.values:
        return one_of([json.loads(value) for value in field.values])
    if kind == "string":
        return FILLED if is_secret(name, field) or name == "url" else TEXT
    if kind == "array":
        return list_of(one_of(list(field.values)) if field.values else ANY)
    if kind == "object":
        return mapping_of(TEXT if name == "headers" else ANY)
    return {"integer": INTEGER, "number": NUMBER, "boolean": BOOLEAN}.get(kind, ANY)


def _schema(shape: Shape) -> Schema:
    kinds = {
        "provider": FILLED,
        "protect": BOOLEAN,
        "enabled": BOOLEAN,
        **dict.fromkeys(shape.spec.scope, FILLED),
        **{name: value_schema(name, field) for name, field in shape.fields.items() if not field.made},
    }
    if shape.made:
        kinds[captures.NAME] = captures.capture_schema()
    return keys({name: (kind, shape.required(name)) for name, kind in kinds.items()}, others=True)


def _unknown_value(detail: ErrorDetails) -> bool:
    return isinstance(detail["input"], Broken) or _about_value(detail)


def _about_value(detail: ErrorDetails) -> bool:
    return isinstance(detail["input"], Pending) and detail["type"] in _ABOUT_VALUES


def _as_secret(value: Any) -> Any:
    if isinstance(value, str):
        return Secret(value)
    if isinstance(value, Mapping):
        return {name: _as_secret(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_as_secret(item) for item in value]
    return value


def _sort_key(item: Any) -> str:
    return json.dumps(item, sort_keys=True, default=repr)

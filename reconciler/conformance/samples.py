"""Subscriptions to try a table out with: every value comes from what the table says of its field."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from reconciler.providers.paths import as_text
from reconciler.providers.spec import FieldSpec, Spec

CONNECTION = "tried"
"""What the connection is called that the samples are for."""

MARKER = "https://hooks.example.com/reconcile-check"
"""Below which the URL of every sample lies: nothing else is ever touched."""

_PLENTY = 100
_USUAL_KINDS = {"enabled": "boolean", "headers": "object"}


class Samples:
    """Makes subscriptions for one table. `given` are values that the account needs: its scope, required fields."""

    def __init__(self, spec: Spec, given: Mapping[str, Any] | None = None) -> None:
        self.spec = spec
        self.fields = spec.record.fields()
        self.events = spec.record.events
        self.one_event = self.events is not None and self.events.each == "one"
        self._given = given or {}
        chosen = spec.record.id_spec.field
        apart = {name for names in spec.unique if "url" not in names for name in names}
        self._apart = sorted(name for name in {*apart, chosen} if name in self.settable and name not in ("url", "name"))

    @property
    def settable(self) -> tuple[str, ...]:
        """The fields that a subscription may have."""
        return tuple(
            name
            for name, field in self.fields.items()
            if not field.made
            and (
                field.write_path is not None or field.beside or field.via is not None or name in self.spec.create.names
            )
        )

    @property
    def changeable(self) -> tuple[str, ...]:
        """The fields of which there are two values to try."""
        return tuple(name for name in self.settable if self.value(name, 0) != self.value(name, 1))

    @property
    def room(self) -> int:
        """How many records a scope takes, as far as the samples go."""
        if [] in self.spec.unique or self.spec.record.id_spec.constant is not None:
            return 1
        return min((len(self.choices(name) or range(_PLENTY)) for name in self._apart), default=_PLENTY)

    def minimal(self, number: int = 0) -> dict[str, Any]:
        """Return a subscription with the least that the provider takes; each number's has a URL of its own."""
        needed = [name for name in self.settable if self._is_needed(name)]
        return {
            "provider": CONNECTION,
            "url": f"{MARKER}/{number}",
            **{name: value for name in self.spec.scope if (value := self.scope_value(name))},
            **{name: self.value(name, 0) for name in needed},
            **{name: self.value(name, number) for name in self._apart},
            **{name: value for name, value in self._given.items() if name in needed},
        }

    def full(self, number: int = 0) -> dict[str, Any]:
        """Return a subscription with every field that it can have."""
        values = {name: self.value(name, 0) for name in self.settable if name != "url"}
        if self.events is not None and not self.one_event and "events" not in self._apart:
            values["events"] = self.event_names()[:2]
        return {**values, **self.minimal(number), **{name: values[name] for name in ("events",) if name in values}}

    def value(self, name: str, variant: int) -> Any:
        """Return a value that the field takes; another variant is another value, as far as there are some."""
        if name == "url":
            return f"{MARKER}/{variant}"
        choices = self.choices(name)
        if choices:
            return choices[variant % len(choices)]
        field = self.fields[name]
        if variant == 0 and field.example is not None:
            return field.example
        start = field.default if isinstance(field.default, int | float) else 4
        match field.type or _USUAL_KINDS.get(name, "string"):
            case "integer" | "number":
                return start + 1 + variant
            case "array":
                return [f"sample-{variant}"]
            case "object":
                return {"X-Sample" if name == "headers" else "sample": f"value-{variant}"}
        secret = name in self.spec.record.secret_fields()
        return f"sample-of-a-{name}-0123456789-{variant}" if secret else f"sample-{name}-{variant}"

    def choices(self, name: str) -> list[Any] | None:
        """Return all values that a sample of a field may have; None where there is no end of them."""
        if name == "events":
            return [[event] for event in self.event_names()]
        field = self.fields[name]
        kind = field.type or _USUAL_KINDS.get(name, "string")
        if field.fresh is not None:
            return [True]
        found: list[Any] | None = None
        if kind == "boolean":
            found = [True, False] if field.default is not True or name == "enabled" else [False, True]
        elif field.values:
            found = list(field.values) if kind in ("string", "array") else [json.loads(one) for one in field.values]
        elif field.known and kind in ("string", "array"):
            found = list(field.known)
        if isinstance(field.via, dict) and found is not None:
            found = [one for one in found if as_text(one) in field.via]  # the others come about by themselves
        if found is None or field.example is None:
            return _wrapped(found, field, kind)
        return [field.example, *(one for one in _wrapped(found, field, kind) or () if one != field.example)]

    def event_names(self) -> list[str]:
        """Return events that the table knows, or some of its form; a wildcard only where there is nothing else."""
        field = self.events
        if field is None:
            return []
        if isinstance(field.example, list):
            return [*field.example, *(one for one in field.known if one not in field.example)]
        known = list(field.known) or list(field.values or ())
        invented = [(field.separator or ".").join([f"sample{number}"] * max(1, len(field.keys))) for number in range(3)]
        return [one for one in known if "*" not in one] or known or invented

    def scope_value(self, name: str, variant: int = 0) -> str:
        """Return a value of a scope parameter."""
        parameter = self.spec.scope[name]
        first = self._given.get(name, parameter.example or parameter.default or f"sample-{name}")
        return str(first) if not variant else f"{first}-{variant}"

    def _is_needed(self, name: str) -> bool:
        field = self.fields[name]
        if name in ("url", "name", "enabled"):
            return False
        if name == "events":
            return field.default is None
        return field.required and field.keep is None


def _wrapped(found: list[Any] | None, field: FieldSpec, kind: str) -> list[Any] | None:
    """Return the choices with the field's default last, each in a list where the field is one."""
    if found is None:
        return None
    ordered = sorted(found, key=lambda one: one == field.default) if kind == "string" else found
    return [[one] for one in ordered] if kind == "array" else ordered

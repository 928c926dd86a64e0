"""What each write of a table carries: which fields, in which form, and which calls follow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.providers.mapping import RecordMap, without_masks
from reconciler.providers.paths import as_text, at, list_of, put, without
from reconciler.providers.spec import Call, Spec, UpdateCall
from reconciler.records import Fields
from reconciler.slotted import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """A call that sets one field by itself; `record` is what it carries, None for nothing."""

    name: str
    call: Call
    record: Mapping[str, Any] | None


class Writing:
    """Splits the fields of a write among the calls of one table."""

    def __init__(self, spec: Spec, record_map: RecordMap) -> None:
        self._spec = spec
        self._map = record_map
        self._fields = spec.record.fields()
        self._secrets = spec.record.secret_fields()
        self._always = {
            name
            for name, field in self._fields.items()
            if field.resend or field.repeat or (spec.resend_secret and name in self._secrets)
        }
        # Providers replace a list as one, so what is in the same list goes together.
        self._lists = {name: list_of(field.write_path or "") for name, field in self._fields.items()}

    def at_create(self, fields: Fields) -> dict[str, Any]:
        """Return the fields that the create itself carries."""
        return {
            name: value
            for name, value in fields.items()
            if value is not None and not (name in self._fields and self._is_later(name))
        }

    def after_create(self, fields: Fields) -> frozenset[str]:
        """Return the fields that are still to be set once the record is there."""
        return frozenset(
            name
            for name, field in self._fields.items()
            if self._is_later(name) and fields.get(name) is not None and fields[name] != field.default
        )

    def after_update(self, fields: Fields, changed: frozenset[str]) -> frozenset[str]:
        """Return the fields to be set by calls of their own: those that changed, and those that the update erases."""
        sent = any(name in self._fields and self._in_update(name) for name in changed)
        own = {name for name in self._always if self._fields[name].via is not None and fields.get(name) is not None}
        return changed | own if sent else changed

    def update(self, call: UpdateCall, fields: Fields, changed: frozenset[str]) -> dict[str, Any] | None:
        """Return the fields that an update carries; None where nothing that changed is for this call."""
        mine = {name: value for name, value in fields.items() if name in self._fields and self._in_update(name)}
        if not any(name in changed for name in mine):
            return None
        if call.sending in ("whole", "merged"):
            return mine
        lists = {place for name in changed if (place := self._lists.get(name)) is not None}
        needed = {*changed, *self._always, *(name for name in mine if self._lists[name] in lists)}
        return {name: value for name, value in mine.items() if name in needed}

    def body(self, call: UpdateCall, fields: Fields, present: Any) -> Any:
        """Return what an update of `fields` sends; `present` is their record, for `sends: merged`.

        Raises `ValueError` where a secret's value is not at hand.
        """
        if call.sending == "json_patch":
            pairs = self._map.bare(fields)
            return [{"op": "replace", "path": _pointer(path), "value": value} for path, value in pairs]
        if call.sending == "merged":
            return self._merged(present, fields)
        return self._map.body(fields)

    def steps(self, fields: Fields, names: frozenset[str]) -> Iterator[Step]:
        """Yield the calls of their own that set `names`, in the table's order. Raises `ValueError` as `body`."""
        for name, field in self._fields.items():
            if name not in names or name not in fields:
                continue
            setters = field.setters
            if None in setters:
                record: dict[str, Any] = {}
                for path, value in self._map.bare({name: fields[name]}):
                    put(record, path, value)
                yield Step(name, setters[None], record)
            elif as_text(fields[name]) in setters:
                yield Step(name, setters[as_text(fields[name])], None)

    def _merged(self, present: Any, fields: Fields) -> dict[str, Any]:
        """Their record with ours over it, without what is secret or masked in it: no mask is ever written back."""
        for name in self._secrets:
            path = self._fields[name].read_path
            present = without(present, path) if path is not None else present
        for path in self._spec.record.volatile:
            present = without(present, path)
        base = without_masks(present)
        body = dict(base)
        for path, value in self._map.body(fields).items():
            body[path] = _over(at(body, path), value)
        for place in {place for place in self._lists.values() if place is not None}:
            theirs, ours = at(base, place), at(body, place)
            if isinstance(theirs, list) and isinstance(ours, list):  # element by element, and what ours has no more of
                put(body, place, [*map(_over, theirs, ours), *theirs[len(ours) :], *ours[len(theirs) :]])
        return body

    def _is_later(self, name: str) -> bool:
        return self._fields[name].via is not None or self._fields[name].only_update

    def _in_update(self, name: str) -> bool:
        field = self._fields[name]
        return field.via is None and (field.repeat or not field.only_create)


def _over(base: Any, top: Any) -> Any:
    if isinstance(base, Mapping) and isinstance(top, Mapping):
        return {**base, **{name: _over(base.get(name), value) for name, value in top.items()}}
    return top


def _pointer(path: str) -> str:
    return "/" + "/".join(step.replace("~", "~0").replace("/", "~1") for step in path.split("."))

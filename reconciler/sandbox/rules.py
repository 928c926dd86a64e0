"""What a table says of one record's content: which fields are needed, of which type, and who may see them.

Records are kept in the shape in which they are read; where a field is written elsewhere than it
is read, `received` moves it.
"""

from __future__ import annotations

import json
import secrets
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

from reconciler.providers.paths import MISSING, at, put, without
from reconciler.providers.spec import FieldSpec, Spec

MASK = "********"
"""What a masked secret reads as."""

_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}
_USUAL_KINDS = {"events": "array", "enabled": "boolean", "headers": "object"}


class Rules:
    """The rules of one table."""

    def __init__(self, spec: Spec) -> None:
        self._spec = spec
        self._fields = spec.record.fields()
        self._written = [
            (name, field, read)
            for name, field in self._fields.items()
            if (read := field.read_path) and field.write_path
        ]
        self._moved = [
            (written, read) for _, field, read in self._written if (written := field.write_path) and written != read
        ]
        self._objects = {field.read_path for field in self._fields.values() if field.type == "object"}
        secrets_of_it = [self._fields[name] for name in sorted(spec.record.secret_fields())]
        self._secrets = [(path, field.visibility) for field in secrets_of_it if (path := field.read_path)]
        self.made = [path for path, visibility in self._secrets if visibility == "on_create"]
        self._unclear = [(path, visibility) for path, visibility in self._secrets if visibility != "clear"]
        self._unique = [
            [path for name in names if name in self._fields and (path := self._fields[name].read_path)]
            for names in spec.unique
        ]

    def received(self, body: dict[str, Any]) -> dict[str, Any]:
        """Return a request's record in the shape in which it is kept; `body` itself is used up for it."""
        for written, read in self._moved:
            if (value := at(body, written)) is not MISSING:
                body = without(body, written)
                put(body, read, value)
        return body

    def merged(self, old: dict[str, Any], sent: dict[str, Any]) -> dict[str, Any]:
        """Return `old` with what was sent in its place; a field that is an object is replaced as one."""
        record = deepcopy(old)
        if self._spec.resend_secret:
            for path, _ in self._secrets:
                record = without(record, path)
        self._merge(record, sent, "")
        now = _now()
        for path in self._spec.record.volatile:
            if "updat" in path.lower() or "modif" in path.lower():
                put(record, path, now)
        return record

    def _merge(self, target: dict[str, Any], sent: dict[str, Any], above: str) -> None:
        for name, value in sent.items():
            path, present = f"{above}{name}", target.get(name)
            if isinstance(value, dict) and isinstance(present, dict) and path not in self._objects:
                self._merge(present, value, f"{path}.")
            else:
                target[name] = value

    def complete(self, record: dict[str, Any]) -> None:
        """Give a new record what the provider itself adds: times, and a secret where it makes one."""
        now = _now()
        for path in self._spec.record.volatile:
            if at(record, path) is MISSING:
                timed = any(word in path.lower() for word in ("creat", "updat", "modif"))
                put(record, path, now if timed else None)
        for path in self.made:
            if at(record, path) in (MISSING, None, ""):
                put(record, path, _made())

    def renew(self, record: dict[str, Any]) -> dict[str, Any]:
        """Return the record with new values for the secrets that the provider makes."""
        record = deepcopy(record)
        for path in self.made:
            put(record, path, _made())
        return record

    def problems(self, record: dict[str, Any], old: dict[str, Any] | None = None) -> dict[str, str]:
        """Return what is wrong with a record, by path; `old` is what an update found."""
        found: dict[str, str] = {}
        for name, field, path in self._written:
            value = at(record, path)
            if message := _wrong(name, field, value):
                found[path] = message
            elif old is not None and field.only_create and value != at(old, path):
                found[path] = "This field cannot be changed."
        for path, constant in self._spec.record.constants.items():
            if at(record, path) != constant:
                found[path] = "This field is required." if at(record, path) is MISSING else "Not a valid choice."
        return found

    def shown(self, record: dict[str, Any], *, created: bool = False) -> dict[str, Any]:
        """Return the record as a read shows it, or as the answer of its create does."""
        hidden = [(path, how) for path, how in self._unclear if not (created and how == "on_create")]
        if not hidden:
            return record
        view = record
        for path, how in hidden:
            value = at(record, path)
            view = without(view, path)  # a copy as far as it differs
            if how == "masked" and value is not MISSING:
                put(view, path, _masked(value))
        return view

    def uniques(self, record: dict[str, Any]) -> list[str]:
        """Return a text for each set of fields of which no two records may be alike."""
        return [
            json.dumps([number, *(None if (value := at(record, path)) is MISSING else value for path in paths)])
            for number, paths in enumerate(self._unique)
        ]

    def altered(self, record: dict[str, Any], changes: dict[str, Any]) -> None:
        """Change a record as a provider does that rewrites what it is sent.

        Without `changes`: lists are turned round, and each object among the fields gets a key more.
        """
        for path, value in changes.items():
            put(record, path, value)
        if changes:
            return
        for _, _, path in self._written:
            value = at(record, path)
            if isinstance(value, list):
                value.reverse()
            elif isinstance(value, dict):
                value["added_by_provider"] = True
        record["added_by_provider"] = True


def _made() -> str:
    return f"whsec_{secrets.token_hex(16)}"


def _masked(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _masked(inner) for name, inner in value.items()}
    return MASK if value else value


def _wrong(name: str, field: FieldSpec, value: Any) -> str | None:
    needed = field.required or name in ("url", "events")
    if value is MISSING or value is None:
        return "This field is required." if needed else None
    if needed and value in ("", []):
        return "This field may not be blank."
    if field.values and not isinstance(value, list):
        return None if value in field.values.values() else "Not a valid choice."
    kind = "string" if field.each else field.type or _USUAL_KINDS.get(name, "string")
    if kind == "any":
        return None
    if not isinstance(value, _TYPES[kind]) or (isinstance(value, bool) and kind != "boolean"):
        return f"Not a valid {kind}."
    if name == "events" and isinstance(value, list) and not all(isinstance(event, str) for event in value):
        return "Not a list of strings."
    return None


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

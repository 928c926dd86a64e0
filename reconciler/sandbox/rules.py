"""What a table says of one record's content: which fields are needed, of which type, and who may see them.

Records are kept in the shape in which they are read; where a field is written elsewhere than it
is read, `received` moves it.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

from reconciler.providers.paths import MISSING, at, put, without
from reconciler.providers.shapes import decode, encode
from reconciler.providers.spec import FieldSpec, Form, Spec
from reconciler.providers.values import Misfit
from reconciler.sandbox.fields import typed_as, wrong_with
from reconciler.sandbox.refusals import Invalid

MASK = "********"
"""What a masked secret reads as."""

OWN = "_own"
"""Below which a record keeps what a read of it does not show at any path: the provider's own business."""


class Rules:
    """The rules of one table."""

    def __init__(self, spec: Spec) -> None:
        self._spec = spec
        self._fields = spec.record.fields()
        self._written = [
            (name, field, kept_at(name, field))
            for name, field in self._fields.items()
            if field.write_path is not None or field.beside
        ]
        self._forms = [name for name, field in self._fields.items() if _changes_its_form(field)]
        self._objects = {
            kept_at(name, field)
            for name, field in self._fields.items()
            if field.type == "object" or name == "headers" or field.shape_of("read") == "map"
        }
        secrets_of_it = [(name, self._fields[name]) for name in sorted(spec.record.secret_fields())]
        self._secrets = [(kept_at(name, field), field.visibility) for name, field in secrets_of_it]
        self.made = [path for path, visibility in self._secrets if visibility == "on_create"]
        self._unclear = [(path, visibility) for path, visibility in self._secrets if visibility != "clear"]
        repeats = isinstance(spec.encoding, Form) and spec.encoding.arrays == "repeat"
        self._repeated = {name for name, field in self._fields.items() if repeats and _is_list(name, field)}
        self._apart = [kept_at(name, field) for name, field in self._fields.items() if field.fetched is not None]
        self._forgotten = [kept_at(name, field) for name, field in self._fields.items() if field.resend]
        if spec.resend_secret:
            self._forgotten += [path for path, _ in self._secrets]
        self._unique = [
            [path for name in names if name in self._fields and (path := self._fields[name].read_path)]
            for names in spec.unique
        ]

    def received(self, body: dict[str, Any], alone: str | None = None) -> dict[str, Any]:
        """Return a request's record in the shape in which it is kept; `body` itself is used up for it.

        `alone` is the only field that it is for, where a call of its own sets one.

        Raises `Invalid` for what cannot be understood.
        """
        wrong: dict[str, str] = {}
        found: list[tuple[str, Any]] = []
        for name in self._forms:
            field = self._fields[name]
            if name != alone if alone is not None else field.via is not None:
                continue
            path = field.write_path or ""
            given = at(body, path)
            if given is MISSING:
                continue
            if isinstance(given, str) and name != "events":
                put(body, path, typed_as(field, given))
            try:
                value = decode(name, field, body, "write")
            except Misfit:
                wrong[path] = "Not what this field takes."
                continue
            body = without(body, path)
            found += [(kept_at(name, field), theirs) for _, theirs in _encoded(name, field, value)]
        for path, value in found:
            put(body, path, value)
        if wrong:
            raise Invalid(wrong)
        for name, field, path in self._written:
            value = at(body, path)
            if isinstance(value, str) and name in self._repeated:
                put(body, path, [value])  # a name that a form has once
            elif isinstance(value, str) and name != "events" and (typed := typed_as(field, value)) is not value:
                put(body, path, typed)
        return body

    def merged(self, old: dict[str, Any], sent: dict[str, Any], *, alone: bool = False) -> dict[str, Any]:
        """Return `old` with what was sent in its place; a field that is an object is replaced as one.

        `alone`: it came by a call of one field's own, which forgets nothing.
        """
        record = deepcopy(old)
        for path in () if alone else self._forgotten:
            record = without(record, path)
        self._merge(record, sent, "")
        self._touch(record)
        return record

    def switched(self, old: dict[str, Any], name: str, value: str) -> dict[str, Any]:
        """Return `old` with one field set to a value of ours, given as text."""
        record = deepcopy(old)
        field = self._fields[name]
        ours = value == "true" if field.type == "boolean" or name == "enabled" else value
        for _, theirs in _encoded(name, field, ours):
            put(record, kept_at(name, field), theirs)
        self._touch(record)
        return record

    def _touch(self, record: dict[str, Any]) -> None:
        now = _now()
        for path in self._spec.record.volatile:
            if "updat" in path.lower() or "modif" in path.lower():
                put(record, path, now)
        if (revision := revision_path(self._spec)) is not None:
            put(record, revision, at(record, revision) + 1)

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
        for name, field in self._fields.items():
            first = True if field.fresh is not None else field.default if _is_later(field) else None
            if first is not None and at(record, kept_at(name, field)) is MISSING:
                for _, theirs in _encoded(name, field, first):
                    put(record, kept_at(name, field), theirs)
        for path, wanted in self._spec.record.only.items():
            if at(record, path) is MISSING:
                put(record, path, wanted[0] if isinstance(wanted, list) else wanted)
        if (revision := revision_path(self._spec)) is not None and not isinstance(at(record, revision), int):
            put(record, revision, 1)

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
            if message := wrong_with(name, field, record, value):
                found[path] = message
            elif old is not None and field.only_create and value != at(old, path):
                found[path] = "This field cannot be changed."
        for path, constant in self._spec.record.constants.items():
            if at(record, path) != constant:
                found[path] = "This field is required." if at(record, path) is MISSING else "Not a valid choice."
        return found

    def shown(self, record: dict[str, Any], *, created: bool = False) -> dict[str, Any]:
        """Return the record as a read shows it, or as the answer of its create does."""
        view = record
        for path in (OWN, *self._apart):
            view = without(view, path)  # a copy as far as it differs
        for path, how in self._unclear:
            if path in self._apart or (created and how == "on_create"):
                continue
            value = at(record, path)
            view = without(view, path)
            if how == "masked" and value is not MISSING:
                put(view, path, _masked(value))
        return view

    def beside(self, record: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
        """Return what the answer of a create has beside the record: by path of the whole answer, and by header."""
        found = [(field.shown, at(record, kept_at(name, field))) for name, field in self._fields.items() if field.shown]
        body = {shown.at: value for shown, value in found if shown.at is not None}
        return body, {shown.header: value for shown, value in found if shown.header is not None}

    def listed(self, record: dict[str, Any]) -> dict[str, Any]:
        """Return the record as a list shows it, which may leave its fields out."""
        view = self.shown(record)
        if self._spec.listing is not None and self._spec.listing.one_by_one:
            kept = {*self._spec.record.id_paths, *self._spec.record.only, *self._spec.record.excluded}
            for name, field in self._fields.items():
                if (path := kept_at(name, field)) not in kept:
                    view = without(view, path)
        return view

    def own(self, record: dict[str, Any], name: str) -> Any:
        """Return one field's value as a call of its own shows it."""
        field = self._fields[name]
        value = at(record, kept_at(name, field))
        return _masked(value) if field.visibility == "masked" else value

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
    if isinstance(value, list):
        return [_masked(inner) for inner in value]
    return MASK if value else value


def kept_at(name: str, field: FieldSpec) -> str:
    """Return where a record keeps a field: where it is read, or apart where no read of the record shows it."""
    return field.read_path or f"{OWN}.{name}"


def revision_path(spec: Spec) -> str | None:
    """Return where a record keeps its revision; None where the table has none."""
    revision = spec.record.revision
    return None if revision is None else revision.at or f"{OWN}.revision"


def _changes_its_form(field: FieldSpec) -> bool:
    """Whether what is written differs from what is read in more than its values."""
    return field.write_path is not None and (
        field.write_path != field.read_path
        or field.boxed in ("write", "read")
        or field.shape_of("write") != field.shape_of("read")
    )


def _encoded(name: str, field: FieldSpec, value: Any) -> Iterator[tuple[str | None, Any]]:
    """Yield a value of ours as it is read; also of a field that no read shows."""
    if field.read_path is None and not field.beside:
        yield None, value
    else:
        yield from encode(name, field, value, "read")


def _is_list(name: str, field: FieldSpec) -> bool:
    if name == "events":
        return field.each is None and field.shape_of("write") == "list"
    return field.type == "array"


def _is_later(field: FieldSpec) -> bool:
    return field.via is not None or field.only_update


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

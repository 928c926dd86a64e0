"""The two-way map between our record and a provider's: writes a body, reads an answer."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from reconciler.providers.paths import MISSING, at, kind_of, put, without
from reconciler.providers.spec import FieldSpec, Spec
from reconciler.records import SENSITIVE, Fields, Fingerprinter, Live, Scope, Secret, identity, url_value

_MASK = re.compile(r"(?is)[*•●∙·x]+|.*(\*{3}|•{3}|●{3}|\.{3}|…).*|\W*(redacted|hidden|masked|filtered)\W*")


class Misfit(Exception):
    """An answer is not what the table says. The message names the place and the type, never a value."""


class RecordMap:
    """One table's `record`, applied for one connection."""

    def __init__(self, spec: Spec, connection: str, fingerprint: Fingerprinter) -> None:
        self._connection = connection
        self._fingerprint = fingerprint
        self._key = tuple(spec.key)
        self._ids = spec.record.id_paths
        self._fields = spec.record.fields()
        self._secrets = spec.record.secret_fields()
        self._constants = spec.record.constants
        self._only_create = frozenset(name for name, field in self._fields.items() if field.only_create)
        read = [field.read_path for field in self._fields.values() if field.read_path is not None]
        # Only what lies within a mapped object can get into a record at all.
        self._volatile = [path for path in spec.record.volatile if any(path.startswith(f"{top}.") for top in read)]

    def body(self, fields: Fields, extra: Mapping[str, Any], wrap: str | None) -> dict[str, Any]:
        """Return the body that carries `fields`: constants first, then `extra` of the call, then the fields.

        Raises `ValueError` where a secret's value is not at hand.
        """
        record: dict[str, Any] = {}
        for path, value in (*self._constants.items(), *extra.items()):
            put(record, path, value)
        for name, value in fields.items():
            field = self._fields.get(name)
            if field is not None and field.write_path is not None:
                put(record, field.write_path, self._theirs(name, field, value))
        if wrap is None:
            return record
        wrapped: dict[str, Any] = {}
        put(wrapped, wrap, record)
        return wrapped

    def changeable(self, fields: Fields) -> dict[str, Any]:
        """Return `fields` without those that can only be set when the record is made."""
        return {name: value for name, value in fields.items() if name not in self._only_create}

    def id_of(self, item: Any) -> str:
        """Return a record's id as text. Raises `Misfit` where there is none or it is none."""
        for path in self._ids:
            value = at(item, path)
            if value is MISSING or value is None:
                continue
            if isinstance(value, str | int) and not isinstance(value, bool) and str(value).strip():
                return str(value)
            raise Misfit(f"`{path}` should be an id and is {kind_of(value)}")
        raise Misfit(f"there is no id at `{'` or `'.join(self._ids)}`")

    def live(self, item: Any, scope: Scope) -> Live:
        """Return their record as ours, with what it shows; masked and hidden fields are left out. Raises `Misfit`."""
        record_id = self.id_of(item)
        for path in self._volatile:
            item = without(item, path)
        fields: dict[str, Any] = {}
        for name, field in self._fields.items():
            value = at(item, field.read_path) if field.read_path is not None else MISSING
            ours = self._ours(name, field, value)
            if ours is not MISSING:
                fields[name] = ours
        key = identity(self._connection, scope, fields, self._key)
        return Live(self._connection, scope, record_id, fields, key, self._masked(item))

    def captured(self, item: Any, path: str | None = None) -> dict[str, Secret]:
        """Return the secrets that this answer to a write shows and no other will; `path`: where, if not as usual."""
        found = {}
        for name in self._secrets:
            field = self._fields[name]
            value = at(item, path or field.read_path) if field.visibility == "on_create" else MISSING
            if isinstance(value, str) and value and not _MASK.fullmatch(value):
                found[name] = Secret(value).sealed(self._fingerprint)
        return found

    def _masked(self, item: Any) -> frozenset[str]:
        """The secrets that should be there in clear, and are there as a mask."""
        clear = (name for name in self._secrets if self._fields[name].visibility == "clear")
        return frozenset(name for name in clear if _is_masked(at(item, self._fields[name].read_path)))

    def _theirs(self, name: str, field: FieldSpec, value: Any) -> Any:
        if name == "events":
            values = [_mapped(field, _plain(one)) for one in value]
            return values[0] if field.each == "one" else values
        return _mapped(field, _plain(value))

    def _ours(self, name: str, field: FieldSpec, value: Any) -> Any:
        if name == "url":
            if not isinstance(value, str):
                raise Misfit(f"`{field.read_path}` should be a URL and is {kind_of(value)}")
            url = url_value(value)
            return url.sealed(self._fingerprint) if isinstance(url, Secret) else url
        if name == "events":
            return self._events(field, value)
        if value is MISSING:
            return MISSING
        if name in self._secrets:
            return self._secret(field, value)
        if value is None:
            return field.default
        if field.unordered and isinstance(value, list):
            return sorted((_unmapped(field, one) for one in value), key=lambda one: json.dumps(one, sort_keys=True))
        return _unmapped(field, value)

    def _events(self, field: FieldSpec, value: Any) -> tuple[str, ...]:
        wanted = str if field.each == "one" else list
        if not isinstance(value, wanted):
            what = "a text" if field.each == "one" else "a list"
            raise Misfit(f"`{field.read_path}` should be {what} and is {kind_of(value)}")
        events = [_unmapped(field, one) for one in ([value] if isinstance(value, str) else value)]
        for event in events:
            if not isinstance(event, str):
                raise Misfit(f"`{field.read_path}` should hold texts and holds {kind_of(event)}")
        return tuple(sorted(set(events)))

    def _secret(self, field: FieldSpec, value: Any) -> Any:
        if field.visibility != "clear" or _is_masked(value):
            return MISSING
        return self._sealed(value)

    def _sealed(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {name: self._sealed(inner) for name, inner in value.items()}
        if isinstance(value, list):
            return [self._sealed(inner) for inner in value]
        if value is None:
            return None
        return Secret(value if isinstance(value, str) else json.dumps(value)).sealed(self._fingerprint)


def _is_masked(value: Any) -> bool:
    return any(_MASK.fullmatch(text) for text in _texts(value))


def secret_texts(value: Any) -> Iterator[str]:
    """Yield every secret within fields that are written, so that a provider's echo of one is not shown."""
    if isinstance(value, Secret):
        if value.known:
            yield value.reveal()
            if value.shown != SENSITIVE:
                yield from _credentials_in(value.reveal())
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from secret_texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from secret_texts(inner)


def _credentials_in(url: str) -> Iterator[str]:
    """Yield what of a URL may be a credential: its user-info and the values of its query."""
    parts = urlsplit(url)
    yield from (unquote(text) for text in (parts.username, parts.password) if text)
    yield from (value for _, value in parse_qsl(parts.query))


def _plain(value: Any) -> Any:
    """Return a value as JSON can carry it: this is where secrets are revealed, for the body alone."""
    if isinstance(value, Secret):
        return value.reveal()
    if isinstance(value, Mapping):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for inner in value.values() for text in _texts(inner)]
    if isinstance(value, list):
        return [text for inner in value for text in _texts(inner)]
    return [value] if isinstance(value, str) else []


def _as_text(value: Any) -> str:
    return json.dumps(value) if isinstance(value, bool) else str(value)


def _mapped(field: FieldSpec, value: Any) -> Any:
    if field.values is None or isinstance(value, list | dict):
        return value
    return field.values.get(_as_text(value), value)


def _unmapped(field: FieldSpec, value: Any) -> Any:
    if field.values is None:
        return value
    for ours, theirs in field.values.items():
        if theirs == value and isinstance(theirs, bool) == isinstance(value, bool):
            return _typed(field, ours)
    return value


def _typed(field: FieldSpec, text: str) -> Any:
    if field.type == "boolean":
        return text == "true"
    if field.type in ("integer", "number"):
        return json.loads(text)
    return text

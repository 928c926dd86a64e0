"""The two-way map between our record and a provider's: writes a body, reads an answer."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from reconciler.providers.ids import Ids
from reconciler.providers.paths import MISSING, at, kind_of, put, without
from reconciler.providers.shapes import decode, encode, is_bare, ours
from reconciler.providers.spec import FieldSpec, Spec
from reconciler.providers.values import Misfit, is_one_of
from reconciler.records import SENSITIVE, Fields, Fingerprinter, Live, Scope, Secret, identity, url_value

_MASK = re.compile(r"(?is)[*•●∙·x]+|.*(\*{3}|•{3}|●{3}|\.{3}|…).*|\W*(redacted|hidden|masked|filtered)\W*")
_MASK_ALONE = re.compile(r"(?i)\S{0,8}([*•●∙·]{3,})\S{0,8}|\W*(redacted|hidden|masked|filtered)\W*")


__all__ = ["Misfit", "RecordMap", "secret_texts"]


class RecordMap:
    """One table's `record`, applied for one connection."""

    def __init__(self, spec: Spec, connection: str, fingerprint: Fingerprinter) -> None:
        self._connection = connection
        self._fingerprint = fingerprint
        self._key = tuple(spec.key)
        self._key_defaults = spec.key_defaults()
        self._ids = Ids(spec)
        self._fields = spec.record.fields()
        self._secrets = spec.record.secret_fields()
        self._read = [
            (name, field, field.read_path, name in self._secrets, is_bare(name, field))
            for name, field in self._fields.items()
            if name not in self._secrets or field.visibility == "clear"  # else, whatever stands there: it may be a mask
        ]
        self._constants = spec.record.constants
        self._only = spec.record.only
        self._except = spec.record.excluded
        read = [field.read_path for field in self._fields.values() if field.read_path is not None]
        # Only what lies within a mapped object can get into a record at all.
        self._volatile = [path for path in spec.record.volatile if any(path.startswith(f"{top}.") for top in read)]

    def body(self, fields: Fields) -> dict[str, Any]:
        """Return the record that carries `fields`, in their shape: constants first, then the fields.

        Raises `ValueError` where a secret's value is not at hand.
        """
        record: dict[str, Any] = {}
        for path, value in self._constants.items():
            put(record, path, value)
        for path, value in self.bare(fields):
            put(record, path, value)
        return record

    def bare(self, fields: Fields) -> list[tuple[str, Any]]:
        """Return where each of `fields` goes, and as what. Raises as `body`."""
        found: list[tuple[str, Any]] = []
        for name, value in fields.items():
            field = self._fields.get(name)
            if field is not None:
                found += encode(name, field, _plain(value), "write")
        return found

    def belongs(self, item: Any) -> bool:
        """Whether a record of theirs is of our kind, and there. A table's null means that nothing is at its path."""
        return all(is_one_of(_found(item, path), wanted) for path, wanted in self._only.items()) and not any(
            is_one_of(_found(item, path), gone) for path, gone in self._except.items()
        )

    def id_of(self, item: Any) -> str:
        """Return a record's id as text. Raises `Misfit` where there is none or it is none."""
        return self._ids.of(item)

    def live(self, item: Any, scope: Scope, fetched: Mapping[str, Any] | None = None) -> Live:
        """Return their record as ours, with what it shows; masked and hidden fields are left out. Raises `Misfit`.

        `fetched` are values of theirs, by our field, that calls of their own gave.
        """
        fetched = fetched or {}
        record_id = self.id_of(item)
        for volatile in self._volatile:
            item = without(item, volatile)
        fields: dict[str, Any] = {}
        masked = set()
        for name, field, path, secret, bare in self._read:
            if secret and _is_masked(fetched.get(name, at(item, path))):
                masked.add(name)
                continue
            if name in fetched:
                value = ours(field, fetched[name], "read")
            else:
                value = at(item, path) if bare else decode(name, field, item, "read")
            value = self._seen(name, field, value)
            if value is not MISSING:
                fields[name] = value
        keyed = {**self._key_defaults, **fields} if self._key_defaults else fields
        key = identity(self._connection, scope, keyed, self._key)
        return Live(self._connection, scope, record_id, fields, key, frozenset(masked))

    def captured(
        self, item: Any, path: str | None = None, *, data: Any = None, headers: Mapping[str, str] | None = None
    ) -> dict[str, Secret]:
        """Return the secrets that this answer to a write shows and no other will.

        `item` is the record in it, `path` where a secret is in that, if not as usual; `data` and `headers` are the
        whole answer.
        """
        found: dict[str, Secret] = {}
        for name in self._secrets:
            field = self._fields[name]
            if field.visibility != "on_create":
                continue
            if field.shown is not None and path is None:
                header = field.shown.header
                value = at(data, field.shown.at) if header is None else (headers or {}).get(header.lower())
                found.update(self.captured_value(name, value))
            elif (path or field.read_path) is not None:
                found.update(self.captured_value(name, at(item, path or field.read_path)))
        return found

    def captured_value(self, name: str, value: Any) -> dict[str, Secret]:
        """Return a value of an answer as the secret that it is; nothing where it is none, or masked."""
        if isinstance(value, str) and value and not _MASK.fullmatch(value):
            return {name: Secret(value).sealed(self._fingerprint)}
        return {}

    def _seen(self, name: str, field: FieldSpec, value: Any) -> Any:
        """Return one field's value as a record has it; `MISSING` for what is not shown."""
        if name == "url":
            if not isinstance(value, str):
                raise Misfit(f"`{field.read_path}` should be a URL and is {kind_of(value)}")
            url = url_value(value)
            return url.sealed(self._fingerprint) if isinstance(url, Secret) else url
        if name == "events" or value is MISSING:
            return value
        if name in self._secrets:
            return self._secret(field, value)
        if value is None:
            return field.default
        if field.unordered and isinstance(value, list):
            return sorted(value, key=lambda one: json.dumps(one, sort_keys=True))
        return value

    def _secret(self, field: FieldSpec, value: Any) -> Any:
        if _is_masked(value):
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


def _found(item: Any, path: str) -> Any:
    value = at(item, path)
    return None if value is MISSING else value


def without_masks(value: Any) -> Any:
    """Return what a provider showed without what is nothing but a mask, whatever the field: none is written back."""
    if isinstance(value, Mapping):
        return {name: without_masks(inner) for name, inner in value.items() if not _is_mask_alone(inner)}
    if isinstance(value, list):
        return [without_masks(inner) for inner in value]
    return value


def _is_mask_alone(value: Any) -> bool:
    return isinstance(value, str) and _MASK_ALONE.fullmatch(value) is not None


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

"""Records that would be one and the same at the provider, and the keys by which that is told."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from reconciler.errors import Problem
from reconciler.providers.spec import Spec
from reconciler.records import Desired, Fingerprinter, Secret, fold_url, identity, seal
from reconciler.secrets.references import Pending


def seal_all(desired: Iterable[Desired], fingerprint: Fingerprinter, specs: Mapping[str, Spec]) -> tuple[Desired, ...]:
    """Return the records with their secrets sealed by the state's `fingerprint`, and their keys.

    `specs` has the table of each connection.
    """
    keys = {name: (spec.key_defaults(), tuple(spec.key)) for name, spec in specs.items()}
    sealed = []
    for one in desired:
        fields = seal(one.fields, fingerprint)
        defaults, names = keys[one.connection]
        key = identity(one.connection, one.scope, {**defaults, **fields} if defaults else fields, names)
        # Not by `replace`, which would take as long as all the rest.
        parts = one.declared, key, one.protect, one.location, one.capture
        sealed.append(Desired(one.address, one.connection, one.scope, fields, *parts))
    return tuple(sealed)


class Clashes:
    """Notices records that are alike in what their table says no two may share."""

    def __init__(self, specs: Mapping[str, Spec]) -> None:
        self._names = {name: _sets_of(spec) for name, spec in specs.items()}
        self._seen: dict[tuple[Any, ...], Desired] = {}

    def add(self, one: Desired) -> Problem | None:
        """Take a record in; return what is wrong if one before it is the same."""
        for names, is_key in self._names[one.connection]:
            values = tuple([_comparable(name, one.fields.get(name)) for name in names if name != "scope"])
            if _UNKNOWN in values or (None in values and not is_key):
                continue
            twin = self._seen.setdefault((one.connection, one.scope, names, values), one)
            if twin is not one:
                return _problem(one, twin, names)
        return None


_UNKNOWN = object()


def _sets_of(spec: Spec) -> list[tuple[tuple[str, ...], bool]]:
    """Return the sets of fields of which no two records may be alike; the first, the key, even where one is missing."""
    others = (tuple(names) for names in spec.unique if set(names) != set(spec.key))
    return [(tuple(spec.key), True), *((names, False) for names in others)]


def _comparable(name: str, value: Any) -> Any:
    if isinstance(value, Secret):
        value = value.reveal()
    if isinstance(value, Pending):
        return _UNKNOWN
    if isinstance(value, str):
        return fold_url(value) if name == "url" else value
    if isinstance(value, bool | dict | list):
        return json.dumps(value, sort_keys=True, default=lambda secret: secret.reveal())
    return value


def _problem(one: Desired, twin: Desired, names: tuple[str, ...]) -> Problem:
    same = ", ".join(name for name in names if name != "scope" or one.scope) or "place, which takes a single record"
    message = f"`{one.address}` and `{twin.address}` would be one record at `{one.connection}`: same {same}"
    return Problem(message, one.location, f"remove one, or change one; the other is at {twin.location}")

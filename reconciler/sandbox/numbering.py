"""The ids of a stand-in's records: made, put where the table reads them, and found again."""

from __future__ import annotations

import secrets
import uuid
from typing import Any
from urllib.parse import quote

from reconciler.providers.ids import Ids
from reconciler.providers.paths import MISSING, at, put
from reconciler.providers.spec import Spec
from reconciler.providers.values import Misfit
from reconciler.sandbox.habits import Habits

_SELF = "https://api.sandbox.invalid/hooks/"


class Numbering:
    """Makes and reads the ids of one table's records."""

    def __init__(self, spec: Spec, habits: Habits) -> None:
        self._spec = spec.record.id_spec
        self._paths = spec.record.id_paths
        self._ids = Ids(spec)
        self._kind = "integer" if self._spec.type == "integer" else habits.ids

    @property
    def is_chosen(self) -> bool:
        """Whether the id is in what a create is sent, or always the same."""
        return self._ids.is_ours

    def of(self, record: dict[str, Any]) -> str | None:
        """Return the id that a record has; None for none yet."""
        try:
            return self._ids.of(record)
        except Misfit:
            return None

    def new(self, number: int) -> Any:
        """Return an id that is likely to be free."""
        if self._kind == "integer":
            return number
        if self._kind == "uuid":
            return str(uuid.uuid4())
        return ("c" if self._kind == "word" else "") + secrets.token_hex(12)

    def put(self, record: dict[str, Any], new_id: Any) -> str:
        """Give a record its id and return it as one text."""
        if self._spec.parts:
            for index, path in enumerate(self._spec.parts.values()):
                if at(record, path) is MISSING:
                    put(record, path, f"{new_id}-{index}" if index else new_id)
            return self._ids.of(record)
        for path in self._paths:
            put(record, path, f"{_SELF}{quote(str(new_id), safe='')}" if self._spec.last_segment else new_id)
        return str(new_id)

    def keep(self, record: dict[str, Any], old: dict[str, Any]) -> None:
        """Give a record the id of the one that it takes the place of."""
        for path in (*self._paths, *self._spec.parts.values()):
            if at(old, path) is not MISSING:
                put(record, path, at(old, path))

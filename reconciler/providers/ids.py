"""Where a record's id comes from: a path, a URL, a header, several parts, a field of ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from reconciler.providers.paths import MISSING, at, kind_of
from reconciler.providers.shapes import encode
from reconciler.providers.spec import Spec
from reconciler.providers.values import Misfit
from reconciler.records import Fields

_BETWEEN = "/"


class Ids:
    """The ids of one table's records. An id is one text, whatever it is at the provider."""

    def __init__(self, spec: Spec) -> None:
        self._spec = spec.record.id_spec
        self._paths = spec.record.id_paths
        self._field = spec.record.fields().get(self._spec.field) if self._spec.field is not None else None

    @property
    def is_in_header(self) -> bool:
        """Whether a create's answer tells the id in a header, so that its body says nothing of it."""
        return self._spec.header is not None

    @property
    def is_ours(self) -> bool:
        """Whether we know the id before the record is there: a field of ours, or that of the only record."""
        return self._spec.field is not None or self._spec.constant is not None

    def of(self, item: Any) -> str:
        """Return the id of a record as a read shows it. Raises `Misfit` where there is none or it is none."""
        if self._spec.constant is not None:
            return self._spec.constant
        if self._spec.parts:
            texts = (_text(at(item, path), path) for path in self._spec.parts.values())
            return _BETWEEN.join(quote(text, safe="") for text in texts)
        paths = self._paths
        if not paths and self._field is not None and self._field.read_path is not None:
            paths = (self._field.read_path,)
        for path in paths:
            value = at(item, path)
            if value is not MISSING and value is not None:
                text = _text(value, path)
                return _last_segment(text, path) if self._spec.last_segment else text
        raise Misfit(f"there is no id at `{'` or `'.join(paths)}`")

    def made(self, item: Any, headers: Mapping[str, str], fields: Fields) -> str:
        """Return the id of a record that was just made of `fields`. Raises `Misfit` as `of`."""
        if self._spec.header is not None:
            value = headers.get(self._spec.header.lower(), "")
            return _last_segment(value, self._spec.header)
        return self.chosen(fields) if self.is_ours else self.of(item)

    def chosen(self, fields: Fields) -> str:
        """Return the id that a record of `fields` will have, where it `is_ours`. Raises `Misfit`."""
        if self._spec.constant is not None:
            return self._spec.constant
        name = self._spec.field or ""
        if self._field is None or fields.get(name) is None:
            raise Misfit(f"`{name}` is the id here, and there is none")
        _, value = next(encode(name, self._field, fields[name], "read"))
        return _text(value, name)

    def values(self, record_id: str) -> dict[str, Any]:
        """Return what `{id}`, and the names of its parts, stand for in a call. Raises `Misfit`."""
        if self._spec.parts:
            parts = [unquote(part) for part in record_id.split(_BETWEEN)]
            if len(parts) != len(self._spec.parts):
                raise Misfit(f"an id has {len(self._spec.parts)} parts here, joined by {_BETWEEN}")
            return {"id": record_id, **dict(zip(self._spec.parts, parts, strict=True))}
        if self._spec.field is not None:
            return {"id": record_id, self._spec.field: record_id}
        numeric = self._spec.type == "integer" and record_id.isdecimal()
        return {"id": int(record_id) if numeric else record_id}


def _text(value: Any, path: str) -> str:
    if isinstance(value, str | int) and not isinstance(value, bool) and str(value).strip():
        return str(value)
    raise Misfit(f"`{path}` should be an id and is {kind_of(value)}")


def _last_segment(url: str, path: str) -> str:
    try:
        segment = unquote(urlsplit(url).path.rstrip("/").rpartition("/")[2])
    except ValueError:
        segment = ""
    if not segment:
        raise Misfit(f"`{path}` should be a URL that ends with an id")
    return segment

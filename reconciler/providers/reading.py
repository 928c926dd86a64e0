"""Reads the records of one connection by its table: a list, one by one, and what calls of their own show."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from reconciler.errors import NotSent, Refused, Unreadable
from reconciler.providers.calling import Answer, Caller
from reconciler.providers.ids import Ids
from reconciler.providers.mapping import Misfit, RecordMap
from reconciler.providers.pagination import Page, Reader
from reconciler.providers.paths import MISSING, at
from reconciler.providers.spec import Spec
from reconciler.records import Live, Scope, Secret


class Gone(Refused):
    """A record that was to be written is not there any more."""


class Reading:
    """All reads of records of one connection. Thread-safe."""

    def __init__(self, spec: Spec, caller: Caller, record_map: RecordMap, ids: Ids, abreast: int = 1) -> None:
        self._spec = spec
        self._caller = caller
        self._map = record_map
        self._ids = ids
        self._abreast = abreast
        fields = spec.record.fields()
        own = {name: field for name, field in fields.items() if field.fetched is not None}
        self._made = {name: field.fetched for name, field in own.items() if field.visibility == "on_create"}
        self._own = {name: field.fetched for name, field in own.items() if name not in self._made}

    def all(self, scope: Scope) -> tuple[Live, ...]:
        """Return all records of a scope. Raises `Unreadable` where the read failed or was not complete."""
        call = self._spec.listing
        if call is None:
            raise self._cannot("lists records")
        address, where = self._caller.address(call, dict(scope))

        def fetch(
            parameters: Mapping[str, Any], url: str | None = None, headers: Mapping[str, str] | None = None
        ) -> Page:
            answer = self._caller.page(call, dict(scope), parameters, url, headers)
            return Page(answer.data, answer.headers)

        items = Reader(call, address, where, fetch, self._map.id_of, self._map.belongs, self._abreast).all()
        if not (call.one_by_one or self._own) or not items:
            return tuple(self._live(item, scope, where) for item in items)
        with ThreadPoolExecutor(min(self._abreast, len(items)), thread_name_prefix="details") as pool:
            found = pool.map(lambda item: self._whole(item, scope, where, again=call.one_by_one), items)
            return tuple(live for live in found if live is not None)

    def one(self, scope: Scope, record_id: str) -> Live | None:
        """Return one record; None where the provider says that it is not there. Raises `Unreadable`."""
        answer = self._get(scope, record_id)
        if answer.gone:
            return None
        live = self._whole(answer.item, scope, answer.where)
        if live is not None and live.id != record_id:
            raise Unreadable(f"{answer.where}: the answer is about another record")
        return live

    def present(self, scope: Scope, record_id: str) -> Any:
        """Return one record as the provider has it, for a write to start from. Raises `NotSent`."""
        try:
            answer = self._get(scope, record_id)
        except Unreadable as error:
            message = str(error)
        else:
            if not answer.gone and isinstance(answer.item, Mapping):
                return answer.item
            message = f"{answer.where}: the record is not there"
        raise NotSent(f"{message}; nothing was sent")

    def revision(self, values: Mapping[str, Any]) -> Any:
        """Return the revision of the record that `values` name. Raises `Gone` or `NotSent`."""
        call, where = self._spec.get, self._spec.record.revision
        if call is None or where is None:
            raise NotSent(f"{self._caller.name}: the table does not say where the record's revision is")
        try:
            answer = self._caller.read(call, values)
        except Unreadable as error:
            message = str(error)
        else:
            if answer.gone:
                raise Gone(f"{answer.where}: the record is not there", 404)
            found = answer.headers.get(where.header.lower()) if where.header else at(answer.item, where.at)
            if isinstance(found, str | int) and not isinstance(found, bool):
                return found
            message = f"{answer.where}: it shows no revision"
        raise NotSent(f"{message}; nothing was sent")

    def made_secrets(self, scope: Scope, record_id: str) -> dict[str, Secret]:
        """Return the secrets that the provider made and that a call of their own gives now. Raises `Unreadable`."""
        found = {}
        for name, call in self._made.items():
            if call is not None:
                answer = self._caller.read(call, self._about(scope, record_id))
                found.update(self._map.captured_value(name, answer.item))
        return found

    def _whole(self, item: Any, scope: Scope, where: str, *, again: bool = False) -> Live | None:
        """Return a record with all that calls of its own show; None where it is not there (any more)."""
        record_id = ""
        if again or self._own:
            record_id = self._id(item, where)
        if again:
            answer = self._get(scope, record_id)
            if answer.gone:
                return None
            item = answer.item
        if not self._map.belongs(item):
            return None
        return self._live(item, scope, where, self._fetched(scope, record_id))

    def _fetched(self, scope: Scope, record_id: str) -> dict[str, Any]:
        found = {}
        for name, call in self._own.items():
            if call is not None:
                answer = self._caller.read(call, self._about(scope, record_id))
                found[name] = MISSING if answer.gone else answer.item
        return found

    def _get(self, scope: Scope, record_id: str) -> Answer:
        call = self._spec.get
        if call is None:
            raise self._cannot("reads one record")
        return self._caller.read(call, self._about(scope, record_id))

    def _about(self, scope: Scope, record_id: str) -> dict[str, Any]:
        try:
            return {**dict(scope), **self._ids.values(record_id)}
        except Misfit as misfit:
            reason = str(misfit)
        raise Unreadable(f"{self._caller.name}: {reason}")

    def _id(self, item: Any, where: str) -> str:
        try:
            return self._map.id_of(item)
        except Misfit as misfit:
            reason = str(misfit)
        raise Unreadable(f"{where}: a record is not as the table says: {reason}")

    def _live(self, item: Any, scope: Scope, where: str, fetched: Mapping[str, Any] | None = None) -> Live:
        try:
            return self._map.live(item, scope, fetched)
        except Misfit as misfit:
            reason = str(misfit)
        raise Unreadable(f"{where}: a record is not as the table says: {reason}")

    def _cannot(self, does: str) -> Unreadable:
        return Unreadable(f"{self._caller.name}: the table of {self._spec.title} has no call that {does}")

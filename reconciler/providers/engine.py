"""The engine that runs every table: one connection, opened, speaking by its provider's file."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Mapping
from typing import Any

from reconciler.errors import Ambiguous, NotSent, ProviderError, Refused, Unreadable
from reconciler.http.clock import Clock
from reconciler.providers.ability import ability_of
from reconciler.providers.calling import Answer, Caller
from reconciler.providers.ids import Ids
from reconciler.providers.mapping import Misfit, RecordMap, secret_texts
from reconciler.providers.paths import kind_of
from reconciler.providers.protocol import Connection, Settings, Written
from reconciler.providers.reading import Gone, Reading
from reconciler.providers.registry import adapter_of
from reconciler.providers.spec import Call
from reconciler.providers.values import mapped
from reconciler.providers.writing import Writing
from reconciler.records import Fields, Fingerprinter, Live, Scope, Secret

__all__ = ["RestConnection", "ability_of", "open_connection"]

CONFLICT = 409


def open_connection(
    settings: Settings, fingerprint: Fingerprinter, *, stop: threading.Event | None = None, clock: Clock | None = None
) -> Connection:
    """Open a connection: no request is made yet. `stop`, once set, ends its waits and retries.

    Raises `ConfigError` where the credentials are not complete or the base URL is not safe.
    """
    adapter = adapter_of(settings.spec)
    if adapter is not None:
        return adapter.open_connection(settings, fingerprint, stop=stop)
    return RestConnection(settings, fingerprint, stop=stop, clock=clock)


class RestConnection:
    """A `Connection` whose every call comes from its table."""

    def __init__(
        self,
        settings: Settings,
        fingerprint: Fingerprinter,
        *,
        stop: threading.Event | None = None,
        clock: Clock | None = None,
    ) -> None:
        spec = settings.spec
        self.name = settings.name
        self.base_url = settings.base_url.rstrip("/")
        self.ability = ability_of(settings)
        self.can_list = spec.listing is not None and not settings.by_state
        self.can_get = spec.get is not None
        self.settle = spec.settle if settings.settle is None else settings.settle
        self._spec = spec
        self._fields = spec.record.fields()
        self._map = RecordMap(spec, settings.name, fingerprint)
        self._ids = Ids(spec)
        self._writing = Writing(spec, self._map)
        self._caller = Caller(settings, stop, clock or Clock())
        self._reading = Reading(spec, self._caller, self._map, self._ids, settings.abreast)

    def list(self, scope: Scope) -> tuple[Live, ...]:
        """Read all records of a scope. Raises `Unreadable` where the read failed or was not complete."""
        return self._reading.all(scope)

    def get(self, scope: Scope, record_id: str) -> Live | None:
        """Read one record; None where the provider says that it is not there. Raises `Unreadable`."""
        return self._reading.one(scope, record_id)

    def create(self, scope: Scope, fields: Fields) -> Written:
        """Make a record. Raises `Refused`, `NotSent` or `Ambiguous`."""
        call = self._permitted("create", self._spec.create)
        values = {**self._values(fields), **dict(scope)}
        if self._ids.is_ours:
            values["id"] = self._chosen_id(fields)
        if call.upsert:
            self._must_be_free(scope, fields, values["id"])
        content = not (self._ids.is_in_header or self._ids.is_ours)
        answer = self._write(call, values, fields, self._body(self._writing.at_create(fields)), content=content)
        try:
            record_id = self._ids.made(answer.item, answer.headers, fields)
        except Misfit as misfit:
            reason = str(misfit)
        else:
            return self._followed(scope, record_id, fields, self._captured(self._shown(answer)))
        raise Ambiguous(f"{answer.where}: {reason}; whether it was carried out is not known")

    def update(self, scope: Scope, record_id: str, fields: Fields, changed: frozenset[str]) -> Written:
        """Change a record in place: `fields` is the whole record, `changed` what differs. Raises as `create`."""
        self._permitted("update", self._spec.update)
        written = self._changed(scope, record_id, fields, changed)
        self._set(scope, written.id, fields, self._writing.after_update(fields, changed))
        self._after(scope, written.id, ("updated", "written"))
        return written

    def rotate(self, scope: Scope, record_id: str) -> Written:
        """Let the provider make a new secret; the answer's `captured` has it. Raises as `create`."""
        call = self._spec.rotate
        if call is None:
            raise NotSent(f"{self.name}: the table of {self._spec.title} has no call that renews a secret")
        answer = self._write(call, self._about(scope, record_id), {}, None, content=False)  # a call may show it instead
        found = self._shown(answer, call.secret)
        if not found:
            found = self._reading.made_secrets(scope, record_id)
        captured = self._captured(found)
        if captured is None:
            raise Ambiguous(f"{answer.where}: the answer does not show the new secret")
        return Written(record_id, captured)

    def delete(self, scope: Scope, record_id: str) -> None:
        """Delete a record; gone already is done. Raises `Refused`, `NotSent` or `Ambiguous`."""
        call = self._spec.delete
        self._permitted("delete", call)
        if call is None:
            raise NotSent(f"{self.name}: {self.ability.cannot['delete']}")
        about = self._about(scope, record_id)
        if call.before is not None:
            with contextlib.suppress(Refused):  # it may be as it should be, or gone: the delete's own answer tells
                self._write(call.before, about, {}, None, content=False)
        try:
            self._write(call, about, {}, None, content=False)
        except Gone:
            return
        except Refused as refused:
            # A refusal within a good status says in words alone whether the record was not there.
            in_words = refused.status is not None and refused.status < 300
            if in_words and (self.can_get or self.can_list) and not self._still_there(scope, record_id):
                return
            if refused.status not in call.gone:
                raise
            message = str(refused)
        else:
            return
        if not call.documented and self.can_get and self._still_there(scope, record_id):
            raise Refused(f"{message}. The record is still there: the provider seems to have no such call", 404)

    def account(self) -> str | None:
        """Return the account's id where the table can read one, else None. Raises `Unreadable`."""
        call = self._spec.account
        if call is None:
            return None
        answer = self._caller.read(call, {})
        if isinstance(answer.item, str | int) and not isinstance(answer.item, bool):
            return str(answer.item)
        raise Unreadable(f"{answer.where}: `{call.item}` should be the account's id and is {kind_of(answer.item)}")

    def close(self) -> None:
        """Close the pooled connections."""
        self._caller.close()

    def _permitted(self, operation: str, call: Call | None) -> Any:
        if call is None or operation in self.ability.cannot:
            raise NotSent(f"{self.name}: {self.ability.cannot[operation]}")
        return call

    def _changed(self, scope: Scope, record_id: str, fields: Fields, changed: frozenset[str]) -> Written:
        """Send the update itself, where any of what changed is for it."""
        call = self._spec.update
        mine = self._writing.update(call, fields, changed) if call is not None else None
        if call is None or mine is None:
            return Written(record_id)
        values = {**self._values(fields), **self._about(scope, record_id)}
        present = self._reading.present(scope, record_id) if call.sending == "merged" else None
        record = self._revealed(lambda: self._writing.body(call, mine, present))
        answer = self._write(call, values, mine, record, content=False)
        captured = self._captured(self._shown(answer))
        try:
            return Written(self._map.id_of(answer.item), captured)
        except Misfit:  # not every provider answers an update with the record
            return Written(record_id, captured)

    def _followed(self, scope: Scope, record_id: str, fields: Fields, captured: Fields | None) -> Written:
        """Do what comes after a create. The record is there, whatever becomes of it."""
        left = self._writing.after_create(fields)
        try:
            if any(self._fields[name].only_update for name in left):
                self._changed(scope, record_id, fields, left)
            self._set(scope, record_id, fields, left)
            self._after(scope, record_id, ("created", "written"))
            captured = {**(captured or {}), **(self._captured(self._reading.made_secrets(scope, record_id)) or {})}
        except ProviderError as error:
            return Written(record_id, captured or None, left, f"it was made, but: {error}")
        return Written(record_id, captured or None)

    def _set(self, scope: Scope, record_id: str, fields: Fields, names: frozenset[str]) -> None:
        """Set the fields among `names` that have calls of their own."""
        values = {**self._values(fields), **self._about(scope, record_id)}
        for step in self._revealed(lambda: [*self._writing.steps(fields, names)]):
            self._write(step.call, values, {step.name: fields[step.name]}, step.record, content=False)

    def _after(self, scope: Scope, record_id: str, when: tuple[str, ...]) -> None:
        for call in self._spec.after:
            if call.when in when:
                self._write(call, self._about(scope, record_id), {}, None, content=False)

    def _must_be_free(self, scope: Scope, fields: Fields, record_id: str) -> None:
        """Raise `Refused` where a record of this id is there already, which the call would overwrite."""
        try:
            taken = self._is_there(scope, record_id)
        except Unreadable as error:
            message = str(error)
        else:
            if not taken:
                return
            about = f"{self.name}: there is a record {record_id} already, which this would overwrite"
            raise Refused(f"{about}; import it, or delete it there", CONFLICT)
        raise NotSent(f"{message}; nothing was sent, for it could overwrite what is there")

    def _write(self, call: Call, values: Mapping[str, Any], fields: Fields, record: Any, *, content: bool) -> Answer:
        """Send a write. Raises `Refused`, `NotSent` or `Ambiguous`."""
        if "revision" in call.names:
            values = {**values, "revision": self._reading.revision(values)}
        return self._caller.write(call, values, record, secret_texts(fields), content=content)

    def _body(self, fields: Fields) -> Any:
        return self._revealed(lambda: self._map.body(fields))

    def _revealed(self, body: Any) -> Any:
        """Return what `body` makes. Raises `NotSent` where it needs a secret whose value is not known."""
        try:
            return body()
        except ValueError as error:
            reason = str(error)
        raise NotSent(f"{self.name}: {reason}; nothing was sent")

    def _chosen_id(self, fields: Fields) -> str:
        try:
            return self._ids.chosen(fields)
        except Misfit as misfit:
            reason = str(misfit)
        raise NotSent(f"{self.name}: {reason}; nothing was sent")

    def _about(self, scope: Scope, record_id: str) -> dict[str, Any]:
        """What names stand for in a call about one record."""
        try:
            return {**dict(scope), **self._ids.values(record_id)}
        except Misfit as misfit:
            reason = str(misfit)
        raise NotSent(f"{self.name}: {reason}; nothing was sent")

    def _values(self, fields: Fields) -> dict[str, Any]:
        """The fields that names may stand for: plain ones, as the provider writes them."""
        found: dict[str, Any] = {}
        for name, value in fields.items():
            field = self._fields.get(name)
            if field is not None and name == "events" and field.each == "one" and not field.keys:
                found[name] = mapped(field, value[0])
            elif field is not None and isinstance(value, str | int):
                found[name] = mapped(field, value)
        return {name: value for name, value in found.items() if isinstance(value, str | int)}

    def _shown(self, answer: Answer, path: str | None = None) -> dict[str, Secret]:
        """Return the secrets that this answer shows and no other will; `path`: where in the record, if not as usual."""
        return self._map.captured(answer.item, path, data=answer.data, headers=answer.headers)

    def _captured(self, found: Mapping[str, Secret]) -> Fields | None:
        """Return the secrets of an answer, and take care that no later message shows them."""
        for secret in found.values():
            self._caller.redactor.add(secret.reveal())
        return found or None

    def _still_there(self, scope: Scope, record_id: str) -> bool:
        try:
            return self._is_there(scope, record_id)
        except Unreadable as error:
            message = str(error)
        raise Ambiguous(f"{message}; whether the record was deleted is not known")

    def _is_there(self, scope: Scope, record_id: str) -> bool:
        if self.can_get:
            return self.get(scope, record_id) is not None
        return any(live.id == record_id for live in self.list(scope))

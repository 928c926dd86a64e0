"""One write, from its intent to its recorded outcome. Here nothing is lost and nothing happens twice.

The intent is durable before the request leaves. An answer that did not come is never followed by
the same request: first a read says what it did. Only what certainly did nothing is sent again.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from reconciler.applying.ledger import Ledger
from reconciler.applying.recovery import no_witness, recorded
from reconciler.errors import Ambiguous, NotSent, Refused, Unreadable
from reconciler.planning.plan import Change, Outcome
from reconciler.planning.recover import Resolution, resolve_creates
from reconciler.providers.protocol import Connection
from reconciler.reading import Place
from reconciler.records import Deposed, Desired, Intent, Known, Live, Scope, same, url_identity
from reconciler.state.model import Operation, PutIntent, PutRecord, RemoveDeposed, RemoveIntent, RemoveRecord

ATTEMPTS = 3
"""How often a write is begun anew after a read has shown that the last one did nothing."""

CONFLICT = 409
Note = Callable[[str], None]


class Writer:
    """Carries out single writes on open connections, each recorded in the ledger. Thread-safe."""

    def __init__(
        self,
        connections: Mapping[str, Connection],
        ledger: Ledger,
        ids_before: Mapping[tuple[Place, str], tuple[str, ...]],
        stop: threading.Event,
    ) -> None:
        self._connections = connections
        self._ledger = ledger
        self._ids_before = ids_before
        self._stop = stop
        self._resolving: dict[Place, threading.Lock] = {
            place: threading.Lock() for place in {place for place, _ in ids_before}
        }
        self._guard = threading.Lock()

    def create(self, change: Change, note: Note, replaces: Deposed | None = None) -> Outcome:
        """Make the record of a change; its old half, if it has one, becomes deposed in the same commit."""
        wanted = _wanted(change)
        connection = self._connections[wanted.connection]
        place = (wanted.connection, wanted.scope)
        url = url_identity(wanted.fields.get("url"))
        intent = Intent(
            id=_new_id(),
            address=wanted.address,
            connection=wanted.connection,
            scope=wanted.scope,
            operation="create",
            key=wanted.key,
            url=url,
            ids_before=self._ids_before.get((place, url), ()),
            sent=sent_of(wanted),
            protect=wanted.protect,
            replaces=replaces,
            run=self._ledger.run,
        )
        self._ledger.commit(PutIntent(intent))
        doubt = ""
        for _ in range(ATTEMPTS):
            try:
                written = connection.create(wanted.scope, wanted.fields)
            except Refused as error:
                if error.status == CONFLICT and connection.can_list:
                    return self._conflict(intent, connection, error, ours=bool(doubt))
                return self._give_up(intent, str(error))
            except NotSent as error:
                return self._give_up(intent, str(error))
            except Ambiguous as error:
                doubt = str(error)
                note(f"the answer to its create was lost ({doubt}); reading what became of it")
                resolution = self._find(connection, place, intent, timed_out=error.timed_out)
                if resolution.made is not None:
                    return self._found(intent, resolution.made, "create")
                if not resolution.absent:
                    return self._unknown(intent, doubt, resolution.unclear)
                if self._stop.is_set():
                    return self._give_up(intent, f"interrupted; the request had failed: {doubt}", "interrupted")
            else:
                known = Known(
                    wanted.address,
                    wanted.connection,
                    wanted.scope,
                    written.id,
                    wanted.key,
                    intent.sent,
                    None,
                    wanted.protect,
                )
                return self._made(intent, known)
        return self._give_up(intent, f"tried {ATTEMPTS} times, and each time nothing was made: {doubt}")

    def update(self, change: Change, note: Note, *before: Operation) -> Outcome:
        """Change a record in place. `before` is committed along with the intent (a rename, an adoption)."""
        wanted = _wanted(change)
        record_id = change.id or ""
        connection = self._connections[wanted.connection]
        changed = frozenset(one.path.partition(".")[0] for one in change.differences)
        intent = self._intent("update", change, wanted.connection, wanted.scope, record_id)
        self._ledger.commit(*before, PutIntent(intent))
        doubt = ""
        for _ in range(ATTEMPTS):
            try:
                written = connection.update(wanted.scope, record_id, wanted.fields, changed)
            except (Refused, NotSent) as error:
                return self._give_up(intent, str(error))
            except Ambiguous as error:
                doubt = str(error)
                note(f"the answer to its update was lost ({doubt}); reading what became of it")
                try:
                    live = self._reread(connection, wanted.scope, record_id, timed_out=error.timed_out)
                except Unreadable as unreadable:
                    return self._unknown(intent, doubt, str(unreadable))
                if live is None:
                    return self._give_up(intent, f"{record_id} is not there any more")
                if all(name in live.fields and same(live.fields[name], wanted.fields.get(name)) for name in changed):
                    return self._updated(intent, wanted, record_id)
            else:
                return self._updated(intent, wanted, written.id)
        return self._give_up(intent, f"tried {ATTEMPTS} times, and each time it was not changed: {doubt}")

    def delete(self, change: Change, target: Deposed, note: Note) -> Outcome:
        """Delete one record: that of an address, an old half, or one that `manage: all` removes."""
        connection = self._connections[target.connection]
        intent = self._intent("delete", change, target.connection, target.scope, target.id)
        self._ledger.commit(PutIntent(intent))
        doubt = ""
        for _ in range(ATTEMPTS):
            try:
                connection.delete(target.scope, target.id)
            except (Refused, NotSent) as error:
                return self._give_up(intent, str(error))
            except Ambiguous as error:
                doubt = str(error)
                note(f"the answer to its delete was lost ({doubt}); reading what became of it")
                try:
                    live = self._reread(connection, target.scope, target.id, timed_out=False)
                except Unreadable as unreadable:
                    return self._unknown(intent, doubt, str(unreadable))
                if live is None:
                    return self._deleted(intent, change, target)
            else:
                return self._deleted(intent, change, target)
        return self._give_up(intent, f"tried {ATTEMPTS} times, and each time it was still there: {doubt}")

    def resolve_late(self, change: Change, outcome: Outcome) -> Outcome:
        """Look again for a create whose outcome was unknown, now that no other request is under way."""
        wanted = change.desired
        if outcome.status != "unknown" or wanted is None:
            return outcome
        place = (wanted.connection, wanted.scope)
        connection = self._connections[wanted.connection]
        for intent in self._ledger.open_creates(place):
            if intent.address == change.address and intent.run == self._ledger.run and connection.can_list:
                resolution = self._find(connection, place, intent, timed_out=True)
                if resolution.made is not None:
                    return self._found(intent, resolution.made, "create")
                if resolution.absent:
                    return self._give_up(intent, f"nothing was made: {outcome.error}")
        return outcome

    def _find(self, connection: Connection, place: Place, intent: Intent, *, timed_out: bool) -> Resolution:
        """Read what an ambiguous create made. After a time-out absence is believed only on a second read."""
        if not connection.can_list:
            return Resolution(intent, unclear=no_witness(intent))
        with self._lock(place):
            try:
                found = self._resolve(connection, place, intent)
                if found.absent and timed_out:
                    self._stop.wait(connection.settle)
                    found = self._resolve(connection, place, intent)
            except Unreadable as error:
                return Resolution(intent, unclear=str(error))
            return found

    def _resolve(self, connection: Connection, place: Place, intent: Intent) -> Resolution:
        live = connection.list(place[1])
        mine = [one for one in self._ledger.open_creates(place) if one.url == intent.url or one.key == intent.key]
        resolutions = resolve_creates(mine, live, self._ledger.held(place))
        return next(one for one in resolutions if one.intent.id == intent.id)

    def _conflict(self, intent: Intent, connection: Connection, error: Refused, *, ours: bool) -> Outcome:
        """A 409: adopt the twin where it is found, unheld, and ours or free to be taken."""
        place = (intent.connection, intent.scope)
        with self._lock(place):
            try:
                live = connection.list(intent.scope)
            except Unreadable as unreadable:
                return self._unknown(intent, str(error), str(unreadable)) if ours else self._give_up(intent, str(error))
            held = self._ledger.held(place)
            twins = [one for one in live if one.key == intent.key and one.id not in held]
            if len(twins) == 1 and (ours or connection.ability.adopt):
                return self._found(intent, twins[0], "adopt")
        return self._give_up(intent, str(error))

    def _reread(self, connection: Connection, scope: Scope, record_id: str, *, timed_out: bool) -> Live | None:
        """Read one record, by its own call where there is one, else from a whole list. Raises `Unreadable`."""
        if timed_out:
            self._stop.wait(connection.settle)
        if connection.can_get:
            return connection.get(scope, record_id)
        if not connection.can_list:
            raise Unreadable(f"{connection.name} can neither be listed nor read")
        return next((one for one in connection.list(scope) if one.id == record_id), None)

    def _lock(self, place: Place) -> threading.Lock:
        with self._guard:
            return self._resolving.setdefault(place, threading.Lock())

    def _intent(self, operation: str, change: Change, connection: str, scope: Scope, record_id: str) -> Intent:
        wanted = change.desired
        return Intent(
            id=_new_id(),
            address=change.address,
            connection=connection,
            scope=scope,
            operation=operation,
            key=wanted.key if wanted else "",
            url=url_identity(wanted.fields.get("url")) if wanted else "",
            record_id=record_id,
            sent=sent_of(wanted) if wanted and operation == "update" else {},
            run=self._ledger.run,
        )

    def _made(self, intent: Intent, known: Known) -> Outcome:
        live = Live(intent.connection, intent.scope, known.id, {}, intent.key)
        operations = [
            replace(one, record=known) if isinstance(one, PutRecord) else one for one in recorded(intent, live)
        ]
        self._ledger.commit(*operations, self._line(intent, "create", "done", record_id=known.id))
        return Outcome("done", id_after=known.id)

    def _found(self, intent: Intent, live: Live, operation: str) -> Outcome:
        detail = "found by reading after its answer was lost" if operation == "create" else "it was there already"
        self._ledger.commit(
            *recorded(intent, live), self._line(intent, operation, "done", record_id=live.id, detail=detail)
        )
        return Outcome("done", id_after=live.id)

    def _updated(self, intent: Intent, wanted: Desired, record_id: str) -> Outcome:
        known = Known(
            wanted.address, wanted.connection, wanted.scope, record_id, wanted.key, intent.sent, None, wanted.protect
        )
        self._ledger.commit(
            PutRecord(known), RemoveIntent(intent.id), self._line(intent, "update", "done", record_id=record_id)
        )
        return Outcome("done", id_after=record_id)

    def _deleted(self, intent: Intent, change: Change, target: Deposed) -> Outcome:
        operations: list[Operation] = [RemoveDeposed(target), RemoveIntent(intent.id)]
        known = self._ledger.known(change.address)
        if known is not None and (known.connection, known.scope, known.id) == (
            target.connection,
            target.scope,
            target.id,
        ):
            operations.append(RemoveRecord(known.address))
        self._ledger.commit(*operations, self._line(intent, "delete", "done", record_id=target.id))
        return Outcome("done")

    def _give_up(self, intent: Intent, error: str, status: Any = "failed") -> Outcome:
        """The write certainly did nothing: no intent is left."""
        line = self._line(intent, intent.operation, "failed", record_id=intent.record_id, detail=error)
        self._ledger.commit(RemoveIntent(intent.id), line)
        return Outcome(status, error)

    def _unknown(self, intent: Intent, doubt: str, why: str | None) -> Outcome:
        """Nothing can be said now: the intent stays, and the next run takes it up first."""
        self._ledger.commit(self._line(intent, intent.operation, "unknown", record_id=intent.record_id, detail=doubt))
        return Outcome("unknown", f"outcome unknown: {doubt}; {why}")

    def _line(
        self, intent: Intent, operation: str, outcome: str, *, record_id: str | None, detail: str | None = None
    ) -> Operation:
        return self._ledger.entry(
            operation, outcome, intent.address, intent.connection, record_id=record_id, detail=detail
        )


def sent_of(wanted: Desired) -> dict[str, Any]:
    """Return what the state keeps as sent: the declared fields."""
    return {name: wanted.fields[name] for name in sorted(wanted.declared) if name in wanted.fields}


def _wanted(change: Change) -> Desired:
    if change.desired is None:
        raise ValueError(f"a {change.action} of {change.address} has nothing to write")
    return change.desired


def _new_id() -> str:
    return secrets.token_hex(8)

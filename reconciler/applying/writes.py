"""One write, from its intent to its recorded outcome. Here nothing is lost and nothing happens twice.

The intent is durable before the request leaves. An answer that did not come is never followed by
the same request: first a read says what it did. Only what certainly did nothing is sent again.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from reconciler.applying.captures import Captures
from reconciler.applying.endings import Endings
from reconciler.applying.ledger import Ledger
from reconciler.applying.search import Search
from reconciler.errors import Ambiguous, NotSent, Refused, Unreadable
from reconciler.planning.plan import Change, Outcome
from reconciler.planning.renewal import RENEWED
from reconciler.providers.protocol import Connection
from reconciler.reading import Place
from reconciler.records import Deposed, Desired, Intent, Live, Scope, Secret, same, url_identity
from reconciler.state.model import Operation, PutIntent

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
        captures: Captures,
    ) -> None:
        self.captures = captures
        self._connections = connections
        self._ledger = ledger
        self._ids_before = ids_before
        self._stop = stop
        self._end = Endings(ledger)
        self._search = Search(ledger, self._end, stop)

    def create(self, change: Change, note: Note, replaces: Deposed | None = None) -> Outcome:
        """Make the record of a change; its old half, if it has one, becomes deposed in the same commit."""
        wanted = _wanted(change)
        connection = self._connections[wanted.connection]
        place = (wanted.connection, wanted.scope)
        url = url_identity(wanted.fields.get("url"))
        sent = sent_of(wanted)
        intent = Intent(
            id=_new_id(),
            address=wanted.address,
            connection=wanted.connection,
            scope=wanted.scope,
            operation="create",
            key=wanted.key,
            url=url,
            ids_before=self._ids_before.get((place, url), ()),
            # What a call after the create's sets is sent only once that call went well.
            sent={name: value for name, value in sent.items() if name not in connection.ability.later},
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
                    return self._search.conflict(connection, wanted, intent, error, doubt)
                return self._end.failed(intent, str(error))
            except NotSent as error:
                return self._end.failed(intent, str(error))
            except Ambiguous as error:
                doubt = str(error)
                note(f"the answer to its create was lost ({doubt}); reading what became of it")
                outcome = self._search.lost(connection, intent, doubt)
                if outcome is not None:
                    return outcome
                self._ledger.check_held()
            else:
                later = {name: sent[name] for name in sent.keys() - intent.sent.keys() - written.unset}
                return self._end.made(intent, written, later, self.captures.taken(wanted, written))
        return self._end.failed(intent, f"tried {ATTEMPTS} times, and each time nothing was made: {doubt}")

    def update(self, change: Change, note: Note, *before: Operation) -> Outcome:
        """Change a record in place. `before` is committed along with the intent (a rename, an adoption)."""
        wanted = _wanted(change)
        record_id = change.id or ""
        connection = self._connections[wanted.connection]
        changed = frozenset(one.path.partition(".")[0] for one in change.differences)
        # A field that left the file goes back to what the provider takes without it.
        defaults = {name: connection.ability.defaults.get(name) for name in changed - wanted.fields.keys()}
        fields = {**wanted.fields, **defaults}
        hidden = changed & connection.ability.hidden
        operation = "rotate" if change.reason == RENEWED else "update"
        intent = self._intent(operation, change, wanted.connection, wanted.scope, record_id)
        self._ledger.commit(*before, PutIntent(intent))
        doubt = ""
        for _ in range(ATTEMPTS):
            try:
                written = connection.update(wanted.scope, record_id, fields, changed)
            except (Refused, NotSent) as error:
                return self._end.not_updated(intent, str(error), hidden if doubt else ())
            except Ambiguous as error:
                doubt = str(error)
                note(f"the answer to its update was lost ({doubt}); reading what became of it")
                if error.timed_out and self._stop.wait(connection.settle):
                    return self._end.unknown(intent, doubt, "the run was interrupted; the next one reads it")
                try:
                    live = _reread(connection, wanted.scope, record_id)
                except Unreadable as unreadable:
                    return self._end.unknown(intent, doubt, str(unreadable))
                if live is None:
                    return self._end.failed(intent, f"{record_id} is not there any more")
                if all(name in live.fields and same(live.fields[name], fields[name]) for name in changed):
                    return self._end.updated(intent, wanted, record_id)
                self._ledger.check_held()
            else:
                return self._end.updated(intent, wanted, written.id, self.captures.taken(wanted, written))
        message = f"tried {ATTEMPTS} times, and each time it was not changed: {doubt}"
        return self._end.not_updated(intent, message, hidden)

    def rotate(self, change: Change) -> Outcome:
        """Let the provider make a new secret. It is asked once: an answer that was lost had the only copy."""
        wanted = _wanted(change)
        intent = self._intent("rotate", change, wanted.connection, wanted.scope, change.id or "")
        self._ledger.commit(PutIntent(intent))
        try:
            written = self._connections[wanted.connection].rotate(wanted.scope, change.id or "")
        except (Refused, NotSent) as error:
            return self._end.failed(intent, str(error))
        except Ambiguous as error:
            return self._end.renewal_lost(intent, str(error))
        return self._end.renewed(intent, self.captures.taken(wanted, written))

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
                return self._end.failed(intent, str(error))
            except Ambiguous as error:
                doubt = str(error)
                note(f"the answer to its delete was lost ({doubt}); reading what became of it")
                try:
                    live = _reread(connection, target.scope, target.id)
                except Unreadable as unreadable:
                    return self._end.unknown(intent, doubt, str(unreadable))
                if live is None:
                    return self._end.deleted(intent, target)
                self._ledger.check_held()
            else:
                return self._end.deleted(intent, target)
        return self._end.failed(intent, f"tried {ATTEMPTS} times, and each time it was still there: {doubt}")

    def resolve_late(self, doubtful: Iterable[str]) -> dict[str, Outcome]:
        """Look again for creates of unknown outcome, now that no other request is under way; outcomes by address."""
        return self._search.late(self._connections, doubtful)

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
            sent=self._carried(wanted, operation) if wanted else {},
            run=self._ledger.run,
        )

    def _carried(self, wanted: Desired, operation: str) -> dict[str, Any]:
        """What a write carries; a secret that the provider made stays as it was, or is made anew."""
        if operation == "delete":
            return {}
        known = self._ledger.known(wanted.address)
        sent = known.sent if known is not None else {}
        made = self.captures.made_for(wanted)
        if operation == "rotate" and made:
            return {**sent, **dict.fromkeys(made, Secret(None, "made anew"))}
        return {**{name: sent[name] for name in made & sent.keys()}, **sent_of(wanted)}


def sent_of(wanted: Desired) -> dict[str, Any]:
    """Return what the state keeps as sent: the declared fields."""
    return {name: wanted.fields[name] for name in sorted(wanted.declared) if name in wanted.fields}


def _reread(connection: Connection, scope: Scope, record_id: str) -> Live | None:
    """Read one record, by its own call where there is one, else from a whole list. Raises `Unreadable`."""
    if connection.can_get:
        return connection.get(scope, record_id)
    if not connection.can_list:
        raise Unreadable(f"{connection.name} can neither be listed nor read")
    return next((one for one in connection.list(scope) if one.id == record_id), None)


def _wanted(change: Change) -> Desired:
    if change.desired is None:
        raise ValueError(f"a {change.action} of {change.address} has nothing to write")
    return change.desired


def _new_id() -> str:
    return secrets.token_hex(8)

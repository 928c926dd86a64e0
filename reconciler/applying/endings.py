"""How a write ends: each outcome is committed along with the end of its intent and a line of the history."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from reconciler.applying.captures import Taken
from reconciler.applying.ledger import Ledger
from reconciler.applying.recovery import recorded
from reconciler.planning.plan import Outcome
from reconciler.providers.protocol import Written
from reconciler.records import Deposed, Desired, Fields, Intent, Known, Live, same
from reconciler.state.model import Operation, PutRecord, RemoveDeposed, RemoveIntent, RemoveRecord

NOTHING = Taken()


class Endings:
    """Records the outcomes of writes in one ledger. Every method raises `StateError` where the state fails."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def made(self, intent: Intent, written: Written, later: Fields, taken: Taken) -> Outcome:
        """The provider said that it made the record; what it made of it is read later.

        `later` are the fields that calls after the create's set; where one did not go well, the change failed.
        """
        live = Live(intent.connection, intent.scope, written.id, {}, intent.key)
        operations = [
            PutRecord(_with(replace(one.record, echo=None, sent={**one.record.sent, **later}), taken))
            if isinstance(one, PutRecord)
            else one
            for one in recorded(intent, live)
        ]
        if written.trouble is not None:
            line = self._line(intent, "create", "failed", record_id=written.id, detail=written.trouble)
            self._ledger.commit(*operations, line)
            return Outcome("failed", written.trouble, written.id)
        self._ledger.commit(*operations, self._line(intent, "create", "done", record_id=written.id))
        return Outcome("done", id_after=written.id)

    def found(self, intent: Intent, live: Live, operation: str) -> Outcome:
        """A read showed the record that a create was for."""
        detail = "found by reading after its answer was lost" if operation == "create" else "it was there already"
        line = self._line(intent, operation, "done", record_id=live.id, detail=detail)
        self._ledger.commit(*recorded(intent, live), line)
        return Outcome("done", id_after=live.id)

    def updated(self, intent: Intent, wanted: Desired, record_id: str, taken: Taken = NOTHING) -> Outcome:
        """The record is as it should be; its echo is read later."""
        before = self._ledger.known(wanted.address)
        known = Known(
            wanted.address,
            wanted.connection,
            wanted.scope,
            record_id,
            wanted.key,
            intent.sent,
            None,
            wanted.protect,
            before.kept if before is not None else None,
        )
        self._ledger.commit(
            PutRecord(_with(known, taken)),
            RemoveIntent(intent.id),
            self._line(intent, intent.operation, "done", record_id=record_id),
        )
        return Outcome("done", id_after=record_id)

    def renewed(self, intent: Intent, taken: Taken) -> Outcome:
        """The provider made a new secret; nothing else of the record changed."""
        line = self._line(intent, "rotate", "done", record_id=intent.record_id)
        self._ledger.commit(*self._without_secret(intent, taken), RemoveIntent(intent.id), line)
        return Outcome("done", id_after=intent.record_id)

    def renewal_lost(self, intent: Intent, doubt: str) -> Outcome:
        """The provider may have made a new secret, and it is lost: the old one is good no more, as far as we know."""
        line = self._line(intent, "rotate", "unknown", record_id=intent.record_id, detail=doubt)
        self._ledger.commit(*self._without_secret(intent, NOTHING), RemoveIntent(intent.id), line)
        way_on = f"`reconcile rotate {intent.address}` again makes another one"
        return Outcome("unknown", f"whether it has a new secret is not known: {doubt}; {way_on}", intent.record_id)

    def deleted(self, intent: Intent, target: Deposed) -> Outcome:
        """The record is gone, under whatever address the state has it by now."""
        operations: list[Operation] = [RemoveDeposed(target), RemoveIntent(intent.id)]
        holder = self._ledger.holder(target)
        if holder is not None:
            operations.append(RemoveRecord(holder.address))
        self._ledger.commit(*operations, self._line(intent, "delete", "done", record_id=target.id))
        return Outcome("done")

    def failed(self, intent: Intent, error: str) -> Outcome:
        """The write certainly did nothing: no intent is left."""
        line = self._line(intent, intent.operation, "failed", record_id=intent.record_id, detail=error)
        self._ledger.commit(RemoveIntent(intent.id), line)
        return Outcome("failed", error)

    def not_updated(self, intent: Intent, error: str, doubtful: Collection[str]) -> Outcome:
        """The update did nothing that a read can see; `doubtful` fields no read shows, so they count as never sent."""
        line = self._line(intent, intent.operation, "failed", record_id=intent.record_id, detail=error)
        known = self._ledger.known(intent.address)
        operations: list[Operation] = [RemoveIntent(intent.id), line]
        if known is not None and doubtful:
            kept = {name: value for name, value in known.sent.items() if name not in doubtful}
            operations.append(PutRecord(replace(known, sent=kept)))
        self._ledger.commit(*operations)
        return Outcome("failed", error)

    def unknown(self, intent: Intent, doubt: str, why: str) -> Outcome:
        """Nothing can be said now: the intent stays, and the next run takes it up first."""
        line = self._line(intent, intent.operation, "unknown", record_id=intent.record_id, detail=doubt)
        self._ledger.commit(line)
        return Outcome("unknown", f"outcome unknown: {doubt}; {why}")

    def _without_secret(self, intent: Intent, taken: Taken) -> list[Operation]:
        """The record with what was taken in the place of its old secret."""
        known = self._ledger.known(intent.address)
        if known is None:
            return []
        sent = {name: value for name, value in known.sent.items() if same(value, intent.sent.get(name))}
        return [PutRecord(_with(replace(known, sent=sent, kept=None), taken))]

    def _line(
        self, intent: Intent, operation: str, outcome: str, *, record_id: str | None, detail: str | None = None
    ) -> Operation:
        return self._ledger.entry(
            operation, outcome, intent.address, intent.connection, record_id=record_id, detail=detail
        )


def _with(known: Known, taken: Taken) -> Known:
    return replace(known, sent={**known.sent, **taken.sent}, kept=taken.kept or known.kept)

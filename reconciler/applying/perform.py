"""What one step of a plan does: which write, and what the state learns without any."""

from __future__ import annotations

from dataclasses import replace

from reconciler.applying.ledger import Ledger
from reconciler.applying.order import Step
from reconciler.applying.writes import Note, Writer, sent_of
from reconciler.planning.conflicts import old_place
from reconciler.planning.plan import Change, Outcome
from reconciler.planning.renewal import HANDED_OVER, RENEWED
from reconciler.records import Deposed, Known, Live
from reconciler.state.model import (
    MoveRecord,
    Operation,
    PutDeposed,
    PutRecord,
    RemoveDeposed,
    RemoveRecord,
    SetProtect,
)


def perform(step: Step, change: Change, writer: Writer, ledger: Ledger, note: Note) -> Outcome:
    """Carry out one step and return how it ended. Raises `StateError` where the state fails."""
    if step.kind != "remove" or not step.last:
        problem = writer.captures.problem(change)
        if problem is not None:
            return Outcome("failed", problem)
    if step.kind == "remove":
        return writer.delete(change, _to_remove(change), note)
    return writer.captures.settled(change, _written(step, change, writer, ledger, note))


def _written(step: Step, change: Change, writer: Writer, ledger: Ledger, note: Note) -> Outcome:
    if step.kind == "make":
        return _make(step, change, writer, ledger, note)
    if change.action == "forget":
        return _forget(change, ledger)
    if change.action == "adopt":
        return _adopt(change, writer, ledger, note)
    if change.action == "rename":
        return _rename(change, ledger)
    if change.reason == "protect_changed":
        return _protect(change, ledger)
    if change.reason == HANDED_OVER:
        return Outcome("done", id_after=change.id)
    if change.reason == RENEWED and change.desired is not None and writer.captures.made_for(change.desired):
        return writer.rotate(change)
    return writer.update(change, note, *_moved(change))


def _make(step: Step, change: Change, writer: Writer, ledger: Ledger, note: Note) -> Outcome:
    """Create the record, or take over the twin that is there instead; the old half becomes deposed."""
    old = _to_remove(change) if change.action == "replace" and not step.last else None
    if change.twin is not None:
        operations = [*_moved(change), PutRecord(_owned(change, change.twin))]
        if old is not None:
            operations.append(PutDeposed(old))
        ledger.commit(
            *operations, ledger.entry("adopt", "done", change.address, change.connection, record_id=change.twin.id)
        )
        return Outcome("done", id_after=change.twin.id)
    if _moved(change):
        ledger.commit(*_moved(change))
    return writer.create(change, note, old)


def _adopt(change: Change, writer: Writer, ledger: Ledger, note: Note) -> Outcome:
    """Take a live record into the state; where it differs, the update follows."""
    live = _live(change)
    line = ledger.entry("adopt", "done", change.address, change.connection, record_id=live.id)
    if not change.differences:
        ledger.commit(*_moved(change), PutRecord(_owned(change, live)), line)
        return Outcome("done", id_after=live.id)
    claimed = _owned(change, live)
    # Until the update is done, what differs counts as sent as it is there; a field may differ by not being there.
    differing = {one.path.partition(".")[0] for one in change.differences}
    sent = {name: live.fields.get(name) if name in differing else value for name, value in claimed.sent.items()}
    claimed = replace(claimed, sent=sent)
    return writer.update(change, note, *_moved(change), PutRecord(claimed), line)


def _rename(change: Change, ledger: Ledger) -> Outcome:
    known, wanted = change.known, change.desired
    if known is None or wanted is None:
        raise ValueError("a rename has both a known and a desired record")
    line = ledger.entry("rename", "done", change.address, change.connection, record_id=known.id)
    ledger.commit(*_moved(change), PutRecord(replace(known, protect=wanted.protect)), line)
    return Outcome("done", id_after=known.id)


def _protect(change: Change, ledger: Ledger) -> Outcome:
    address, wanted = change.address or "", change.desired
    protect = wanted is not None and wanted.protect
    line = ledger.entry(
        "update", "done", address, change.connection, record_id=change.id, detail=f"protect: {str(protect).lower()}"
    )
    ledger.commit(SetProtect(address, protect), line)
    return Outcome("done", id_after=change.id)


def _forget(change: Change, ledger: Ledger) -> Outcome:
    gone: Operation = RemoveDeposed(change.deposed) if change.deposed else RemoveRecord(change.address or "")
    ledger.commit(gone, ledger.entry("forget", "done", change.address, change.connection, record_id=change.id))
    return Outcome("done")


def _moved(change: Change) -> list[Operation]:
    if change.origin is None or change.origin.address == change.address:
        return []
    return [MoveRecord(change.origin.address, change.address or "")]


def _to_remove(change: Change) -> Deposed:
    if change.deposed is not None:
        return change.deposed
    connection, scope = old_place(change)
    return Deposed(change.address or "", connection, scope, change.id or "")


def _owned(change: Change, live: Live) -> Known:
    wanted = change.desired
    if wanted is None:
        raise ValueError(f"nothing declares {change.address}")
    return Known(
        wanted.address,
        wanted.connection,
        wanted.scope,
        live.id,
        wanted.key,
        sent_of(wanted),
        live.fields,
        wanted.protect,
    )


def _live(change: Change) -> Live:
    if change.live is None:
        raise ValueError(f"there is no live record to adopt for {change.address}")
    return change.live

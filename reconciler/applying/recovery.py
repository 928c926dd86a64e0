"""What to do about writes of an earlier run whose outcome was never recorded. Pure: it decides, others commit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import field, replace

from reconciler.planning.plan import Unknown
from reconciler.planning.recover import Resolution, resolve_creates
from reconciler.reading import Place
from reconciler.records import Intent, Known, Live, View, same
from reconciler.slotted import dataclass
from reconciler.state.model import (
    Operation,
    PutDeposed,
    PutRecord,
    RemoveDeposed,
    RemoveIntent,
    RemoveRecord,
    State,
)


@dataclass(slots=True)
class Recovery:
    """What the open intents come to.

    `operations` record it. `unresolved` maps an address to why nothing can be said. `notes` are for
    the user, by address. `doubtful` are places where absence should be believed only after a second
    read: the request may have left just before its sender died.
    """

    operations: list[Operation] = field(default_factory=list)
    unresolved: dict[str, Unknown] = field(default_factory=dict)
    notes: list[tuple[str | None, str]] = field(default_factory=list)
    doubtful: set[Place] = field(default_factory=set)


def recover(state: State, views: Mapping[Place, View]) -> Recovery:
    """Decide about every open intent of `state` from the views of this run.

    Intents in a place that was not selected for reading stay as they are and are not mentioned.
    """
    found = Recovery()
    creates: dict[Place, list[Intent]] = defaultdict(list)
    for intent in state.intents.values():
        place = (intent.connection, intent.scope)
        view = views.get(place)
        if view is None or view.error is not None:
            if view is not None and intent.address is not None:
                _leave(found, intent, f"{intent.connection} could not be read")
        elif intent.operation == "create":
            creates[place].append(intent)
        elif intent.operation == "delete":
            _deleted(found, state, intent, view)
        else:
            _updated(found, state, intent, view)
    for place, intents in creates.items():
        if not views[place].complete:
            for intent in intents:
                _leave(found, intent, no_witness(intent))
            continue
        held = {one.id for one in state.records.values() if (one.connection, one.scope) == place}
        held |= {one.id for one in state.deposed if (one.connection, one.scope) == place}
        for resolution in resolve_creates(intents, views[place].live, held):
            _created(found, resolution, place)
    return found


def no_witness(intent: Intent) -> str:
    """Return what to tell of a create whose outcome nothing can show (no list, so no reading)."""
    return (
        f"the outcome of an earlier create is unknown, and {intent.connection} is not listed; look there: "
        f"`reconcile import {intent.address} ID` if it was made, `reconcile state rm {intent.address}` if not"
    )


def recorded(intent: Intent, live: Live) -> list[Operation]:
    """Return the operations that record a create which was found to have happened."""
    address = intent.address or live.id
    made: list[Operation] = [
        PutRecord(
            Known(
                address, intent.connection, intent.scope, live.id, intent.key, intent.sent, live.fields, intent.protect
            )
        )
    ]
    if intent.replaces is not None:
        made.append(PutDeposed(intent.replaces))
    return [*made, RemoveIntent(intent.id)]


def _created(found: Recovery, resolution: Resolution, place: Place) -> None:
    intent = resolution.intent
    if resolution.made is not None:
        found.operations.extend(recorded(intent, resolution.made))
        _note(found, intent, f"an earlier run had created it without recording it: {resolution.made.id} is taken over")
    elif resolution.absent:
        found.operations.append(RemoveIntent(intent.id))
        found.doubtful.add(place)
        _note(found, intent, "an earlier run was about to create it and had not")
    else:
        _leave(found, intent, f"the outcome of an earlier create is unknown: {resolution.unclear}")


def _deleted(found: Recovery, state: State, intent: Intent, view: View) -> None:
    """A delete either happened, or it is planned again: to delete what is gone is no error."""
    gone = view.complete and all(live.id != intent.record_id for live in view.live)
    if gone:
        for record in state.records.values():
            if (record.connection, record.scope, record.id) == (intent.connection, intent.scope, intent.record_id):
                found.operations.append(RemoveRecord(record.address))
        for old in state.deposed:
            if (old.connection, old.scope, old.id) == (intent.connection, intent.scope, intent.record_id):
                found.operations.append(RemoveDeposed(old))
        _note(found, intent, f"an earlier run had deleted {intent.record_id} without recording it")
    found.operations.append(RemoveIntent(intent.id))


def _updated(found: Recovery, state: State, intent: Intent, view: View) -> None:
    """What can be read shows by itself; what cannot is taken as not sent, so that it is sent again."""
    record = state.records.get(intent.address or "")
    if record is not None and record.id == intent.record_id:
        live = next((one for one in view.live if one.id == record.id), None)
        shown = live.fields if live is not None else {}
        names = intent.sent.keys() | record.sent.keys()
        differing = {name for name in names if not same(intent.sent.get(name), record.sent.get(name))}
        seen = differing & shown.keys()
        if live is not None and seen and all(same(shown[name], intent.sent.get(name)) for name in seen):
            record = replace(record, sent=intent.sent, key=intent.key, echo=live.fields)
            _note(found, intent, f"an earlier run had changed {record.id} without recording it")
        kept = {name: value for name, value in record.sent.items() if name not in differing - seen}
        found.operations.append(PutRecord(replace(record, sent=kept)))
    found.operations.append(RemoveIntent(intent.id))


def _leave(found: Recovery, intent: Intent, why: str) -> None:
    address = intent.address or ""
    found.unresolved[address] = Unknown(intent.connection, intent.scope, why, address)


def _note(found: Recovery, intent: Intent, message: str) -> None:
    found.notes.append((intent.address, message))

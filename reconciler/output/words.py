"""Marks and words: what an action, a reason and an outcome are called."""

from __future__ import annotations

from reconciler.output.page import Tone
from reconciler.output.visible import place, visible
from reconciler.planning.plan import Action, Change, Drift, Status

MARKS: dict[Action, str] = {
    "create": "+",
    "update": "~",
    "replace": "-/+",
    "delete": "-",
    "adopt": "=",
    "rename": ">",
    "forget": "x",
}
BLOCKED_MARK = "!"
TONES: dict[Action, Tone] = {
    "create": "good",
    "update": "change",
    "replace": "bad",
    "delete": "bad",
    "adopt": "good",
    "rename": "change",
    "forget": "change",
}
_DONE_TO_IT: dict[Action, str] = {
    "create": "be created",
    "update": "be changed in place",
    "replace": "be replaced",
    "delete": "be deleted",
    "adopt": "be adopted as it is at the provider",
    "rename": "be renamed in the state alone",
    "forget": "be forgotten by the state",
}
_REASONS = {
    "not_at_provider": "it is not at the provider",
    "not_declared": "it is not declared",
    "equal_record_found": "an equal record is there already",
    "field_changed": "its declaration changed",
    "immutable_field_changed": "it cannot be changed in place",
    "secret_changed": "its secret changed",
    "drifted": "it was changed outside of reconcile",
    "protect_changed": "its protection changed",
    "address_changed": "its address changed",
    "connection_changed": "it goes to another connection",
    "scope_changed": "it goes to another scope",
    "rotated": "its secret is renewed on purpose",
    "secret_kept": "it was captured, and could not be handed over yet",
    "deposed": "it is the old half of a replacement that was not finished",
}
STATUS_WORDS: dict[Status, str] = {
    "done": "done",
    "failed": "failed",
    "unknown": "unknown",
    "not_attempted": "not attempted",
    "interrupted": "interrupted",
}


def order(one: Change | Drift) -> tuple[str, str, str]:
    """Return by what changes and drifts are sorted: connection, then address."""
    return one.connection, one.address or "", one.id or ""


def heading(change: Change) -> str:
    """Return a change's first line: mark, address, place, and the id where it has one."""
    mark = BLOCKED_MARK if change.blocked else MARKS[change.action]
    words = f"{mark:>3} {subject(change)} ({place(change.connection, change.scope)})"
    # A record without an address is called by its id already; one that moves says its id where it comes from.
    return f"{words}, id {visible(change.id)}" if change.address and change.id and not change.origin else words


def subject(change: Change) -> str:
    """Return what a change is about: its address, or the id of a record that nobody declared."""
    return visible(change.address) if change.address else f"id {visible(change.id or '')}"


def sentence(change: Change) -> str:
    """Return what happens to a record and why, in words: `will be created: it is not at the provider`."""
    verb = "would" if change.blocked else "will"
    done = _DONE_TO_IT[change.action]
    if change.action == "adopt" and change.differences:
        done = "be adopted and changed in place"
    if change.reason == "secret_kept":
        done = "have its secret handed over"
    return f"{verb} {done}: {reason_words(change.reason)}"


def reason_words(reason: str) -> str:
    """Return a reason as words."""
    return _REASONS.get(reason) or visible(reason.replace("_", " "))


def captured(change: Change) -> str | None:
    """Return where the secret goes that a change makes, or hands over; None where it does neither."""
    capture = change.desired.capture if change.desired else None
    makes = change.action in ("create", "replace") or change.reason in ("rotated", "secret_kept")
    return f"its secret goes to {visible(str(capture))}" if capture and makes else None


def moved(change: Change) -> str | None:
    """Return `from … to …` for a change whose record is elsewhere now, else None."""
    origin = change.origin
    if origin is None:
        return None
    number = f", id {visible(origin.id)}" if origin.id else ""
    there = f"{visible(origin.address)} ({place(origin.connection, origin.scope)}{number})"
    return f"from {there} to {subject(change)} ({place(change.connection, change.scope)})"


def counted(number: int, noun: str) -> str:
    """Return `1 record`, `2 records`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"

"""Whether a plan is still what was reviewed; where it is not, what differs, in words."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from reconciler.output.json_form import change_json
from reconciler.output.visible import place, shown_text
from reconciler.planning.digest import change_digest, selection, work_digest
from reconciler.planning.plan import Change
from reconciler.planning.renewal import HANDED_OVER
from reconciler.slotted import dataclass
from reconciler.state.model import Entry
from reconciler.workflow.session import Prepared

Form = Mapping[str, Any]
"""One change as the saved plan has it: its JSON, its `digest`, and as `work` the digest of what it makes."""

CHANGES_TOLD = 50
_HALVES = (("replace", "create"), ("adopt", "update"))
_SAID = {
    "max_deletes": "max_deletes",
    "all_may_go": "--allow-deletes all",
    "allow_recreate": "--allow-recreate",
    "targets": "--target",
    "connections": "--provider",
}


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What somebody looked at: the changes, and what they depend on."""

    digest: str
    changes: tuple[Form, ...]
    connections: Mapping[str, Mapping[str, str]]
    selection: Mapping[str, Any]


def forms(changes: Iterable[Change]) -> list[dict[str, Any]]:
    """Return changes as a saved plan has them."""
    return [{**change_json(one), "digest": change_digest(one), "work": work_digest(one)} for one in changes]


def connections_of(prepared: Prepared) -> dict[str, dict[str, str]]:
    """Return the resolved address of each connection, the hash of its table, and the account where that can be read."""
    urls, tables, accounts = (prepared.context.get(name, {}) for name in ("base_urls", "tables", "accounts"))
    told = {name: {"base_url": urls[name], "table": tables[name]} for name in urls}
    return {name: {**one, **({"account": accounts[name]} if name in accounts else {})} for name, one in told.items()}


def objections(reviewed: Reviewed, prepared: Prepared, history: Iterable[Entry]) -> list[str]:
    """Return why the plan as it is now is not the one that was reviewed, or what is left of it; nothing where it is.

    What is left must be what was reviewed without what the history says that this very plan has done.
    """
    if prepared.plan.digest == reviewed.digest:
        return []
    done = [entry for entry in history if entry.digest == reviewed.digest and entry.outcome == "done"]
    found = [*_circumstances(reviewed, prepared), *_changes(reviewed, prepared.plan.changes, done)]
    if not found:
        return []
    more = [f"and {len(found) - CHANGES_TOLD} more differences"] if len(found) > CHANGES_TOLD else []
    first = f"this is not what was reviewed as {reviewed.digest}; look at it as it is now and make a new plan"
    return [first, *found[:CHANGES_TOLD], *more]


def other_digest(reviewed: str, prepared: Prepared) -> list[str]:
    """Return why the plan as it is now is not the one of that digest, of which nothing else is known."""
    if prepared.plan.digest == reviewed:
        return []
    return [f"this is not what was reviewed as {reviewed}: its digest is {prepared.plan.digest}"]


def _circumstances(reviewed: Reviewed, prepared: Prepared) -> list[str]:
    found = []
    for name, now in connections_of(prepared).items():
        then = reviewed.connections.get(name)
        if then is None:
            continue  # a change of it would be told below
        if then["base_url"] != now["base_url"]:
            found.append(f"the connection {name} was at {then['base_url']}, and is at {now['base_url']}")
        if then.get("account") != now.get("account"):
            before, after = (one.get("account", "not known") for one in (then, now))
            found.append(f"the account of the connection {name} was {before}, and is {after}")
        if then["table"] != now["table"]:
            found.append(f"the table of the connection {name} is another")
    for name, value in selection(prepared.policy).items():
        if reviewed.selection.get(name) != value:
            then_text, now_text = shown_text(reviewed.selection.get(name)), shown_text(value)
            found.append(f"{_SAID[name]} was {then_text}, and is {now_text}")
    return found


def _changes(reviewed: Reviewed, changes: Iterable[Change], done: Collection[Entry]) -> list[str]:
    """Tell of each change that is in one of the two and not in the other."""
    then = {one["digest"]: one for one in reviewed.changes}
    now = {one["digest"]: (one, change) for one, change in zip(forms(changes), changes, strict=True)}
    again = {digest: form for digest, (form, _) in now.items() if digest in then and _is_done(form, done)}
    left = {_subject(one): one for digest, one in then.items() if digest not in now}
    arrived = {
        _subject(form): form
        for digest, (form, change) in now.items()
        if digest not in then and not _is_second_half(form, change, left.values(), done)
    }
    told = [
        f"{_headline(form)}: this plan has done that already, and it is to be done again" for form in again.values()
    ]
    for subject in sorted({*left, *arrived}):
        before, after = left.get(subject), arrived.get(subject)
        if after is None and before is not None and not (_is_done(before, done) or _is_recovered(before, done)):
            told.append(f"{_headline(before)}: was reviewed, and is no longer to be done")
        elif before is None and after is not None:
            told.append(f"{_headline(after)}: was not reviewed")
        elif before is not None and after is not None:
            told.append(f"{_headline(after)}: differs from what was reviewed: {_parting(before, after)}")
    return told


def _is_done(form: Form, done: Collection[Entry]) -> bool:
    return any(_is_about(entry, form) and entry.operation != "recover" for entry in done)


def _is_recovered(form: Form, done: Collection[Entry]) -> bool:
    """Whether an earlier run of this plan did it and died before it could record that."""
    return any(_is_about(entry, form) for entry in done)


def _is_about(entry: Entry, form: Form) -> bool:
    if form["address"] is None:
        return entry.address is None and bool((entry.connection, entry.id) == (form["connection"], form["id"]))
    return bool(entry.address == form["address"])


def _is_second_half(form: Form, change: Change, left: Iterable[Form], done: Collection[Entry]) -> bool:
    """Whether a change finishes what this plan has begun.

    That is the old half of a replacement, an adoption's update, a secret that its sink did not take.
    """
    for reviewed in left:
        if change.deposed is not None:
            old = (reviewed["address"], reviewed["id"]) == (change.address, change.deposed.id)
            if old and reviewed["action"] == "replace":
                return True
        elif reviewed["work"] == form["work"] and _is_recovered(reviewed, done):
            pair: tuple[str, str] = (reviewed["action"], form["action"])
            return pair in _HALVES or change.reason == HANDED_OVER
    return False


def _subject(form: Form) -> tuple[str, str, str]:
    # An address may have a change of its own and old halves to be deleted: those are told apart by their ids.
    by_id = form["action"] in ("delete", "forget") or not form["address"]
    return form["connection"], form["address"] or "", form["id"] or "" if by_id else ""


def _headline(form: Form) -> str:
    subject = form["address"] or f"id {form['id']}"
    return f"{form['action']} {subject} ({place(form['connection'], tuple(sorted(form['scope'].items())))})"


def _parting(before: Form, after: Form) -> str:
    """Name the parts in which two forms of one change differ, as far as they may be shown."""
    old, new = _parts(before), _parts(after)
    parts = [
        f"{name} was {shown_text(old.get(name))}, and is {shown_text(new.get(name))}"
        for name in sorted({*old, *new})
        if old.get(name) != new.get(name)
    ]
    return "; ".join(parts) or "a secret that it writes is another"


def _parts(form: Form) -> dict[str, Any]:
    parts = {name: form[name] for name in ("action", "id")}
    parts["blocked"] = form["blocked"] is not None
    parts |= {f"{name} (to be written)": value for name, value in (form["after"] or {}).items()}
    parts |= {f"{one['path']} (at the provider)": one["before"] for one in form["differences"]}
    return parts

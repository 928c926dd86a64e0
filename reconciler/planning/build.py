"""From the three views to a plan. Pure: no network, no file, no clock."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

from reconciler.planning.conflicts import cycles, waits
from reconciler.planning.decide import Decider, Decisions
from reconciler.planning.differences import differences
from reconciler.planning.digest import digest
from reconciler.planning.guards import refusals, select
from reconciler.planning.match import LiveIndex, Matched, Place, match
from reconciler.planning.plan import Change, Drift, Plan, Policy, Unknown, Unmanaged, Views
from reconciler.records import Ability, Live, selects, url_identity

SUSPICIOUS = 2
"""So many known records, of which a complete read shows none, look like another account."""


def make_plan(views: Views, policy: Policy) -> Plan:
    """Return what an apply would do to bring the live records to the desired ones.

    A place (connection and scope) without a view was not selected and is left alone; one with a
    failed view is unknown: nothing is planned there.
    """
    index = LiveIndex(views)
    matched = match(views.desired, views.known)
    decider = Decider(index, views.abilities, _suspicious(views, index, policy), policy.rotate)
    for pair in matched.pairs:
        if pair.desired.address not in views.unresolved:
            decider.desired(pair)
    for known in matched.departed:
        if known.address not in views.unresolved:
            decider.departed(known)
    for deposed in views.deposed:
        decider.deposed(deposed)
    unheld = _left_alone(index, views, decider, policy)
    changes, drift = _refined(decider.made)
    changes = _untangle(changes, views.abilities)
    chosen = [changes[number] for number in select(changes, views.abilities, policy)]
    return Plan(
        changes=tuple(chosen),
        drift=tuple(one for one in drift if _wanted(one.address, one.connection, policy)),
        unmanaged=_unmanaged(unheld, matched),
        unknown=_unknown(views, policy),
        warnings=(*views.warnings, *decider.made.warnings),
        refusals=refusals(chosen, views.known, policy),
        unchanged=sum(_wanted(address, connection, policy) for address, connection in decider.made.unchanged),
        digest=digest(chosen, views.context, policy, views.rekey),
    )


def _suspicious(views: Views, index: LiveIndex, policy: Policy) -> frozenset[str]:
    """Connections that look like another account: two or more known records, none of them there."""
    if policy.allow_recreate:
        return frozenset()
    known: dict[str, int] = defaultdict(int)
    found: set[str] = set()
    for record in views.known:
        place = (record.connection, record.scope)
        view = index.view(place)
        if view is not None and view.complete:
            known[record.connection] += 1
            if index.by_id(place, record.id) is not None:
                found.add(record.connection)
    return frozenset(name for name, count in known.items() if count >= SUSPICIOUS and name not in found)


def _left_alone(index: LiveIndex, views: Views, decider: Decider, policy: Policy) -> list[Live]:
    """Return what is told and left alone; on a `manage: all` connection it is to be deleted instead."""
    left = []
    for live in list(index.unheld()):
        if not views.abilities[live.connection].manage_all:
            left.append(live)
        elif not policy.targets:
            decider.unowned(live)
    return left if not policy.targets else []


def _refined(made: Decisions) -> tuple[list[Change], list[Drift]]:
    """Let deepdiff, once over everything that differs, say which parts of the fields do."""
    raw = {f"c{number}": pairs for number, pairs in enumerate(made.raw) if pairs}
    raw |= {f"d{number}": pairs for number, pairs in enumerate(made.drift_raw) if pairs}
    found = differences(raw)
    changes = [
        replace(change, differences=(*change.differences, *found[f"c{number}"])) if f"c{number}" in found else change
        for number, change in enumerate(made.changes)
    ]
    drift = [
        replace(one, differences=found[f"d{number}"]) if f"d{number}" in found else one
        for number, one in enumerate(made.drift)
    ]
    return changes, drift


def _untangle(changes: list[Change], abilities: Mapping[str, Ability]) -> list[Change]:
    """Break rings of in-place updates that swap unique values: one of each ring becomes a replacement."""
    for ring in cycles(waits(changes, abilities)):
        if all(changes[number].action == "update" for number in ring):
            breaker = min(ring, key=lambda number: changes[number].address or "")
            change = changes[breaker]
            cannot = abilities[change.connection].cannot.get("delete")
            blocked = f"it swaps values with another record, and {cannot}" if cannot else None
            changes[breaker] = replace(change, action="replace", reason="swapped", blocked=blocked)
    return changes


def _unmanaged(unheld: list[Live], matched: Matched) -> tuple[Unmanaged, ...]:
    """Tell of records that are left alone, and of those with a declared URL but other events."""
    arriving: dict[tuple[Place, str], str] = {}
    for pair in matched.pairs:
        if pair.known is None:
            wanted = pair.desired
            place = (wanted.connection, wanted.scope)
            arriving.setdefault((place, url_identity(wanted.fields.get("url"))), wanted.address)
    told = []
    for live in unheld:
        url = live.fields.get("url")
        address = arriving.get(((live.connection, live.scope), url_identity(url)))
        note = None
        if address is not None:
            note = f"it has the URL of {address} and differs in events; `reconcile import {address} {live.id}` takes it"
        told.append(Unmanaged(live.connection, live.scope, live.id, url, tuple(live.fields.get("events") or ()), note))
    return tuple(told)


def _unknown(views: Views, policy: Policy) -> tuple[Unknown, ...]:
    """Tell of the places that could not be read, and of the addresses whose last write is unclear."""
    found = [Unknown(view.connection, view.scope, view.error) for view in views.views if view.error is not None]
    found += [one for address, one in views.unresolved.items() if _wanted(address, one.connection, policy)]
    return tuple(found)


def _wanted(address: str, connection: str, policy: Policy) -> bool:
    if policy.connections and connection not in policy.connections:
        return False
    return not policy.targets or any(selects(target, address) for target in policy.targets)

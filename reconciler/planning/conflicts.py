"""Which changes must wait for which, because a provider takes no two records alike.

A change that brings a record about waits for one that takes the same unique values away.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from reconciler.planning.plan import Change
from reconciler.records import Ability, Fields, Scope, identity


def waits(changes: Sequence[Change], abilities: Mapping[str, Ability]) -> dict[int, set[int]]:
    """Return, for each index of `changes`, the indexes of those that must free its unique values first.

    An index may wait for itself: a replacement whose new half collides with its own old half.
    Blocked changes free nothing and wait for nothing.
    """
    freed: dict[str, list[int]] = defaultdict(list)
    for index, change in enumerate(changes):
        if change.blocked is None and change.before is not None and change.action in ("delete", "replace", "update"):
            connection, scope = old_place(change)
            for value in _unique_values(connection, scope, change.before, abilities):
                freed[value].append(index)
    waiting: dict[int, set[int]] = {}
    for index, change in enumerate(changes):
        if change.blocked is None and change.after is not None and change.action in ("create", "replace", "update"):
            taken = _unique_values(change.connection, change.scope, change.after, abilities)
            blockers = {other for value in taken for other in freed.get(value, ())}
            if change.action == "update":
                blockers.discard(index)
            if blockers:
                waiting[index] = blockers
    return waiting


def old_place(change: Change) -> tuple[str, Scope]:
    """Return the connection and scope of the record that a change deletes, replaces or updates."""
    if change.origin is not None:
        return change.origin.connection, change.origin.scope
    return change.connection, change.scope


def _unique_values(connection: str, scope: Scope, fields: Fields, abilities: Mapping[str, Ability]) -> set[str]:
    ability = abilities.get(connection)
    if ability is None:
        return set()
    return {
        identity(connection, scope, fields, (str(number), "scope", *names))
        for number, names in enumerate(ability.unique)
        if all(fields.get(name) is not None for name in names)
    }


def cycles(waiting: Mapping[int, set[int]]) -> list[set[int]]:
    """Return the sets of changes that wait for each other in a ring (a change that waits for itself is one)."""
    order: list[int] = []
    seen: set[int] = set()
    for start in waiting:
        _walk(start, waiting, seen, order)
    backwards: dict[int, set[int]] = defaultdict(set)
    for index, blockers in waiting.items():
        for blocker in blockers:
            backwards[blocker].add(index)
    rings = []
    grouped: set[int] = set()
    for start in reversed(order):
        ring: list[int] = []
        _walk(start, backwards, grouped, ring)
        if len(ring) > 1 or (ring and start in waiting.get(start, ())):
            rings.append(set(ring))
    return rings


def _walk(start: int, edges: Mapping[int, set[int]], seen: set[int], order: list[int]) -> None:
    """Append the nodes reachable from `start` and not yet seen, children first (no recursion: chains may be long)."""
    if start in seen:
        return
    seen.add(start)
    stack = [(start, iter(sorted(edges.get(start, ()))))]
    while stack:
        node, children = stack[-1]
        for child in children:
            if child not in seen:
                seen.add(child)
                stack.append((child, iter(sorted(edges.get(child, ())))))
                break
        else:
            order.append(node)
            stack.pop()

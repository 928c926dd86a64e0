"""Which desired record is which known one and which live one: first by id, then by key."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace

from reconciler.planning.plan import Origin, Views
from reconciler.records import Deposed, Desired, Known, Live, Scope, View
from reconciler.slotted import dataclass

Place = tuple[str, Scope]
"""A connection's name and a scope in it."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One desired record with the known one of its address (after renames), if there is one."""

    desired: Desired
    known: Known | None
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class Matched:
    """All desired records with their known ones, and the known ones whose address left the file."""

    pairs: tuple[Pair, ...]
    departed: tuple[Known, ...]


def match(desired: Iterable[Desired], known: Iterable[Known]) -> Matched:
    """Pair desired with known records by address; one that left and one that came with its key are a rename."""
    wanted = tuple(desired)
    remembered = {record.address: record for record in known}
    addresses = {record.address for record in wanted}
    departed = {record.key: record for record in remembered.values() if record.address not in addresses}
    pairs = []
    for record in wanted:
        mine = remembered.get(record.address)
        moved = departed.pop(record.key, None) if mine is None else None
        if moved is not None:
            origin = Origin(moved.address, moved.connection, moved.scope, moved.id)
            pairs.append(Pair(record, replace(moved, address=record.address), origin))
        else:
            pairs.append(Pair(record, mine))
    moved_away = {pair.origin.address for pair in pairs if pair.origin is not None}
    left = (r for r in remembered.values() if r.address not in addresses and r.address not in moved_away)
    return Matched(tuple(pairs), tuple(left))


class LiveIndex:
    """The live records of all views: by id, and the unheld ones by key."""

    def __init__(self, views: Views) -> None:
        self.views: Mapping[Place, View] = {(view.connection, view.scope): view for view in views.views}
        held: dict[Place, set[str]] = defaultdict(set)
        owned: Iterable[Known | Deposed] = (*views.known, *views.deposed)
        for one in owned:
            held[one.connection, one.scope].add(one.id)
        self._by_id = {place: {live.id: live for live in view.live} for place, view in self.views.items()}
        self._unheld = {
            place: {live.id: live for live in view.live if live.id not in held[place]}
            for place, view in self.views.items()
        }
        self._by_key: dict[str, list[Live]] = defaultdict(list)
        for live in self.unheld():
            self._by_key[live.key].append(live)

    def view(self, place: Place) -> View | None:
        """The view of a place; None where it was not selected for reading."""
        return self.views.get(place)

    def by_id(self, place: Place, record_id: str) -> Live | None:
        """The live record with this id, if a read showed it."""
        return self._by_id.get(place, {}).get(record_id)

    def twins(self, key: str) -> list[Live]:
        """Live records of this key that no address holds and no other change of this plan takes over."""
        return [live for live in self._by_key.get(key, ()) if live.id in self._unheld[live.connection, live.scope]]

    def adopt(self, live: Live) -> None:
        """Take a twin: it is no longer unheld."""
        self._unheld[live.connection, live.scope].pop(live.id, None)

    def unheld(self) -> Iterable[Live]:
        """Live records that nobody holds after all adoptions, in the order of the reads."""
        for ours in self._unheld.values():
            yield from ours.values()

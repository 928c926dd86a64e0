"""In which order the requests of a plan leave.

A replacement makes its new half first and removes the old one then, so that no delivery is lost. Only
where the provider takes no two records alike, and the old half (or a ring of them) is in the way,
does it remove first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Literal

from reconciler.planning.conflicts import cycles, waits
from reconciler.planning.plan import Change
from reconciler.planning.renewal import HANDED_OVER
from reconciler.records import Ability
from reconciler.slotted import dataclass

Kind = Literal["make", "remove", "change"]


@dataclass(slots=True)
class Step:
    """One write of a change: `make` a record, `remove` one, or `change` one where it is (or in the state alone).

    `after` holds the indexes of the steps that must have succeeded before. `last`: the change is done with it.
    """

    index: int
    change: int
    kind: Kind
    after: set[int] = field(default_factory=set)
    last: bool = True


def steps(changes: Sequence[Change], abilities: Mapping[str, Ability]) -> list[Step]:
    """Return the steps of all changes that are not blocked, each with those it must wait for."""
    waiting = waits(changes, abilities)
    remove_first = {number for ring in cycles(waiting) for number in ring if changes[number].action == "replace"}
    made: list[Step] = []
    taking: dict[int, Step] = {}
    freeing: dict[int, Step] = {}

    def add(change: int, kind: Kind) -> Step:
        step = Step(len(made), change, kind)
        made.append(step)
        return step

    # Secrets that wait for their sink go first, old halves of earlier replacements next: they are surplus, and
    # a provider may limit how many there are.
    for number, change in sorted(
        enumerate(changes), key=lambda one: (one[1].reason != HANDED_OVER, one[1].deposed is None)
    ):
        if change.blocked is not None:
            continue
        if change.action == "replace":
            first = add(number, "remove" if number in remove_first else "make")
            second = add(number, "make" if number in remove_first else "remove")
            second.after.add(first.index)
            first.last = False
            taking[number], freeing[number] = (second, first) if number in remove_first else (first, second)
        elif change.action == "delete":
            freeing[number] = add(number, "remove")
            if change.deposed is not None:  # its secret is good until the new half's has arrived
                freeing[number].after.update(
                    one.index for one in made if _hands_over(changes[one.change], change.address)
                )
        else:
            taking[number] = freeing[number] = add(number, "make" if change.action == "create" else "change")
    for number, blockers in waiting.items():
        taking[number].after.update(freeing[blocker].index for blocker in blockers if blocker in freeing)
        taking[number].after.discard(taking[number].index)
    return made


def _hands_over(change: Change, address: str | None) -> bool:
    return change.reason == HANDED_OVER and change.address == address

"""The guards that stop an apply before its first request, and the selection of what is applied."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reconciler.planning.conflicts import waits
from reconciler.planning.plan import Change, Policy
from reconciler.records import Ability, Known, selects


def select(changes: Sequence[Change], abilities: Mapping[str, Ability], policy: Policy) -> list[int]:
    """Return the indexes of the selected changes; those that wait for each other go together."""
    if not policy.targets and not policy.connections:
        return list(range(len(changes)))
    chosen = {index for index, change in enumerate(changes) if is_selected(change, policy)}
    groups = waits(changes, abilities)
    grown = True
    while grown:
        grown = False
        for index, blockers in groups.items():
            together = blockers | {index}
            if together & chosen and not together <= chosen:
                chosen |= together
                grown = True
    return sorted(chosen)


def is_selected(change: Change, policy: Policy) -> bool:
    """Whether a change is selected by `--provider` and `--target`; a rename or move is, by either end."""
    places = {change.connection} | ({change.origin.connection} if change.origin else set())
    if policy.connections and not places & set(policy.connections):
        return False
    if not policy.targets:
        return True
    addresses = [change.address] + ([change.origin.address] if change.origin else [])
    return any(address is not None and selects(target, address) for address in addresses for target in policy.targets)


def refusals(changes: Sequence[Change], known: Sequence[Known], policy: Policy) -> tuple[str, ...]:
    """Return why an apply of these changes is refused as a whole; empty where it is not.

    Replacements and old halves do not count as deletes. Protection refuses; `max_deletes` refuses;
    and so does a plan after which the state would own nothing, where now it owns something.
    """
    found = []
    for change in changes:
        kept = change.known is not None and change.known.protect
        kept = kept or (change.desired is not None and change.desired.protect)
        if kept and change.deposed is None and change.action in ("delete", "replace"):
            found.append(f"{change.address} is protected: this plan would {change.action} it")
    deletes = [
        change for change in changes if change.action == "delete" and change.deposed is None and change.blocked is None
    ]
    if policy.max_deletes is not None and len(deletes) > policy.max_deletes:
        found.append(
            f"{len(deletes)} records would be deleted and max_deletes is {policy.max_deletes}; "
            f"allow it with --allow-deletes {len(deletes)}"
        )
    if not policy.all_may_go and any(change.known is not None for change in deletes):
        # What is blocked stays, but only because the provider cannot: the file wants it gone like the others.
        gone = [change for change in changes if change.action in ("delete", "forget") and change.known is not None]
        going = {change.address for change in gone}
        staying = [record for record in known if record.address not in going]
        arriving = [change for change in changes if change.action in ("create", "adopt") and change.blocked is None]
        if not staying and not arriving:
            found.append(
                f"all {len(known)} records that the state owns would be gone; "
                "if that is meant, allow it with --allow-deletes all"
            )
    return tuple(found)

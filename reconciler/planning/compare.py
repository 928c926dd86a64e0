"""Which fields of a record differ, and why: changed in the file, drifted at the provider, or only unfaithful.

Semantics: a *change* is desired ≠ sent; *drift* is live ≠ echo and live ≠ desired. What the provider
shows is proof of what it has only for a field that it echoed faithfully after our last write.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from reconciler.records import Ability, Desired, Fields, Known, Live, Secret, same
from reconciler.slotted import dataclass


@dataclass(frozen=True, slots=True)
class Compared:
    """The fields that a write must bring about, as (before, after), and those that drifted, as (echo, live).

    `changed` are the names among `pairs` that the file changed; the others are only drift.
    """

    pairs: Mapping[str, tuple[Any, Any]]
    drifted: Mapping[str, tuple[Any, Any]]
    changed: frozenset[str] = frozenset()


NOTHING = Compared({}, {})


def compare(desired: Desired, known: Known, live: Live | None, ability: Ability) -> Compared:
    """Compare one desired record with what was sent and, where it can be seen, with what is there.

    `live` None means that nothing can be seen (the state is the only witness): then only changes
    of the file count.
    """
    sent = known.sent
    if live is not None and same(live.fields, known.echo) and same(_declared(desired), sent):
        return NOTHING
    # A secret that the provider made is among what was sent, and it is never declared.
    left = (name for name in sent if name not in desired.declared and name not in ability.made)
    names = [*sorted(desired.declared), *sorted(left)]
    pairs: dict[str, tuple[Any, Any]] = {}
    drifted: dict[str, tuple[Any, Any]] = {}
    changed = set()
    for name in names:
        default = ability.defaults.get(name)
        want = _value(desired.fields, name, default)
        had = _value(sent, name, default)
        if live is None or name in ability.hidden or name in live.masked:
            if not same(want, had):
                pairs[name] = (had, want)
                changed.add(name)
            continue
        seen = _value(live.fields, name, default)
        echo = seen if known.echo is None else _value(known.echo, name, default)
        if same(want, seen) and (name not in sent or same(echo, had)):
            continue
        is_change = not same(want, had) or (name not in sent and not same(want, seen))
        is_drift = not same(seen, echo) and not same(seen, want)
        if is_drift:
            drifted[name] = (echo, seen)
        if is_change or is_drift:
            pairs[name] = (seen, want)
        if is_change:
            changed.add(name)
    return Compared(pairs, drifted, frozenset(changed))


def compare_unowned(desired: Desired, live: Live, ability: Ability) -> dict[str, tuple[Any, Any]]:
    """Compare a desired record with a live one that is to be adopted, as field → (live, desired).

    A secret that the provider hides is taken to be the declared one.
    """
    pairs: dict[str, tuple[Any, Any]] = {}
    for name in sorted(desired.declared - ability.hidden - live.masked):
        default = ability.defaults.get(name)
        seen, want = _value(live.fields, name, default), _value(desired.fields, name, default)
        if not same(seen, want):
            pairs[name] = (seen, want)
    return pairs


def lost_events(known: Known) -> tuple[str, ...]:
    """Return the events that were sent and are missing from the echo; a wildcard may well be expanded."""
    if known.echo is None or "events" not in known.echo:
        return ()
    sent = known.sent.get("events") or ()
    echoed = known.echo["events"] or ()
    return tuple(event for event in sent if event not in echoed and "*" not in event)


def is_secret(value: object) -> bool:
    """Whether a field's value is, or holds, a secret that is shown as nothing but that."""
    if isinstance(value, Secret):
        return True
    if isinstance(value, Mapping):
        return any(is_secret(item) for item in value.values())
    return isinstance(value, list | tuple) and any(is_secret(item) for item in value)


def _declared(desired: Desired) -> dict[str, Any]:
    return {name: desired.fields[name] for name in desired.declared if name in desired.fields}


def _value(fields: Fields, name: str, default: Any) -> Any:
    value = fields.get(name)
    return default if value is None else value


def names_of(pairs: Iterable[str], limit: int = 5) -> str:
    """Return field names as words for a sentence: `url, events and 2 more`."""
    listed = sorted(pairs)
    if len(listed) <= limit:
        return ", ".join(listed)
    return f"{', '.join(listed[:limit])} and {len(listed) - limit} more"

"""What became of a write whose answer never came: decided from the intent and a complete read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from collections.abc import Set as AbstractSet

from reconciler.records import Intent, Live, url_identity
from reconciler.slotted import dataclass


@dataclass(frozen=True, slots=True)
class Resolution:
    """One of three: the record that it `made`, `absent` (it did nothing), or `unclear` (and why, in words)."""

    intent: Intent
    made: Live | None = None
    absent: bool = False
    unclear: str | None = None


def resolve_creates(intents: Iterable[Intent], live: Iterable[Live], held: AbstractSet[str]) -> list[Resolution]:
    """Match open create intents of one connection and scope to what a complete read shows.

    `held` are the ids that the state already gives to somebody. Candidates are new: not held and
    not there before the request. First by exact key, then one left-over record with one left-over
    intent on the same URL; anything else stays unclear.
    """
    pending = list(intents)
    fresh = [record for record in live if record.id not in held]
    resolved: dict[str, Resolution] = {}
    for of_intent, of_record, most in ((_key, _live_key, len(pending)), (_url, _live_url, 1)):
        groups: dict[str, list[Intent]] = defaultdict(list)
        for intent in pending:
            if intent.id not in resolved:
                groups[of_intent(intent)].append(intent)
        for value, group in groups.items():
            before = {record_id for intent in group for record_id in intent.ids_before}
            found = [record for record in fresh if record.id not in before and of_record(record) == value]
            fresh = [record for record in fresh if record not in found] if found else fresh
            resolved.update(_settle(group, found, most))
    return [resolved.get(intent.id, Resolution(intent, absent=True)) for intent in pending]


def _settle(group: list[Intent], found: list[Live], most: int) -> dict[str, Resolution]:
    """Give each intent of a group its record where the numbers agree; nothing found settles nothing."""
    if not found:
        return {}
    if len(found) == len(group) <= most:
        return {one.id: Resolution(one, made=record) for one, record in zip(group, found, strict=True)}
    ids = ", ".join(record.id for record in found)
    return {one.id: Resolution(one, unclear=f"any of these new records could be it: {ids}") for one in group}


def _key(intent: Intent) -> str:
    return intent.key


def _url(intent: Intent) -> str:
    return intent.url


def _live_key(record: Live) -> str:
    return record.key


def _live_url(record: Live) -> str:
    return url_identity(record.fields.get("url"))

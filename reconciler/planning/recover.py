"""What became of a write whose answer never came: decided from the intent and a complete read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Set
from dataclasses import dataclass

from reconciler.records import Intent, Live, url_identity


@dataclass(frozen=True, slots=True)
class Resolution:
    """`made`: the record that it made (or changed) is there; `absent`: it did nothing, or what it was to delete is gone.

    `unclear` says in words why neither can be told.
    """

    intent: Intent
    made: Live | None = None
    absent: bool = False
    unclear: str | None = None


def resolve_creates(intents: Iterable[Intent], live: Iterable[Live], held: Set[str]) -> list[Resolution]:
    """Match open create intents of one connection and scope to what a complete read shows.

    `held` are the ids that the state already gives to somebody. Candidates are new: not held and
    not there before the request. First by exact key, then one left-over record with one left-over
    intent on the same URL; anything else stays unclear.
    """
    pending = list(intents)
    fresh = [record for record in live if record.id not in held]
    resolved: dict[str, Resolution] = {}
    taken: set[str] = set()
    by_key: dict[str, list[Intent]] = defaultdict(list)
    for intent in pending:
        by_key[intent.key].append(intent)
    for key, group in by_key.items():
        found = [record for record in fresh if record.key == key and any(_new(record, one) for one in group)]
        if not found:
            continue
        if len(found) == len(group):
            for intent, record in zip(group, found, strict=True):
                resolved[intent.id] = Resolution(intent, made=record)
        else:
            ids = ", ".join(record.id for record in found)
            for intent in group:
                resolved[intent.id] = Resolution(intent, unclear=f"more than one record could be it: {ids}")
        taken.update(record.id for record in found)
    by_url: dict[str, list[Intent]] = defaultdict(list)
    for intent in pending:
        if intent.id not in resolved:
            by_url[intent.url].append(intent)
    for url, group in by_url.items():
        found = [
            record
            for record in fresh
            if record.id not in taken
            and url_identity(record.fields.get("url")) == url
            and any(_new(record, intent) for intent in group)
        ]
        for intent in group:
            if not found:
                resolved[intent.id] = Resolution(intent, absent=True)
            elif len(found) == 1 and len(group) == 1:
                resolved[intent.id] = Resolution(intent, made=found[0])
            else:
                ids = ", ".join(record.id for record in found)
                resolved[intent.id] = Resolution(intent, unclear=f"new records with its URL could be it or not: {ids}")
    return [resolved[intent.id] for intent in pending]


def _new(record: Live, intent: Intent) -> bool:
    return record.id not in intent.ids_before

"""A state as rows of one table: a kind, a digest of the name, a place in the order, and the noun as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields
from typing import Any, TypeAlias

from reconciler.records import Deposed, Intent, Known
from reconciler.state.codec import Malformed, decode, encode
from reconciler.state.model import Entry, Identity, State
from reconciler.state.sealing import Sealer

Name: TypeAlias = tuple[str, str]
"""The kind of a noun and the digest of its name: what tells one row from another."""
Row: TypeAlias = tuple[str, str, int, str]

_ENTRY = frozenset(field.name for field in fields(Entry))
_REQUIRED = frozenset({"at", "run", "actor", "host", "operation", "outcome"})


def difference(before: State, after: State, sealer: Sealer) -> tuple[list[Name], list[Row]]:
    """Return which rows go, and which are put (in the place of those of their name), to make `after` of `before`."""
    gone: list[Name] = []
    put: list[Row] = []
    pairs: tuple[tuple[str, Mapping[str, Any], Mapping[str, Any]], ...] = (
        ("record", before.records, after.records),
        ("intent", before.intents, after.intents),
        ("identity", before.identities, after.identities),
    )
    for kind, old, new in pairs:
        gone += [(kind, sealer.name(name)) for name in old if name not in new]
        put += [_row(kind, name, 0, noun, sealer) for name, noun in new.items() if old.get(name) is not noun]
    if before.deposed != after.deposed:  # few, and in order
        gone += [("deposed", sealer.name(_place(one))) for one in before.deposed]
        put += [_row("deposed", _place(one), index, one, sealer) for index, one in enumerate(after.deposed)]
    return gone, put


def fill(state: State, rows: Iterable[tuple[str, str]], sealer: Sealer) -> State:
    """Put what the rows (kind and value) say into an empty state. Raises `ValueError` for a damaged one."""
    for kind, value in rows:
        document = json.loads(sealer.open(value))
        if kind == "record":
            record = decode(Known, document)
            state.records[record.address] = record
        elif kind == "intent":
            intent = decode(Intent, document)
            state.intents[intent.id] = intent
        elif kind == "identity":
            identity = decode(Identity, document)
            state.identities[identity.connection] = identity
        elif kind == "deposed":
            state.deposed.append(decode(Deposed, document))
        else:
            raise Malformed(f"{kind}: there is no such kind")
    return state


def entry_document(entry: Entry) -> dict[str, str]:
    """Return a line of the history as JSON, without what it does not say."""
    return {name: value for name, value in asdict(entry).items() if value is not None}


def entry_from(document: Any) -> Entry:
    """Return the line that `entry_document` made this JSON from. Raises `Malformed` for a damaged one."""
    if not isinstance(document, dict) or not _REQUIRED <= document.keys() <= _ENTRY:
        raise Malformed("a line of the history is not what it should be")
    if not all(isinstance(text, str) for text in document.values()):
        raise Malformed("a line of the history is not what it should be")
    return Entry(**document)


def _row(kind: str, name: str, place: int, noun: Any, sealer: Sealer) -> Row:
    return kind, sealer.name(name), place, sealer.seal(json.dumps(encode(noun), separators=(",", ":")))


def _place(deposed: Deposed) -> str:
    return json.dumps([deposed.connection, deposed.scope, deposed.id])

"""The next state in memory, for the stores that compute it here and then write what changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from reconciler.records import to_stored
from reconciler.state.codec import encode
from reconciler.state.model import (
    AddHistory,
    Entry,
    Operation,
    PutDeposed,
    PutIdentity,
    PutIntent,
    PutRecord,
    ReplaceAll,
    SetEcho,
    State,
)


def advanced(state: State, batches: Iterable[Sequence[Operation]]) -> tuple[State, list[Entry]]:
    """Return the state after `batches`, each with a serial of its own, and the history that they add.

    `state` stays as it is, and what did not change is the same object in both. Raises `StateError`
    where a record would be moved over another.
    """
    after = replace(
        state,
        records=dict(state.records),
        deposed=list(state.deposed),
        intents=dict(state.intents),
        identities=dict(state.identities),
        fresh=False,
    )
    entries = []
    for batch in batches:
        for operation in batch:
            after.apply(operation)
            if isinstance(operation, AddHistory):
                entries.append(operation.entry)
        after.serial += 1
    return after, entries


def check_sealed(operations: Iterable[Operation]) -> None:
    """Raise `ValueError` for a secret that is not sealed, before others' operations are written along."""
    for operation in operations:
        match operation:
            case PutRecord(noun) | PutDeposed(noun) | PutIntent(noun) | PutIdentity(noun):
                encode(noun)
            case SetEcho(echo=echo):
                to_stored(echo)
            case ReplaceAll(state):
                for known in state.records.values():
                    encode(known)
                for intent in state.intents.values():
                    encode(intent)
            case _:
                pass

"""Looking after the state by hand: import, rm, mv, reconnect."""

from __future__ import annotations

import secrets

from reconciler.applying import Author, Ledger
from reconciler.errors import Unreadable, UsageError
from reconciler.planning.compare import compare_unowned
from reconciler.providers.ability import ability_of
from reconciler.records import Desired, Known, Live, selects, subscription_of
from reconciler.state.model import (
    Holder,
    Identity,
    MoveRecord,
    Operation,
    PutDeposed,
    PutIdentity,
    PutRecord,
    RemoveDeposed,
    RemoveIntent,
    RemoveRecord,
    State,
    Store,
)
from reconciler.workflow.checks import address_hint, check_identity
from reconciler.workflow.session import Session, utc_now


def import_record(session: Session, address: str, record_id: str) -> tuple[str, ...]:
    """Take the live record `record_id` into the state at a declared address; return the fields that differ.

    Where the connection is not listed, the id is taken on trust. Raises `UsageError` where the address
    is not declared, taken, or the id is held by another; `Unreadable` where the provider cannot be read.
    """
    declared = {one.address: one for one in session.desired()}
    wanted = declared.get(address)
    if wanted is None:
        raise UsageError(f"{address} is not declared in {session.options.file}.{address_hint(address, declared)}")
    with session.store.locked("import", session.options.lock_timeout) as holder:
        state = session.store.load()
        identity = session.identity(wanted.connection)
        check_identity(state, identity)
        _check_free(state, wanted, record_id)
        live = _read(session, wanted, record_id)
        ability = ability_of(session.expansion.settings[wanted.connection])
        sent = {name: wanted.fields[name] for name in sorted(wanted.declared) if name in wanted.fields}
        if live is not None:
            sent |= {name: live.fields.get(name) for name in sent if name not in ability.hidden}
        known = Known(
            address,
            wanted.connection,
            wanted.scope,
            record_id,
            live.key if live is not None else wanted.key,
            sent,
            live.fields if live is not None else None,
            wanted.protect,
        )
        ledger = _ledger(session.store, state, holder)
        ledger.commit(
            PutRecord(known),
            PutIdentity(identity),
            *_close_intents(state, address, record_id),
            *_no_longer_deposed(state, wanted, record_id),
            ledger.entry("import", "done", address, wanted.connection, record_id=record_id),
        )
        return tuple(sorted(compare_unowned(wanted, live, ability))) if live is not None else ()


def forget(store: Store, address: str, lock_timeout: float) -> list[str]:
    """Forget what the state has at an address (a bare name: all its records); return what was forgotten.

    An address whose last create has an unknown outcome loses only that: it was not made.
    Raises `UsageError` where there is nothing at the address.
    """
    with store.locked("state rm", lock_timeout) as holder:
        state = store.load()
        intents = [one for one in state.intents.values() if one.address and selects(address, one.address)]
        open_creates = [one for one in intents if one.operation == "create"]
        ledger = _ledger(store, state, holder)
        told: list[str] = []
        operations: list[Operation] = [RemoveIntent(one.id) for one in intents]
        for intent in open_creates:
            operations.append(ledger.entry("remove", "done", intent.address, intent.connection, detail="not made"))
            told.append(f"{intent.address}: its create of unknown outcome counts as not done")
        spared = {one.address for one in open_creates}
        for record in state.records.values():
            if selects(address, record.address) and record.address not in spared:
                operations.append(RemoveRecord(record.address))
                line = ledger.entry("remove", "done", record.address, record.connection, record_id=record.id)
                operations.append(line)
                told.append(f"{record.address} ({record.id} at {record.connection})")
        for old in state.deposed:
            if selects(address, old.address) and old.address not in spared:
                operations.append(RemoveDeposed(old))
                told.append(f"{old.address}: its old half {old.id} at {old.connection}")
        if not told:
            raise UsageError(f"The state has nothing at {address}.{address_hint(address, state.records)}")
        ledger.commit(*operations)
        return told


def move(store: Store, source: str, target: str, lock_timeout: float) -> list[tuple[str, str]]:
    """Give a record another address (a bare name: all records of a subscription); return (from, to) pairs.

    Raises `UsageError` where there is nothing at `source` or something at `target`.
    """
    with store.locked("state mv", lock_timeout) as holder:
        state = store.load()
        moves = _moves(state, source, target)
        if not moves:
            raise UsageError(f"The state has nothing at {source}.{address_hint(source, state.records)}")
        for _, new in moves:
            if new in state.records:
                raise UsageError(f"The state already has a record at {new}; `reconcile state rm {new}` forgets it.")
        ledger = _ledger(store, state, holder)
        operations: list[Operation] = []
        for old, new in moves:
            record = state.records[old]
            operations.append(MoveRecord(old, new))
            operations.append(ledger.entry("move", "done", new, record.connection, record_id=record.id, detail=old))
        ledger.commit(*operations)
        return moves


def reconnect(session: Session, connection: str) -> Identity:
    """Accept that a connection has another type, base URL or account than when its records were made."""
    if connection not in session.expansion.settings:
        raise UsageError(f"There is no connection {connection} in {session.options.file}.")
    identity = session.identity(connection)
    with session.store.locked("state reconnect", session.options.lock_timeout) as holder:
        ledger = _ledger(session.store, session.store.load(), holder)
        line = ledger.entry("reconnect", "done", None, connection, detail=identity.base_url)
        ledger.commit(PutIdentity(identity), line)
    return identity


def _moves(state: State, source: str, target: str) -> list[tuple[str, str]]:
    if source in state.records:
        return [(source, target)]
    if "[" in source or "[" in target:
        return []
    return [
        (address, target + address[len(source) :]) for address in state.records if subscription_of(address) == source
    ]


def _check_free(state: State, wanted: Desired, record_id: str) -> None:
    for record in state.records.values():
        same_place = (record.connection, record.scope) == (wanted.connection, wanted.scope)
        if same_place and record.id == record_id and record.address != wanted.address:
            raise UsageError(
                f"{record_id} belongs to {record.address}; "
                f"`reconcile state mv {record.address} {wanted.address}` gives it another address."
            )
    mine = state.records.get(wanted.address)
    if mine is not None and mine.id != record_id and not _has_open_create(state, wanted.address):
        raise UsageError(
            f"{wanted.address} is {mine.id} at {mine.connection} already; "
            f"`reconcile state rm {wanted.address}` gives that up first."
        )


def _has_open_create(state: State, address: str) -> bool:
    return any(one.address == address and one.operation == "create" for one in state.intents.values())


def _close_intents(state: State, address: str, record_id: str) -> list[Operation]:
    """The record was made: its open create ends, and what it was to replace becomes deposed."""
    operations: list[Operation] = []
    for intent in state.intents.values():
        if intent.address == address and intent.operation == "create":
            operations.append(RemoveIntent(intent.id))
            if intent.replaces is not None and intent.replaces.id != record_id:
                operations.append(PutDeposed(intent.replaces))
    return operations


def _no_longer_deposed(state: State, wanted: Desired, record_id: str) -> list[Operation]:
    """An old half that is imported is wanted again: the next apply must not delete it."""
    place = (wanted.connection, wanted.scope, record_id)
    return [RemoveDeposed(old) for old in state.deposed if (old.connection, old.scope, old.id) == place]


def _read(session: Session, wanted: Desired, record_id: str) -> Live | None:
    connection = session.connection(wanted.connection)
    if not connection.can_list and not connection.can_get:
        return None
    if connection.can_get:
        live = connection.get(wanted.scope, record_id)
    else:
        live = next((one for one in connection.list(wanted.scope) if one.id == record_id), None)
    if live is None:
        raise Unreadable(f"{wanted.connection} has no record {record_id}; `reconcile plan` lists what is there.")
    return live


def _ledger(store: Store, state: State, holder: Holder) -> Ledger:
    return Ledger(store, state, Author(holder, secrets.token_hex(6), utc_now))

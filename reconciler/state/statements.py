"""Operations on a state as SQL for SQLite, and its rows as nouns. What each means is `State.apply`'s word."""

# ruff: noqa: S608 -- the only things put into the SQL are our own names of tables and columns

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import astuple, fields
from typing import Any, TypeAlias, assert_never

from reconciler.records import Deposed, Intent, Known, to_stored
from reconciler.state.codec import SHAPES, Noun, decode, encode
from reconciler.state.model import (
    AddHistory,
    Entry,
    Identity,
    MoveRecord,
    Operation,
    PutDeposed,
    PutIdentity,
    PutIntent,
    PutRecord,
    RemoveDeposed,
    RemoveIdentity,
    RemoveIntent,
    RemoveRecord,
    ReplaceAll,
    SetEcho,
    SetProtect,
)
from reconciler.state.schema import checked

Statement: TypeAlias = tuple[str, tuple[Any, ...]]

_TABLES: dict[type, str] = {Known: "records", Deposed: "deposed", Intent: "intents", Identity: "identities"}
_JSON = frozenset({"scope", "sent", "echo", "ids_before", "replaces"})
_HISTORY = ", ".join(field.name for field in fields(Entry))


def statements(operation: Operation) -> Iterator[Statement]:  # noqa: C901, PLR0912 -- a case for each operation
    """Return the SQL that carries out `operation`. Raises `ValueError` for a secret that is not sealed."""
    match operation:
        case PutRecord(noun) | PutDeposed(noun) | PutIntent(noun) | PutIdentity(noun):
            yield _put(noun)
        case SetEcho(address, record_id, echo):
            change = "UPDATE records SET echo = ? WHERE address = ? AND id = ?"
            yield change, (_json(to_stored(echo)), address, record_id)
        case SetProtect(address, protect):
            yield "UPDATE records SET protect = ? WHERE address = ?", (protect, address)
        case RemoveRecord(address):
            yield "DELETE FROM records WHERE address = ?", (address,)
        case MoveRecord(source, target):
            yield "UPDATE records SET address = ? WHERE address = ?", (target, source)
            yield "UPDATE deposed SET address = ? WHERE address = ?", (target, source)
            move = "UPDATE intents SET address = ?, replaces = json_set(replaces, '$.address', ?) WHERE address = ?"
            yield move, (target, target, source)
        case RemoveDeposed(deposed):
            place = (deposed.connection, _json(dict(deposed.scope)), deposed.id)
            yield "DELETE FROM deposed WHERE connection = ? AND scope = ? AND id = ?", place
        case RemoveIntent(intent_id):
            yield "DELETE FROM intents WHERE id = ?", (intent_id,)
        case RemoveIdentity(connection):
            yield "DELETE FROM identities WHERE connection = ?", (connection,)
        case AddHistory(entry):
            yield _append(entry)
        case ReplaceAll(state):
            for table in _TABLES.values():
                yield f"DELETE FROM {table}", ()
            yield "UPDATE meta SET lineage = ?, serial = max(serial, ?)", (state.lineage, state.serial)
            for nouns in (state.records.values(), state.deposed, state.intents.values(), state.identities.values()):
                yield from map(_put, nouns)
        case _:
            assert_never(operation)


def rows(connection: sqlite3.Connection, kind: type[Noun]) -> Iterator[Noun]:
    """Return all of one kind, as they were put. Raises `ValueError` for a row that is not what it should be."""
    names = list(SHAPES[kind])
    for row in connection.execute(f"SELECT {', '.join(names)} FROM {_TABLES[kind]} ORDER BY rowid"):
        yield decode(kind, {name: _loaded(name, value) for name, value in zip(names, row, strict=True)})


def entries(connection: sqlite3.Connection, limit: int | None) -> list[Entry]:
    """Return the history, newest first."""
    select = f"SELECT {_HISTORY} FROM history ORDER BY number DESC LIMIT ?"
    kinds = [str] * 6 + [str | None] * 5
    return [Entry(*checked(row, *kinds)) for row in connection.execute(select, (-1 if limit is None else limit,))]


def _put(noun: Known | Deposed | Intent | Identity) -> Statement:
    document = encode(noun)
    values = tuple(_json(value) if name in _JSON else value for name, value in document.items())
    return _insert(_TABLES[type(noun)], ", ".join(document), values)


def _append(entry: Entry) -> Statement:
    # A detail may quote a provider; half a surrogate in it must not cost us the line.
    values = [value and value.encode("utf-8", "backslashreplace").decode() for value in astuple(entry)]
    return _insert("history", _HISTORY, tuple(values))


def _insert(table: str, columns: str, values: tuple[Any, ...]) -> Statement:
    return f"INSERT OR REPLACE INTO {table} ({columns}) VALUES ({', '.join('?' * len(values))})", values


def _json(value: Any) -> str | None:
    return None if value is None else json.dumps(value, separators=(",", ":"))


def _loaded(name: str, value: Any) -> Any:
    if name == "protect":
        return bool(value)
    return json.loads(value) if name in _JSON and isinstance(value, str) else value

"""Operations on a state as SQL for SQLite, and its rows as nouns. What each means is `State.apply`'s word."""

# ruff: noqa: S608 -- the only things put into the SQL are our own names of tables and columns

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import fields
from functools import lru_cache
from typing import Any, TypeAlias, assert_never

from reconciler.records import Deposed, Intent, Known, to_stored
from reconciler.state.codec import SHAPES, Malformed, Noun, encode
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
from reconciler.state.sealing import Sealer

Statement: TypeAlias = tuple[str, tuple[Any, ...]]

_TABLES: dict[type, str] = {Known: "records", Deposed: "deposed", Intent: "intents", Identity: "identities"}
_JSON = frozenset({"scope", "sent", "echo", "ids_before", "replaces"})
_HISTORY = ", ".join(field.name for field in fields(Entry))


def statements(operation: Operation, sealer: Sealer) -> Iterator[Statement]:  # noqa: C901, PLR0912 -- a case for each operation
    """Return the SQL that carries out `operation`. Raises `ValueError` for a secret that is not sealed."""
    seal = sealer.seal
    match operation:
        case PutRecord(noun) | PutDeposed(noun) | PutIntent(noun) | PutIdentity(noun):
            yield _put(noun, sealer)
        case SetEcho(address, record_id, echo):
            change = "UPDATE records SET echo = ? WHERE address = ? AND id = ?"
            yield change, (seal(_json(to_stored(echo))), seal(address), seal(record_id))
        case SetProtect(address, protect):
            yield "UPDATE records SET protect = ? WHERE address = ?", (protect, seal(address))
        case RemoveRecord(address):
            yield "DELETE FROM records WHERE address = ?", (seal(address),)
        case MoveRecord(source, target):
            ends = seal(target), seal(source)
            yield "UPDATE records SET address = ? WHERE address = ?", ends
            yield "UPDATE deposed SET address = ? WHERE address = ?", ends
            yield "UPDATE intents SET address = ?1, replaces = moved(replaces, ?1) WHERE address = ?2", ends
        case RemoveDeposed(deposed):
            place = (seal(deposed.connection), seal(_json(dict(deposed.scope))), seal(deposed.id))
            yield "DELETE FROM deposed WHERE connection = ? AND scope = ? AND id = ?", place
        case RemoveIntent(intent_id):
            yield "DELETE FROM intents WHERE id = ?", (seal(intent_id),)
        case RemoveIdentity(connection):
            yield "DELETE FROM identities WHERE connection = ?", (seal(connection),)
        case AddHistory(entry):
            yield _append(entry, sealer)
        case ReplaceAll(state):
            for table in _TABLES.values():
                yield f"DELETE FROM {table}", ()
            yield "UPDATE meta SET lineage = ?, serial = max(serial, ?)", (state.lineage, state.serial)
            for nouns in (state.records.values(), state.deposed, state.intents.values(), state.identities.values()):
                for noun in nouns:
                    yield _put(noun, sealer)
        case _:
            assert_never(operation)


def moving(connection: sqlite3.Connection, sealer: Callable[[], Sealer]) -> None:
    """Teach a connection `moved(replaces, address)`, which the statements of a move use."""

    def moved(replaces: str | None, address: str) -> str | None:
        if replaces is None:
            return None
        seal, unseal = sealer().seal, sealer().open
        return seal(_json({**json.loads(unseal(replaces)), "address": unseal(address)}))

    connection.create_function("moved", 2, moved, deterministic=True)


def clearing(connection: sqlite3.Connection) -> None:
    """Empty the history, to write it anew."""
    connection.execute("DELETE FROM history")


def rows(connection: sqlite3.Connection, kind: type[Noun], sealer: Sealer) -> Iterator[Noun]:
    """Return all of one kind, as they were put. Raises `ValueError` for a row that is not what it should be."""
    readers = [_reader(name, read, sealer) for name, read in SHAPES[kind].items()]
    for row in connection.execute(f"SELECT {', '.join(SHAPES[kind])} FROM {_TABLES[kind]} ORDER BY rowid"):
        yield kind(*[read(value) for read, value in zip(readers, row, strict=True)])


def entries(connection: sqlite3.Connection, limit: int | None, sealer: Sealer) -> list[Entry]:
    """Return the history, newest first."""
    select = f"SELECT {_HISTORY} FROM history ORDER BY number DESC LIMIT ?"
    kinds = [str] * 6 + [str | None] * 5
    found = connection.execute(select, (-1 if limit is None else limit,))
    return [Entry(*(value and sealer.open(value) for value in checked(row, *kinds))) for row in found]


def _put(noun: Known | Deposed | Intent | Identity, sealer: Sealer) -> Statement:
    document = encode(noun)
    values = tuple(_column(name, value, sealer) for name, value in document.items())
    return _insert(_TABLES[type(noun)], ", ".join(document), values)


def _append(entry: Entry, sealer: Sealer) -> Statement:
    # A detail may quote a provider; half a surrogate in it must not cost us the line.
    texts = (getattr(entry, field.name) for field in fields(Entry))
    values = [text and sealer.seal(text.encode("utf-8", "backslashreplace").decode()) for text in texts]
    return _insert("history", _HISTORY, tuple(values))


def _insert(table: str, columns: str, values: tuple[Any, ...]) -> Statement:
    return f"INSERT OR REPLACE INTO {table} ({columns}) VALUES ({', '.join('?' * len(values))})", values


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


_parsed = json.JSONDecoder().decode


def _column(name: str, value: Any, sealer: Sealer) -> Any:
    if value is None or name == "protect":
        return value
    return sealer.seal(_json(value) if name in _JSON else value)


def _reader(name: str, read: Callable[[Any], Any], sealer: Sealer) -> Callable[[Any], Any]:
    """Return what makes of one column's value that part of a noun."""

    def part(value: Any) -> Any:
        try:
            return read(value)
        except Malformed as error:
            raise Malformed(f"{name}: {error}") from None

    def text(value: Any) -> Any:
        return part(sealer.open(value) if isinstance(value, str) else value)

    def document(value: Any) -> Any:
        return part(_parsed(sealer.open(value)) if isinstance(value, str) else value)

    if name == "protect":
        return bool
    # Nearly all records have one of a few scopes.
    return lru_cache(maxsize=1024)(document) if name == "scope" else document if name in _JSON else text

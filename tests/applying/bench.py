"""A provider in memory whose every call can be made to go wrong, and the way of an apply over it and a real state."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from reconciler.applying import Author, Captures, Ledger, Means, Progress, Recovery, carry_out, recover
from reconciler.errors import Ambiguous, NotSent, Refused, Unreadable
from reconciler.http.redaction import Redactor
from reconciler.planning import Plan, Policy, Result, Views, make_plan
from reconciler.providers.protocol import Written
from reconciler.reading import Place, read_views
from reconciler.records import Ability, Desired, Fields, Live, Scope, identity
from reconciler.state.model import SetEcho, State
from reconciler.state.sqlite import SqliteStore

KEY = ("scope", "url", "events")
Behaviour = Callable[[Callable[[], Any]], Any]


def lost(do: Callable[[], Any]) -> Any:
    """The request is carried out, and its answer lost."""
    do()
    raise Ambiguous("the connection was reset")


def dropped(do: Callable[[], Any]) -> Any:
    """The request is lost on its way; nobody can tell."""
    raise Ambiguous("the connection was reset")


def late(do: Callable[[], Any]) -> Any:
    """No answer in time, though it is carried out."""
    do()
    raise Ambiguous("no answer within 30 s", timed_out=True)


def failing(error: Exception) -> Behaviour:
    """The provider does nothing, and says so."""

    def behave(do: Callable[[], Any]) -> Any:
        raise error

    return behave


def well(do: Callable[[], Any]) -> Any:
    """As it should be."""
    return do()


@dataclass
class FakeConnection:
    """A connection over `records`. Each write takes the next of `writes`, each list of `reads`; then all is well.

    `kept` has what each record was given, what no read shows included. `moment` is called around every call.
    """

    name: str = "acme"
    ability: Ability = field(default_factory=lambda: Ability("acme"))
    can_list: bool = True
    can_get: bool = False
    settle: float = 0.0
    base_url: str = "https://api.acme.example"
    records: dict[tuple[Scope, str], Live] = field(default_factory=dict)
    writes: list[Behaviour] = field(default_factory=list)
    reads: list[Behaviour] = field(default_factory=list)
    calls: list[tuple[str, str]] = field(default_factory=list)
    kept: dict[tuple[Scope, str], dict[str, Any]] = field(default_factory=dict)
    moment: Callable[[], None] = lambda: None
    alter: Fields = field(default_factory=dict)
    number: int = 0
    guard: threading.RLock = field(default_factory=threading.RLock)

    def list(self, scope: Scope) -> tuple[Live, ...]:
        self.moment()
        with self.guard:
            behave = self.reads.pop(0) if self.reads else well
        found: tuple[Live, ...] = behave(lambda: tuple(one for one in self.records.values() if one.scope == scope))
        return found

    def get(self, scope: Scope, record_id: str) -> Live | None:
        return self.records.get((scope, record_id))

    def create(self, scope: Scope, fields: Fields) -> Written:
        return Written(self._write("create", "", lambda: self.put(fields, scope).id))

    def update(self, scope: Scope, record_id: str, fields: Fields, changed: frozenset[str]) -> Written:
        sent = {name: value for name, value in fields.items() if name in changed}
        return Written(self._write("update", record_id, lambda: self._merge(scope, record_id, sent).id))

    def rotate(self, scope: Scope, record_id: str) -> Written:
        raise NotSent("this provider makes no secrets")

    def delete(self, scope: Scope, record_id: str) -> None:
        self._write("delete", record_id, lambda: self.records.pop((scope, record_id), None))

    def account(self) -> str | None:
        return None

    def close(self) -> None:
        """Nothing is open."""

    def put(self, fields: Fields, scope: Scope = (), record_id: str = "") -> Live:
        """A record comes about, whoever makes it; the provider may take other values than were sent."""
        with self.guard:
            self.number += 1
            values = {name: value for name, value in {**fields, **self.alter}.items() if value is not None}
            for names in self.ability.unique:
                alike = [
                    one
                    for one in self.records.values()
                    if one.scope == scope and all(one.fields.get(name) == values.get(name) for name in names)
                ]
                if alike:
                    raise Refused("409 Conflict", 409)
            shown = {name: value for name, value in values.items() if name not in self.ability.hidden}
            key = identity(self.name, scope, shown, self.ability.key)
            live = Live(self.name, scope, record_id or f"{self.name}-{self.number}", shown, key)
            self.records[scope, live.id] = live
            self.kept[scope, live.id] = values
            return live

    def _merge(self, scope: Scope, record_id: str, sent: Fields) -> Live:
        with self.guard:
            if (scope, record_id) not in self.records:
                raise Refused("404 Not Found", 404)
            before = self.records.pop((scope, record_id))
            try:
                return self.put({**self.kept[scope, record_id], **sent}, scope, record_id)
            except Refused:
                self.records[scope, record_id] = before
                raise

    def _write(self, operation: str, record_id: str, do: Callable[[], Any]) -> Any:
        self.moment()
        with self.guard:
            self.calls.append((operation, record_id))
            behave = self.writes.pop(0) if self.writes else well
        try:
            return behave(do)
        finally:
            self.moment()


def unreadable(do: Callable[[], Any]) -> Any:
    """A read that fails."""
    raise Unreadable("503 Service Unavailable")


def wanted(
    address: str = "hook",
    url: str = "a",
    events: Sequence[str] = ("e",),
    *,
    at: str = "acme",
    scope: Scope = (),
    protect: bool = False,
    **fields: Any,
) -> Desired:
    """One record as the file wants it; `url` is the end of it."""
    values = {"url": f"https://hooks.example.com/{url}", "events": tuple(sorted(events)), **fields}
    return Desired(address, at, scope, values, frozenset(values), identity(at, scope, values, KEY), protect)


class Died(BaseException):
    """The process is killed here."""


class Bench:
    """A state on disk and some connections, and what a run of `apply` does with them."""

    def __init__(
        self, path: Path, *connections: FakeConnection, open_store: Callable[[Path], SqliteStore] = SqliteStore
    ) -> None:
        self.path = path
        self._open_store = open_store
        self.connections = {one.name: one for one in connections or (FakeConnection(),)}
        self.stop = threading.Event()
        self.recovery = Recovery()
        self.notes: list[str] = []
        self.run = 0
        self.store = open_store(path)

    @property
    def there(self) -> FakeConnection:
        """The only connection."""
        (one,) = self.connections.values()
        return one

    def apply(self, *desired: Desired, parallelism: int = 1, allow_recreate: bool = True) -> Result:
        """Take up what an earlier run left, plan, and carry it out. The store is opened anew, as by a new process."""
        self.store.close()
        self.store = self._open_store(self.path)
        self.run += 1
        with self.store.locked("apply") as holder:
            state = self.store.load()
            ledger = Ledger(self.store, state, Author(holder, f"run-{self.run}", lambda: "2026-01-01T00:00:00.000Z"))
            views = read_views(self.connections, self._places(desired, state), 1)
            self.recovery = recover(state, {(view.connection, view.scope): view for view in views})
            if self.recovery.operations:
                ledger.commit(*self.recovery.operations)
            shown = {(view.connection, view.scope, live.id): live for view in views for live in view.live}
            echoes = [
                SetEcho(one.address, one.id, shown[one.connection, one.scope, one.id].fields)
                for one in state.records.values()
                if one.echo is None and (one.connection, one.scope, one.id) in shown
            ]
            if echoes:
                ledger.commit(*echoes)
            abilities = {name: one.ability for name, one in self.connections.items()}
            seen = Views(
                desired,
                tuple(state.records.values()),
                views,
                abilities,
                tuple(state.deposed),
                self.recovery.unresolved,
            )
            plan = make_plan(seen, Policy(max_deletes=None, all_may_go=True, allow_recreate=allow_recreate))
            captures = Captures(ledger, abilities, self.store.fingerprint, Redactor())
            means = Means(self.connections, abilities, ledger, _Noting(self.notes), self.stop, captures, parallelism)
            return carry_out(plan, views, means)

    def die(self, *desired: Desired, at: Behaviour) -> None:
        """An apply that is killed in its next write: `at` is given the request."""

        def last(do: Callable[[], Any]) -> Any:
            at(do)
            raise Died

        connection = self.connections[desired[0].connection] if desired else self.there
        connection.writes.append(last)
        try:
            self.apply(*desired)
        except Died:
            return
        raise AssertionError("it ended before it could be killed")

    def state(self) -> State:
        return self.store.load()

    def plan_is_empty(self, *desired: Desired) -> bool:
        return self.apply(*desired).plan.changes == ()

    def _places(self, desired: Sequence[Desired], state: State) -> dict[Place, set[str]]:
        places: dict[Place, set[str]] = {(one.connection, one.scope): set() for one in desired}
        owned = [(one.connection, one.scope, one.id) for one in state.records.values()]
        owned += [(old.connection, old.scope, old.id) for old in state.deposed]
        for connection, scope, record_id in owned:
            places.setdefault((connection, scope), set()).add(record_id)
        for intent in state.intents.values():
            places.setdefault((intent.connection, intent.scope), set())
        return places


class _Noting(Progress):
    def __init__(self, notes: list[str]) -> None:
        self._notes = notes

    def note(self, change: Any, message: str) -> None:
        self._notes.append(message)


def outcomes(result: Result) -> dict[str | None, str]:
    """How each change ended, by address."""
    return {change.address: one.status for change, one in zip(result.plan.changes, result.outcomes, strict=True)}


def actions(plan: Plan) -> dict[str | None, str]:
    """What is planned, by address."""
    return {change.address: change.action for change in plan.changes}


def hidden(*names: str, **more: Any) -> Ability:
    """An ability with fields that no read shows."""
    return replace(Ability("acme"), hidden=frozenset(names), **more)

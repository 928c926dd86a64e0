"""A model of providers and a state, on which a plan is carried out without any network."""

# mypy: disable-error-code="union-attr, arg-type, index"
# The model takes plans as they should be; where one is not, the test that made it fails.

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from reconciler.applying.order import Step, steps
from reconciler.planning import Plan, Policy, Views, make_plan
from reconciler.planning.plan import Change
from reconciler.records import Ability, Deposed, Desired, Known, Live, View, identity

KEY = ("scope", "url", "events")


def desired(
    address, connection="c", *, url="https://h.example.com/a", events=("e",), scope=(), protect=False, **fields
):
    values = {"url": url, "events": tuple(sorted(events)), **fields}
    key = identity(connection, scope, values, KEY)
    return Desired(address, connection, scope, values, frozenset(values), key, protect)


def live(record_id, connection="c", *, url="https://h.example.com/a", events=("e",), scope=(), **fields):
    values = {"url": url, "events": tuple(sorted(events)), **fields}
    return Live(connection, scope, record_id, values, identity(connection, scope, values, KEY))


def known(
    address, record_id, connection="c", *, url="https://h.example.com/a", events=("e",), scope=(), echo=True, **more
):
    protect = more.pop("protect", False)
    values = {"url": url, "events": tuple(sorted(events)), **more}
    key = identity(connection, scope, values, KEY)
    return Known(address, connection, scope, record_id, key, values, values if echo is True else echo, protect)


def views(wanted=(), remembered=(), seen=(), *, ability=None, abilities=None, errors=(), by_state=(), **more):
    """Complete views of every place that is named, but for connections in `errors` and `by_state`."""
    places = {(one.connection, one.scope) for one in (*wanted, *remembered, *seen)}
    made = []
    for connection, scope in sorted(places):
        there = tuple(one for one in seen if (one.connection, one.scope) == (connection, scope))
        if connection in errors:
            made.append(View(connection, scope, error="503 Service Unavailable"))
        elif connection in by_state:
            made.append(View(connection, scope, witness="state"))
        else:
            made.append(View(connection, scope, there))
    abilities = abilities or {connection: ability or Ability("acme") for connection, _ in places}
    return Views(tuple(wanted), tuple(remembered), tuple(made), abilities, **more)


def plan(*args, policy=None, **kwargs) -> Plan:
    return make_plan(views(*args, **kwargs), policy or Policy())


class ConflictError(Exception):
    """The model provider takes no two records alike."""


@dataclass
class World:
    """Live records and a state, and the carrying out of plans on them."""

    abilities: Mapping[str, Ability]
    live: dict[tuple, Live] = field(default_factory=dict)
    known: dict[str, Known] = field(default_factory=dict)
    deposed: list[Deposed] = field(default_factory=list)
    touched: list[tuple] = field(default_factory=list)
    next_id: int = 1

    def views(self, wanted) -> Views:
        places = {(one.connection, one.scope) for one in (*wanted, *self.known.values(), *self.live.values())}
        seen = [
            View(c, s, tuple(one for one in self.live.values() if (one.connection, one.scope) == (c, s)))
            for c, s in sorted(places)
        ]
        return Views(
            tuple(wanted), tuple(self.known.values()), tuple(seen), self.abilities, deposed=tuple(self.deposed)
        )

    def plan(self, wanted, policy=None) -> Plan:
        return make_plan(self.views(wanted), policy or Policy(max_deletes=None, all_may_go=True, allow_recreate=True))

    def carry_out(self, plan: Plan) -> None:
        pending = {step.index: step for step in steps(plan.changes, self.abilities)}
        done: set[int] = set()
        while pending:
            ready = [step for step in pending.values() if step.after <= done]
            assert ready, "the steps wait for each other"
            for step in ready:
                self._step(step, plan.changes[step.change])
                done.add(step.index)
                del pending[step.index]

    def _step(self, step: Step, change: Change) -> None:
        if change.origin is not None and change.origin.address != change.address:
            moved = self.known.pop(change.origin.address, None)
            if moved is not None:
                self.known[change.address] = replace(moved, address=change.address)
        if step.kind == "remove":
            self._remove(change)
        elif change.action == "forget":
            self._forget(change)
        elif change.action == "adopt" or (step.kind == "make" and change.twin is not None):
            taken = change.twin or change.live
            old = self.known.get(change.address)
            if change.differences:
                self._write(change, taken.id)
            self._own(change, taken.id, old if change.action == "replace" else None)
        elif step.kind == "make":
            record_id = f"r{self.next_id}"
            self.next_id += 1
            old = self.known.get(change.address)
            self._write(change, record_id)
            self._own(change, record_id, old if change.action == "replace" else None)
        else:
            if change.action == "update" and change.reason != "protect_changed":
                self._write(change, change.id)
            self._own(change, change.id)

    def _write(self, change: Change, record_id: str) -> None:
        wanted = change.desired
        fields = dict(wanted.fields)
        before = self.live.get((change.connection, change.scope, record_id))
        if before is not None:
            fields = {**before.fields, **fields}
        record = Live(wanted.connection, wanted.scope, record_id, fields, wanted.key)
        for names in self.abilities[change.connection].unique:
            for other in self.live.values():
                near = (other.connection, other.scope) == (record.connection, record.scope) and other.id != record_id
                if near and all(other.fields.get(name) == fields.get(name) for name in names):
                    raise ConflictError(f"{record_id} is like {other.id}")
        self.live[record.connection, record.scope, record_id] = record
        self.touched.append(("write", record.connection, record.scope, record_id))

    def _own(self, change: Change, record_id: str, old: Known | None = None) -> None:
        wanted = change.desired
        if old is not None and (old.connection, old.scope, old.id) in self.live:
            self.deposed.append(Deposed(change.address, old.connection, old.scope, old.id))
        echo = self.live[wanted.connection, wanted.scope, record_id].fields
        sent = {name: wanted.fields[name] for name in wanted.declared if name in wanted.fields}
        self.known[change.address] = Known(
            change.address, wanted.connection, wanted.scope, record_id, wanted.key, sent, echo, wanted.protect
        )

    def _remove(self, change: Change) -> None:
        place = (
            (change.origin.connection, change.origin.scope)
            if change.action == "replace" and change.origin is not None
            else (change.connection, change.scope)
        )
        del self.live[*place, change.id]
        self.touched.append(("delete", *place, change.id))
        self.deposed = [one for one in self.deposed if (one.connection, one.scope, one.id) != (*place, change.id)]
        mine = self.known.get(change.address)
        if mine is not None and (mine.connection, mine.scope, mine.id) == (*place, change.id):
            del self.known[change.address]

    def _forget(self, change: Change) -> None:
        if change.deposed is not None:
            self.deposed.remove(change.deposed)
        else:
            self.known.pop(change.address, None)

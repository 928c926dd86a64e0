"""Two thousand changes while one answer in five goes wrong: honest about each, and nothing is there twice."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest

from reconciler.applying import Progress
from reconciler.planning import Plan, Result
from reconciler.sandbox import Faults, Sandbox
from reconciler.sandbox.faults import FaultKind
from reconciler.state.sqlite import SqliteStore
from reconciler.workflow.options import Options
from reconciler.workflow.session import Session
from tests.storms.world import (
    SHOP,
    URL_FIELDS,
    Subscriptions,
    connection,
    count,
    declared,
    seen,
    specs,
    url,
    write_file,
)

CHANGES = int(os.environ.get("RECONCILE_STORM_CHANGES", "2000"))
PROVIDERS = ("lipscore", "argyle", "flightrates", "studiewinkel", "acme")
ACCOUNTS = 4
CONNECTIONS = [f"{provider}@{number}" for provider in PROVIDERS for number in range(ACCOUNTS)]
EACH = round(CHANGES / 2 / len(CONNECTIONS))
"""Subscriptions on each connection; each is made once and changed, or deleted, once or twice."""

FAULTS: list[dict[str, Any]] = [
    {"kind": "status", "status": 500, "rate": 0.02},
    {"kind": "status", "status": 502, "rate": 0.01},
    {"kind": "status", "status": 503, "retry_after": 0, "rate": 0.015},
    {"kind": "status", "status": 429, "retry_after": 0, "rate": 0.005},
    {"kind": "status", "status": 429, "retry_after": 0, "retry_after_form": "date", "rate": 0.005},
    {"kind": "reset_before", "rate": 0.03},
    {"kind": "delay", "seconds": 0.05, "rate": 0.01},
    {"kind": "error_in_200", "rate": 0.01},
    {"kind": "redirect", "rate": 0.005},
    {"kind": "throttled", "rate": 0.005},
    {"kind": "status_after", "status": 504, "rate": 0.015},
    {"kind": "status_after", "status": 500, "rate": 0.015},
    {"kind": "reset_after", "rate": 0.03},
    {"kind": "delay_after", "seconds": 2.5, "rate": 0.002},
    {"kind": "half_body", "rate": 0.02},
    {"kind": "not_json", "rate": 0.01},
    {"kind": "html", "rate": 0.01},
    {"kind": "altered_echo", "operation": "create", "rate": 0.02},
    {"kind": "gzip_bomb", "size": 20_000_000, "rate": 0.002},
    {"kind": "huge", "size": 20_000_000, "rate": 0.002},
]


def subscription(name: str, where: str, number: int) -> dict[str, Any]:
    kind = where.partition("@")[0]
    own: dict[str, dict[str, Any]] = {
        "lipscore": {"events": ["first", "second"] if number % 5 == 0 else ["first"]},
        "argyle": {"events": ["users.fully_synced"], "config": {"days_synced": number}, "secret": f"s-{name}"},
        "flightrates": {"events": ["dbs"], "shop": SHOP, "password": f"p-{name}"},
        "studiewinkel": {"events": ["first", "second"] if number % 5 == 0 else ["first"]},
        "acme": {"events": ["a", "b"], "secret": f"s-{name}", "level": number + 1},
    }
    return {"provider": where, "url": url(f"{where}/{name}"), **own[kind]}


def made() -> Subscriptions:
    return {
        f"{where.replace('@', '-')}-{number}": subscription(str(number), where, number)
        for where in CONNECTIONS
        for number in range(EACH)
    }


def mixed(subscriptions: Subscriptions) -> Subscriptions:
    """Of every eight: two swap their URLs, two are deleted, three change, one is another's new neighbour."""
    changed: Subscriptions = {}
    partner: dict[str, dict[str, Any]] = {}
    for number, (name, one) in enumerate(subscriptions.items()):
        where = one["provider"]
        match number % 8:
            case 0:
                changed[name] = partner[where] = {**one}
            case 1 if where in partner and partner[where]["events"] == one["events"]:
                other = partner.pop(where)
                changed[name] = {**one, "url": other["url"]}
                other["url"] = one["url"]
            case 2 | 3:
                continue
            case 4:
                changed[name] = {**one, "url": f"{one['url']}/moved"}
            case 5:
                changed[name] = {**one, **_altered(where)}
            case 6:
                changed[name] = one
                changed[f"{name}-new"] = {**one, "url": f"{one['url']}/new"}
            case _:
                changed[name] = {**one, "events": one["events"][:1]}
    return changed


def _altered(where: str) -> dict[str, Any]:
    changes: dict[str, dict[str, Any]] = {
        "lipscore": {"events": ["third"]},
        "argyle": {"config": {"days_synced": 99}},
        "flightrates": {"password": "p-changed"},
        "studiewinkel": {"events": ["third"]},
        "acme": {"secret": "s-changed", "level": 99},
    }
    return changes[where.partition("@")[0]]


class Weather:
    """A file over the sandbox, and applies of it in this process, in the storm or out of it."""

    def __init__(self, folder: Path, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.file = folder / "hooks.yaml"
        self.attempted: Counter[str] = Counter()
        self._seed = 0
        self._providers = {
            name: connection(sandbox.base_url(name), name, settle=0.05, retry=2, timeout=2) for name in CONNECTIONS
        }

    def declare(self, subscriptions: Subscriptions) -> None:
        write_file(self.file, self._providers, subscriptions)
        self._declared = declared(subscriptions)

    def apply(self, *, stormy: bool) -> Result:
        """Apply; in a storm, one answer in five goes wrong."""
        self._seed += 1
        self.sandbox.faults = Faults.model_validate({"seed": self._seed, "faults": FAULTS if stormy else []})
        with Session(Options(file=self.file, parallelism=24), environ={}) as session:
            result = session.apply(lambda plan: True, Progress())
        assert result is not None
        for change, outcome in zip(result.plan.changes, result.outcomes, strict=True):
            if stormy and outcome.status != "not_attempted":
                self.attempted[change.action] += 1
        return result

    def plan(self) -> Plan:
        with Session(Options(file=self.file), environ={}) as session:
            return session.plan()

    def honest(self, result: Result) -> None:
        """What is told of each change is so: done is there, failed and not attempted are not."""
        ids = {name: {str(one["id"]) for one in self.sandbox.records(name)} for name in CONNECTIONS}
        self._no_orphans()
        for change, outcome in zip(result.plan.changes, result.outcomes, strict=True):
            there = ids[change.connection]
            if outcome.status == "done" and change.action in ("create", "replace"):
                assert outcome.id_after in there
            if outcome.status == "done" and change.action in ("delete", "replace") and change.id is not None:
                assert change.id not in there
            if outcome.status == "not_attempted" and change.action in ("replace", "delete", "update"):
                assert change.id in there
        assert result.ok == (result.plan.complete and {one.status for one in result.outcomes} <= {"done"})

    def _no_orphans(self) -> None:
        """Every record that is there is the state's: one of its own, an old half, or one that an open create may be."""
        store = SqliteStore(self.file.parent / ".reconcile" / "state.db")
        state = store.load()
        store.close()
        owned = [(one.connection, one.id) for one in state.records.values()]
        owned += [(old.connection, old.id) for old in state.deposed]
        assert len(owned) == len(set(owned))
        sought = Counter((one.connection, one.url) for one in state.intents.values() if one.operation == "create")
        for name in CONNECTIONS:
            field = URL_FIELDS[name.partition("@")[0]]
            stray = Counter(
                (name, one[field]) for one in self.sandbox.records(name) if (name, str(one["id"])) not in owned
            )
            assert stray <= sought, "a record that nobody knows of"

    def as_declared(self) -> None:
        for name in CONNECTIONS:
            ours, wanted = count(seen(name, self.sandbox.records(name))), count(self._declared.get(name, []))
            assert (ours - wanted, wanted - ours) == ({}, {}), f"{name}: (surplus, lost)"
        plan = self.plan()
        assert (plan.changes, plan.unknown, plan.drift) == ((), (), ())


class Log:
    """What the sandbox tells of each request: how many there were in the storm, and which faults hit them."""

    def __init__(self) -> None:
        self.requests = 0
        self.faults: Counter[str] = Counter()
        self.stormy = False

    def __call__(self, line: str) -> None:
        self.requests += self.stormy
        if line.endswith(")"):
            self.faults[line.rpartition("(")[2].rstrip(")")] += 1


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture
def weather(tmp_path: Path, log: Log) -> Iterator[Weather]:
    with Sandbox(specs=specs(), log=log) as sandbox:
        yield Weather(tmp_path, sandbox)


@pytest.mark.long
def test_a_storm_of_faults_ends_as_declared(weather: Weather, log: Log) -> None:
    first = made()
    for subscriptions in (first, mixed(first), mixed(mixed(first))):
        weather.declare(subscriptions)
        for _ in range(2):
            log.stormy = True
            result = weather.apply(stormy=True)
            log.stormy = False
            weather.honest(result)
            if result.ok:
                weather.as_declared()
        result = weather.apply(stormy=False)
        weather.honest(result)
        assert result.ok, [one for one in result.outcomes if one.status != "done"][:5]
        weather.as_declared()
    assert weather.attempted.total() >= CHANGES
    assert set(weather.attempted) >= {"create", "update", "replace", "delete"}
    assert log.faults.total() > 0.18 * log.requests
    if CHANGES >= 2000:
        assert log.faults.keys() == set(get_args(FaultKind))

"""Any history: edits of the file, drift, faults, kills, other writers, in any order, and what holds after each."""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from reconciler.errors import Ambiguous, NotSent, Refused
from reconciler.planning import Result
from reconciler.records import Desired, Secret
from reconciler.state.model import Operation
from reconciler.state.sqlite import SqliteStore
from tests.applying.bench import (
    Bench,
    Died,
    FakeConnection,
    dropped,
    failing,
    hidden,
    late,
    lost,
    unreadable,
    wanted,
    well,
)

CHANGING, REPLACING = "changing", "replacing"
"""One provider changes in place, hides its secret and takes a URL once; the other can only replace, and adopts nothing,
so that only its intents tell what is ours."""
NAMES = ("one", "two", "three", "four")
URLS = ("a", "b", "c", "d", "e")

HISTORIES = int(os.environ.get("RECONCILE_STORM_HISTORIES", "60"))

names = st.sampled_from(NAMES)
places = st.sampled_from((CHANGING, REPLACING))
behaviours = st.sampled_from(
    (
        well,
        well,
        lost,
        late,
        dropped,
        failing(Refused("422 Unprocessable", 422)),
        failing(NotSent("429 Too Many Requests")),
        failing(Ambiguous("500 Internal Server Error")),
    )
)
readings = st.sampled_from((well, well, well, unreadable))


class Fate:
    """Kills at the nth moment: from then on nothing of the process runs any more."""

    def __init__(self) -> None:
        self.left: int | None = None
        self.dead = False
        self._lock = threading.Lock()

    def moment(self) -> None:
        with self._lock:
            if self.left is not None:
                self.left -= 1
                self.dead = self.dead or self.left < 0
            if self.dead:
                raise Died


class MortalStore(SqliteStore):
    """A store whose commits may be the last thing that is done, or the first that is not."""

    def __init__(self, path: Path, fate: Fate) -> None:
        super().__init__(path)
        self._fate = fate

    def commit(self, *operations: Operation) -> None:
        self._fate.moment()
        super().commit(*operations)
        self._fate.moment()


class History(RuleBasedStateMachine):
    """A file, two providers and a state, and everything that happens to them."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.fate = Fate()
        self.bench = Bench(
            self.folder / "state.db",
            FakeConnection(CHANGING, hidden("secret", unique=(("url",),)), moment=self.fate.moment),
            FakeConnection(
                REPLACING, hidden(cannot={"update": "no call for it"}, adopt=False), moment=self.fate.moment
            ),
            open_store=lambda path: MortalStore(path, self.fate),
        )
        self.file: dict[str, Desired] = {}
        self.theirs: dict[tuple[str, str], Any] = {}
        self.owned: set[tuple[str, str]] = set()

    def teardown(self) -> None:
        self.bench.store.close()
        shutil.rmtree(self.folder)

    # What the user does

    @rule(name=names, at=places, url=st.sampled_from(URLS), event=st.sampled_from("ef"), level=st.integers(1, 3))
    def declares(self, name: str, at: str, url: str, event: str, level: int) -> None:
        secret: dict[str, Any] = {"secret": Secret(f"s{level}", f"print {level}")} if at == CHANGING else {}
        one = wanted(name, url, [event], at=at, level=level, **secret)
        others = [other for other in self.file.values() if other.address != name and other.connection == at]
        same_url = any(other.fields["url"] == one.fields["url"] for other in others)
        if not same_url or (at == REPLACING and all(other.key != one.key for other in others)):
            self.file[name] = one

    @rule(name=names)
    def removes(self, name: str) -> None:
        self.file.pop(name, None)

    @rule(name=names, to=names)
    def renames(self, name: str, to: str) -> None:
        if name in self.file and to not in self.file:
            self.file[to] = replace(self.file.pop(name), address=to)

    @rule(name=names, other=names)
    def swaps(self, name: str, other: str) -> None:
        one, two = self.file.get(name), self.file.get(other)
        if one is not None and two is not None and one.connection == two.connection:
            self.file[name], self.file[other] = replace(two, address=name), replace(one, address=other)

    # What others do

    @rule(at=places, number=st.integers(0, 9))
    def drifts_away(self, at: str, number: int) -> None:
        there = self.bench.connections[at]
        ours = [place for place in there.records if (at, place[1]) not in self.theirs]
        if ours:
            there.records.pop(ours[number % len(ours)])

    @rule(name=names, level=st.integers(4, 6))
    def drifts(self, name: str, level: int) -> None:
        """What happens between a write and the first read after it cannot be told from the provider's own doing."""
        known = self.bench.state().records.get(name)
        there = self.bench.connections[known.connection] if known is not None else None
        if known is not None and there is not None and known.echo is not None and ((), known.id) in there.records:
            there.records.pop(((), known.id))
            there.put({**there.kept[(), known.id], "level": level}, (), known.id)

    @rule(at=places, number=st.integers(0, 99))
    def another_writes(self, at: str, number: int) -> None:
        live = self.bench.connections[at].put(wanted(url=f"theirs-{number}-{len(self.theirs)}", level=number).fields)
        self.theirs[at, live.id] = live

    @precondition(lambda self: not self.bench.state().intents)
    @rule(url=st.sampled_from(URLS))
    def another_writes_to_our_url(self, url: str) -> None:
        live = self.bench.connections[REPLACING].put(wanted(url=url, events=["theirs"]).fields)
        self.theirs[REPLACING, live.id] = live

    # What we do

    @rule(
        writes=st.lists(behaviours, max_size=8),
        more=st.lists(behaviours, max_size=8),
        reads=st.lists(readings, max_size=5),
        left=st.none() | st.integers(0, 40),
    )
    def applies(self, writes: list[Any], more: list[Any], reads: list[Any], left: int | None) -> None:
        """One step at a time: threads would make another history of the same one. The storms have many."""
        one, two = self.bench.connections.values()
        one.writes, two.writes, one.reads, two.reads = [*writes], [*more], [*reads], [*reversed(reads)]
        self.fate.left = left
        before = self._there()
        try:
            self._honest(self.bench.apply(*self.file.values()))
        except Died:
            self.bench.store.close()
        finally:
            self.fate.left, self.fate.dead = None, False
            for connection in (one, two):
                connection.writes, connection.reads = [], []
        self._deleted_only_ours(before)

    @rule()
    def applies_in_peace(self) -> None:
        before = self._there()
        result = self.bench.apply(*self.file.values())
        if not result.ok:  # somebody took a place in the meantime, or one half waited for another
            result = self.bench.apply(*self.file.values())
        assert result.ok, result.outcomes
        self._deleted_only_ours(before)
        for name, connection in self.bench.connections.items():
            have = Counter(_said(fields) for place, fields in self._ours(connection))
            want = Counter(_said(one.fields) for one in self.file.values() if one.connection == name)
            assert have == want
        again = self.bench.apply(*self.file.values())
        assert (again.plan.changes, again.ok) == ((), True)
        state = self.bench.state()
        assert (len(state.intents), len(state.deposed), set(state.records)) == (0, 0, set(self.file))

    # What always holds

    @invariant()
    def every_record_is_known_of(self) -> None:
        """No orphan: each is the state's, or another's, or what an open create may have made."""
        state = self.bench.state()
        held = [(one.connection, one.id) for one in state.records.values()]
        held += [(old.connection, old.id) for old in state.deposed]
        assert len(held) == len(set(held))
        self.owned |= set(held)
        sought = Counter((one.connection, one.key) for one in state.intents.values() if one.operation == "create")
        stray = Counter(
            (name, live.key)
            for name, connection in self.bench.connections.items()
            for live in connection.records.values()
            if (name, live.id) not in held and (name, live.id) not in self.theirs
        )
        assert stray <= sought

    @invariant()
    def nobody_elses_is_touched(self) -> None:
        for (name, record_id), live in self.theirs.items():
            if (name, record_id) not in self.owned:
                assert self.bench.connections[name].records.get(((), record_id)) == live

    def _there(self) -> set[tuple[str, str]]:
        return {(name, live.id) for name, one in self.bench.connections.items() for live in one.records.values()}

    def _deleted_only_ours(self, before: set[tuple[str, str]]) -> None:
        made = {
            (name, number)
            for name, one in self.bench.connections.items()
            for operation, number in one.calls
            if operation == "delete"
        }
        assert not (before - self._there()) & (self.theirs.keys() - self.owned)
        assert not made & (self.theirs.keys() - self.owned)

    def _ours(self, connection: FakeConnection) -> list[tuple[Any, dict[str, Any]]]:
        return [
            (place, connection.kept[place])
            for place in connection.records
            if (connection.name, place[1]) not in self.theirs
        ]

    def _honest(self, result: Result) -> None:
        held = {(one.connection, one.id) for one in self.bench.state().records.values()}
        for change, outcome in zip(result.plan.changes, result.outcomes, strict=True):
            there = self.bench.connections[change.connection].records
            if outcome.status == "done" and change.action in ("create", "replace"):
                assert ((), outcome.id_after) in there
            if outcome.status == "done" and change.action == "delete":
                assert ((), change.id) not in there
            if outcome.status in ("failed", "not_attempted") and change.action == "create":
                strays = [live for live in there.values() if (live.connection, live.id) not in held]
                assert all(live.key != change.desired.key for live in strays if change.desired)
        assert result.ok == (result.plan.complete and all(one.status == "done" for one in result.outcomes))


def _said(fields: Any) -> str:
    named = {"url", "events", "level"}
    secret = fields["secret"].reveal() if "secret" in fields else None
    return repr((sorted((name, fields.get(name)) for name in named), secret))


History.TestCase.settings = settings(
    max_examples=HISTORIES, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
TestAnyHistory = pytest.mark.long(
    pytest.mark.filterwarnings("ignore::hypothesis.errors.NonInteractiveExampleWarning")(History.TestCase)
)

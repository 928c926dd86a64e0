"""Killed at any moment and run again: exactly the declared records, nobody else's touched, and an empty plan.

An apply of some sixty mixed changes over five providers is killed again and again until it is done. How many kills in
all: RECONCILE_STORM_KILLS (300 unless told) with the state in a file, in three storms that may go on side by side, and
a third of that on shared places.
"""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reconciler.sandbox import Faults
from reconciler.state.open import open_store
from tests.servers.fixtures import Place
from tests.storms.killing import Kill, Runner, WatchedSandbox
from tests.storms.world import (
    ALTERED,
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

KILLS_EACH = int(os.environ.get("RECONCILE_STORM_KILLS", "300")) // 3
CONNECTIONS = ("lipscore", "argyle", "argyle@second", "flightrates", "studiewinkel", "acme")


def before() -> Subscriptions:
    """What is there before the storm."""
    subscriptions: Subscriptions = {}

    def add(name: str, provider: str, *events: str, **more: Any) -> None:
        subscriptions[name] = {"provider": provider, "url": url(name), "events": list(events), **more}

    for provider in ("lipscore", "studiewinkel"):
        kind = provider[:3]
        for name in ("stays", "left", "right", "old"):
            add(f"{kind}-{name}", provider, "first")
        add(f"{kind}-shrinks", provider, "first", "second")
        add(f"{kind}-moves", provider, "first", "second")
        add(f"{kind}-called", provider, "first")
    for name in ("stays", "left", "right", "old", "goes", "called", "grows"):
        add(f"arg-{name}", "argyle", "users.fully_synced", secret=f"s-{name}", config={"days_synced": 3})
    for name in ("stays", "left", "right", "old", "moves", "secret"):
        add(f"fli-{name}", "flightrates", "dbs", shop=SHOP, password=f"p-{name}")
    for name in ("stays", "left", "right", "old", "called", "secret", "level", "events", "both", "default"):
        add(f"acm-{name}", "acme", "a", "b", secret=f"s-{name}", level=2)
    return subscriptions


def after() -> Subscriptions:
    """What is declared when the storm begins: creates, updates, replacements, swaps, deletes, renames, moves."""
    subscriptions = before()
    for kind in ("lip", "stu", "arg", "fli", "acm"):
        left, right = subscriptions[f"{kind}-left"], subscriptions[f"{kind}-right"]
        left["url"], right["url"] = right["url"], left["url"]
        del subscriptions[f"{kind}-old"]
        for name in ("new", "newer"):
            new = {**subscriptions[f"{kind}-stays"], "url": url(f"{kind}-{name}")}
            subscriptions[f"{kind}-{name}"] = new
    for kind in ("lip", "stu"):
        subscriptions[f"{kind}-shrinks"]["events"] = ["second"]
        subscriptions[f"{kind}-moves"]["url"] = url(f"{kind}-moved")
        subscriptions[f"{kind}-renamed"] = subscriptions.pop(f"{kind}-called")
        subscriptions[f"{kind}-new"]["events"] = ["first", "second"]
    subscriptions["arg-renamed"] = subscriptions.pop("arg-called")
    subscriptions["arg-grows"]["config"] = {"days_synced": 9}
    subscriptions["arg-goes"]["provider"] = "argyle@second"
    subscriptions["arg-adopted"] = {**subscriptions["arg-stays"], "url": url("arg-adopted")}
    subscriptions["fli-moves"]["url"] = url("fli-moved")
    subscriptions["fli-secret"]["password"] = "p-changed"
    subscriptions["acm-renamed"] = {**subscriptions.pop("acm-called"), "level": 5}
    subscriptions["acm-secret"]["secret"] = "s-changed"
    subscriptions["acm-level"]["level"] = 7
    subscriptions["acm-events"]["events"] = ["a", "c"]
    subscriptions["acm-both"] |= {"secret": "s-new", "level": 8, "enabled": False}
    del subscriptions["acm-default"]["level"]
    subscriptions["acm-adopted"] = {**subscriptions["acm-stays"], "url": url("acm-adopted"), "level": 4}
    return subscriptions


TO_ADOPT: dict[str, dict[str, Any]] = {
    "argyle": {
        "url": url("arg-adopted"),
        "events": ["users.fully_synced"],
        "config": {"days_synced": 3},
        "secret": "s-stays",
        "name": "by hand",
    },
    "acme": {"target": url("acm-adopted"), "topics": ["b", "a"], "key": "s-stays", "active": True, "label": "by hand"},
}
OTHERS: dict[str, dict[str, Any]] = {
    "lipscore": {"target_url": url("lip-new"), "event": "third"},
    "argyle": {"url": url("arg-new"), "events": ["accounts.added"], "config": {}, "name": "theirs", "secret": "x"},
    "flightrates": {"endPoint": url("fli-theirs"), "hookType": "dbs", "_shop": SHOP, "isActiveStatus": True},
    "studiewinkel": {"notificationUrl": url("stu-moved"), "event": "third"},
    "acme": {"target": url("acm-theirs"), "topics": ["a"], "active": True},
}
"""Records of other writers, some of them with a declared URL."""


class Storm:
    """One apply, killed until it is done."""

    def __init__(
        self, sandbox: WatchedSandbox, runner: Runner, chance: random.Random, folder: Path, place: str
    ) -> None:
        self.sandbox = sandbox
        self.runner = runner
        self.chance = chance
        self.file = folder / "hooks.yaml"
        self.place = place
        self.theirs: dict[str, dict[str, dict[str, Any]]] = {name: {} for name in CONNECTIONS}
        self.providers = {name: connection(sandbox.base_url(name), name, settle=0.01, retry=2) for name in CONNECTIONS}
        sandbox.clear()

    def blow(self, most: int) -> int:
        """Bring about what was before, then apply what is declared until it is done; return how often it was killed."""
        self.write(before())
        self.apply(None)
        self.sandbox.faults = Faults()
        for name, record in TO_ADOPT.items():
            self.sandbox.insert(name, record)
        for name, record in OTHERS.items():
            self.insert(name, record)
        self.write(after())
        self.sandbox.faults = Faults.model_validate(
            {
                "faults": [
                    {"provider": "argyle", "operation": "create", "kind": "altered_echo", "nth": 2},
                    {
                        "provider": "argyle",
                        "operation": "create",
                        "kind": "altered_echo",
                        "alter": {"events": [ALTERED]},
                        "nth": self.chance.randint(3, 6),
                    },
                    {"operation": "*e*te", "kind": "reset_after", "nth": 9},
                ]
            }
        )
        kills = 0
        while kills < most:
            code = self.run("apply", "--auto-approve", kill=self.some_moment())
            if code == 0:
                break
            assert code == -signal.SIGKILL, self.runner.output.read_text()
            kills += 1
            if self.chance.random() < 0.3:
                name = self.chance.choice(CONNECTIONS)
                kind = name.partition("@")[0]
                self.insert(name, {**OTHERS[kind], URL_FIELDS[kind]: url(f"theirs-{kills}")})
        self.apply(None)
        self.check()
        return kills

    def some_moment(self) -> Kill:
        moment = self.chance.choice(("time", "arrived", "committed", "committed"))
        if moment == "time":
            return Kill("time", seconds=self.chance.uniform(0.0, 0.3))
        return Kill("arrived" if moment == "arrived" else "committed", nth=self.chance.randint(1, 8))

    def write(self, subscriptions: Subscriptions) -> None:
        write_file(self.file, self.providers, subscriptions)
        self.declared = declared(subscriptions)

    def insert(self, name: str, record: dict[str, Any]) -> None:
        """Another writer makes a record, as they do at any time."""
        record_id = self.sandbox.insert(name, record)
        self.theirs[name][record_id] = next(one for one in self.records(name) if str(one["id"]) == record_id)

    def records(self, name: str) -> list[dict[str, Any]]:
        return self.sandbox.records(name)

    def run(self, command: str, *arguments: str, kill: Kill | None = None) -> int:
        # A server takes a moment to notice that the run before is dead.
        waits = ["--lock-timeout", "30"] if command == "apply" else []
        return self.runner.run(command, *arguments, "--state", self.place, *waits, kill=kill)

    def apply(self, kill: Kill | None) -> None:
        code = self.run("apply", "--auto-approve", kill=kill)
        assert code == 0, self.runner.output.read_text()

    def check(self) -> None:
        """Nothing is lost, nothing is there twice, nobody else's is touched, and there is nothing left to do."""
        for name in CONNECTIONS:
            records = {str(one["id"]): one for one in self.records(name)}
            assert {one: records.get(one) for one in self.theirs[name]} == self.theirs[name]
            ours = count(seen(name, (one for number, one in records.items() if number not in self.theirs[name])))
            wanted = count(self.declared.get(name, []))
            assert (ours - wanted, wanted - ours) == ({}, {}), f"{name}: (surplus, lost)"
        store = open_store(self.place, environ={})
        state = store.load()
        store.close()
        assert len(state.records) == sum(map(len, self.declared.values()))
        assert (state.deposed, state.intents) == ([], {})
        code = self.run("plan", "--detailed-exitcode")
        assert code == 0, self.runner.output.read_text()


@pytest.mark.long
@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
@pytest.mark.timeout(900)
@pytest.mark.parametrize(("kind", "seed"), [("sqlite", 1), ("sqlite", 2), ("sqlite", 3), ("postgresql", 4), ("s3", 5)])
def test_killed_at_any_moment_and_run_again(
    tmp_path: Path, places: Callable[[str], Place], kind: str, seed: int
) -> None:
    new_place = places(kind)
    with WatchedSandbox(specs=specs()) as sandbox, Runner(tmp_path, sandbox) as runner:
        chance = random.Random(seed)
        while runner.kills < KILLS_EACH:
            Storm(sandbox, runner, chance, tmp_path, new_place()).blow(KILLS_EACH - runner.kills)
    assert runner.kills == KILLS_EACH

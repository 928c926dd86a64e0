"""Seam at the vendor's own test server, which is older than the call that updates. Paths name procedures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests
import yaml

from tests.flows.flow import Folder
from tests.servers.proxy import lossy

DRIVES = {"seam": "npm @seamapi/fake-seam-connect@1.86.0"}
DOORS, LOCKS = "https://hooks.example.com/doors", "https://hooks.example.com/locks"
# Of the server's own seed: two workspaces, and a key for each.
KEY, WORKSPACE = "seam_apikey1_token", "seed_workspace_1"
OTHER_KEY, OTHER = "seam_apikey2_token", "seed_workspace_2"


@dataclass(frozen=True)
class Webhooks:
    """The webhooks of the workspace, past reconcile."""

    server: str

    def connection(self, **more: Any) -> dict[str, Any]:
        return {"type": "seam", "base_url": self.server, "api_key": KEY, "retry": 0, **more}

    def call(self, path: str, **body: Any) -> dict[str, Any]:
        answer = requests.post(
            f"{self.server}{path}", json=body, headers={"Authorization": f"Bearer {KEY}"}, timeout=30
        )
        answer.raise_for_status()
        document: dict[str, Any] = answer.json()
        return document

    def there(self) -> dict[str, dict[str, Any]]:
        return {one["url"]: one for one in self.call("/webhooks/list")["webhooks"]}

    def make(self, url: str, *events: str) -> str:
        return str(self.call("/webhooks/create", url=url, event_types=list(events))["webhook"]["webhook_id"])

    def remove(self, url: str) -> None:
        self.call("/webhooks/delete", webhook_id=self.there()[url]["webhook_id"])


@pytest.fixture
def webhooks(seam: str) -> Iterator[Webhooks]:
    """The workspace, without a webhook."""
    one = Webhooks(seam)
    yield one
    for url in one.there():
        one.remove(url)


def declare(folder: Folder, webhooks: Webhooks, **subscriptions: dict[str, Any]) -> None:
    entries = {name: {"provider": "seam", **one} for name, one in subscriptions.items()}
    folder.write(entries, {"seam": webhooks.connection()})


def test_a_life_of_replacements(folder: Folder, webhooks: Webhooks) -> None:
    kept = folder.folder / "secret"
    doors = {"url": DOORS, "events": ["device.connected", "device.removed"], "capture": {"file": "secret"}}
    locks = {"url": LOCKS, "events": ["lock.locked"]}
    declare(folder, webhooks, doors=doors, locks=locks)
    assert folder.plan().actions() == {"doors": "create", "locks": "create"}
    folder.apply()
    folder.settled()
    first = webhooks.there()
    assert {url: one["event_types"] for url, one in first.items()} == {
        DOORS: ["device.connected", "device.removed"],
        LOCKS: ["lock.locked"],
    }
    assert kept.read_text() == first[DOORS]["secret"]

    webhooks.remove(LOCKS)
    assert folder.plan().actions() == {"locks": "create"}
    folder.apply()
    folder.settled()

    # Another URL is another webhook, with another secret; the old one goes.
    moved = "https://hooks.example.com/moved"
    declare(folder, webhooks, doors={**doors, "url": moved}, locks=locks)
    plan = folder.plan()
    assert (plan.actions(), plan.change()["reason"]) == ({"doors": "replace"}, "immutable_field_changed")
    folder.apply()
    folder.settled()
    now = webhooks.there()
    assert set(now) == {moved, LOCKS}
    assert kept.read_text() == now[moved]["secret"] != first[DOORS]["secret"]

    # So is another secret.
    assert folder.run("rotate", "doors", "--auto-approve").code == 0
    folder.settled()
    again = webhooks.there()
    assert set(again) == {moved, LOCKS}
    assert kept.read_text() == again[moved]["secret"] != now[moved]["secret"]

    declare(folder, webhooks, doors={**doors, "url": moved})
    assert folder.plan().actions() == {"locks": "delete"}
    folder.apply()
    folder.settled()
    assert folder.run("destroy", "--auto-approve").code == 0
    assert webhooks.there() == {}


def test_all_events_come_back_as_their_names_and_that_is_no_drift(folder: Folder, webhooks: Webhooks) -> None:
    declare(folder, webhooks, doors={"url": DOORS, "events": ["*"]})
    folder.apply()
    folder.settled()
    assert len(webhooks.there()[DOORS]["event_types"]) > 40
    webhooks.remove(DOORS)
    webhooks.make(DOORS, "lock.locked")
    assert folder.plan().actions() == {"doors": "create"}  # another one, which is not ours


def test_what_was_made_by_hand_is_adopted_or_imported(folder: Folder, webhooks: Webhooks) -> None:
    same, other = webhooks.make(DOORS, "device.removed", "device.connected"), webhooks.make(LOCKS, "lock.locked")
    before = webhooks.there()
    declare(
        folder,
        webhooks,
        doors={"url": DOORS, "events": ["device.connected", "device.removed"]},
        locks={"url": "https://hooks.example.com/elsewhere", "events": ["lock.locked"]},
    )
    assert folder.run("import", "locks", other).code == 0
    assert folder.plan().actions() == {"doors": "adopt", "locks": "replace"}
    run = folder.apply()
    folder.settled()
    assert run.change("doors")["id_after"] == same
    there = webhooks.there()
    assert there[DOORS] == before[DOORS]
    assert set(there) == {DOORS, "https://hooks.example.com/elsewhere"}


def test_an_export_is_what_is_there(folder: Folder, webhooks: Webhooks) -> None:
    webhooks.make(DOORS, "device.connected", "device.removed")
    webhooks.make(LOCKS, "*")
    before = webhooks.there()
    declare(folder, webhooks)
    run = folder.run("export", "seam", "--subscriptions-only")
    assert run.code == 0, run.stderr
    declare(folder, webhooks, **yaml.safe_load(run.stdout)["subscriptions"])
    assert set(folder.plan().actions().values()) == {"adopt"}
    folder.apply()
    folder.settled()
    assert webhooks.there() == before


def test_a_create_whose_answer_is_lost_is_found_though_its_events_were_rewritten(
    folder: Folder, webhooks: Webhooks
) -> None:
    with lossy(int(webhooks.server.rpartition(":")[2])) as proxy:
        through = webhooks.connection(base_url=f"http://127.0.0.1:{proxy.port}")
        folder.write({"doors": {"provider": "seam", "url": DOORS, "events": ["*"]}}, {"seam": through})
        proxy.lose(DOORS.encode(), arrives=True)
        assert folder.apply().change()["outcome"] == "done"
        assert len(webhooks.call("/webhooks/list")["webhooks"]) == 1
        folder.settled()


def test_an_update_that_the_server_does_not_know_fails_and_says_so(folder: Folder, webhooks: Webhooks) -> None:
    doors = {"url": DOORS, "events": ["device.connected"]}
    declare(folder, webhooks, doors=doors)
    folder.apply()
    declare(folder, webhooks, doors={**doors, "events": ["device.removed"]})
    assert folder.plan().actions() == {"doors": "update"}
    run = folder.apply(code=1)
    assert run.change()["outcome"] == "failed"
    assert "404" in run.change()["error"]
    declare(folder, webhooks, doors=doors)
    folder.settled()


def test_another_workspace_is_noticed(folder: Folder, webhooks: Webhooks) -> None:
    doors = {"provider": "seam", "url": DOORS, "events": ["device.connected"]}
    elsewhere = webhooks.connection(api_key=OTHER_KEY)
    declare(folder, webhooks, doors=doors)
    assert folder.run("plan", "--out", "reviewed.plan").code == 0
    folder.write({"doors": doors}, {"seam": elsewhere})
    refused = folder.run("apply", "reviewed.plan")
    assert refused.code == 1
    assert f"the account of the connection seam was {WORKSPACE}, and is {OTHER}" in " ".join(refused.stdout.split())
    declare(folder, webhooks, doors=doors)
    assert folder.run("apply", "reviewed.plan").code == 0
    assert WORKSPACE in folder.run("state", "pull").stdout
    folder.write({"doors": doors}, {"seam": elsewhere})
    plan = folder.plan()
    assert plan.code == 1
    assert "reconnect seam" in plan.stderr + plan.stdout

"""A provider that is not in the catalog: the example's table, with an update in place."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from reconciler.providers.registry import load_spec_file
from reconciler.sandbox import Sandbox
from tests.flows.flow import ROOT, Flow

EXAMPLE = ROOT / "examples" / "own-provider"


@pytest.fixture
def own(make_flow: Callable[..., Flow], monkeypatch: pytest.MonkeyPatch) -> Flow:
    """The example as it is in the repository, at a sandbox that serves its table."""
    flow = make_flow(
        specs={"acme": load_spec_file(EXAMPLE / "acme.yaml")}, credentials={"acme": {"token": "canary-acme"}}
    )
    shutil.copy(EXAMPLE / "acme.yaml", flow.folder)
    monkeypatch.setenv("ACME_TOKEN", "canary-acme")
    monkeypatch.setenv("ACME_SIGNING_SECRET", "canary-signing")
    write(flow)
    return flow


def write(flow: Flow, **changes: Any) -> None:
    """Write the example's file with another base URL, and with `changes` to its subscription `parcels`."""
    document = yaml.safe_load((EXAMPLE / "hooks.yaml").read_text(encoding="utf-8"))
    document["providers"]["acme"] |= {"base_url": flow.sandbox.base_url("acme"), "retry": 0}
    parcels = document["subscriptions"]["parcels"]
    for name, value in changes.items():
        parcels[name] = value
        if value is None:
            del parcels[name]
    flow.file.write_text(yaml.safe_dump(document), encoding="utf-8")


def record(flow: Flow, number: int = 0) -> dict[str, Any]:
    return flow.sandbox.records("acme")[number]


def test_create_in_their_own_shape(own: Flow) -> None:
    assert own.plan().actions() == {"parcels": "create", "returns": "create"}
    own.apply("--parallelism", "1")
    made = record(own)
    assert made["endpoint"] == {"address": "https://hooks.example.com/acme/parcels", "signing_key": "canary-signing"}
    assert (made["state"], made["api"], made["delivery"]["max_attempts"]) == ("active", "v3", 5)
    assert record(own, 1)["state"] == "paused"
    own.settled()


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"retries": 7}, "retries"),
        ({"retries": None}, "retries"),
        ({"description": "Another."}, "description"),
        ({"enabled": False}, "enabled"),
        ({"url": "https://hooks.example.com/elsewhere"}, "url"),
        ({"events": ["parcel.sent"]}, "events"),
    ],
)
def test_a_change_is_made_in_place(own: Flow, changes: dict[str, Any], path: str) -> None:
    own.apply("--parallelism", "1")
    identifier = record(own)["uid"]
    write(own, **changes)
    change = own.plan().change()
    assert (change["action"], change["address"], change["id"]) == ("update", "parcels", identifier)
    assert [one["path"] for one in change["differences"]] == [path]
    own.apply()
    assert record(own)["uid"] == identifier
    assert own.sandbox.count("acme", "update") == 1
    assert own.sandbox.count("acme", "create") == 2
    own.settled()


def test_what_only_a_create_sets_forces_a_replacement(own: Flow) -> None:
    own.apply("--parallelism", "1")
    write(own, warehouse="utrecht", retries=1)
    change = own.plan().change()
    assert (change["action"], change["reason"]) == ("replace", "immutable_field_changed")
    shown = own.run("plan").stdout
    assert shown.count("forces replacement") == 1
    own.apply()
    assert {one["warehouse_code"] for one in own.sandbox.records("acme")} == {"utrecht", "eindhoven"}
    own.settled()


def test_a_secret_that_is_only_shown_masked(own: Flow, monkeypatch: pytest.MonkeyPatch) -> None:
    own.apply("--parallelism", "1")
    write(own, description="Another.")
    own.apply()
    assert record(own)["endpoint"]["signing_key"] == "canary-signing"
    monkeypatch.setenv("ACME_SIGNING_SECRET", "canary-renewed")
    change = own.plan().change()
    assert (change["action"], change["reason"]) == ("update", "secret_changed")
    own.apply()
    assert record(own)["endpoint"]["signing_key"] == "canary-renewed"
    own.settled()


def test_drift_is_repaired_in_place(own: Flow) -> None:
    own.apply("--parallelism", "1")
    own.sandbox.change("acme", record(own)["uid"], {"delivery.max_attempts": 1, "state": "paused"})
    own.sandbox.change("acme", record(own)["uid"], {"updated_at": "now"})
    plan = own.plan()
    assert plan.actions() == {"parcels": "update"}
    assert {one["path"] for one in plan.json["drift"][0]["differences"]} == {"retries", "enabled"}
    own.apply()
    assert (record(own)["delivery"]["max_attempts"], record(own)["state"]) == (5, "active")
    own.settled()


@pytest.mark.parametrize("kind", ["reset_after", "reset_before", "half_body", "html", "status_after"])
def test_an_update_whose_answer_was_lost(own: Flow, kind: str) -> None:
    own.apply("--parallelism", "1")
    write(own, retries=7)
    own.faults({"operation": "update", "kind": kind, "times": 1})
    assert own.apply().change()["outcome"] == "done"
    assert record(own)["delivery"]["max_attempts"] == 7
    own.settled()


def test_adoption_carries_an_update(own: Flow) -> None:
    own.apply("--parallelism", "1")
    (own.folder / ".reconcile" / "state.db").unlink()
    write(own, retries=9)
    plan = own.plan()
    assert plan.actions() == {"parcels": "adopt", "returns": "adopt"}
    assert [one["path"] for one in plan.change("parcels")["differences"]] == ["retries"]
    assert any("reconcile rotate parcels" in one["message"] for one in plan.json["warnings"])
    own.apply()
    assert (record(own)["delivery"]["max_attempts"], own.sandbox.count("acme", "create")) == (9, 2)
    own.settled()


def test_a_mistake_in_the_table_is_told_with_its_place(own: Flow) -> None:
    table = own.folder / "acme.yaml"
    table.write_text(table.read_text(encoding="utf-8").replace("create: {post:", "create: {pst:"), encoding="utf-8")
    run = own.run("validate")
    assert (run.code, run.stdout) == (1, "")
    assert "acme.yaml:" in run.stderr
    assert "pst" in run.stderr


def test_a_swap_of_urls_in_place_ends_with_two(own: Flow, make_sandbox: Callable[..., Sandbox]) -> None:
    own.apply("--parallelism", "1")
    document = yaml.safe_load(own.file.read_text(encoding="utf-8"))
    parcels, returns = (document["subscriptions"][name] for name in ("parcels", "returns"))
    parcels["url"], returns["url"] = returns["url"], parcels["url"]
    own.file.write_text(yaml.safe_dump(document), encoding="utf-8")
    ids = {one["uid"] for one in own.sandbox.records("acme")}
    own.apply()
    assert {one["uid"] for one in own.sandbox.records("acme")} == ids
    assert record(own)["endpoint"]["address"].endswith("/returns")
    own.settled()

"""Records that are there already: adopted where they are equal, told where they are not, imported by hand."""

from __future__ import annotations

from typing import Any

import pytest

from tests.flows.flow import PROVIDERS, Flow, addresses, until


def put_there(flow: Flow, provider: str) -> dict[str, Any]:
    """Have the record of subscription `one` at the provider, and nothing in the state."""
    flow.write({"one": flow.subscription(provider)})
    flow.apply()
    (flow.folder / ".reconcile" / "state.db").unlink()
    (record,) = flow.sandbox.records(provider)
    return record


@pytest.mark.parametrize("provider", PROVIDERS)
def test_an_equal_record_is_adopted(flow: Flow, provider: str) -> None:
    record = put_there(flow, provider)
    writes = flow.writes()
    plan = flow.plan()
    change = plan.change()
    assert (plan.code, change["action"], change["id"]) == (2, "adopt", str(record["id"]))
    assert flow.apply().change()["id_after"] == str(record["id"])
    assert flow.writes() == writes
    flow.settled()


def test_adopt_false_blocks_and_names_import(flow: Flow) -> None:
    record = put_there(flow, "argyle")
    flow.write({"one": flow.subscription("argyle")}, {"argyle": flow.connection("argyle", adopt=False)})
    plan = flow.plan()
    assert f"reconcile import one {record['id']}" in plan.change()["blocked"]
    flow.apply(code=1)
    assert len(flow.sandbox.records("argyle")) == 1
    imported = flow.run("import", "one", record["id"])
    assert (imported.code, imported.stdout) == (0, f"one is now {record['id']}.\n")
    flow.settled()


def test_several_equal_records_are_for_the_user_to_choose_from(flow: Flow) -> None:
    record = put_there(flow, "argyle")
    twin = flow.sandbox.insert("argyle", {name: record[name] for name in ("url", "events", "name", "secret", "config")})
    blocked = flow.plan().change()["blocked"]
    assert record["id"] in blocked
    assert twin in blocked
    flow.apply(code=1)
    assert flow.run("import", "one", twin).code == 0
    plan = flow.plan()
    assert (plan.code, plan.json["changes"]) == (0, [])
    assert [one["id"] for one in plan.json["unmanaged"]] == [record["id"]]


def test_an_equal_record_that_differs_elsewhere_is_blocked_and_imported_then_replaced(flow: Flow) -> None:
    record = put_there(flow, "argyle")
    flow.write({"one": flow.subscription("argyle", config={"days_synced": 7})})
    blocked = flow.plan().change()["blocked"]
    assert "config" in blocked
    assert f"reconcile import one {record['id']}" in blocked
    flow.apply(code=1)
    imported = flow.run("import", "one", record["id"])
    assert imported.code == 0
    assert "differs in config" in imported.stdout
    assert flow.plan().actions() == {"one": "replace"}
    flow.apply()
    assert [one["config"] for one in flow.sandbox.records("argyle")] == [{"days_synced": 7}]
    flow.settled()


def test_the_same_url_with_other_events_is_named_and_not_taken(flow: Flow) -> None:
    record = put_there(flow, "argyle")
    flow.write({"one": flow.subscription("argyle", events=["users.fully_synced", "accounts.added"])})
    plan = flow.plan()
    assert plan.actions() == {"one": "create"}
    (told,) = plan.json["unmanaged"]
    assert told["id"] == record["id"]
    assert f"reconcile import one {record['id']}" in told["note"]
    assert f"reconcile import one {record['id']}" in " ".join(flow.run("plan").stdout.split())


def test_import_refuses_what_cannot_be(flow: Flow) -> None:
    flow.write({"one": flow.subscription("argyle"), "two": flow.subscription("argyle", url="https://a.example/")})
    flow.apply()
    (mine, other) = (flow.run("state", "show", name) for name in ("one", "two"))
    ids = [one.json["records"][0]["id"] for one in (mine, other)]
    extra = flow.sandbox.insert("argyle", {"url": "https://b.example/", "events": ["accounts.added"], "name": "x"})
    assert flow.run("state", "rm", "two").code == 0
    for arguments, words in (
        (("on", extra), "Did you mean one?"),
        (("one", extra), "reconcile state rm one"),
        (("two", ids[0]), "reconcile state mv one two"),
        (("two", "no-such-id"), "argyle has no record no-such-id"),
    ):
        run = flow.run("import", *arguments)
        assert (run.code, run.stdout) == (1, ""), arguments
        assert words in run.stderr
    assert flow.run("import", "one", ids[0]).code == 0
    assert flow.run("import", "two", ids[1]).code == 0
    flow.settled()


def test_unmanaged_records_are_told_and_left_alone(flow: Flow) -> None:
    stranger = flow.sandbox.insert("lipscore", {"event": "review_created", "target_url": "https://other.example/"})
    flow.write({"one": flow.subscription("lipscore")})
    plan = flow.plan()
    assert [(one["id"], one["events"]) for one in plan.json["unmanaged"]] == [(stranger, ["review_created"])]
    flow.apply()
    assert flow.run("destroy", "--auto-approve").code == 0
    assert [str(one["id"]) for one in flow.sandbox.records("lipscore")] == [stranger]


@pytest.mark.parametrize("adopt", [True, False])
def test_a_twin_that_somebody_makes_between_the_read_and_the_create(flow: Flow, adopt: bool) -> None:
    flow.write({"one": flow.subscription("lipscore")}, {"lipscore": flow.connection("lipscore", adopt=adopt)})
    flow.faults({"operation": "create", "kind": "delay", "seconds": 2})
    process = flow.start("apply", "--auto-approve", "--format", "json")
    until(lambda: flow.sandbox.count("lipscore", "list") == 1)
    twin = flow.sandbox.insert(
        "lipscore", {"event": "rating_created", "target_url": "https://hooks.example.com/lipscore"}
    )
    run = flow.finish(process)
    assert len(flow.sandbox.records("lipscore")) == 1
    if adopt:
        assert (run.code, run.change()["outcome"], run.change()["id_after"]) == (0, "done", twin)
        flow.settled()
    else:
        assert (run.code, run.change()["outcome"]) == (1, "failed")
        assert "409" in run.change()["error"]


def test_a_deposed_half_that_is_imported_is_not_deleted(flow: Flow) -> None:
    flow.write({"one": flow.subscription("argyle")})
    flow.apply()
    flow.write({"one": flow.subscription("argyle", url="https://hooks.example.com/other")})
    flow.faults({"operation": "delete", "kind": "status", "status": 400})
    flow.apply(code=1)
    old, new = flow.sandbox.records("argyle")
    flow.faults()
    flow.write(
        {"one": flow.subscription("argyle", url="https://hooks.example.com/other"), "two": flow.subscription("argyle")}
    )
    assert flow.run("import", "two", old["id"]).code == 0
    flow.settled()
    assert flow.sandbox.records("argyle") == [old, new]


def test_import_checks_that_the_account_is_still_the_same(flow: Flow) -> None:
    flow.write({"one": flow.subscription("argyle")})
    flow.apply()
    there = flow.connection("argyle", base_url=flow.sandbox.base_url("argyle@other"))
    flow.write(
        {"one": flow.subscription("argyle"), "two": flow.subscription("argyle", url="https://a.example/")},
        {"argyle": there},
    )
    extra = flow.sandbox.insert(
        "argyle@other", {"url": "https://a.example/", "events": ["accounts.added"], "name": "x"}
    )
    run = flow.run("import", "two", extra)
    assert run.code == 1
    assert "reconcile state reconnect argyle" in run.stderr


@pytest.mark.parametrize("provider", PROVIDERS)
def test_what_was_imported_needs_nothing(flow: Flow, provider: str) -> None:
    record = put_there(flow, provider)
    (address,) = addresses("one", provider)
    assert flow.run("import", address, str(record["id"])).code == 0
    flow.settled()

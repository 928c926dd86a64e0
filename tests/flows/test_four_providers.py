"""Each of the four founding providers: create, change, drift, delete, disable, rename, move; then an empty plan."""

from __future__ import annotations

from typing import Any

import pytest

from tests.flows.flow import PROVIDERS, Flow, addresses

CHANGED: dict[str, dict[str, Any]] = {
    "lipscore": {"url": "https://hooks.example.com/other"},
    "argyle": {"config": {"days_synced": 7}},
    "flightrates": {"auth_type": "Personal"},
    "studiewinkel": {"url": "https://hooks.example.com/other"},
}
BEHIND: dict[str, dict[str, Any]] = {
    "lipscore": {"target_url": "https://elsewhere.example.com/"},
    "argyle": {"config.days_synced": 7},
    "flightrates": {"isActiveStatus": False},
    "studiewinkel": {"notificationUrl": "https://elsewhere.example.com/"},
}


def start(flow: Flow, provider: str) -> str:
    """Declare and apply one subscription; return its only address."""
    undocumented = {"undocumented": ["delete"]} if provider == "flightrates" else {}
    flow.write({"one": flow.subscription(provider)}, {provider: flow.connection(provider, **undocumented)})
    flow.apply()
    (address,) = addresses("one", provider)
    return address


def rewrite(flow: Flow, provider: str, subscriptions: dict[str, Any]) -> None:
    undocumented = {"undocumented": ["delete"]} if provider == "flightrates" else {}
    flow.write(subscriptions, {provider: flow.connection(provider, **undocumented)})


@pytest.mark.parametrize("provider", PROVIDERS)
def test_create_and_an_empty_second_plan(flow: Flow, provider: str) -> None:
    flow.write({"one": flow.subscription(provider)})
    before = flow.plan()
    assert before.code == 2
    assert list(before.actions().values()) == ["create"]
    assert flow.writes() == 0
    done = flow.apply().change()
    (record,) = flow.sandbox.records(provider)
    assert (done["outcome"], done["id_after"]) == ("done", str(record["id"]))
    flow.settled()
    assert flow.apply().json["changes"] == []
    assert flow.writes() == 1


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_change_replaces(flow: Flow, provider: str) -> None:
    address = start(flow, provider)
    (old,) = flow.sandbox.records(provider)
    rewrite(flow, provider, {"one": flow.subscription(provider, **CHANGED[provider])})
    plan = flow.plan()
    assert (plan.code, plan.actions()) == (2, {address: "replace"})
    done = flow.apply().change()
    (new,) = flow.sandbox.records(provider)
    assert old["id"] != new["id"]
    assert (done["id"], done["id_after"]) == (str(old["id"]), str(new["id"]))
    flow.settled()


@pytest.mark.parametrize("provider", PROVIDERS)
def test_what_was_changed_behind_its_back_is_shown_and_repaired(flow: Flow, provider: str) -> None:
    address = start(flow, provider)
    (before,) = flow.sandbox.records(provider)
    flow.sandbox.change(provider, before["id"], BEHIND[provider])
    plan = flow.plan()
    assert (plan.code, plan.actions()) == (2, {address: "replace"})
    assert plan.change()["reason"] == "drifted"
    (drift,) = plan.json["drift"]
    assert drift["address"] == address
    assert len(drift["differences"]) == 1
    flow.apply()
    (after,) = flow.sandbox.records(provider)
    ours = {name: value for name, value in before.items() if name not in ("id", "_id") and not name.endswith("_at")}
    assert ours.items() <= after.items()
    flow.settled()


@pytest.mark.parametrize("provider", PROVIDERS)
def test_what_was_deleted_behind_its_back_is_made_again(flow: Flow, provider: str) -> None:
    address = start(flow, provider)
    flow.sandbox.clear(provider)
    plan = flow.plan()
    assert (plan.code, plan.actions()) == (2, {address: "create"})
    assert [(one["address"], one["gone"]) for one in plan.json["drift"]] == [(address, True)]
    flow.apply()
    assert len(flow.sandbox.records(provider)) == 1
    flow.settled()


@pytest.mark.parametrize("provider", PROVIDERS)
def test_what_left_the_file_is_deleted(flow: Flow, provider: str) -> None:
    start(flow, provider)
    other = flow.subscription(provider, url="https://hooks.example.com/stays")
    rewrite(flow, provider, {"one": flow.subscription(provider), "stays": other})
    flow.apply()
    rewrite(flow, provider, {"stays": other})
    assert list(flow.plan().actions().values()) == ["delete"]
    flow.apply()
    assert flow.urls(provider) == ["https://hooks.example.com/stays"]
    flow.settled()


def test_flight_rates_deletes_nothing_unless_it_is_allowed(flow: Flow) -> None:
    declared = {
        "one": flow.subscription("flightrates"),
        "two": flow.subscription("flightrates", url="https://a.example/"),
    }
    flow.write(declared)
    flow.apply()
    flow.write({"two": declared["two"]})
    plan = flow.plan()
    assert plan.code == 2
    assert "undocumented: [delete]" in plan.change()["blocked"]
    result = flow.apply(code=1).change()
    assert (result["action"], result["outcome"]) == ("delete", "not_attempted")
    assert flow.sandbox.count("flightrates", "delete") == 0
    assert len(flow.sandbox.records("flightrates")) == 2
    flow.write({"two": declared["two"] | {"auth_type": "Personal"}})
    blocked = flow.plan().change("two[dbs]")
    assert blocked["action"] == "replace"
    assert "undocumented: [delete]" in blocked["blocked"]
    flow.apply(code=1)
    assert flow.writes() == 2


@pytest.mark.parametrize("provider", ["lipscore", "argyle", "studiewinkel"])
def test_disabled_means_deleted_where_there_is_no_switch(flow: Flow, provider: str) -> None:
    stays = flow.subscription(provider, url="https://hooks.example.com/stays")
    flow.write({"one": flow.subscription(provider), "stays": stays})
    flow.apply()
    flow.write({"one": flow.subscription(provider, enabled=False), "stays": stays})
    assert list(flow.plan().actions().values()) == ["delete"]
    flow.apply()
    assert flow.urls(provider) == ["https://hooks.example.com/stays"]
    flow.settled()


def test_disabled_is_a_field_where_there_is_a_switch(flow: Flow) -> None:
    start(flow, "flightrates")
    rewrite(flow, "flightrates", {"one": flow.subscription("flightrates", enabled=False)})
    plan = flow.plan().change()
    assert [(one["path"], one["before"], one["after"]) for one in plan["differences"]] == [("enabled", True, False)]
    flow.apply()
    (record,) = flow.sandbox.records("flightrates")
    assert record["isActiveStatus"] is False
    flow.settled()


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_rename_makes_no_call(flow: Flow, provider: str) -> None:
    start(flow, provider)
    rewrite(flow, provider, {"renamed": flow.subscription(provider)})
    before = flow.sandbox.records(provider)
    (address,) = addresses("renamed", provider)
    plan = flow.plan()
    assert (plan.code, plan.actions()) == (2, {address: "rename"})
    assert plan.change()["from"]["address"] == addresses("one", provider)[0]
    writes = flow.writes()
    flow.apply()
    assert flow.writes() == writes
    assert flow.sandbox.records(provider) == before
    flow.settled()
    assert flow.run("state", "list").stdout.startswith(address)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_subscription_moves_between_two_connections_of_one_provider(flow: Flow, provider: str) -> None:
    here, there = provider, f"{provider}@there"
    more = {"undocumented": ["delete"]} if provider == "flightrates" else {}
    connections = {"here": flow.connection(here, **more), "there": flow.connection(there, **more)}
    one = flow.subscription(provider)
    flow.write({"one": {**one, "provider": "here"}}, connections)
    flow.apply()
    flow.write({"one": {**one, "provider": "there"}}, connections)
    plan = flow.plan()
    change = plan.change()
    assert plan.code == 2
    assert (change["action"], change["reason"], change["connection"]) == ("replace", "connection_changed", "there")
    assert change["from"]["connection"] == "here"
    flow.apply()
    assert (flow.urls(here), flow.urls(there)) == ([], [one["url"]])
    flow.settled()


@pytest.mark.parametrize("unreadable", ["here", "there"])
def test_no_move_where_either_end_is_unknown(flow: Flow, unreadable: str) -> None:
    accounts = {"here": "argyle", "there": "argyle@there"}
    connections = {name: flow.connection(account) for name, account in accounts.items()}
    flow.write({"one": {**flow.subscription("argyle"), "provider": "here"}}, connections)
    flow.apply()
    flow.write({"one": {**flow.subscription("argyle"), "provider": "there"}}, connections)
    flow.faults({"provider": accounts[unreadable], "operation": "list", "kind": "status", "status": 500})
    if unreadable == "here":  # a bare provider's name means all its accounts
        flow.faults({"provider": "argyle", "operation": "list", "kind": "status", "status": 500, "times": 1})
    plan = flow.plan()
    assert plan.code == 1
    assert len(plan.json["unknown"]) == 1
    assert "could not be read" in plan.change()["blocked"]


def test_two_events_are_two_records_and_one_of_them_can_go(flow: Flow) -> None:
    flow.write({"one": flow.subscription("lipscore", events=["rating_created", "review_created"])})
    flow.apply()
    assert {record["event"] for record in flow.sandbox.records("lipscore")} == {"rating_created", "review_created"}
    assert len(set(flow.urls("lipscore"))) == 1
    flow.settled()
    flow.write({"one": flow.subscription("lipscore", events=["review_created"])})
    assert flow.plan().actions() == {"one[rating_created]": "delete"}
    flow.apply()
    assert [record["event"] for record in flow.sandbox.records("lipscore")] == ["review_created"]
    flow.settled()

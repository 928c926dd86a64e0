"""The JSON of plan and apply: exactly the keys that are promised, and in agreement with the exit codes."""

from __future__ import annotations

from typing import Any

from tests.flows.flow import Flow

TOP = {
    "format_version",
    "complete",
    "changes",
    "drift",
    "unmanaged",
    "unknown",
    "warnings",
    "summary",
    "digest",
}
CHANGE = {
    "address",
    "connection",
    "provider",
    "scope",
    "action",
    "reason",
    "id",
    "id_after",
    "before",
    "after",
    "differences",
    "blocked",
    "outcome",
    "error",
}
ACTIONS = {"create", "update", "replace", "delete", "adopt", "rename", "forget"}


def check(document: dict[str, Any], code: int, *, applied: bool = False) -> None:
    assert document.keys() >= TOP
    assert document["format_version"] == "1.0"
    assert document["digest"].startswith("sha256:")
    assert document["summary"].keys() == ACTIONS | {"unchanged"}
    for change in document["changes"]:
        assert change.keys() - {"from"} == CHANGE
        assert (change["outcome"] is not None) is applied
        for difference in change["differences"]:
            assert difference.keys() == {"path", "before", "after"}
    for part, keys in (
        ("drift", {"address", "differences"}),
        ("unmanaged", {"connection", "scope", "id", "url", "events"}),
        ("unknown", {"connection", "scope", "error"}),
        ("warnings", {"address", "message"}),
    ):
        assert all(one.keys() >= keys for one in document[part])
    counted = dict.fromkeys(ACTIONS, 0)
    for change in document["changes"]:
        counted[change["action"]] += 1
    assert counted == {name: number for name, number in document["summary"].items() if name != "unchanged"}
    if not document["complete"]:
        assert code == 1
    elif applied:
        assert (code == 0) == all(one["outcome"] == "done" for one in document["changes"])
    else:
        assert code == (2 if document["changes"] else 0)


def test_every_kind_of_plan_and_result(flow: Flow) -> None:
    urls = [f"https://hooks.example.com/{n}" for n in range(5)]
    flow.write({f"hook-{n}": flow.subscription("argyle", url=url) for n, url in enumerate(urls)})
    plan = flow.plan()
    check(plan.json, plan.code)
    applied = flow.apply()
    check(applied.json, applied.code, applied=True)
    ids = {one["address"]: one["id_after"] for one in applied.json["changes"]}
    flow.sandbox.change("argyle", ids["hook-0"], {"config.days_synced": 3})
    flow.sandbox.insert("argyle", {"url": "https://x.example/", "events": ["accounts.added"], "name": "x"})
    flow.sandbox.insert(
        "argyle",
        {
            "url": "https://new.example/",
            "events": ["users.fully_synced"],
            "name": "x",
            "secret": "canary-signing",
            "config": {"days_synced": 30},
        },
    )
    flow.write(
        {
            "hook-0": flow.subscription("argyle", url=urls[0]),
            "hook-1": flow.subscription("argyle", url=urls[1], secret="canary-new"),
            "renamed": flow.subscription("argyle", url=urls[2]),
            "hook-3": flow.subscription("argyle", url=urls[3]),
            "adopted": flow.subscription("argyle", url="https://new.example/"),
            "fares": flow.subscription("flightrates"),
        }
    )
    plan = flow.plan()
    check(plan.json, plan.code)
    assert plan.actions() == {
        "adopted": "adopt",
        "hook-0": "replace",
        "hook-1": "replace",
        "hook-4": "delete",
        "renamed": "rename",
        "fares[dbs]": "create",
    }
    assert plan.json["summary"]["unchanged"] == 1
    assert [one["reason"] for one in plan.json["changes"] if one["address"] == "hook-1"] == ["secret_changed"]
    assert plan.change("hook-1")["differences"] == [
        {"path": "secret", "before": "(sensitive)", "after": "(sensitive, changed)"}
    ]
    assert plan.change("hook-1")["before"]["secret"] == "(sensitive)"
    assert len(plan.json["drift"]) == len(plan.json["unmanaged"]) == 1
    flow.faults({"provider": "flightrates", "operation": "create", "kind": "status", "status": 400})
    applied = flow.apply(code=1)
    check(applied.json, 1, applied=True)
    assert applied.change("fares[dbs]")["error"]
    assert applied.json["digest"] == plan.json["digest"]
    flow.faults({"provider": "flightrates", "operation": "list", "kind": "status", "status": 500})
    plan = flow.plan()
    check(plan.json, plan.code)
    assert plan.code == 1


def test_a_refused_apply(flow: Flow) -> None:
    connections = {"argyle": flow.connection("argyle")}
    flow.write({"one": flow.subscription("argyle")}, connections)
    flow.apply()
    flow.write({}, connections)
    plan = flow.plan()
    check(plan.json, plan.code)
    check(flow.apply(code=1).json, 1, applied=True)


def test_exit_codes_of_plan(flow: Flow) -> None:
    flow.write({"one": flow.subscription("argyle")})
    assert flow.run("plan").code == 0
    assert flow.run("plan", "--detailed-exitcode").code == 2
    flow.write({"one": flow.subscription("argyle", events=["*"])})
    flow.apply()
    assert flow.run("plan", "--detailed-exitcode").code == 0


def test_the_digest_is_of_the_content_and_not_of_order_or_time(flow: Flow) -> None:
    connections = {name: flow.connection(name) for name in ("argyle", "lipscore")}
    flow.write({"zero": flow.subscription("argyle", url="https://hooks.example.com/zero")}, connections)
    flow.apply()
    zero = flow.subscription("argyle", url="https://hooks.example.com/zero")
    one, two = flow.subscription("argyle"), flow.subscription("lipscore")
    flow.write({"zero": zero, "one": one, "two": two}, connections)
    first = flow.plan().json["digest"]
    flow.write({"two": two, "one": one, "zero": zero}, connections)
    assert flow.plan("--parallelism", "1", "-v").json["digest"] == first
    assert flow.plan("--target", "one").json["digest"] != first
    flow.write({"two": two, "one": {**one, "secret": "canary-x"}, "zero": zero}, connections)
    assert flow.plan().json["digest"] != first


def test_json_without_an_answer_is_wrong_usage(flow: Flow) -> None:
    flow.write({"one": flow.subscription("argyle")})
    run = flow.run("apply", "--format", "json")
    assert (run.code, run.stdout) == (1, "")
    assert "--auto-approve" in run.stderr
    assert flow.sandbox.requests == []

"""From what exists to code: an export, planned, adopts every record; applied, it changes none."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.flows.flow import CANARY, PROVIDERS, Flow

ARGYLE_EVENTS = ["users.fully_synced", "accounts.added", "ratings.added"]


def fill(flow: Flow, number: int) -> None:
    """Put `number` records in each of the four providers, as their own users would have made them."""
    for n in range(number):
        flow.sandbox.insert(
            "argyle",
            {
                "url": f"https://hooks.example.com/argyle/{n}",
                "events": ARGYLE_EVENTS[: 1 + n % 3],
                "name": ["Income & Pay", f"hook-{n}", f"Ünïcode {n} ${{env:X}}", "'\"yes: #[]{}\t\u2028"][n % 4]
                + (n % 4 == 3) * str(n),
                "secret": f"{CANARY}-signing-{n % 2}",
                "config": [{}, {"days_synced": 60}, {"include_resource": True, "x": {"a b": "${env:HOME}", "n": None}}][
                    n % 3
                ],
            },
        )
        flow.sandbox.insert(
            "flightrates",
            {
                "endPoint": f"https://user:{CANARY}{n}@hooks.example.com/fares?shop={n}&token={CANARY}%2F{n}",
                "hookType": "dbs",
                "isActiveStatus": n % 3 != 0,
                "_shop": f"63fdc414cccc3592d31b3{n:03}",
                "authType": "jwt",
                "userId": str(n),
                "pwdTxt": f"{CANARY}-pwd-{n}",
                "token": f"{CANARY}-token",
            },
        )
        flow.sandbox.insert(
            "lipscore",
            {
                "target_url": f"https://{'a' if n % 2 else 'b'}.example.com/lipscore/{n // 3}?x=1",
                "event": ["rating_created", "review_created", "question_created"][n % 3],
            },
        )
        flow.sandbox.insert(
            "studiewinkel",
            {"notificationUrl": "https://hooks.example.com/", "event": f"list.made-{n}"},
        )


def references(flow: Flow) -> dict[str, str]:
    """Credentials as references, and what to set for them."""
    values: dict[str, str] = {}
    providers = {}
    for provider in PROVIDERS:
        entry = flow.connection(provider)
        for key, value in entry.items():
            if isinstance(value, str) and (CANARY in value or key == "handle"):
                name = f"MY_{provider}_{key}".upper()
                values[name] = value
                entry[key] = f"${{env:{name}}}"
        providers[provider] = entry
    flow.write({}, providers)
    return values


def real_values(flow: Flow, provider: str, document: dict[str, Any]) -> dict[str, str]:
    """Look up at the provider, as its user would, what each variable of an export stands for."""
    found: dict[str, str] = {}
    for entry in document["subscriptions"].values():
        for record in flow.sandbox.records(provider):
            theirs = {
                "secret": record.get("secret"),
                "password": record.get("pwdTxt"),
                "token": record.get("token"),
                "url": record.get("url") or record.get("endPoint"),
            }
            if provider == "argyle" and record["url"] != entry["url"]:
                continue
            if provider == "flightrates" and record["_shop"] != entry["shop"]:
                continue
            for field, text in entry.items():
                if isinstance(text, str) and field in theirs and "${env:" in text:
                    names = re.findall(r"(?<!\$)\$\{env:(\w+)\}", text)
                    pattern = re.sub(r"\\\$\\\{env:\w+\\\}", "(.+?)", re.escape(text)) + r"\Z"
                    match = re.match(pattern, theirs[field] or "")
                    assert match is not None, (text, field)
                    found |= dict(zip(names, match.groups(), strict=True))
    return found


@pytest.mark.parametrize("number", [50])
def test_two_hundred_records_become_code_and_none_is_touched(
    flow: Flow, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    fill(flow, number)
    for name, value in references(flow).items():
        monkeypatch.setenv(name, value)
    before = {provider: flow.sandbox.records(provider) for provider in PROVIDERS}
    total = 0
    for provider in PROVIDERS:
        run = flow.run("export", provider, "--out", f"{provider}.yaml")
        assert run.code == 0, run.stderr
        text = Path(f"{provider}.yaml").read_text(encoding="utf-8")
        assert CANARY not in text
        document = yaml.safe_load(text)
        for name, value in real_values(flow, provider, document).items():
            assert name in run.stderr
            monkeypatch.setenv(name, value)

        common = ("-f", f"{provider}.yaml", "--state", f"{provider}.db")
        assert flow.run("validate", "-f", f"{provider}.yaml").code == 0
        plan = flow.plan(*common)
        assert plan.code == 2, plan.stderr
        assert {change["action"] for change in plan.json["changes"]} == {"adopt"}
        assert [change for change in plan.json["changes"] if change["differences"] or change["blocked"]] == []
        assert plan.json["unmanaged"] == []
        total += len(plan.json["changes"])
        flow.apply(*common)
        assert flow.plan(*common).code == 0

    assert total == 4 * number
    assert flow.writes() == 0
    assert {provider: flow.sandbox.records(provider) for provider in PROVIDERS} == before


def test_events_of_one_url_become_one_subscription(flow: Flow) -> None:
    references(flow)
    flow.write({}, {"lipscore": flow.connection("lipscore")})
    for event in ("rating_created", "review_created"):
        flow.sandbox.insert("lipscore", {"target_url": "https://hooks.example.com/feedback", "event": event})

    document = yaml.safe_load(flow.run("export", "lipscore").stdout)

    assert document["subscriptions"] == {
        "feedback": {
            "provider": "lipscore",
            "url": "https://hooks.example.com/feedback",
            "events": ["rating_created", "review_created"],
        }
    }
    assert document["providers"]["lipscore"]["api_key"] == "${env:LIPSCORE_API_KEY}"


def test_names_are_new_to_the_file(flow: Flow) -> None:
    flow.write({"income": flow.subscription("argyle")})
    flow.sandbox.insert("argyle", {"url": "https://h.example.com/x", "events": ["a"], "name": "Income", "config": {}})

    document = yaml.safe_load(flow.run("export", "argyle", "--subscriptions-only").stdout)

    assert list(document) == ["version", "subscriptions"]
    assert document["subscriptions"]["income-2"]["name"] == "Income"


def test_what_cannot_be_declared_is_left_out_and_said(flow: Flow) -> None:
    flow.write({}, {"lipscore": flow.connection("lipscore"), "argyle": flow.connection("argyle")})
    same = {"target_url": "https://hooks.example.com/a", "event": "rating_created"}
    flow.sandbox.insert("lipscore", same)
    flow.sandbox.insert("lipscore", {**same, "target_url": "HTTPS://hooks.example.com:443/a"})
    flow.sandbox.insert("lipscore", {"target_url": "ftp://hooks.example.com/", "event": "rating_created"})
    flow.sandbox.insert("lipscore", {"target_url": "http://hooks.example.com/plain", "event": "a[b]"})
    flow.sandbox.insert("lipscore", {"target_url": "http://hooks.example.com/plain", "event": "review_created"})

    run = flow.run("export", "lipscore")

    assert run.code == 1
    assert len(re.findall(r"^Left out: ", run.stderr, re.MULTILINE)) == 3
    document = yaml.safe_load(run.stdout)
    assert sorted(document["subscriptions"]) == ["a", "plain"]
    assert document["policy"] == {"require_https": False}


def test_ids_by_hand_where_there_is_no_list(flow: Flow) -> None:
    flow.write({}, {"studiewinkel": flow.connection("studiewinkel", listing="state")})
    number = flow.sandbox.insert(
        "studiewinkel", {"notificationUrl": "https://hooks.example.com/a", "event": "list-status"}
    )

    without = flow.run("export", "studiewinkel")
    assert without.code == 1
    assert "--id" in without.stderr
    assert "reconcile import ADDRESS ID" in without.stderr

    run = flow.run("export", "studiewinkel", "--id", number)
    assert list(yaml.safe_load(run.stdout)["subscriptions"]) == ["a"]
    assert flow.run("export", "studiewinkel", "--id", "nothing").code == 1


def test_it_overwrites_nothing_and_reads_all_or_fails(flow: Flow) -> None:
    flow.write({}, {"argyle": flow.connection("argyle")})

    assert "is there already" in flow.run("export", "argyle", "--out", "hooks.yaml").stderr
    assert "no connection nothing" in flow.run("export", "nothing").stderr
    flow.faults({"provider": "argyle", "operation": "list", "kind": "half_body"})
    failed = flow.run("export", "argyle", "--out", "new.yaml")
    assert failed.code == 1
    assert not Path("new.yaml").exists()


def test_an_account_without_records(flow: Flow) -> None:
    flow.write({}, {"argyle": flow.connection("argyle")})

    run = flow.run("export", "argyle")

    assert (run.code, yaml.safe_load(run.stdout)["subscriptions"]) == (0, {})

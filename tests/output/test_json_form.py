from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from reconciler.output.json_form import plan_json, result_json, to_json_text
from reconciler.planning.plan import Outcome, Plan, Result, Warned

CHANGE_KEYS = [
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
]


def by_address(document: dict[str, Any], address: str) -> dict[str, Any]:
    (found,) = [change for change in document["changes"] if change["address"] == address]
    return found  # type: ignore[no-any-return]


def test_every_key_is_always_there(full: Plan) -> None:
    for plan in (full, Plan()):
        assert list(plan_json(plan)) == [
            "format_version",
            "complete",
            "changes",
            "drift",
            "unmanaged",
            "unknown",
            "warnings",
            "refusals",
            "summary",
            "digest",
        ]
    for change in plan_json(full)["changes"]:
        assert [key for key in change if key != "from"] == CHANGE_KEYS


def test_a_create(full: Plan) -> None:
    assert by_address(plan_json(full), "income") == {
        "address": "income",
        "connection": "argyle-sandbox",
        "provider": "argyle",
        "scope": {},
        "action": "create",
        "reason": "not_at_provider",
        "id": None,
        "id_after": None,
        "before": None,
        "after": {
            "url": "https://hooks.example.com/argyle",
            "events": ["paystubs.added", "paystubs.removed"],
            "secret": "(sensitive)",
            "config": {"days_synced": 30},
        },
        "differences": [],
        "blocked": None,
        "outcome": None,
        "error": None,
    }


def test_differences_and_secrets_in_them(full: Plan) -> None:
    change = by_address(plan_json(full), "changed")
    assert change["scope"] == {"repo": "acme/web"}
    assert change["differences"] == [
        {
            "path": "events",
            "before": ["paystubs.added", "paystubs.removed"],
            "after": ["paystubs.added", "users.added"],
        },
        {"path": "config.days_synced", "before": 30, "after": 60},
        {"path": "description", "before": None, "after": "what it is for"},
        {"path": "name", "before": "former", "after": None},
        {"path": "secret", "before": "(sensitive)", "after": "(sensitive, changed)"},
        {
            "path": "url",
            "before": "https://***@hooks.example.com/",
            "after": "https://***@hooks.example.com/ (sensitive, changed)",
        },
        {
            "path": "headers",
            "before": {"X-Key": "(sensitive)", "X-Old": "(sensitive)"},
            "after": {"X-Key": "(sensitive, changed)"},
        },
    ]
    assert (change["before"]["secret"], change["after"]["secret"]) == ("(sensitive)", "(sensitive, changed)")


def test_a_change_with_an_origin_says_from_where(full: Plan) -> None:
    document = plan_json(full)
    assert by_address(document, "moved")["from"] == {
        "address": "moved",
        "connection": "lipscore-test",
        "scope": {"shop": "x"},
        "id": "17",
    }
    assert "from" not in by_address(document, "income")


def test_everything_else(full: Plan) -> None:
    document = plan_json(full)
    assert document["format_version"] == "1.0"
    assert document["complete"] is False
    assert document["drift"][1] == {
        "address": "lists[list-published]",
        "connection": "studiewinkel",
        "scope": {},
        "id": "9",
        "gone": True,
        "differences": [],
    }
    assert document["unmanaged"] == [
        {
            "connection": "lipscore",
            "scope": {},
            "id": "77",
            "url": "https://***@hooks.example.com/",
            "events": ["rating_created"],
            "note": "import it so",
        }
    ]
    assert document["unknown"] == [
        {
            "connection": "acme",
            "scope": {"org": "o"},
            "error": "401 from the provider: check the credentials",
            "address": None,
        }
    ]
    assert document["warnings"][0] == {"address": "income", "message": "the state is new"}
    assert document["refusals"] == ["12 records would be deleted, and max_deletes is 10"]
    assert document["summary"] == {
        "create": 1,
        "update": 1,
        "replace": 2,
        "delete": 3,
        "adopt": 1,
        "rename": 1,
        "forget": 1,
        "unchanged": 3,
    }
    assert document["digest"] == "sha256:00ff"


def test_the_order_does_not_depend_on_the_plan_s(full: Plan) -> None:
    turned = replace(full, changes=full.changes[::-1], drift=full.drift[::-1])
    assert to_json_text(plan_json(turned)) == to_json_text(plan_json(full))


def test_a_result_adds_outcomes_to_the_changes_they_belong_to(full: Plan) -> None:
    outcomes = [Outcome("done", id_after=str(number)) for number in range(len(full.changes))]
    outcomes[1] = Outcome("failed", "409: the URL is taken")
    document = result_json(Result(full, tuple(outcomes), (Warned("late"),)))
    income = by_address(document, "income")
    assert (income["outcome"], income["error"], income["id_after"]) == ("failed", "409: the URL is taken", None)
    assert by_address(document, "changed")["id_after"] == "2"
    assert document["outcomes"] == {"done": 9, "failed": 1, "unknown": 0, "not_attempted": 0, "interrupted": 0}
    assert document["warnings"][-1] == {"address": None, "message": "late"}


def test_the_text_is_plain_ascii_that_reads_back(full: Plan) -> None:
    odd = replace(full, warnings=(Warned("\x1b[2J\u202e\ud800é\n"),))
    text = to_json_text(plan_json(odd))
    assert text.endswith("}\n")
    assert text.isascii()
    assert "\x1b" not in text
    assert json.loads(text)["warnings"][0]["message"] == "\x1b[2J\u202e\ud800é\n"


def test_a_secret_is_nowhere(full: Plan) -> None:
    outcomes = tuple(Outcome("done") for _ in full.changes)
    assert "canary" not in to_json_text(plan_json(full)) + to_json_text(result_json(Result(full, outcomes)))

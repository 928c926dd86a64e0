"""A whole pipeline on a local repository: pull request, comment, merge, apply, drift."""

from __future__ import annotations

from typing import Any

from tests.pipelines.conftest import Team


def hook(name: str, **more: Any) -> dict[str, Any]:
    return {
        "provider": "argyle",
        "url": f"https://hooks.example.com/{name}",
        "events": ["users.fully_synced"],
        **more,
    }


def started(team: Team) -> None:
    """A team that has one subscription, applied."""
    team.push("main", {})
    team.push("first", {"kept": hook("kept")})
    assert team.job("plan", "first", "1")[0] == 0
    head = team.git("rev-parse", "first", at=team.desk)
    (team.store / "artifacts" / "first").rename(team.store / "artifacts" / head)
    code, log = team.job("apply", team.merge("first"))
    assert code == 0, log


def reviewed(team: Team, subscriptions: dict[str, Any]) -> str:
    """A pull request that was planned and merged; return the commit on main."""
    head = team.push("change", subscriptions)
    assert team.job("validate", head, key="")[0] == 0
    code, log = team.job("plan", head, "2")
    assert code == 0, log
    return team.merge("change")


def test_what_was_reviewed_is_applied_or_nothing_is(team: Team) -> None:
    started(team)
    merged = reviewed(team, {"kept": hook("kept"), "new": hook("new")})
    (_, comment) = team.kept("comments")
    assert "1 to create" in comment["body"]
    assert "`new` at `argyle`" in comment["body"]

    stray = {"url": "https://hooks.example.com/new", "events": ["users.fully_synced"], "name": "new", "config": {}}
    number = team.sandbox.insert("argyle", stray)
    before = team.writes()
    code, log = team.job("apply", merged)
    assert code == 1
    assert "adopt new (argyle): differs from what was reviewed" in " ".join(log.split())
    assert team.writes() == before

    team.sandbox.remove("argyle", number)
    code, log = team.job("apply", merged)
    assert code == 0, log
    assert [record["name"] for record in team.sandbox.records("argyle")] == ["kept", "new"]
    assert team.job("drift", merged)[0] == 0
    assert team.kept("issues") == []


def test_a_comment_is_updated_in_place(team: Team) -> None:
    started(team)
    for count in (1, 2):
        head = team.push("change", {"kept": hook("kept"), **{f"n{n}": hook(f"n{n}") for n in range(count)}})
        assert team.job("plan", head, "2")[0] == 0

    (comment,) = [one for one in team.kept("comments") if one["pull"] == "2"]
    assert "2 to create" in comment["body"]


def test_drift_opens_an_issue_keeps_it_and_closes_it(team: Team) -> None:
    started(team)
    (record,) = team.sandbox.records("argyle")
    team.sandbox.change("argyle", record["id"], {"url": "https://evil.example.com/"})

    assert team.job("drift", "origin/main")[0] == 2
    assert team.job("drift", "origin/main")[0] == 2
    (issue,) = team.kept("issues")
    assert issue["state"] == "open"
    assert "evil.example.com" in issue["body"]

    team.sandbox.change("argyle", record["id"], {"url": record["url"]})
    assert team.job("drift", "origin/main")[0] == 0
    assert team.kept("issues")[0]["state"] == "closed"


def test_a_provider_that_cannot_be_read_is_told_and_nothing_is_saved(team: Team) -> None:
    started(team)
    head = team.push("change", {"kept": hook("kept"), "new": hook("new")})

    code, _ = team.job("plan", head, "2", key="wrong")

    assert code == 1
    assert "unknown" in team.kept("comments")[-1]["body"]
    assert not (team.store / "artifacts" / head).exists()
    code, log = team.job("apply", team.merge("change"))
    assert code == 1
    assert "::error::There is no saved plan" in log


def test_a_file_that_is_wrong_is_shown_where_it_is(team: Team) -> None:
    head = team.push("main", {"kept": {**hook("kept"), "evnets": []}})

    code, log = team.job("validate", head, key="")

    assert code == 1
    assert "::error file=hooks.yaml,line=" in log

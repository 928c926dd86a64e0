"""Linear's GraphQL at a server of others, which makes, lists and deletes webhooks, and changes none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from tests.flows.flow import Folder
from tests.real.linear import Webhooks
from tests.real.receiver import Receiver

DRIVES = {"linear": "npm emulate@0.11.2"}
ISSUES, DOCS = "https://hooks.example.com/issues", "https://hooks.example.com/docs"


@pytest.fixture
def webhooks(linear: str) -> Iterator[Webhooks]:
    """The workspace, without a webhook."""
    one = Webhooks(linear)
    yield one
    one.clear()


def declare(folder: Folder, webhooks: Webhooks, **subscriptions: dict[str, Any]) -> None:
    entries = {name: {"provider": "linear", **one} for name, one in subscriptions.items()}
    folder.write(entries, {"linear": webhooks.connection()})


def test_a_life_without_updates(folder: Folder, webhooks: Webhooks) -> None:
    team = webhooks.team()
    issues: dict[str, Any] = {"url": ISSUES, "events": ["Issue", "Comment"], "team_id": team, "secret": "canary-issues"}
    docs = {"url": DOCS, "events": ["Document"], "all_public_teams": True, "secret": "canary-docs"}
    declare(folder, webhooks, issues=issues, docs=docs)
    assert folder.plan().actions() == {"issues": "create", "docs": "create"}
    folder.apply()
    folder.settled()
    there = webhooks.there()
    assert {url: (one["label"], one["secret"], one["allPublicTeams"]) for url, one in there.items()} == {
        ISSUES: ("issues", "canary-issues", False),
        DOCS: ("docs", "canary-docs", True),
    }
    assert there[ISSUES]["team"] == {"id": team}

    # Somebody deletes one, and makes it again with another secret, which Linear shows.
    webhooks.remove(DOCS)
    assert folder.plan().actions() == {"docs": "create"}
    webhooks.make(DOCS, "Document", allPublicTeams=True, label="docs", secret="canary-docs")
    assert folder.plan().actions() == {"docs": "adopt"}
    folder.apply()
    folder.settled()
    webhooks.remove(DOCS)
    folder.apply()
    folder.settled()

    # Another team is a replacement, and so are all of them: an update has no such fields.
    declare(folder, webhooks, issues=issues | {"team_id": webhooks.team("OPS")}, docs=docs)
    assert folder.plan().actions() == {"issues": "replace"}
    run = folder.apply()
    folder.settled()
    second = webhooks.there()[ISSUES]
    assert second["id"] == run.change()["id_after"] != there[ISSUES]["id"]
    assert second["team"] == {"id": webhooks.team("OPS")}
    issues |= {"all_public_teams": True}
    del issues["team_id"]
    declare(folder, webhooks, issues=issues, docs=docs)
    assert folder.plan().actions() == {"issues": "replace"}
    folder.apply()
    folder.settled()
    third = webhooks.there()[ISSUES]
    assert third["id"] not in (there[ISSUES]["id"], second["id"])
    assert (third["allPublicTeams"], third["team"]) == (True, None)

    declare(folder, webhooks, issues=issues)
    assert folder.plan().actions() == {"docs": "delete"}
    folder.apply()
    folder.settled()
    assert folder.run("destroy", "--auto-approve").code == 0
    assert webhooks.there() == {}


def test_the_secret_that_was_sent_is_the_one_in_force(folder: Folder, webhooks: Webhooks, receiver: Receiver) -> None:
    url = receiver.url("issues")
    declare(folder, webhooks, issues={"url": url, "events": ["Issue"], "team_id": webhooks.team(), "secret": "canary"})
    folder.apply()
    folder.settled()
    webhooks.happen("a first issue")
    assert receiver.signature("issues", "Linear-Signature") == receiver.expected("issues", "canary")


def test_an_update_that_the_server_does_not_know_fails_and_says_so(folder: Folder, webhooks: Webhooks) -> None:
    issues = {"url": ISSUES, "events": ["Issue"], "all_public_teams": True}
    declare(folder, webhooks, issues=issues)
    folder.apply()
    declare(folder, webhooks, issues={**issues, "events": ["Issue", "Comment"]})
    assert folder.plan().actions() == {"issues": "update"}
    run = folder.apply(code=1)
    assert run.change()["outcome"] == "failed"
    assert "webhookUpdate" in run.change()["error"]
    declare(folder, webhooks, issues=issues)
    folder.settled()


def test_an_export_is_what_is_there(folder: Folder, webhooks: Webhooks, monkeypatch: pytest.MonkeyPatch) -> None:
    webhooks.make(ISSUES, "Issue", "Comment", teamId=webhooks.team(), label="Issues", secret="canary-issues")
    webhooks.make(DOCS, "Document", allPublicTeams=True, label="Docs", enabled=False, secret="canary-docs")
    before = webhooks.there()
    declare(folder, webhooks)
    run = folder.run("export", "linear", "--subscriptions-only")
    assert run.code == 0, run.stderr
    subscriptions = yaml.safe_load(run.stdout)["subscriptions"]
    for one in subscriptions.values():
        monkeypatch.setenv(one["secret"].removeprefix("${env:").removesuffix("}"), before[one["url"]]["secret"])
    declare(folder, webhooks, **subscriptions)
    plan = folder.plan()
    assert set(plan.actions().values()) == {"adopt"}
    assert [change["differences"] for change in plan.json["changes"]] == [[], []]
    folder.apply()
    folder.settled()
    assert webhooks.there() == before


def test_a_list_of_several_pages_is_read_to_its_end(folder: Folder, webhooks: Webhooks) -> None:
    urls = [f"https://hooks.example.com/{number}" for number in range(103)]
    for url in urls:
        webhooks.make(url, allPublicTeams=True)
    declare(folder, webhooks, last={"url": urls[-1], "events": ["Issue"], "all_public_teams": True})
    plan = folder.plan()
    assert plan.actions() == {"last": "adopt"}
    assert len(plan.json["unmanaged"]) == 102

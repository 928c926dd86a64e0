"""GitHub, of a repository and of an organization, from the first create to the last delete, at a server of others."""

from __future__ import annotations

import yaml

from tests.flows.flow import Folder
from tests.real.github import Hooks
from tests.real.life import BUILD, DEPLOY, declare, live_through_it
from tests.real.receiver import Receiver

DRIVES = {"github": "npm emulate@0.11.2", "github-org": "npm emulate@0.11.2"}
SIGNATURE = "X-Hub-Signature-256"


def test_a_whole_life(folder: Folder, hooks: Hooks) -> None:
    live_through_it(folder, hooks)


def test_the_secret_that_was_sent_is_the_one_in_force(folder: Folder, hooks: Hooks, receiver: Receiver) -> None:
    def signed_with(secret: str) -> bool:
        hooks.ping(receiver.url("build"))
        return receiver.signature("build", SIGNATURE) == receiver.expected("build", secret)

    one = hooks.subscription(receiver.url("build"), secret="canary-first")
    declare(folder, hooks, build=one)
    folder.apply()
    assert signed_with("canary-first")

    declare(folder, hooks, build={**one, "secret": "canary-second"})
    plan = folder.plan()
    assert plan.change()["reason"] == "secret_changed"
    folder.apply()
    folder.settled()
    assert signed_with("canary-second")

    # An update of something else carries the secret along.
    declare(folder, hooks, build={**one, "secret": "canary-second", "events": ["push", "release"]})
    folder.apply()
    folder.settled()
    assert signed_with("canary-second")

    # Somebody sets another one, which no read shows; `rotate` puts it right.
    hooks.change(receiver.url("build"), config={"url": receiver.url("build"), "secret": "canary-somebody"})
    assert not signed_with("canary-second")
    assert folder.run("rotate", "build", "--auto-approve").code == 0
    assert signed_with("canary-second")
    folder.settled()


def test_what_was_made_by_hand_is_adopted(folder: Folder, hooks: Hooks) -> None:
    same = hooks.make(BUILD, "push", "release")
    other = hooks.make(DEPLOY, "deployment", content_type="form")
    before = hooks.there()
    declare(
        folder,
        hooks,
        build=hooks.subscription(BUILD, "release", "push"),
        deploy=hooks.subscription(DEPLOY, "deployment", content_type="json"),
    )
    plan = folder.plan()
    assert plan.actions() == {"build": "adopt", "deploy": "adopt"}
    assert [one["path"] for one in plan.change("deploy")["differences"]] == ["content_type"]
    run = folder.apply()
    assert [run.change(name)["id_after"] for name in ("build", "deploy")] == [same, other]
    folder.settled()
    after = hooks.there()
    assert after[BUILD] == before[BUILD]
    assert (after[DEPLOY]["id"], after[DEPLOY]["config"]["content_type"]) == (int(other), "json")


def test_an_import_of_the_same_url_with_other_events(folder: Folder, hooks: Hooks) -> None:
    number = hooks.make(BUILD, "push", content_type="json")
    declare(folder, hooks, build=hooks.subscription(BUILD, "release", content_type="json"))
    plan = folder.plan()
    assert plan.actions() == {"build": "create"}
    assert f"reconcile import build {number}" in plan.json["unmanaged"][0]["note"]
    assert folder.run("import", "build", number).code == 0
    assert folder.plan().actions() == {"build": "update"}
    folder.apply()
    folder.settled()
    (one,) = hooks.there().values()
    assert (str(one["id"]), one["events"]) == (number, ["release"])


def test_an_export_is_what_is_there(folder: Folder, hooks: Hooks) -> None:
    hooks.make(BUILD, "push", "release", content_type="form")
    hooks.make(DEPLOY, "*", insecure_ssl="1")
    hooks.change(DEPLOY, active=False)
    before = hooks.there()
    declare(folder, hooks, seed=hooks.subscription("https://hooks.example.com/none"))
    run = folder.run("export", "hub", "--subscriptions-only")
    assert run.code == 0, run.stderr
    declare(folder, hooks, **yaml.safe_load(run.stdout)["subscriptions"])
    plan = folder.plan()
    assert set(plan.actions().values()) == {"adopt"}
    assert [change["differences"] for change in plan.json["changes"]] == [[], []]
    folder.apply()
    folder.settled()
    assert hooks.there() == before


def test_a_list_of_several_pages_is_read_to_its_end(folder: Folder, hooks: Hooks) -> None:
    urls = [f"https://hooks.example.com/{number}" for number in range(103)]
    for url in urls:
        hooks.make(url)
    declare(folder, hooks, last=hooks.subscription(urls[-1]))
    plan = folder.plan()
    assert plan.actions() == {"last": "adopt"}
    assert len(plan.json["unmanaged"]) == 102
    folder.apply()
    folder.settled()
    hooks.remove(urls[-1])  # what is missing on the last page is missing
    assert folder.plan().actions() == {"last": "create"}

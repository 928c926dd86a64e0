"""The life of two hooks, from the first create to the last delete, as reconcile leads it."""

from __future__ import annotations

from typing import Any

from tests.flows.flow import Folder
from tests.real.github import Hooks

BUILD, DEPLOY = "https://hooks.example.com/build", "https://hooks.example.com/deploy"


def declare(folder: Folder, hooks: Hooks, **subscriptions: dict[str, Any]) -> None:
    folder.write(subscriptions, {"hub": hooks.connection()})


def live_through_it(folder: Folder, hooks: Hooks) -> None:
    """Create, no-op, drift, repair, update, delete; after each step a plan that expects nothing."""
    build = hooks.subscription(BUILD, "push", "release", secret="canary-build", content_type="json")
    deploy = hooks.subscription(DEPLOY, "deployment")
    declare(folder, hooks, build=build, deploy=deploy)
    assert folder.plan().actions() == {"build": "create", "deploy": "create"}
    folder.apply()
    folder.settled()
    there = hooks.there()
    assert {url: (one["events"], one["active"], one["config"]["content_type"]) for url, one in there.items()} == {
        BUILD: (["push", "release"], True, "json"),
        DEPLOY: (["deployment"], True, "json"),
    }

    # Somebody turns one off, takes an event away, and deletes the other.
    hooks.change(BUILD, active=False, events=["push"])
    hooks.remove(DEPLOY)
    plan = folder.plan()
    assert (plan.code, plan.actions()) == (2, {"build": "update", "deploy": "create"})
    assert {one["path"] for one in plan.change("build")["differences"]} == {"enabled", "events"}
    folder.apply()
    folder.settled()
    again = hooks.there()
    assert (again[BUILD]["id"], again[BUILD]["active"], again[BUILD]["events"]) == (
        there[BUILD]["id"],
        True,
        ["push", "release"],
    )

    # The file changes: every field, in place.
    moved = "https://hooks.example.com/moved"
    build |= {"url": moved, "events": ["*"], "content_type": "form", "insecure_ssl": True, "enabled": False}
    declare(folder, hooks, build=build, deploy=deploy)
    assert folder.plan().actions() == {"build": "update"}
    folder.apply()
    folder.settled()
    one = hooks.there()[moved]
    assert (one["id"], one["events"], one["active"]) == (there[BUILD]["id"], ["*"], False)
    assert (one["config"]["content_type"], one["config"]["insecure_ssl"]) == ("form", "1")

    # What leaves the file goes; what nobody declared stays.
    hooks.make("https://elsewhere.example.com/")
    declare(folder, hooks, build=build)
    assert folder.plan().actions() == {"deploy": "delete"}
    folder.apply()
    folder.settled()
    assert set(hooks.there()) == {moved, "https://elsewhere.example.com/"}
    assert folder.run("destroy", "--auto-approve").code == 0
    assert set(hooks.there()) == {"https://elsewhere.example.com/"}

"""Label Studio's own server: both kinds of tokens, a life with changes past reconcile, adoption, export, projects."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests
import yaml

from tests.flows.flow import CANARY, Folder
from tests.servers.apis import label_studio_server
from tests.servers.proxy import lossy

DRIVES = {"label-studio": "pypi label-studio@1.23.2"}
LEGACY = "canary-0123456789abcdef0123456789abcdef0"
TASKS, LABELS = "https://hooks.example.com/tasks", "https://hooks.example.com/labels"


@dataclass(frozen=True)
class Project:
    """The webhooks of one project, past reconcile. `token` is a personal access token."""

    server: str
    token: str
    number: str = ""

    def call(self, method: str, path: str, **more: Any) -> Any:
        """Send a request, which must succeed; return the answer."""
        headers = {"Authorization": f"Token {LEGACY}"}
        answer = requests.request(method, f"{self.server}/api/{path}", headers=headers, timeout=60, **more)
        assert answer.ok, answer.text
        return answer.json() if answer.content else None

    def new(self) -> Project:
        """A project without webhooks."""
        return Project(self.server, self.token, str(self.call("POST", "projects/", json={"title": "Cats"})["id"]))

    def there(self) -> dict[str, dict[str, Any]]:
        """What is really there, by URL; no two of one URL."""
        found = self.call("GET", "webhooks/", params={"project": self.number})
        assert len({one["url"] for one in found}) == len(found)
        kept = ("id", "actions", "headers", "is_active", "send_for_all_actions", "send_payload")
        return {one["url"]: {name: one[name] for name in kept} | {"actions": sorted(one["actions"])} for one in found}

    def make(self, url: str, *actions: str, **more: Any) -> str:
        """Make a webhook by hand; return its id."""
        body = {"project": self.number, "url": url, "actions": actions, "send_for_all_actions": not actions, **more}
        return str(self.call("POST", "webhooks/", json=body)["id"])

    def change(self, url: str, **changes: Any) -> None:
        """Change a webhook by hand."""
        self.call("PATCH", f"webhooks/{self.there()[url]['id']}/", json=changes)

    def remove(self, url: str) -> None:
        """Delete a webhook by hand."""
        self.call("DELETE", f"webhooks/{self.there()[url]['id']}/")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    with label_studio_server(tmp_path_factory.mktemp("label-studio"), LEGACY) as url:
        yield Project(url, Project(url, "").call("POST", "token/")["token"])


@pytest.fixture
def project(server: Project) -> Project:
    return server.new()


def declare(folder: Folder, project: Project, at: str | None = None, **subscriptions: dict[str, Any]) -> None:
    entries = {name: {"provider": "studio", "project": project.number, **one} for name, one in subscriptions.items()}
    connection = {
        "type": "label-studio",
        "base_url": at or project.server,
        "retry": 0,
        "settle": 0,
        "token": project.token,
    }
    folder.write(entries, {"studio": connection})


def test_a_whole_life(folder: Folder, project: Project) -> None:
    tasks: dict[str, Any] = {
        "url": TASKS,
        "events": ["TASKS_CREATED", "TASKS_DELETED"],
        "headers": {"X-Key": "canary-header"},
    }
    labels = {"url": LABELS, "all_events": True, "send_payload": False}
    declare(folder, project, tasks=tasks, labels=labels)
    assert folder.plan().actions() == {"tasks": "create", "labels": "create"}
    folder.apply()
    folder.settled()
    there = project.there()
    usual = {"headers": {}, "is_active": True, "send_for_all_actions": False, "send_payload": True}
    first, second = there[TASKS].pop("id"), there[LABELS].pop("id")
    assert there == {
        TASKS: usual | {"actions": ["TASKS_CREATED", "TASKS_DELETED"], "headers": {"X-Key": "canary-header"}},
        LABELS: usual | {"actions": [], "send_for_all_actions": True, "send_payload": False},
    }

    # Somebody turns one off, and with that takes its events away; and deletes the other.
    project.change(TASKS, is_active=False)
    assert project.there()[TASKS]["actions"] == []
    project.remove(LABELS)
    plan = folder.plan()
    assert (plan.code, plan.actions()) == (2, {"tasks": "update", "labels": "create"})
    assert {one["path"] for one in plan.change("tasks")["differences"]} == {"enabled", "events"}
    folder.apply()
    folder.settled()
    again = project.there()
    assert again[TASKS].pop("id") == first
    assert again[LABELS].pop("id") != second
    assert again == there

    # The URL alone changes in the file: the events stay. Then everything does, and the headers leave it.
    moved = "https://hooks.example.com/moved"
    declare(folder, project, tasks=tasks | {"url": moved}, labels=labels)
    assert folder.plan().actions() == {"tasks": "update"}
    folder.apply()
    folder.settled()
    assert project.there()[moved] == there[TASKS] | {"id": first}
    tasks = {"url": TASKS, "events": ["LABEL_LINK_CREATED"], "enabled": False, "send_payload": False}
    declare(folder, project, tasks=tasks, labels=labels)
    assert folder.plan().actions() == {"tasks": "update"}
    folder.apply()
    folder.settled()
    assert project.there()[TASKS] == usual | {
        "id": first,
        "actions": ["LABEL_LINK_CREATED"],
        "is_active": False,
        "send_payload": False,
    }

    # What leaves the file goes; what nobody declared stays.
    project.make("https://elsewhere.example.com/")
    declare(folder, project, tasks=tasks)
    assert folder.plan().actions() == {"labels": "delete"}
    folder.apply()
    folder.settled()
    assert folder.run("destroy", "--auto-approve").code == 0
    assert set(project.there()) == {"https://elsewhere.example.com/"}


def test_a_header_that_somebody_changed_is_put_back_and_shown_to_nobody(folder: Folder, project: Project) -> None:
    tasks = {"url": TASKS, "events": ["TASKS_CREATED"], "headers": {"X-Key": "canary-header"}}
    declare(folder, project, tasks=tasks)
    folder.apply()
    project.change(TASKS, headers={"X-Key": "canary-of-others"}, actions=["TASKS_CREATED"])
    plan = folder.plan()
    assert plan.actions() == {"tasks": "update"}
    assert {one["path"].partition(".")[0] for one in plan.change()["differences"]} == {"headers"}
    folder.apply()
    folder.settled()
    assert project.there()[TASKS]["headers"] == {"X-Key": "canary-header"}


def test_a_url_in_two_projects_is_two_webhooks(folder: Folder, project: Project) -> None:
    other = project.new()
    entry = {"provider": "studio", "url": TASKS, "events": ["TASKS_CREATED"]}
    connection = {"type": "label-studio", "base_url": project.server, "retry": 0, "settle": 0, "token": project.token}
    both = {"one": entry | {"project": project.number}, "two": entry | {"project": other.number}}
    folder.write(both, {"studio": connection})
    folder.apply()
    folder.settled()
    assert set(project.there()) == set(other.there()) == {TASKS}
    other.remove(TASKS)
    assert folder.plan().actions() == {"two": "create"}
    folder.apply()
    folder.write({"one": both["one"]}, {"studio": connection})
    folder.apply()
    assert (set(project.there()), set(other.there())) == ({TASKS}, set())


def test_a_webhook_moves_to_another_project(folder: Folder, project: Project) -> None:
    other = project.new()
    declare(folder, project, tasks={"url": TASKS, "events": ["TASKS_CREATED"]})
    folder.apply()
    declare(folder, project, tasks={"url": TASKS, "events": ["TASKS_CREATED"], "project": other.number})
    assert folder.plan().actions() == {"tasks": "replace"}
    folder.apply()
    folder.settled()
    assert (set(project.there()), set(other.there())) == (set(), {TASKS})


def test_many_at_once_are_each_made_and_deleted_once(folder: Folder, project: Project) -> None:
    urls = [f"https://hooks.example.com/{number}" for number in range(12)]
    many: dict[str, Any] = {
        f"hook-{number}": {"url": url, "events": ["TASKS_CREATED"]} for number, url in enumerate(urls)
    }
    declare(folder, project, **many)
    folder.apply()
    folder.settled()
    assert set(project.there()) == set(urls)
    assert folder.run("destroy", "--auto-approve").code == 0
    assert project.there() == {}


def test_an_import_takes_the_one_that_is_named(folder: Folder, project: Project) -> None:
    numbers = [project.make(TASKS, "TASKS_CREATED"), project.make(LABELS, "TASKS_DELETED")]
    declare(folder, project, tasks={"url": TASKS, "events": ["TASKS_DELETED"]})
    assert folder.run("import", "tasks", numbers[1]).code == 0
    assert folder.plan().actions() == {"tasks": "update"}
    project.remove(TASKS)
    folder.apply()
    folder.settled()
    assert {url: str(one["id"]) for url, one in project.there().items()} == {TASKS: numbers[1]}


def test_a_legacy_token_does_as_well_and_a_wrong_one_makes_it_unknown(folder: Folder, project: Project) -> None:
    entry = {"provider": "studio", "project": project.number, "url": TASKS, "events": ["TASKS_CREATED"]}
    connection = {"type": "label-studio", "base_url": project.server, "retry": 0, "settle": 0}
    folder.write({"tasks": entry}, {"studio": {**connection, "legacy_token": LEGACY}})
    folder.apply()
    folder.settled()
    wrong = ({"legacy_token": f"{CANARY}-of-nobody"}, {"token": f"{CANARY}.of.nobody"})
    for token in wrong:
        folder.write({}, {"studio": {**connection, **token}})
        plan = folder.plan()
        assert (plan.code, plan.json["changes"], len(plan.json["unknown"])) == (1, [], 1)
        assert "401" in plan.json["unknown"][0]["error"]
    assert set(project.there()) == {TASKS}


def test_a_project_that_is_not_there_is_unknown_and_not_empty(folder: Folder, project: Project) -> None:
    declare(folder, project, tasks={"url": TASKS, "events": ["TASKS_CREATED"], "project": "4711"})
    plan = folder.plan()
    assert (plan.code, plan.json["changes"]) == (1, [])
    assert "Select a valid choice" in plan.json["unknown"][0]["error"]


def test_an_event_of_the_organization_is_refused_and_says_so(folder: Folder, project: Project) -> None:
    declare(folder, project, tasks={"url": TASKS, "events": ["PROJECT_CREATED"]})
    run = folder.apply(code=1)
    assert run.change()["outcome"] == "failed"
    assert "organization-only" in run.change()["error"]
    assert project.there() == {}


def test_one_that_is_there_already_is_adopted(folder: Folder, project: Project) -> None:
    number = project.make(TASKS, "TASKS_CREATED", headers={"X-Key": "canary-by-hand"})
    declare(folder, project, tasks={"url": TASKS, "events": ["TASKS_CREATED"], "send_payload": False})
    assert folder.plan().actions() == {"tasks": "adopt"}
    folder.apply()
    folder.settled()
    one = project.there()[TASKS]
    assert (str(one["id"]), one["send_payload"], one["actions"]) == (number, False, ["TASKS_CREATED"])


def test_an_export_is_what_is_there(folder: Folder, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.make(TASKS, "TASKS_CREATED", "ANNOTATION_UPDATED", headers={"X-Key": "canary-by-hand"}, is_active=False)
    project.make(LABELS, send_payload=False)
    before = project.there()
    declare(folder, project)
    run = folder.run("export", "studio", "--scope", f"project={project.number}", "--subscriptions-only")
    assert run.code == 0, run.stderr
    subscriptions = yaml.safe_load(run.stdout)["subscriptions"]
    (exported,) = [one for one in subscriptions.values() if one["url"] == TASKS]
    monkeypatch.setenv(exported["headers"]["X-Key"].removeprefix("${env:").removesuffix("}"), "canary-by-hand")
    declare(folder, project, **subscriptions)
    plan = folder.plan()
    assert set(plan.actions().values()) == {"adopt"}
    assert [change["differences"] for change in plan.json["changes"]] == [[], []]
    folder.apply()
    folder.settled()
    assert project.there() == before


def test_a_create_whose_answer_is_lost_is_found_and_not_made_twice(folder: Folder, project: Project) -> None:
    with lossy(int(project.server.rpartition(":")[2])) as proxy:
        tasks = {"url": TASKS, "events": ["TASKS_CREATED"], "headers": {"X-Key": "canary-lost"}}
        declare(folder, project, f"http://127.0.0.1:{proxy.port}", tasks=tasks)
        proxy.lose(TASKS.encode(), arrives=True)
        assert folder.apply().change()["outcome"] == "done"
        assert set(project.there()) == {TASKS}
        folder.settled()


def test_every_step_of_the_suite(folder: Folder, project: Project) -> None:
    """What an author runs at the vendor's: it makes records of its own, and removes them."""
    declare(folder, project)
    arguments = ("--live", "studio", "--auto-approve", "--format", "json", "--scope", f"project={project.number}")
    run = folder.run("providers", "check", "label-studio", *arguments)
    statuses = {step["step"]: step["status"] for step in run.json["steps"]}
    assert (run.code, {name for name, status in statuses.items() if status == "failed"}) == (0, set()), run.stdout
    assert len([status for status in statuses.values() if status == "ok"]) >= 18
    assert project.there() == {}

"""MLflow's own server: a life with changes past reconcile, adoption, export, pages, a secret that is never shown."""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from tests.flows.flow import Folder
from tests.real.receiver import Receiver
from tests.servers.apis import mlflow_server
from tests.servers.proxy import lossy

DRIVES = {"mlflow": "pypi mlflow@3.17.2"}
CATALOG = Path(__file__).parents[2] / "reconciler" / "providers" / "catalog"
MODELS, PROMPTS = "https://hooks.example.com/models", "https://hooks.example.com/prompts"
CREATED = {"entity": "MODEL_VERSION", "action": "CREATED"}


@dataclass(frozen=True)
class Webhooks:
    """The webhooks of the server, past reconcile."""

    server: str

    def call(self, method: str, path: str = "", **more: Any) -> dict[str, Any]:
        """Send a request, which must succeed; return the answer."""
        answer = requests.request(method, f"{self.server}/api/2.0/mlflow/webhooks{path}", timeout=60, **more)
        assert answer.ok, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def there(self) -> dict[str, dict[str, Any]]:
        """What is really there, by URL; no two of one URL."""
        found = self.call("GET", params={"max_results": 1000}).get("webhooks", [])
        assert len({one["url"] for one in found}) == len(found)
        return {one["url"]: {**one, "events": names(one["events"])} for one in found}

    def make(self, url: str, name: str = "by-hand", **more: Any) -> str:
        """Make a webhook by hand; return its id."""
        body = {"name": name, "url": url, "events": [CREATED], **more}
        return str(self.call("POST", json=body)["webhook"]["webhook_id"])

    def change(self, url: str, **changes: Any) -> None:
        """Change a webhook by hand."""
        self.call("PATCH", f"/{self.there()[url]['webhook_id']}", json=changes)

    def remove(self, url: str) -> None:
        """Delete a webhook by hand."""
        self.call("DELETE", f"/{self.there()[url]['webhook_id']}")

    def deliver(self, url: str) -> None:
        """Have a delivery tried; it is there when this returns."""
        answer = self.call("POST", f"/{self.there()[url]['webhook_id']}/test", json={})
        assert answer["result"]["success"], answer


def names(events: list[dict[str, str]]) -> list[str]:
    return sorted(f"{one['entity']}.{one['action']}" for one in events)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with mlflow_server(tmp_path_factory.mktemp("mlflow")) as url:
        yield url


@pytest.fixture
def webhooks(server: str) -> Iterator[Webhooks]:
    """The server, without a webhook."""
    one = Webhooks(server)
    yield one
    for url in one.there():
        one.remove(url)


def declare(folder: Folder, webhooks: Webhooks, at: str | None = None, **subscriptions: dict[str, Any]) -> None:
    entries = {name: {"provider": "mlflow", **one} for name, one in subscriptions.items()}
    folder.write(entries, {"mlflow": {"base_url": at or webhooks.server, "retry": 0, "settle": 0}})


def test_a_whole_life(folder: Folder, webhooks: Webhooks) -> None:
    models: dict[str, Any] = {
        "url": MODELS,
        "events": ["registered_model.created", "model_version_tag.set"],
        "secret": "canary-models",
        "description": "new models",
    }
    prompts = {"url": PROMPTS, "events": ["prompt.created"]}
    assert webhooks.call("GET") == {}
    declare(folder, webhooks, models=models, prompts=prompts)
    assert folder.plan().actions() == {"models": "create", "prompts": "create"}
    folder.apply()
    folder.settled()
    there = webhooks.there()
    assert {url: (one["name"], one["events"], one["status"]) for url, one in there.items()} == {
        MODELS: ("models", ["MODEL_VERSION_TAG.SET", "REGISTERED_MODEL.CREATED"], "ACTIVE"),
        PROMPTS: ("prompts", ["PROMPT.CREATED"], "ACTIVE"),
    }

    # Somebody turns one off and changes its events, and deletes the other.
    webhooks.change(MODELS, status="DISABLED", events=[CREATED])
    webhooks.remove(PROMPTS)
    plan = folder.plan()
    assert (plan.code, plan.actions()) == (2, {"models": "update", "prompts": "create"})
    assert {one["path"] for one in plan.change("models")["differences"]} == {"enabled", "events"}
    folder.apply()
    folder.settled()
    again = webhooks.there()[MODELS]
    assert (again["webhook_id"], again["status"]) == (there[MODELS]["webhook_id"], "ACTIVE")
    assert again["events"] == there[MODELS]["events"]

    # The file changes: every field, in place; then the description leaves it.
    moved = "https://hooks.example.com/moved"
    models = {
        "url": moved,
        "events": ["budget_policy.exceeded"],
        "name": "budget",
        "enabled": False,
        "description": "b",
    }
    declare(folder, webhooks, models={**models, "secret": "canary-other"}, prompts=prompts)
    assert folder.plan().actions() == {"models": "update"}
    folder.apply()
    folder.settled()
    del models["description"]
    declare(folder, webhooks, models=models, prompts=prompts)
    assert folder.plan().actions() == {"models": "update"}
    folder.apply()
    folder.settled()
    one = webhooks.there()[moved]
    assert (one["webhook_id"], one["name"], one["events"]) == (
        there[MODELS]["webhook_id"],
        "budget",
        ["BUDGET_POLICY.EXCEEDED"],
    )
    assert (one["status"], one.get("description", "")) == ("DISABLED", "")

    # What leaves the file goes; what nobody declared stays.
    webhooks.make("https://elsewhere.example.com/")
    declare(folder, webhooks, models=models)
    assert folder.plan().actions() == {"prompts": "delete"}
    folder.apply()
    folder.settled()
    assert folder.run("destroy", "--auto-approve").code == 0
    assert set(webhooks.there()) == {"https://elsewhere.example.com/"}


def test_the_secret_in_force_is_the_declared_one_and_none_where_it_left_the_file(
    folder: Folder, webhooks: Webhooks, receiver: Receiver
) -> None:
    url = receiver.url("models")
    models = {"url": url, "events": ["model_version.created"]}
    for secret in ("canary-first", "canary-second"):
        declare(folder, webhooks, models={**models, "secret": secret})
        folder.apply()
        folder.settled()
        webhooks.deliver(url)
        headers, body = receiver.deliveries["/models"][-1]
        signed = f"{headers['x-mlflow-delivery-id']}.{headers['x-mlflow-timestamp']}.{body.decode()}"
        expected = b64encode(hmac.digest(secret.encode(), signed.encode(), sha256)).decode()
        assert headers["x-mlflow-signature"] == f"v1,{expected}"
    declare(folder, webhooks, models=models)
    folder.apply()
    folder.settled()
    webhooks.deliver(url)
    assert "x-mlflow-signature" not in receiver.deliveries["/models"][-1][0]


def test_each_of_several_has_a_name_that_the_server_takes(folder: Folder, webhooks: Webhooks) -> None:
    entry = {"url": "https://hooks.example.com/${each.key}", "events": ["prompt.created"], "for_each": ["a", "b"]}
    declare(folder, webhooks, team=entry)
    folder.apply()
    folder.settled()
    assert set(webhooks.there()) == {"https://hooks.example.com/a", "https://hooks.example.com/b"}


def test_an_event_that_the_server_does_not_know_fails_and_says_so(folder: Folder, webhooks: Webhooks) -> None:
    declare(folder, webhooks, models={"url": MODELS, "events": ["model_version.EXCEEDED"]})
    run = folder.apply(code=1)
    assert run.change()["outcome"] in {"failed", "unknown"}
    assert webhooks.there() == {}


def test_one_that_is_there_already_is_adopted(folder: Folder, webhooks: Webhooks) -> None:
    number = webhooks.make(MODELS, secret="canary-by-hand", description="by hand")
    declare(folder, webhooks, models={"url": MODELS, "events": ["model_version.created"], "description": "ours"})
    assert folder.plan().actions() == {"models": "adopt"}
    folder.apply()
    folder.settled()
    (one,) = webhooks.there().values()
    assert (one["webhook_id"], one["description"]) == (number, "ours")


def test_an_import_takes_the_one_that_is_named(folder: Folder, webhooks: Webhooks) -> None:
    webhooks.make(MODELS)
    number = webhooks.make(PROMPTS)
    declare(folder, webhooks, models={"url": MODELS, "events": ["prompt.created"]})
    assert folder.run("import", "models", number).code == 0
    assert folder.plan().actions() == {"models": "update"}
    webhooks.remove(MODELS)
    folder.apply()
    folder.settled()
    assert {url: one["webhook_id"] for url, one in webhooks.there().items()} == {MODELS: number}


def test_many_at_once_are_each_made_and_deleted_once(folder: Folder, webhooks: Webhooks) -> None:
    urls = [f"https://hooks.example.com/{number}" for number in range(12)]
    many: dict[str, Any] = {
        f"hook-{number}": {"url": url, "events": ["prompt.created"]} for number, url in enumerate(urls)
    }
    declare(folder, webhooks, **many)
    folder.apply()
    folder.settled()
    assert set(webhooks.there()) == set(urls)
    assert folder.run("destroy", "--auto-approve").code == 0
    assert webhooks.there() == {}


def test_an_export_is_what_is_there(folder: Folder, webhooks: Webhooks) -> None:
    webhooks.make(MODELS, "models", description="new models", status="DISABLED")
    webhooks.make(PROMPTS, "Prompts.2", events=[{"entity": "PROMPT_ALIAS", "action": "DELETED"}, CREATED])
    before = webhooks.there()
    declare(folder, webhooks)
    run = folder.run("export", "mlflow", "--subscriptions-only")
    assert run.code == 0, run.stderr
    subscriptions = yaml.safe_load(run.stdout)["subscriptions"]
    declare(folder, webhooks, **subscriptions)
    plan = folder.plan()
    assert set(plan.actions().values()) == {"adopt"}
    assert [change["differences"] for change in plan.json["changes"]] == [[], []]
    folder.apply()
    folder.settled()
    assert webhooks.there() == before


def test_a_list_of_several_pages_is_read_to_its_end(folder: Folder, webhooks: Webhooks) -> None:
    table = (CATALOG / "mlflow.yaml").read_text(encoding="utf-8")
    small = table.replace("max_results: 1000", "max_results: 10")
    assert small != table
    (folder.folder / "small.yaml").write_text(small, encoding="utf-8")
    urls = [f"https://hooks.example.com/{number}" for number in range(23)]
    for url in urls:
        webhooks.make(url)
    connection = {"spec": "./small.yaml", "base_url": webhooks.server, "retry": 0, "settle": 0}
    first = {"provider": "mlflow", "url": urls[0], "events": ["model_version.created"], "name": "by-hand"}
    folder.write({"first": first}, {"mlflow": connection})
    plan = folder.plan()
    assert plan.actions() == {"first": "adopt"}  # the oldest is the last
    assert len(plan.json["unmanaged"]) == 22
    folder.apply()
    folder.settled()
    webhooks.remove(urls[0])
    assert folder.plan().actions() == {"first": "create"}


def test_a_create_whose_answer_is_lost_is_found_and_not_made_twice(folder: Folder, webhooks: Webhooks) -> None:
    with lossy(int(webhooks.server.rpartition(":")[2])) as proxy:
        models = {"url": MODELS, "events": ["model_version.created"], "secret": "canary-lost"}
        declare(folder, webhooks, f"http://127.0.0.1:{proxy.port}", models=models)
        proxy.lose(MODELS.encode(), arrives=True)
        assert folder.apply().change()["outcome"] == "done"
        assert set(webhooks.there()) == {MODELS}
        folder.settled()


def test_every_step_of_the_suite(folder: Folder, webhooks: Webhooks) -> None:
    """What an author runs at the vendor's: it makes records of its own, and removes them."""
    declare(folder, webhooks)
    run = folder.run("providers", "check", "mlflow", "--live", "mlflow", "--auto-approve", "--format", "json")
    statuses = {step["step"]: step["status"] for step in run.json["steps"]}
    assert (run.code, {name for name, status in statuses.items() if status == "failed"}) == (0, set()), run.stdout
    assert len([status for status in statuses.values() if status == "ok"]) >= 18
    assert webhooks.there() == {}

"""A sandbox of all providers, and a plain HTTP client for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests

from reconciler.sandbox import Sandbox

RECORDS: dict[str, dict[str, Any]] = {
    "argyle": {
        "events": ["ratings.added", "paystubs.partially_synced"],
        "name": "income",
        "url": "https://hooks.example.com/argyle",
        "secret": "s3cret",
        "config": {"days_synced": 30},
    },
    "flightrates": {
        "endPoint": "https://hooks.example.com/fares",
        "hookType": "dbs",
        "isActiveStatus": True,
        "_shop": "63fdc414cccc3592d31b3ac8",
        "pwdTxt": "uuxx",
    },
    "lipscore": {"event": "rating_created", "target_url": "https://hooks.example.com/lipscore"},
    "studiewinkel": {"event": "list-published", "notificationUrl": "https://hooks.example.com/lists"},
}
"""A record of each provider in its own shape."""

PATHS = {"argyle": "/webhooks", "flightrates": "/hooks", "lipscore": "/hooks", "studiewinkel": "/subscriptions"}
"""Where each is listed."""

ONE = {**PATHS, "flightrates": "/hook"}
"""Where each is made, and below which one is."""

URLS = {"argyle": "url", "flightrates": "endPoint", "lipscore": "target_url", "studiewinkel": "notificationUrl"}


@dataclass
class Api:
    """One provider in the sandbox, with credentials that any of it takes."""

    provider: str
    base_url: str
    session: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        self.session.trust_env = False
        if self.provider == "argyle":
            self.session.auth = ("key-id", "key-secret")
        elif self.provider == "lipscore":
            self.session.params = {"api_key": "a-key"}
        else:
            self.session.headers["Authorization"] = "Bearer a-token"

    def record(self, number: int = 0) -> dict[str, Any]:
        """A body to create; each number has a URL of its own."""
        url = URLS[self.provider]
        return {**RECORDS[self.provider], url: f"{RECORDS[self.provider][url]}/{number}"}

    def create(self, body: Any = None, **options: Any) -> requests.Response:
        body = self.record() if body is None else body
        url = self.base_url + ONE[self.provider]
        return self.session.post(url, json=body, **{"timeout": 10, **options})

    def get(self, record_id: Any) -> requests.Response:
        return self.session.get(f"{self.base_url}{ONE[self.provider]}/{record_id}", timeout=10)

    def delete(self, record_id: Any) -> requests.Response:
        return self.session.delete(f"{self.base_url}{ONE[self.provider]}/{record_id}", timeout=10)

    def items(self, answer: requests.Response) -> list[dict[str, Any]]:
        """Take the records of a list out of their envelope."""
        body = answer.json()
        found = body if isinstance(body, list) else next(value for value in body.values() if isinstance(value, list))
        return [dict(record) for record in found]

    def made(self, number: int = 0) -> str:
        """Create a record and return its id."""
        answer = self.create(self.record(number)).json()
        return str(answer.get("hook", answer)["id"])

    def list(self, **query: Any) -> requests.Response:
        return self.session.get(self.base_url + PATHS[self.provider], params=query, timeout=10)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture
def api(sandbox: Sandbox) -> Iterator[Callable[[str], Api]]:
    """Make the client of a provider: `api("argyle")`."""
    made: list[Api] = []

    def make(provider: str, base_url: str | None = None) -> Api:
        made.append(Api(provider.partition("@")[0], base_url or sandbox.base_url(provider)))
        return made[-1]

    yield make
    for client in made:
        client.session.close()

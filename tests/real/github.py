"""Hooks at a server with GitHub's API: what reconcile is told about them, and a way to them past it."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import requests

OWNER = "octocat"
TOKEN = "canary-octocat"
GUEST = "canary-guest"
"""The token of somebody who may not see hooks."""
ORGANIZATIONS = [f"org-{number}" for number in range(40)]
_repositories = (f"repo-{number}" for number in itertools.count())
_organizations = iter(ORGANIZATIONS)


@dataclass(frozen=True)
class Hooks:
    """The hooks of one repository or organization. What is called here goes past reconcile."""

    table: str
    server: str
    scope: dict[str, str]
    path: str

    def connection(self, **more: Any) -> dict[str, Any]:
        """One entry under `providers:`."""
        return {"type": self.table, "base_url": self.server, "token": TOKEN, "retry": 0, **more}

    def subscription(self, url: str, *events: str, **more: Any) -> dict[str, Any]:
        """One entry under `subscriptions:` for the connection `hub`."""
        return {"provider": "hub", **self.scope, "url": url, "events": list(events) or ["push"], **more}

    def call(self, method: str, path: str = "", **more: Any) -> requests.Response:
        """Send a request, which must succeed."""
        headers = {"Authorization": f"Bearer {TOKEN}"}
        answer = requests.request(method, f"{self.server}{self.path}{path}", headers=headers, timeout=30, **more)
        answer.raise_for_status()
        return answer

    def there(self) -> dict[str, dict[str, Any]]:
        """What is really there, by URL; no two of one URL."""
        found = [one for page in (1, 2) for one in self.call("GET", f"?per_page=100&page={page}").json()]
        assert len({one["config"]["url"] for one in found}) == len(found)
        return {one["config"]["url"]: one for one in found}

    def make(self, url: str, *events: str, **config: Any) -> str:
        """Make a hook by hand; return its id."""
        body = {"name": "web", "events": list(events) or ["push"], "config": {"url": url, **config}}
        return str(self.call("POST", json=body).json()["id"])

    def change(self, url: str, **changes: Any) -> None:
        """Change a hook by hand."""
        self.call("PATCH", f"/{self.there()[url]['id']}", json=changes)

    def remove(self, url: str) -> None:
        """Delete a hook by hand."""
        self.call("DELETE", f"/{self.there()[url]['id']}")

    def ping(self, url: str) -> None:
        """Have a ping delivered; it is there when this returns."""
        self.call("POST", f"/{self.there()[url]['id']}/pings")


def repository_hooks(server: str) -> Hooks:
    """The hooks of a new repository."""
    name = next(_repositories)
    Hooks("github", server, {}, "/user/repos").call("POST", json={"name": name})
    return Hooks("github", server, {"owner": OWNER, "repo": name}, f"/repos/{OWNER}/{name}/hooks")


def organization_hooks(server: str) -> Hooks:
    """The hooks of an organization that no test has used."""
    name = next(_organizations)
    return Hooks("github-org", server, {"org": name}, f"/orgs/{name}/hooks")

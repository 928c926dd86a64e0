"""Webhooks at a server with Linear's API, past reconcile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import requests

KEY = "canary-linear"


@dataclass(frozen=True)
class Webhooks:
    """The webhooks of the workspace that the server has."""

    server: str

    def connection(self) -> dict[str, Any]:
        """One entry under `providers:`."""
        return {"type": "linear", "base_url": self.server, "api_key": KEY, "retry": 0}

    def ask(self, graphql: str, **variables: Any) -> dict[str, Any]:
        """Send a query, which must succeed; return its data."""
        answer = requests.post(
            f"{self.server}/graphql",
            json={"query": graphql, "variables": variables},
            headers={"Authorization": KEY},
            timeout=30,
        )
        answer.raise_for_status()
        document: dict[str, Any] = answer.json()
        assert "errors" not in document, document["errors"]
        data: dict[str, Any] = document["data"]
        return data

    def there(self) -> dict[str, dict[str, Any]]:
        """What is really there, by URL."""
        fields = "id url label enabled resourceTypes allPublicTeams secret team { id }"
        nodes = self.ask(f"{{ webhooks(first: 250) {{ nodes {{ {fields} }} }} }}")["webhooks"]["nodes"]
        return {one["url"]: one for one in nodes}

    def make(self, url: str, *kinds: str, **more: Any) -> str:
        """Make a webhook by hand; return its id."""
        data = self.ask(
            "mutation($input: WebhookCreateInput!) { webhookCreate(input: $input) { webhook { id } } }",
            input={"url": url, "resourceTypes": list(kinds) or ["Issue"], **more},
        )
        return str(data["webhookCreate"]["webhook"]["id"])

    def remove(self, url: str) -> None:
        """Delete a webhook by hand."""
        self.ask("mutation($id: String!) { webhookDelete(id: $id) { success } }", id=self.there()[url]["id"])

    def clear(self) -> None:
        """Delete all webhooks, in one request."""
        if there := self.there().values():
            each = (f'_{number}: webhookDelete(id: "{one["id"]}") {{ success }}' for number, one in enumerate(there))
            self.ask(f"mutation {{ {' '.join(each)} }}")

    def team(self, key: str = "ENG") -> str:
        """The id of a team."""
        nodes = self.ask("{ teams { nodes { id key } } }")["teams"]["nodes"]
        return str(next(one["id"] for one in nodes if one["key"] == key))

    def happen(self, title: str) -> None:
        """Have an issue made, which is delivered by the time this returns."""
        self.ask(
            "mutation($input: IssueCreateInput!) { issueCreate(input: $input) { success } }",
            input={"teamId": self.team(), "title": title},
        )

"""The command line over a sandbox that has, besides the catalog, providers which make secrets or hide them."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from reconciler.cli.main import main
from reconciler.providers.registry import load_spec_file
from reconciler.sandbox import Sandbox

TABLE: dict[str, Any] = {
    "title": "Acme",
    "base_url": "https://api.acme.example",
    "settle": 0.01,
    "auth": {"bearer": "token"},
    "record": {"url": "url", "events": "events", "description": "note"},
    "list": {"get": "/hooks", "items": "data", "next": {"page": "page", "pages": "pages", "total": "total"}},
    "get": {"get": "/hooks/{id}"},
    "create": {"post": "/hooks"},
    "delete": {"delete": "/hooks/{id}"},
}
UPDATE = {"update": {"patch": "/hooks/{id}"}}
ROTATE = {"rotate": {"post": "/hooks/{id}/secret", "secret": "value"}}
TABLES: dict[str, dict[str, Any]] = {
    "makes": {"secret": {"at": "secret", "read": "on_create"}},
    "renews": {"secret": {"at": "secret", "read": "on_create"}, **UPDATE, **ROTATE},
    "hides": {"secret": {"at": "secret", "read": "never"}, **UPDATE},
    "erases": {"secret": {"at": "secret", "read": "never"}, "resend_secret": True, **UPDATE},
    "masks": {"secret": {"at": "secret", "read": "masked"}, "resend_secret": True, "update": {"put": "/hooks/{id}"}},
    "merges": {
        "secret": {"at": "secret", "read": "masked"},
        "resend_secret": True,
        "update": {"put": "/hooks/{id}", "sends": "merged"},
    },
    "shows": {"secret": {"at": "secret", "read": "clear"}, **UPDATE},
    "replaces": {"secret": {"at": "secret", "read": "never"}},
}
"""The provider's own words beside `TABLE`; `secret` belongs to its record."""


@dataclass(frozen=True)
class Run:
    """How one call of the command line ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def changes(self) -> list[tuple[str, str, str | None]]:
        """Action, reason and outcome of each change."""
        return [(one["action"], one["reason"], one["outcome"]) for one in self.json["changes"]]

    @property
    def error(self) -> str:
        """The error of the only change."""
        (change,) = self.json["changes"]
        return str(change["error"])

    @property
    def warnings(self) -> list[str]:
        return [one["message"] for one in self.json["warnings"]]


@dataclass
class Place:
    """A folder with a hooks.yaml of one subscription, `one`, at one provider of `TABLES`."""

    folder: Path
    sandbox: Sandbox
    environ: dict[str, str] = field(default_factory=dict)

    def write(self, provider: str, **fields: Any) -> None:
        url = {"url": "https://hooks.example.com/one", "events": ["a"]}
        connection = {"spec": f"{provider}.yaml", "base_url": self.sandbox.base_url(provider), "token": "t", "retry": 0}
        document = {
            "version": 1,
            "providers": {provider: connection},
            "subscriptions": {"one": {"provider": provider, **url, **fields}},
        }
        (self.folder / "hooks.yaml").write_text(yaml.safe_dump(document))

    def run(self, *arguments: str) -> Run:
        result = CliRunner(env=self.environ).invoke(main, [*arguments], catch_exceptions=False)
        return Run(result.exit_code, result.stdout, result.stderr)

    def plan(self, *arguments: str) -> Run:
        return self.run("plan", "--format", "json", *arguments)

    def apply(self, *arguments: str) -> Run:
        return self.run("apply", "--auto-approve", "--format", "json", *arguments)

    def rotate(self, *arguments: str, address: str = "one") -> Run:
        return self.run("rotate", address, "--auto-approve", "--format", "json", *arguments)

    def record(self, provider: str) -> Mapping[str, Any]:
        """The only record that the provider has."""
        (record,) = self.sandbox.records(provider)
        return record

    def count(self, provider: str, operation: str) -> int:
        return self.sandbox.count(provider, operation)

    def state(self) -> str:
        """All that the state's files hold, as text."""
        return "".join(file.read_text("latin-1") for file in (self.folder / ".reconcile").iterdir())


def table(provider: str) -> dict[str, Any]:
    own = dict(TABLES[provider])
    record = {**TABLE["record"], "secret": own.pop("secret")}
    return {**TABLE, **own, "record": record}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CI", raising=False)
    specs = {}
    for name in TABLES:
        file = tmp_path / f"{name}.yaml"
        file.write_text(yaml.safe_dump(table(name)))
        specs[name] = load_spec_file(file)
    ours = logging.getLogger("reconciler")
    kept = (ours.handlers[:], ours.propagate, ours.level)
    with Sandbox(specs) as sandbox:
        yield Place(tmp_path, sandbox)
    ours.handlers[:], ours.propagate = kept[0], kept[1]
    ours.setLevel(kept[2])


@pytest.fixture
def taker(tmp_path: Path) -> Callable[[str], list[str]]:
    """Make a program of a shell script that takes a secret on its input; return its argv."""

    def make(script: str) -> list[str]:
        path = tmp_path / "take"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return ["./take"]

    return make

"""The command line in a folder of its own, and a provider at the sandbox that is not quite as a table says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from reconciler.cli.main import main
from reconciler.providers.spec import Spec
from reconciler.sandbox import Sandbox

TABLE: dict[str, Any] = {
    "title": "Acme",
    "auth": {"bearer": "token"},
    "scope": {"site": {}},
    "record": {
        "url": "target",
        "events": {"at": "events", "known": ["sent", "lost"]},
        "name": "title",
        "description": "note",
        "secret": {"at": "secret", "read": "masked"},
        "retries": {"at": "retries", "type": "integer", "required": True},
    },
    "list": {
        "get": "/{site}/hooks",
        "query": {"size": 50},
        "items": "data",
        "next": {"page": "page", "total": "total"},
        "size": "size",
    },
    "get": {"get": "/{site}/hooks/{id}"},
    "create": {"post": "/{site}/hooks"},
    "update": {"patch": "/{site}/hooks/{id}"},
    "delete": {"delete": "/{site}/hooks/{id}"},
}
SITE = (("site", "s1"),)


@pytest.fixture
def reconcile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Run `reconcile ARGUMENTS…` in this process, in the test's folder."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(main, list(arguments))

    return run


@pytest.fixture
def acme() -> Iterator[Sandbox]:
    """The provider as it is: it does what `TABLE` says."""
    with Sandbox({"acme": Spec.model_validate(TABLE)}, credentials={"acme": {"token": "right"}}) as sandbox:
        yield sandbox


@pytest.fixture
def table(tmp_path: Path) -> Callable[..., str]:
    """Write a table like `TABLE` with other values at these dotted paths (None: left out), as `acme.yaml`."""

    def write(changes: dict[str, Any] | None = None) -> str:
        document = yaml.safe_load(yaml.safe_dump(TABLE))
        for path, value in (changes or {}).items():
            *way, last = path.split(".")
            inner = document
            for step in way:
                inner = inner[step]
            if value is None:
                del inner[last]
            else:
                inner[last] = value
        (tmp_path / "acme.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")
        return "acme.yaml"

    return write

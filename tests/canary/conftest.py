"""A file with every kind of secret at every provider, all of them marked, and the command line over a sandbox."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import yaml
from click.testing import CliRunner

from reconciler.cli.main import main
from reconciler.providers.registry import load_spec, load_spec_file
from reconciler.sandbox import Sandbox, rules
from reconciler.sandbox.wire import Answer, Request
from tests.canary.marked import IN_CIPHERTEXT, WINDOW, leaks, secret

ACME: dict[str, Any] = {
    "title": "Acme",
    "base_url": "https://api.acme.example",
    "auth": {"header": {"X-Key": "key={key}"}},
    "record": {
        "url": "url",
        "events": "events",
        "description": "note",
        "secret": {"at": "secret", "read": "never"},
        "headers": {"at": "headers", "read": "masked"},
    },
    "resend_secret": True,
    "list": {"get": "/hooks", "items": "data", "next": {"page": "page", "pages": "pages", "total": "total"}},
    "create": {"post": "/hooks"},
    "update": {"patch": "/hooks/{id}"},
    "delete": {"delete": "/hooks/{id}"},
}
MAKER: dict[str, Any] = {
    **ACME,
    "title": "Maker",
    "auth": {"bearer": "token"},
    "record": {"url": "url", "events": "events", "secret": {"at": "secret", "read": "on_create"}},
    "rotate": {"post": "/hooks/{id}/secret"},
}
OWN = {"acme": ACME, "maker": MAKER}
"""Tables of the file's own; the others are in the catalog."""

CREDENTIALS = {
    "lipscore": {"api_key": "lipscore-key"},
    "argyle": {"key_id": "argyle-id", "key_secret": "argyle-secret"},
    "flightrates": {"handle": "flightrates-handle", "password": "flightrates-password"},
    "studiewinkel": {"token": "studiewinkel-token"},
    "acme": {"key": "acme-key"},
    "maker": {"token": "maker-token"},
}
URL = (
    f"https://{quote(secret('url-user'), safe='')}:{quote(secret('url-password'), safe='')}"
    f"@hooks.example.com/acme?token={quote(secret('url-token'), safe='')}&page=2"
)


def with_choices() -> dict[str, Any]:
    """Acme's table with a field of few values, and one that is no text."""
    own = {"level": {"at": "level", "values": {"low": 1, "high": 2}}, "size": {"at": "size", "type": "integer"}}
    return {**ACME, "record": {**ACME["record"], **own}}


def variable(name: str) -> str:
    return f"${{env:{name.upper().replace('-', '_')}}}"


def subscriptions(**changed: Any) -> dict[str, dict[str, Any]]:
    """One at each provider; `changed` are fields of argyle's."""
    return {
        "feedback": {"provider": "lipscore", "url": "https://h.example.com/l", "events": ["rating_created"]},
        "income": {
            "provider": "argyle",
            "url": "https://h.example.com/a",
            "events": ["users.fully_synced"],
            "secret": variable("argyle-signing"),
            **changed,
        },
        "fares": {
            "provider": "flightrates",
            "url": "https://h.example.com/f",
            "events": ["dbs"],
            "shop": "63fdc414cccc3592d31b3ac8",
            "password": variable("fares-password"),
            "token": variable("fares-token"),
        },
        "lists": {"provider": "studiewinkel", "url": "https://h.example.com/s", "events": ["list-published"]},
        "parcels": {
            "provider": "acme",
            "url": "${env:ACME_URL}",
            "events": ["e"],
            "secret": variable("acme-signing"),
            "headers": {"X-Auth": variable("acme-header")},
        },
        "made": {
            "provider": "maker",
            "url": "https://h.example.com/m",
            "events": ["e"],
            "capture": {"file": "captured/made"},
        },
    }


@dataclass
class Echoing(Sandbox):
    """A sandbox that gives back what it was sent, in the words of an error, where `echo` says so."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.echo: Callable[[Request], Answer | None] = lambda request: None

    def _answer(self, request: Request) -> Answer:
        return self.echo(request) or super()._answer(request)


@dataclass
class World:
    """A folder with the file and the state; `run` looks at whatever comes out."""

    folder: Path
    sandbox: Echoing
    log: list[str] = field(default_factory=list)

    def write(self, wanted: dict[str, Any] | None = None, **more: Any) -> None:
        providers = {
            name: {
                "base_url": self.sandbox.base_url(name),
                "retry": 0,
                "timeout": 5,
                "settle": 0.01,
                **({"spec": f"{name}.yaml"} if name in OWN else {}),
                **({"undocumented": ["delete"]} if name == "flightrates" else {}),
                **{key: variable(value) for key, value in credentials.items()},
            }
            for name, credentials in CREDENTIALS.items()
        }
        document = {"version": 1, "providers": providers, "subscriptions": wanted or subscriptions(), **more}
        (self.folder / "hooks.yaml").write_text(yaml.safe_dump(document))

    def run(self, *arguments: str, codes: tuple[int, ...] = (0,)) -> str:
        """Call the command line; return all that it wrote, in which there is no secret."""
        result = CliRunner().invoke(main, [*arguments], catch_exceptions=False)
        said = f"{result.stdout}\n{result.stderr}"
        assert leaks(said) == [], f"reconcile {' '.join(arguments)} leaks"
        assert result.exit_code in codes, said
        return said

    def check_what_stays(self) -> None:
        """Look at every file but the captured secrets, and at all that the sandbox noted."""
        for path in self.folder.rglob("*"):
            if path.is_file() and path.parent.name != "captured":
                window = IN_CIPHERTEXT if ".db" in path.name else WINDOW
                assert leaks(path.read_bytes(), window) == [], f"{path.name} holds a secret"
        assert leaks("\n".join([*self.log, repr(self.sandbox.requests)])) == [], "the sandbox's log leaks"


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CI", raising=False)
    for names in CREDENTIALS.values():
        for name in names.values():
            monkeypatch.setenv(name.upper().replace("-", "_"), secret(name))
    for name in (
        "argyle-signing",
        "argyle-signing-new",
        "fares-password",
        "fares-token",
        "acme-signing",
        "acme-header",
    ):
        monkeypatch.setenv(name.upper().replace("-", "_"), secret(name))
    monkeypatch.setenv("ACME_URL", URL)
    monkeypatch.setenv("RECONCILE_STATE_KEY", secret("state-key"))
    monkeypatch.setattr("reconciler.sandbox.gate.secrets.token_urlsafe", lambda size: secret("login-token"))
    monkeypatch.setattr(rules, "_made", lambda: secret("made-secret"))
    for name, table in OWN.items():
        (tmp_path / f"{name}.yaml").write_text(yaml.safe_dump(table))
    specs = {
        name: load_spec_file(tmp_path / f"{name}.yaml") if name in OWN else load_spec(name) for name in CREDENTIALS
    }
    (tmp_path / "captured").mkdir()
    credentials = {name: {key: secret(value) for key, value in named.items()} for name, named in CREDENTIALS.items()}
    ours = logging.getLogger("reconciler")
    kept = (ours.handlers[:], ours.propagate, ours.level)
    log: list[str] = []
    with Echoing(specs, credentials=credentials, log=log.append) as sandbox:
        world = World(tmp_path, sandbox, log)
        world.write()
        yield world
        world.check_what_stays()
    ours.handlers[:], ours.propagate = kept[0], kept[1]
    ours.setLevel(kept[2])

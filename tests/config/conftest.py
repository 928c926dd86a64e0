from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from reconciler.config import Expansion, load_config
from reconciler.errors import ConfigError
from reconciler.records import Desired

ACME = """
title: Acme
base_url: https://api.acme.example
environments: {eu: https://eu.acme.example}
auth:
  - bearer: token
  - header: {X-Key: "key {key_id}:{key_secret}"}
scope: {repo: {description: The repository.}}
record:
  url: url
  events: {at: events, known: [push, pull]}
  secret: {at: secret, read: never}
  name: name
  description: description
  headers: {at: headers, type: object}
  enabled: {at: active, type: boolean}
  level: {at: level, values: {low: 1, high: 2}}
  size: {at: size, type: integer}
  ratio: {at: ratio, type: number}
  tags: {at: tags, type: array, unordered: true}
  steps: {at: steps, type: array}
  config: {at: config, type: object}
  pin: {at: pin, secret: true}
unique: [[name]]
list: {get: "/{repo}/hooks"}
create: {post: "/{repo}/hooks"}
delete: {delete: "/{repo}/hooks/{id}"}
"""

HEAD = """version: 1
providers:
  lipscore: {api_key: k}
  argyle: {key_id: a, key_secret: b}
  flightrates: {token: t}
  acme: {spec: acme.yaml, token: t}
"""


class Folder:
    """A folder with a hooks.yaml, and what comes of it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.file = path / "hooks.yaml"
        self.add("acme.yaml", ACME)

    def add(self, name: str, text: str) -> None:
        target = self.path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)

    def expansion(self, text: str, *, resolve: bool = True, head: str = HEAD) -> Expansion:
        self.file.write_text(head + text)
        return load_config(self.file, resolve=resolve)

    def desired(self, text: str, *, resolve: bool = True, head: str = HEAD) -> Mapping[str, Desired]:
        """The records by address."""
        return {one.address: one for one in self.expansion(text, resolve=resolve, head=head).desired}

    def problems(self, text: str, *, resolve: bool = True, head: str = HEAD) -> list[str]:
        """What is wrong: line and column counted in `text`, then the message with its hint."""
        with pytest.raises(ConfigError) as caught:
            self.expansion(text, resolve=resolve, head=head)
        skipped = head.count("\n")
        found = []
        for problem in caught.value.problems:
            where, rest = problem.location, str(problem)
            if where is not None:
                rest = rest.removeprefix(f"{where}: ")
                line = where.line - skipped if where.file == str(self.file) else where.line
                file = "" if where.file == str(self.file) else Path(where.file).name + ":"
                rest = f"{file}{line}:{where.column}: {rest}"
            found.append(rest)
        return found


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


@pytest.fixture
def one(folder: Folder) -> Callable[[str], list[str]]:
    """What is wrong with one subscription, given as the lines below `subscriptions: {x: {` … `}}`."""

    def problems(fields: str) -> list[str]:
        return folder.problems(f"subscriptions: {{x: {{{fields}}}}}\n")

    return problems

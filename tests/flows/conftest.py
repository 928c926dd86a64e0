"""A sandbox, and a flow over it, for every test of this folder."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.flows.flow import CANARY, CREDENTIALS, Flow, Holding


@pytest.fixture
def make_sandbox() -> Iterator[Callable[..., Holding]]:
    """Start sandboxes with other settings than the usual ones."""
    started: list[Holding] = []

    def make(**settings: Any) -> Holding:
        sandbox = Holding(**{"credentials": CREDENTIALS, **settings})
        sandbox.start()
        started.append(sandbox)
        return sandbox

    yield make
    for sandbox in started:
        sandbox.close()


@pytest.fixture
def make_flow(
    tmp_path: Path, make_sandbox: Callable[..., Holding], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Flow]]:
    """Make a flow over a sandbox with the given settings; at the end its state must hold no secret."""
    for name in ("CI", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    ours = logging.getLogger("reconciler")
    kept = (ours.handlers[:], ours.propagate, ours.level)
    yield lambda **settings: Flow(tmp_path, make_sandbox(**settings))
    ours.handlers[:], ours.propagate = kept[0], kept[1]
    ours.setLevel(kept[2])
    for file in (tmp_path / ".reconcile").glob("*"):
        assert CANARY.encode() not in file.read_bytes(), f"{file.name} holds a secret"


@pytest.fixture
def flow(make_flow: Callable[..., Flow]) -> Flow:
    """A flow over the usual sandbox."""
    return make_flow()

"""What the tests of the state share: a path, a store, records, and other processes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from reconciler.records import Known
from reconciler.state.base import BaseStore
from reconciler.state.keyring import Keyring
from reconciler.state.open import open_with
from reconciler.state.sqlite import SqliteStore
from tests.servers.fixtures import KINDS, Place

ROOT = Path(__file__).parent.parent.parent
NOBODY = 65534


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / ".reconcile" / "state.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteStore]:
    store = SqliteStore(path)
    yield store
    store.close()


@pytest.fixture
def known() -> Callable[..., Known]:
    """Make a record of the state by its address."""

    def make(address: str, record_id: str = "1", **sent: object) -> Known:
        fields = {"url": f"https://hooks.example.com/{address}", "events": ("a", "b"), **sent}
        return Known(address, "argyle", (), record_id, f"key of {address}", fields)

    return make


@pytest.fixture
def python() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start a process of its own that runs a script, in this tree; it is killed at the end of the test."""
    started: list[subprocess.Popen[str]] = []

    def start(script: str, *arguments: object) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", script, *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def unprivileged() -> Iterator[Path]:
    """A directory, and a user whom its permissions bind, also where the tests run as root."""
    directory = Path(tempfile.mkdtemp())
    root = os.geteuid() == 0
    if root:
        os.chown(directory, NOBODY, NOBODY)
        os.seteuid(NOBODY)
    try:
        yield directory
    finally:
        if root:
            os.seteuid(0)
        directory.chmod(0o700)
        shutil.rmtree(directory)


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """Each kind of store in turn."""
    return str(request.param)


@pytest.fixture
def new_place(places: Callable[[str], Place], kind: str) -> Place:
    """Name a fresh place for a state of that kind."""
    return places(kind)


@pytest.fixture
def place(new_place: Place) -> str:
    """One place for a state, as `--state` takes it."""
    return new_place()


@pytest.fixture
def open_at() -> Iterator[Callable[..., BaseStore[Any]]]:
    """Open a store at a place, with keys; all are closed at the end."""
    opened: list[BaseStore[Any]] = []

    def at(place: str, keys: Keyring | None = None) -> BaseStore[Any]:
        opened.append(open_with(place, keys or Keyring()))
        return opened[-1]

    yield at
    for store in opened:
        store.close()

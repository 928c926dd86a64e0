"""Settings for every test: how long hypothesis looks, and an environment without the user's own settings."""

from __future__ import annotations

import gc
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.servers.fixtures import (  # noqa: F401 -- fixtures of every folder
    azure_environment,
    careless_environment,
    google_environment,
    places,
    postgres,
    s3_environment,
)

ROOT = Path(__file__).parent.parent
RUN = "import sys; from reconciler.cli.main import run; sys.argv[0] = 'reconcile'; sys.exit(run())"

# Where a machine is shared, a slow example says nothing about the code: no deadline, and in CI no luck either. There
# the examples are the same each time, so more of them would find something once; `--hypothesis-profile=nightly` looks.
settings.register_profile("local", deadline=None)
settings.register_profile(
    "ci", max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("nightly", max_examples=1000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ci" if os.environ.get("CI") else "local")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: many tests wait, for a disk, a lock, another process."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long begins first: then no worker is alone with it in the end."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


def pytest_collection_finish() -> None:
    """Let the collector look at what tests make, not again and again at thousands of tests; as seldom as in a run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """`RECONCILE_…` of whoever runs the tests must not change what they show."""
    for name in list(os.environ):
        if name.startswith("RECONCILE_"):
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    """A command called in this process sets up logging for the whole of it; the next test starts without."""
    ours = logging.getLogger("reconciler")
    handlers, propagate, level = ours.handlers[:], ours.propagate, ours.level
    yield
    ours.handlers[:], ours.propagate = handlers, propagate
    ours.setLevel(level)


@pytest.fixture
def bare_reconcile(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run `reconcile ARGUMENTS…` as a process of its own, in `tmp_path`, with an empty environment: no credentials."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", RUN, *arguments],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env={"PATH": "", "HOME": str(tmp_path), "PYTHONPATH": str(ROOT)},
            check=False,
        )

    return run


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Let SIGINT raise `KeyboardInterrupt`, even where who runs the tests lets none through."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)

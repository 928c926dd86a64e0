"""Settings for every test: how long hypothesis looks, and an environment without the user's own settings."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

# Where a machine is shared, a slow example says nothing about the code: no deadline, and in CI no luck either.
settings.register_profile("local", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ci" if os.environ.get("CI") else "local")


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """`RECONCILE_…` of whoever runs the tests must not change what they show."""
    for name in list(os.environ):
        if name.startswith("RECONCILE_"):
            monkeypatch.delenv(name)

"""Every table of the catalog does what it says it can do, each step against the sandbox."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from reconciler.conformance import Suite
from reconciler.providers.registry import catalog, load_spec

STEPS = [(name, step) for name in catalog() for step in Suite(name, load_spec(name), None).names()]

NEVER_SKIPPED = ("create", "create-everything", "again", "rename", "create-lost")
"""Whatever a provider cannot do, these it can: no table passes because everything was skipped."""


@pytest.fixture(scope="module")
def suites() -> Iterator[dict[str, Suite]]:
    """The suites that were needed so far: a table's steps share one server."""
    running: dict[str, Suite] = {}
    yield running
    for suite in running.values():
        suite.__exit__()


@pytest.mark.parametrize(("name", "step"), STEPS, ids=[f"{name}-{step}" for name, step in STEPS])
def test_a_table_does_what_it_says(name: str, step: str, suites: dict[str, Suite]) -> None:
    if name not in suites:
        suites[name] = Suite(name, load_spec(name), None).__enter__()

    tried = suites[name].try_one(step)

    assert tried.status in (("ok",) if step in NEVER_SKIPPED else ("ok", "skipped")), f"{tried.does} {tried.reason}"

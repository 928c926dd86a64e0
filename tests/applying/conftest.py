from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.applying.bench import Bench, FakeConnection


@pytest.fixture
def make_bench(tmp_path: Path) -> Iterator[Callable[..., Bench]]:
    made: list[Bench] = []

    def make(*connections: FakeConnection) -> Bench:
        made.append(Bench(tmp_path / "state.db", *connections))
        return made[-1]

    yield make
    for bench in made:
        bench.store.close()


@pytest.fixture
def bench(make_bench: Callable[..., Bench]) -> Bench:
    """One provider that can be listed and that changes records in place."""
    return make_bench()

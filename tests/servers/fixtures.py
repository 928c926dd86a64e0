"""Fixtures for tests that run on every kind of store. Each server is started once, when first asked for."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.servers.objects import BUCKET, Environment, azure_server, careless_s3_server, google_server, s3_server
from tests.servers.postgresql import Postgres, postgres_server

KINDS = ("sqlite", "postgresql", "s3", "azure", "google")
SCHEMES = {"s3": "s3", "azure": "az", "google": "gs", "careless": "s3"}
Place = Callable[[], str]
_numbers = itertools.count()


def _fixture(start: Callable[[Path], AbstractContextManager[Environment]], name: str) -> object:
    @pytest.fixture(scope="session", name=name)
    def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Environment]:
        with start(tmp_path_factory.mktemp(name)) as found:
            yield found

    return environment


s3_environment = _fixture(s3_server, "s3_environment")
azure_environment = _fixture(azure_server, "azure_environment")
google_environment = _fixture(google_server, "google_environment")
careless_environment = _fixture(careless_s3_server, "careless_environment")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server."""
    with postgres_server() as server:
        yield server


@pytest.fixture
def places(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], Place]:
    """`places(kind)` gives a function that names a fresh place of that kind, as `--state` takes it.

    What leads to it is in the environment, also for the processes that the test starts.
    """

    def of(kind: str) -> Place:
        if kind == "sqlite":
            return lambda: str(tmp_path / f"state-{next(_numbers)}" / "state.db")
        if kind == "postgresql":
            server: Postgres = request.getfixturevalue("postgres")
            return lambda: f"{server.url}?schema=state_{next(_numbers)}_{secrets.token_hex(3)}"
        environment: Environment = request.getfixturevalue(f"{kind}_environment")
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        return lambda: f"{SCHEMES[kind]}://{BUCKET}/teams/{next(_numbers)}-{secrets.token_hex(3)}.json"

    return of

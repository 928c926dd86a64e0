"""Connections to the catalog's providers, over answers that `responses` gives."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator

import pytest
import responses

from reconciler.http.clock import Clock
from reconciler.providers.engine import open_connection
from reconciler.providers.protocol import Connection, Settings
from reconciler.providers.registry import load_spec
from reconciler.providers.spec import Spec
from reconciler.records import Secret

CREDENTIALS: dict[str, dict[str, str]] = {
    "lipscore": {"api_key": "889c3f3e4b6ac67269261324"},
    "argyle": {"key_id": "key-id-canary", "key_secret": "key-secret-canary"},
    "flightrates": {"token": "static-token-canary"},
    "studiewinkel": {"token": "ey-bearer-canary"},
}


def fingerprint(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.fixture
def connect() -> Iterator[Callable[..., Connection]]:
    """Open a connection to a provider of the catalog, or to a table given as `spec`; waits take no time."""
    made: list[Connection] = []

    def open_one(provider: str, credentials: dict[str, str] | None = None, **more: object) -> Connection:
        spec = more.pop("spec", None) or load_spec(provider)
        assert isinstance(spec, Spec)
        given = CREDENTIALS.get(provider, {}) if credentials is None else credentials
        settings = Settings(
            name=f"my-{provider}",
            provider=provider,
            spec=spec,
            base_url=str(more.pop("base_url", None) or spec.base_url),
            credentials={name: Secret(value) for name, value in given.items()},
            **more,  # type: ignore[arg-type]  # whatever a test sets
        )
        passed = [0.0]

        def sleep(seconds: float, stop: object) -> None:
            passed[0] += seconds

        clock = Clock(lambda: passed[0], lambda: passed[0], sleep, lambda: 1.0)
        made.append(open_connection(settings, fingerprint, clock=clock))
        return made[-1]

    yield open_one
    for connection in made:
        connection.close()


@pytest.fixture
def web() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock

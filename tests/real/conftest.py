"""Real servers, each started once, and a folder with the command line over it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.flows.flow import CANARY, Folder
from tests.real.github import GUEST, ORGANIZATIONS, OWNER, TOKEN, Hooks, organization_hooks, repository_hooks
from tests.real.linear import KEY as LINEAR_KEY
from tests.real.receiver import Receiver, receiving
from tests.servers.apis import emulate_server, prism_proxy, seam_server

OPENAPI = Path(__file__).parents[1] / "vendor" / "github" / "openapi.json"


@pytest.fixture(scope="session")
def github(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The base URL of a server with GitHub's API: a user, and organizations of which that user is an administrator."""
    organizations = [{"login": name, "members": [{"login": OWNER, "role": "admin"}]} for name in ORGANIZATIONS]
    seed = {
        "tokens": {TOKEN: {"login": OWNER, "scopes": []}, GUEST: {"login": "guest", "scopes": []}},
        "github": {"users": [{"login": OWNER}, {"login": "guest"}], "orgs": organizations, "repos": []},
    }
    with emulate_server(tmp_path_factory.mktemp("github"), "github", seed) as url:
        yield url


@pytest.fixture(scope="session")
def checked_github(github: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The same server behind GitHub's own OpenAPI."""
    with prism_proxy(tmp_path_factory.mktemp("prism"), OPENAPI, github) as url:
        yield url


@pytest.fixture(params=["github", "github-org"])
def hooks(request: pytest.FixtureRequest, github: str) -> Hooks:
    """The hooks of a repository and of an organization that are new to everybody."""
    return (repository_hooks if request.param == "github" else organization_hooks)(github)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """What gets the deliveries."""
    with receiving() as one:
        yield one


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Folder]:
    """A folder with the command line over it; at the end its state must hold no secret."""
    for name in ("CI", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    yield Folder(tmp_path)
    for file in (tmp_path / ".reconcile").glob("*"):
        assert CANARY.encode() not in file.read_bytes(), f"{file.name} holds a secret"


@pytest.fixture(scope="session")
def linear(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The base URL of a server with Linear's API: an administrator and two teams."""
    seed = {
        "linear": {
            "users": [{"email": "admin@example.com", "name": "Admin", "admin": True}],
            "teams": [{"key": "ENG", "name": "Engineering"}, {"key": "OPS", "name": "Operations"}],
            "tokens": [{"token": LINEAR_KEY, "user": "admin@example.com", "scopes": ["read", "write", "admin"]}],
            "strict_scopes": True,
        }
    }
    with emulate_server(tmp_path_factory.mktemp("linear"), "linear", seed) as url:
        yield url


@pytest.fixture(scope="session")
def seam(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The base URL of a server with Seam's API."""
    with seam_server(tmp_path_factory.mktemp("seam")) as url:
        yield url

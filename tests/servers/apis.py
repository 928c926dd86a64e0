"""Servers of other people that speak providers' APIs, and one that checks what goes to an API against its OpenAPI."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.servers.objects import npm_program
from tests.servers.processes import free_port, serving


@contextmanager
def emulate_server(directory: Path, service: str, seed: Mapping[str, Any]) -> Iterator[str]:
    """emulate: one service of it, with what `seed` says of users, tokens and organizations."""
    port, file, log = free_port(), directory / f"{service}.json", directory / f"{service}.log"
    file.write_text(json.dumps(seed), encoding="utf-8")
    with serving([npm_program("emulate"), "start", "-s", service, "-p", port, "--seed", file], port, log):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def prism_proxy(directory: Path, openapi: Path, upstream: str) -> Iterator[str]:
    """Prism: refuses each request, and each answer of `upstream`, that the OpenAPI does not allow."""
    port = free_port()
    with serving(
        [npm_program("prism"), "proxy", "--errors", "-p", port, openapi, upstream], port, directory / "prism.log"
    ):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def seam_server(directory: Path) -> Iterator[str]:
    """fake-seam-connect, with its own seed: workspaces, and the key `seam_apikey1_token` of the first."""
    port, log = free_port(), directory / "seam.log"
    with serving([npm_program("fake-seam-connect"), "--seed"], port, log, {"PORT": str(port)}):
        yield f"http://127.0.0.1:{port}"

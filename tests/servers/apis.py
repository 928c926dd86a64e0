"""Servers of other people that speak providers' APIs, and one that checks what goes to an API against its OpenAPI."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.servers.objects import npm_program
from tests.servers.packages import python_of
from tests.servers.processes import free_port, serving

_HERE = Path(__file__).parent


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


@contextmanager
def mlflow_server(directory: Path) -> Iterator[str]:
    """MLflow, without users; its REST API alone, on a database of its own."""
    port, key = free_port(), base64.urlsafe_b64encode(bytes(32)).decode()
    env = {
        "_MLFLOW_SERVER_FILE_STORE": f"sqlite:///{directory}/mlflow.db",
        "_MLFLOW_SERVER_ARTIFACT_ROOT": str(directory / "artifacts"),
        "MLFLOW_WEBHOOK_ALLOW_PRIVATE_IPS": "true",
        "MLFLOW_WEBHOOK_ALLOWED_SCHEMES": "https,http",
        "MLFLOW_WEBHOOK_SECRET_ENCRYPTION_KEY": key,
        "MLFLOW_DISABLE_TELEMETRY": "true",
    }
    command = [python_of("mlflow"), "-m", "flask", "--app", "mlflow.server", "run", "-p", port]
    with serving(command, port, directory / "mlflow.log", env):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def label_studio_server(directory: Path, token: str) -> Iterator[str]:
    """Label Studio, with one user, who has this legacy token."""
    port = free_port()
    env = {
        "LABEL_STUDIO_BASE_DATA_DIR": str(directory),
        "DJANGO_DB": "sqlite",
        "SECRET_KEY": "of-the-tests",
        "SSRF_PROTECTION_ENABLED": "false",
        "LATEST_VERSION_CHECK": "false",
        "COLLECT_ANALYTICS": "false",
        "SENTRY_DSN": "",
        "CI": "false",  # there it loads what its own developers check it with
    }
    # -P: what lies beside the script is not what the server imports.
    command = [python_of("label-studio"), "-P", _HERE / "start_label_studio.py", port, token]
    with serving(command, port, directory / "label-studio.log", env):
        yield f"http://127.0.0.1:{port}"

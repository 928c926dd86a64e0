"""Servers that come from PyPI, each in an environment of its own, installed on first use as its list here has it."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

_HERE = Path(__file__).parent
_BUILD = Path(__file__).parents[2] / "build" / "servers"


def python_of(server: str) -> Path:
    """Return the Python that has the packages of `SERVER.txt`."""
    wanted, home = _HERE / f"{server}.txt", _BUILD / server
    installed, program = home / "installed.txt", home / "bin" / "python"
    _BUILD.mkdir(parents=True, exist_ok=True)
    with (_BUILD / f".installing-{server}").open("w") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        if not installed.exists() or installed.read_bytes() != wanted.read_bytes() or not program.exists():
            shutil.rmtree(home, ignore_errors=True)
            venv.create(home, symlinks=True)
            _install(wanted, program)
            shutil.copyfile(wanted, installed)
    return program


def _install(wanted: Path, program: Path) -> None:
    options = ["--quiet", "--no-deps", "--require-hashes", "--python", program, "--requirement", wanted]
    # The cache lies beside the environments, so that what they have of it are links.
    _run([_installer(), "pip", "install", *options], {"UV_CACHE_DIR": str(_BUILD / "cache")})


def _installer() -> Path:
    wanted, home = _HERE / "installer.txt", _BUILD / "installer"
    installed = home / "installed.txt"
    with (_BUILD / ".installing-installer").open("w") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        if not installed.exists() or installed.read_bytes() != wanted.read_bytes():
            shutil.rmtree(home, ignore_errors=True)
            options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes", "--target", home]
            _run([sys.executable, "-m", "pip", "install", *options, "--requirement", wanted], {})
            shutil.copyfile(wanted, installed)
    return home / "bin" / "uv"


def _run(command: Sequence[object], env: dict[str, str]) -> None:
    done = subprocess.run(
        list(map(str, command)), env={**os.environ, **env}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.fail(f"{command[0]} failed:\n{done.stderr[-2000:]}", pytrace=False)


if __name__ == "__main__":
    with ThreadPoolExecutor() as both:
        list(both.map(python_of, ("label-studio", "mlflow")))

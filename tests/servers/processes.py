"""Servers that tests start: a free port, a process, and what happens where the program is not there."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest


def missing(what: str, install: str) -> BaseException:
    """Return what to raise where a server's program is not there: in CI a failure, for a person at work a skip."""
    message = f"{what} is not installed: {install}"
    return pytest.fail.Exception(message, pytrace=False) if os.environ.get("CI") else pytest.skip.Exception(message)


def free_port() -> int:
    """Return a port of the loopback address that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def serving(command: Sequence[object], port: int, log: Path, env: Mapping[str, str] | None = None) -> Iterator[None]:
    """Run a server until the end of the block; entered once it listens on `port`."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            list(map(str, command)),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env={**os.environ, **(env or {})},
        )
        try:
            deadline = time.monotonic() + 180
            while not _listens(port):
                if process.poll() is not None or time.monotonic() > deadline:
                    pytest.fail(f"{command[0]} does not serve:\n{log.read_text(errors='replace')[-2000:]}")
                time.sleep(0.05)
            yield
        finally:
            process.kill()
            process.wait()


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True

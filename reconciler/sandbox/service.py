"""What `reconcile sandbox` runs: the sandbox in the foreground, with all that is needed to use it."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TextIO

from reconciler.errors import UsageError
from reconciler.sandbox.faults import read_faults
from reconciler.sandbox.server import Sandbox


def serve(
    port: int,
    faults_file: str | os.PathLike[str] | None,
    out: TextIO,
    log: TextIO | None = None,
    stop: threading.Event | None = None,
) -> None:
    """Serve every provider of the catalog until an interrupt, SIGTERM, or `stop`.

    Addresses and lines to paste go to `out`, a line a request to `log`. Raises `ConfigError` for a
    wrong file of faults and `UsageError` where the port cannot be had.
    """
    faults = read_faults(Path(faults_file)) if faults_file is not None else None
    write = None if log is None else lambda line: print(line, file=log, flush=True)
    stop = stop or threading.Event()
    try:
        sandbox = Sandbox(port=port, faults=faults, log=write)
    except ValueError as error:
        raise UsageError(f"{faults_file}: {error}") from error
    try:
        sandbox.start()
    except (OSError, OverflowError) as error:
        raise UsageError(f"cannot listen on 127.0.0.1:{port}: {error}; try another --port") from error
    try:
        with _stopped_by_signals(stop):
            print(introduction(sandbox), file=out, flush=True)
            stop.wait()
    finally:
        sandbox.close()


def introduction(sandbox: Sandbox) -> str:
    """Return the text that tells how to use a running sandbox: addresses, variables, and `providers:`."""
    lines = [f"Every provider of the catalog stands in at {sandbox.url} (Ctrl-C ends it)", ""]
    width = max((len(name) for name in sandbox.specs), default=0)
    lines += [f"  {name:<{width}}  {sandbox.base_url(name)}" for name in sandbox.specs]
    lines += [f"  {'':<{width}}  (…/name@account for further accounts, each with records of its own)"]
    lines += ["", "# any credentials will do that are not empty", ""]
    providers = ["", "# hooks.yaml", "providers:"]
    for name, spec in sandbox.specs.items():
        providers += [f"  {name}:", f"    base_url: {sandbox.base_url(name)}"]
        for credential in spec.auths[0].credentials if spec.auths else ():
            variable = f"{name}_{credential}".upper().replace("-", "_")
            lines.append(f"export {variable}=sandbox")
            providers.append(f"    {credential}: ${{env:{variable}}}")
    return "\n".join([*lines, *providers])


@contextmanager
def _stopped_by_signals(stop: threading.Event) -> Iterator[None]:
    """Let SIGINT and SIGTERM set `stop`; Python gives signals to the main thread alone."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def handle(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

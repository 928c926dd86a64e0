"""Killing an apply with SIGKILL: at a random moment, or exactly when the provider got or did its nth write."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from reconciler.sandbox import Fault, Sandbox
from tests.storms.world import HERE

ROOT = HERE.parent.parent
WRITES = ("create", "update", "delete")


@dataclass(frozen=True)
class Kill:
    """When to kill: after so many seconds, or as soon as the nth write has `arrived` or is `committed`."""

    moment: Literal["time", "arrived", "committed"]
    nth: int = 0
    seconds: float = 0.0


class Victim:
    """The process that is to be killed, and when. Thread-safe: the sandbox's threads call it."""

    def __init__(self) -> None:
        self.pid: int | None = None
        self.kill: Kill | None = None
        self._seen = {"arrived": 0, "committed": 0}
        self._lock = threading.Lock()

    def begin(self, pid: int, kill: Kill | None) -> None:
        with self._lock:
            self.pid, self.kill = pid, kill
            self._seen = dict.fromkeys(self._seen, 0)

    def end(self) -> None:
        with self._lock:
            self.pid = self.kill = None

    def came(self, moment: Literal["arrived", "committed"]) -> bool:
        """A write came this far; whether the client was killed for it."""
        with self._lock:
            self._seen[moment] += 1
            due = self.kill is not None and self.kill.moment == moment and self._seen[moment] == self.kill.nth
            if due and self.pid is not None:
                os.kill(self.pid, signal.SIGKILL)
            return due

    def out_of_time(self) -> None:
        with self._lock:
            if self.pid is not None:
                os.kill(self.pid, signal.SIGKILL)


class WatchedSandbox(Sandbox):
    """A sandbox that kills its client: at `arrived` before it does anything, at `committed` before it answers."""

    def __init__(self, **settings: Any) -> None:
        self.victim = Victim()
        super().__init__(**settings, log=self._taken)

    def _choose(self, provider: str, operation: str, page: int | None) -> Fault | None:
        fault = super()._choose(provider, operation, page)
        if operation in WRITES and self.victim.came("arrived"):
            return Fault(kind="reset_before")
        return fault

    def _taken(self, line: str) -> None:
        """A request was carried out, and is answered next."""
        if self.requests[-1].committed:
            self.victim.came("committed")

    def quiet(self) -> None:
        """Wait until all that dead clients sent is done: what they had under way ends, nothing else comes."""
        # Connections are taken in their order, by one thread: once this one is answered, all earlier ones are.
        with socket.create_connection(("127.0.0.1", int(self.url.rpartition(":")[2]))) as probe:
            probe.sendall(b"GET /nothing HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            while probe.recv(65_536):
                pass
        while any("process_request_thread" in thread.name for thread in threading.enumerate()):
            time.sleep(0.001)


class Runner:
    """Runs the command line in forks of a warm process, and kills it where it is told to."""

    def __init__(self, folder: Path, sandbox: WatchedSandbox) -> None:
        self.folder = folder
        self.output = folder / "output"
        self.kills = 0
        self._sandbox = sandbox
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.storms.runner"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate(timeout=60)

    def run(
        self, *arguments: str, kill: Kill | None = None, largest: int | None = None, user: int | None = None
    ) -> int:
        """Run `reconcile ARGUMENTS…` and return its exit code; negative, the signal that ended it.

        `largest` bounds the files that it writes, as a full disk does; `user` is who runs it.
        """
        order = {
            "arguments": arguments,
            "folder": str(self.folder),
            "output": str(self.output),
            "largest": largest,
            "user": user,
        }
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        victim = self._sandbox.victim
        victim.begin(self._answer(), kill)
        timer = threading.Timer(kill.seconds, victim.out_of_time) if kill and kill.moment == "time" else None
        if timer:
            timer.start()
        code = self._answer()
        victim.end()
        if timer:
            timer.cancel()
            timer.join()
        self._sandbox.quiet()
        self.kills += code == -signal.SIGKILL
        return code

    def _answer(self) -> int:
        assert self._process.stdout is not None
        return int(self._process.stdout.readline())

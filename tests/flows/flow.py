"""Flows from end to end: a file, a state, a sandbox and the command line, as a user has them.

Every secret in these flows holds the word of `CANARY`; `Flow.run` finds it in whatever is printed.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from click.testing import CliRunner

from reconciler.cli.main import main
from reconciler.sandbox import Faults, Sandbox
from reconciler.sandbox.wire import Answer, Request

ROOT = Path(__file__).parent.parent.parent
CANARY = "canary"
CREDENTIALS = {
    "lipscore": {"api_key": "canary-lipscore"},
    "argyle": {"key_id": "canary-id", "key_secret": "canary-argyle"},
    "flightrates": {"handle": "someone", "password": "canary-flightrates"},
    "studiewinkel": {"token": "canary-studiewinkel"},
}
PROVIDERS = tuple(CREDENTIALS)
SUBSCRIPTIONS: dict[str, dict[str, Any]] = {
    "lipscore": {"events": ["rating_created"]},
    "argyle": {"events": ["users.fully_synced"], "secret": "canary-signing", "config": {"days_synced": 30}},
    "flightrates": {"events": ["dbs"], "shop": "63fdc414cccc3592d31b3ac8", "token": "canary-fares"},
    "studiewinkel": {"events": ["list-published"]},
}


@dataclass(frozen=True)
class Run:
    """How one call of the command line ended."""

    code: int
    stdout: str
    stderr: str

    @property
    def json(self) -> Any:
        """What stdout says, which must be JSON and nothing else."""
        return json.loads(self.stdout)

    def actions(self) -> dict[str | None, str]:
        """The changes of a plan or a result: action by address."""
        return {change["address"]: change["action"] for change in self.json["changes"]}

    def change(self, address: str | None = None) -> dict[str, Any]:
        """The change of an address, or the only one there is."""
        (found,) = [one for one in self.json["changes"] if address is None or one["address"] == address]
        assert isinstance(found, dict)
        return found


class Folder:
    """A folder with a hooks.yaml and its state, and the command line over it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "hooks.yaml"

    def write(self, subscriptions: dict[str, Any], providers: dict[str, Any], **more: Any) -> None:
        """Write hooks.yaml."""
        document = {"version": 1, "providers": providers, "subscriptions": subscriptions, **more}
        self.file.write_text(yaml.safe_dump(document, sort_keys=False, allow_unicode=True), encoding="utf-8")

    def run(self, *arguments: str, answer: str | None = None) -> Run:
        """Call the command line in this process, in the folder; nothing secret may come out of it."""
        result = CliRunner().invoke(main, [*arguments], input=answer)
        return _clean(Run(result.exit_code, result.stdout, result.stderr))

    def plan(self, *arguments: str) -> Run:
        """`plan --format json --detailed-exitcode`."""
        return self.run("plan", "--format", "json", "--detailed-exitcode", *arguments)

    def apply(self, *arguments: str, code: int = 0) -> Run:
        """`apply --auto-approve --format json`, which must end with `code`."""
        run = self.run("apply", "--auto-approve", "--format", "json", *arguments)
        assert run.code == code, f"{run.stdout}\n{run.stderr}"
        return run

    def settled(self) -> None:
        """The next plan is empty."""
        run = self.plan()
        assert (run.code, run.json["changes"], run.json["drift"]) == (0, [], []), run.stdout

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start the command line as a process of its own; `finish` waits for it."""
        return subprocess.Popen(
            [sys.executable, "-m", "reconciler", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )

    @staticmethod
    def finish(process: subprocess.Popen[str]) -> Run:
        """Wait for a process to end."""
        stdout, stderr = process.communicate(timeout=120)
        return _clean(Run(process.returncode, stdout, stderr))


class Holding(Sandbox):
    """A sandbox that can keep back its answers to what it has done, for as long as a test needs."""

    def __init__(self, **settings: Any) -> None:
        self.holds = ""
        """The method of the requests that are not answered until `let_go` is set."""
        self.let_go = threading.Event()
        super().__init__(**settings)

    def close(self) -> None:
        self.let_go.set()
        super().close()

    def _answer(self, request: Request) -> Answer:
        answer = super()._answer(request)
        if request.method == self.holds:
            self.let_go.wait(120)
        return answer


class Flow(Folder):
    """A folder, and the sandbox that its connections lead to."""

    def __init__(self, folder: Path, sandbox: Holding) -> None:
        super().__init__(folder)
        self.sandbox = sandbox

    def connection(self, name: str, **more: Any) -> dict[str, Any]:
        """One entry under `providers:` for a connection named after its provider, or `provider@account`."""
        provider = name.partition("@")[0]
        return {
            "type": provider,
            "base_url": self.sandbox.base_url(name),
            "retry": 0,
            **CREDENTIALS[provider],
            **more,
        }

    def subscription(self, provider: str, **more: Any) -> dict[str, Any]:
        """One entry under `subscriptions:` that the connection of that name takes."""
        url = f"https://hooks.example.com/{provider}"
        return {"provider": provider, "url": url, **SUBSCRIPTIONS[provider.partition("@")[0]], **more}

    def write(self, subscriptions: dict[str, Any], providers: dict[str, Any] | None = None, **more: Any) -> None:
        """Write hooks.yaml; without `providers` it has a connection of each that the subscriptions name."""
        if providers is None:
            providers = {one["provider"]: self.connection(one["provider"]) for one in subscriptions.values()}
        super().write(subscriptions, providers, **more)

    def faults(self, *faults: dict[str, Any]) -> None:
        """What goes wrong from now on; nothing, without any."""
        self.sandbox.faults = Faults.model_validate({"faults": list(faults)})

    def urls(self, provider: str) -> list[str]:
        """The URLs of what is really there, in the order of their making."""
        names = ("url", "target_url", "endPoint", "notificationUrl")
        return [next(record[name] for name in names if name in record) for record in self.sandbox.records(provider)]

    def writes(self) -> int:
        """How many requests so far asked the sandbox to change something."""
        return sum(one.operation in ("create", "update", "delete") for one in self.sandbox.requests)


def _clean(run: Run) -> Run:
    assert CANARY not in run.stdout
    assert CANARY not in run.stderr
    assert "Traceback" not in run.stderr
    assert "internal error" not in run.stderr
    return run


def until(condition: Callable[[], bool]) -> None:
    """Wait for what another thread or process is about to do."""
    for _ in range(3000):
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError("it did not come about within half a minute")


def addresses(name: str, provider: str) -> list[str]:
    """The addresses that a subscription of `SUBSCRIPTIONS` gets at a provider."""
    if provider.partition("@")[0] == "argyle":
        return [name]
    events: Sequence[str] = SUBSCRIPTIONS[provider.partition("@")[0]]["events"]
    return [f"{name}[{event}]" for event in events]

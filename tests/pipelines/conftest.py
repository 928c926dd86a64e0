"""A team's pipeline: a bare repository, runners that clone it, the sandbox, and a stand-in for `gh`."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from reconciler.sandbox import Sandbox

ROOT = Path(__file__).parent.parent.parent
CANARY = "canary-key"


class Team:
    """What a pipeline plays on. Each job runs on a runner of its own: a fresh clone, and nothing from before."""

    def __init__(self, folder: Path, sandbox: Sandbox) -> None:
        self.folder = folder
        self.sandbox = sandbox
        self.store = folder / "github"
        self.store.mkdir()
        self.origin = folder / "origin.git"
        self.git("init", "--quiet", "--bare", "--initial-branch=main", str(self.origin))
        self.desk = self.clone("desk")
        tools = folder / "bin"
        tools.mkdir()
        self._tool(tools / "gh", f'exec "{sys.executable}" "{Path(__file__).parent / "stand_in.py"}" "$@"')
        self._tool(tools / "reconcile", f'PYTHONPATH="{ROOT}" exec "{sys.executable}" -m reconciler "$@"')
        self.tools = tools

    @staticmethod
    def _tool(path: Path, line: str) -> None:
        path.write_text(f"#!/bin/sh\n{line}\n", encoding="utf-8")
        path.chmod(0o755)

    def git(self, *arguments: str, at: Path | None = None) -> str:
        """Run git as nobody in particular; return what it says."""
        who = {"GIT_AUTHOR_NAME": "t", "GIT_AUTHOR_EMAIL": "t@example.com"}
        who |= {name.replace("AUTHOR", "COMMITTER"): value for name, value in who.items()}
        quiet = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "PATH": os.environ["PATH"]}
        done = subprocess.run(
            ["git", *arguments], cwd=at or self.folder, env={**who, **quiet}, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    def clone(self, name: str, commit: str | None = None) -> Path:
        """Clone the repository into a new folder, at a commit."""
        place = self.folder / name
        shutil.rmtree(place, ignore_errors=True)
        self.git("clone", "--quiet", str(self.origin), str(place))
        if commit is not None:
            self.git("checkout", "--quiet", commit, at=place)
        return place

    def push(self, branch: str, subscriptions: dict[str, Any]) -> str:
        """Commit a hooks.yaml on a branch and push it; return the commit."""
        base = {"base_url": "${env:SANDBOX}/argyle", "type": "argyle", "key_id": "me", "key_secret": "${env:KEY}"}
        document = {"version": 1, "providers": {"argyle": {**base, "retry": 0}}, "subscriptions": subscriptions}
        self.git("checkout", "--quiet", "-B", branch, at=self.desk)
        (self.desk / "hooks.yaml").write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
        self.git("add", "hooks.yaml", at=self.desk)
        self.git("commit", "--quiet", "--allow-empty", "--message", branch, at=self.desk)
        self.git("push", "--quiet", "--force", "origin", branch, at=self.desk)
        return self.git("rev-parse", "HEAD", at=self.desk)

    def merge(self, branch: str) -> str:
        """Merge a pull request, as the site does; return the commit on main."""
        head = self.git("rev-parse", branch, at=self.desk)
        self.git("checkout", "--quiet", "main", at=self.desk)
        self.git("merge", "--quiet", "--no-ff", "--message", f"merge {branch}", branch, at=self.desk)
        self.git("push", "--quiet", "origin", "main", at=self.desk)
        commit = self.git("rev-parse", "HEAD", at=self.desk)
        (self.store / "merged").mkdir(exist_ok=True)
        (self.store / "merged" / commit).write_text(head, encoding="utf-8")
        return commit

    def job(self, command: str, commit: str, pull_request: str = "", *, key: str = CANARY) -> tuple[int, str]:
        """Run one command of the action on a fresh runner; return the exit code and the log."""
        runner = self.clone("runner", commit)
        environ = {
            "PATH": f"{self.tools}:{os.environ['PATH']}",
            "HOME": str(self.folder),
            "CI": "true",
            "GITHUB_REPOSITORY": "team/hooks",
            "GITHUB_SHA": commit,
            "GITHUB_STEP_SUMMARY": str(self.folder / "summary.md"),
            "GITHUB_OUTPUT": str(self.folder / "output"),
            "GH_STORE": str(self.store),
            "COMMAND": command,
            "FILE": "hooks.yaml",
            "PLAN": "reconcile.plan",
            "PULL_REQUEST": pull_request,
            "RECONCILE_STATE": str(self.folder / "state" / "state.db"),
        }
        if key:
            environ |= {"SANDBOX": self.sandbox.url, "KEY": key}
        done = subprocess.run(
            ["bash", str(ROOT / "pipelines" / "github.sh"), str(self.tools / "reconcile")],
            cwd=runner,
            env=environ,
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert CANARY not in done.stdout
        plan = runner / "reconcile.plan"
        if command == "plan" and plan.exists():  # the next step uploads it
            artifact = self.store / "artifacts" / commit
            artifact.mkdir(parents=True, exist_ok=True)
            shutil.copy(plan, artifact / "reconcile.plan")
        return done.returncode, done.stdout

    def kept(self, kind: str) -> list[dict[str, Any]]:
        """The comments or the issues that there are."""
        file = self.store / "kept.json"
        found = json.loads(file.read_text(encoding="utf-8"))[kind] if file.exists() else []
        assert isinstance(found, list)
        return found

    def writes(self) -> int:
        """How many requests so far asked the sandbox to change something."""
        return sum(one.operation in ("create", "update", "delete") for one in self.sandbox.requests)


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Team]:
    with Sandbox(credentials={"argyle": {"key_id": "me", "key_secret": CANARY}}) as sandbox:
        yield Team(tmp_path, sandbox)

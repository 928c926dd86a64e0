"""The ready-made pipelines, checked by the tools made for it, and by rules of our own."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parent.parent.parent
WORKFLOWS = sorted((ROOT / "examples" / "pipelines" / "github").glob("*.yml"))
SCRIPTS = sorted((ROOT / "pipelines").glob("*.sh"))


def loaded(file: Path) -> Any:
    # `on` is a key here and no truth value.
    return yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)


def tool(name: str, *arguments: str | Path) -> None:
    command = [str(Path(sys.executable).parent / name), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_zizmor_finds_nothing() -> None:
    tool("zizmor", "--offline", "--no-config", "--persona=pedantic", "--no-progress", ROOT / "action.yml", *WORKFLOWS)


def test_shellcheck_finds_nothing() -> None:
    assert len(SCRIPTS) >= 2
    tool("shellcheck", *SCRIPTS)


@pytest.mark.parametrize("file", [ROOT / "action.yml", *WORKFLOWS], ids=lambda file: str(file.name))
def test_actions_are_pinned_by_hash_with_their_version(file: Path) -> None:
    uses = re.findall(r"uses: (.*)", file.read_text(encoding="utf-8"))

    assert uses
    for one in uses:
        assert re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+|OWNER/webhook-reconciler@0{40}", one)


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: str(file.name))
def test_rights_are_the_least_and_no_fork_comes_near_a_secret(file: Path) -> None:
    workflow = loaded(file)

    assert workflow["permissions"] == {}
    assert "pull_request_target" not in workflow["on"]
    assert "workflow_run" not in workflow["on"]
    for job in workflow["jobs"].values():
        assert job["permissions"]["contents"] == "read"
        if "secrets." not in str(job):
            continue
        assert job["environment"]
        if "pull_request" in workflow["on"]:
            assert job["if"] == "github.event.pull_request.head.repo.full_name == github.repository"


def test_gitlabs_merge_requests_of_forks_are_validated_only() -> None:
    template = loaded(ROOT / "examples" / "pipelines" / "gitlab" / "webhooks.gitlab-ci.yml")

    for name, job in template.items():
        for rule in job.get("rules", []):
            if "merge_request_event" in rule["if"] and name != "webhooks:validate":
                assert "$CI_MERGE_REQUEST_SOURCE_PROJECT_ID == $CI_PROJECT_ID" in rule["if"]


def test_the_pre_commit_hook_runs_a_command_that_there_is() -> None:
    (hook,) = loaded(ROOT / ".pre-commit-hooks.yaml")

    assert hook["entry"] == "reconcile validate"
    assert re.search(hook["files"], "infra/hooks.yaml")
    assert not re.search(hook["files"], "webhooks.yaml")


def test_the_image_runs_as_nobody_in_particular_and_is_built_from_little() -> None:
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    last = lines[max(number for number, line in enumerate(lines) if line.startswith("FROM ")) :]

    assert "USER 10001:10001" in last
    assert last.index("USER 10001:10001") < last.index('ENTRYPOINT ["reconcile"]')
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert "*" in ignored
    assert "!tests" not in ignored

"""Secrets in the places where vendors put them: a path, a query, a body, a header of an answer. None gets out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from reconciler.cli.main import main
from reconciler.sandbox import Fault, Faults, Sandbox

CREDENTIALS = {
    "trello": ["key", "token"],  # both in the query, and one in the path
    "plaid": ["client_id", "secret", "access_token"],  # in the body
    "asana": ["token"],
    "heroku": ["token"],
    "mailgun": ["api_key"],
}
SUBSCRIPTION: dict[str, dict[str, Any]] = {
    "trello": {"model": "5abbe4b7ddc1b351ef961414"},
    "plaid": {},
    "asana": {"workspace": "1331", "resource": "12345", "capture": {"file": "secrets/asana"}},
    "heroku": {"app": "shop", "events": ["api:release"], "level": "notify", "capture": {"file": "secrets/heroku"}},
    "mailgun": {"events": ["opened"]},
}


@pytest.mark.parametrize("name", CREDENTIALS)
def test_no_output_no_log_and_no_file_has_it(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[str] = []
    right = {one: f"{one}/canary" for one in CREDENTIALS[name]}
    for one, value in right.items():
        monkeypatch.setenv(one.upper(), value)
    monkeypatch.setenv("SIGNATURE", "url-canary")
    monkeypatch.chdir(tmp_path)
    Path("secrets").mkdir()
    said = []

    def reconcile(*arguments: str) -> int:
        result = CliRunner().invoke(main, [*arguments, "-vv"])
        said.append(result.output)
        return result.exit_code

    with Sandbox(credentials={name: right}, log=lines.append) as sandbox:
        connection = {one: f"${{env:{one.upper()}}}" for one in right}
        entry = {"provider": name, "url": "https://hooks.example.com/a?token=${env:SIGNATURE}", **SUBSCRIPTION[name]}
        fast = {"base_url": sandbox.base_url(name), "retry": 0, "settle": 0}
        document = {"version": 1, "providers": {name: {**connection, **fast}}, "subscriptions": {"hook": entry}}
        Path("hooks.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")
        sandbox.faults = Faults(faults=[Fault(kind="status", status=400, operation="create", times=1)])

        assert reconcile("apply", "--auto-approve") == 1
        assert reconcile("plan", "--out", "plan.json") == 0
        assert reconcile("apply", "plan.json") == 0
        assert len(sandbox.records(name)) == 1
        assert reconcile("plan", "--detailed-exitcode") == 0
        assert reconcile("export", name) == 0
        made = [text for record in sandbox.records(name) for text in _texts(record) if text.startswith("whsec_")]
    files = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and path.parent.name != "secrets"]
    everything = b"\n".join([*files, *(line.encode() for line in [*said, *lines])])
    assert b"POST" in everything
    assert b"canary" not in everything
    assert bool(made) == ("capture" in SUBSCRIPTION[name])
    for text in made:
        assert (tmp_path / "secrets" / name).read_text(encoding="utf-8").strip() == text
        assert text.encode() not in everything


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for inner in value.values() for text in _texts(inner)]
    return [value] if isinstance(value, str) else []

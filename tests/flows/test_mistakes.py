"""A file with many mistakes: all of them in one run, each with its place, and nothing is read or changed."""

from __future__ import annotations

import re

import pytest

from tests.flows.flow import Flow

TWELVE = """\
version: 2
stat: .reconcile/state.db
providers:
  lipscore:
    api_kee: ${env:SET_KEY}
  argyle:
    environment: sandbx
    key_id: id
    key_secret: ${env:UNSET_SECRET}
    timeout: soon
  argile: {}
policy: {max_deletes: many}
subscriptions:
  one:
    provider: lipscor
    url: https://hooks.example.com/a
    events: [rating_created]
  two:
    provider: argyle
    url: http://hooks.example.com/b
    events: [users.fully_synced]
  three:
    provider: argyle
    url: https://hooks.example.com/c
    events: users.fully_synced
    secrt: x
  "fo[ur":
    provider: argyle
    url: https://hooks.example.com/d
    events: [users.fully_synced]
  five:
    provider: argyle
    url: ${env:UNSET_URL}
    events: []
"""
EXPECTED = [
    (1, "version"),
    (2, "state"),
    (5, "api_key"),
    (7, "sandbox"),
    (9, "UNSET_SECRET"),
    (10, "timeout"),
    (11, "argyle"),
    (12, "max_deletes"),
    (15, "lipscore"),
    (20, "https"),
    (25, "events"),
    (26, "secret"),
    (27, "bracket"),
    (33, "UNSET_URL"),
    (34, "events"),
]


@pytest.mark.parametrize("command", [["plan"], ["apply", "--auto-approve"], ["destroy", "--auto-approve"]])
def test_all_mistakes_are_told_at_once_each_with_its_place(
    flow: Flow, command: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SET_KEY", "canary-set")
    flow.file.write_text(TWELVE, encoding="utf-8")
    run = flow.run(*command)
    assert (run.code, run.stdout) == (1, "")
    blocks = re.split(r"(?m)^(?=hooks\.yaml:\d+:\d+: )", run.stderr)[1:]
    told = {int(block.split(":")[1]): block for block in blocks}
    for line, word in EXPECTED:
        assert word in told.get(line, ""), f"line {line} is not told with {word!r}:\n{run.stderr}"
    assert [int(block.split(":")[1]) for block in blocks] == sorted(told)
    assert run.stderr.endswith("nothing was read or changed.\n")
    assert not (flow.folder / ".reconcile").exists()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("version: 1\nversion: 1\n", "hooks.yaml:2:1"),
        ("a: [1\n", "hooks.yaml:"),
        ("a: &a [*a]\n", "hooks.yaml:"),
        ("- 1\n", "hooks.yaml:1:1"),
        ("version: 1\nproviders: {argyle: {key_id: 1}}\nsubscriptions: {a: {provider: argyle}}\n", "hooks.yaml:"),
        ("\x00", "hooks.yaml"),
        ("!!python/object/apply:os.system [true]\n", "hooks.yaml:1:1"),
    ],
)
def test_a_file_that_is_none(flow: Flow, text: str, words: str) -> None:
    flow.file.write_text(text, encoding="utf-8")
    for command in (["validate"], ["plan"]):
        run = flow.run(*command)
        assert (run.code, run.stdout) == (1, "")
        assert words in run.stderr


def test_validate_needs_no_values_and_plan_names_the_missing_ones(flow: Flow, monkeypatch: pytest.MonkeyPatch) -> None:
    flow.write(
        {"one": flow.subscription("argyle", secret="${env:UNSET_1}")},
        {"argyle": flow.connection("argyle", key_secret="${env:UNSET_2}")},
    )
    monkeypatch.setenv("UNSET_2", "")  # a pipeline gives an empty text for a secret that it does not have
    assert flow.run("validate").code == 0
    run = flow.run("plan")
    assert (run.code, run.stdout) == (1, "")
    assert "UNSET_1" in run.stderr
    assert "UNSET_2" in run.stderr
    assert flow.sandbox.requests == []

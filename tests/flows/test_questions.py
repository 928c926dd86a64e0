"""The question before an apply, on a real terminal and without one; wrong usage."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.flows.flow import CANARY, ROOT, Flow, until


class Terminal:
    """A process on a terminal of 80 columns."""

    def __init__(self, folder: Path, *arguments: str, env: dict[str, str] | None = None) -> None:
        self._main, inner = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "reconciler", *arguments],
            stdin=inner,
            stdout=inner,
            stderr=inner,
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm", "COLUMNS": "80", **(env or {})},
            start_new_session=True,
        )
        os.close(inner)
        self.text = ""

    def read_until(self, words: str) -> None:
        """Read until `words` were shown."""
        while words not in self.text:
            piece = self._read()
            assert piece, f"it ended without {words!r}: {self.text}"

    def type(self, text: str) -> None:
        """Type a line."""
        os.write(self._main, text.encode())

    def finish(self) -> int:
        """Read to the end and return the exit code."""
        while self._read():
            pass
        os.close(self._main)
        assert CANARY not in self.text
        return self.process.wait(timeout=60)

    def _read(self) -> str:
        readable, _, _ = select.select([self._main], [], [], 60)
        assert readable, f"it says nothing more: {self.text}"
        try:
            piece = os.read(self._main, 65536).decode(errors="replace")
        except OSError:  # what Linux says once nobody holds the other end
            return ""
        self.text += piece
        return piece


def start(flow: Flow) -> None:
    flow.write({"one": flow.subscription("argyle"), "two": flow.subscription("lipscore")})


@pytest.mark.parametrize(
    ("answer", "code", "made"), [("yes\n", 0, 1), ("no\n", 1, 0), ("y\n", 1, 0), ("\n", 1, 0), ("\x04", 1, 0)]
)
def test_only_yes_is_a_yes(flow: Flow, answer: str, code: int, made: int) -> None:
    start(flow)
    terminal = Terminal(flow.folder, "apply")
    terminal.read_until("Enter a value")
    assert flow.writes() == 0
    assert "to create" in terminal.text
    terminal.type(answer)
    assert terminal.finish() == code, terminal.text
    assert len(flow.sandbox.records("argyle")) == made
    if not made:
        assert "Nothing was changed." in terminal.text
    again = flow.run("apply", "--auto-approve")  # the lock is free
    assert again.code == 0


def test_ctrl_c_at_the_question(flow: Flow) -> None:
    start(flow)
    terminal = Terminal(flow.folder, "apply")
    terminal.read_until("Enter a value")
    time.sleep(0.5)  # Python may miss a signal between the prompt and the read; no person is as quick
    terminal.process.send_signal(signal.SIGINT)
    assert terminal.finish() == 130
    assert "Enter a value: \r\nInterrupted." in terminal.text
    assert flow.writes() == 0
    assert flow.run("apply", "--auto-approve").code == 0


def test_destroy_asks_another_question(flow: Flow) -> None:
    start(flow)
    flow.apply()
    terminal = Terminal(flow.folder, "destroy")
    terminal.read_until("Enter a value")
    assert "Delete" in terminal.text
    terminal.type("yes\n")
    assert terminal.finish() == 0
    assert flow.sandbox.records("argyle") == []


def test_nothing_is_asked_where_nothing_can_be_done(flow: Flow) -> None:
    start(flow)
    flow.apply()
    terminal = Terminal(flow.folder, "apply")
    assert terminal.finish() == 0
    assert "Enter a value" not in terminal.text
    assert "No changes." in terminal.text


@pytest.mark.parametrize(("env", "colour"), [({}, True), ({"NO_COLOR": "1"}, False), ({"CI": "true"}, False)])
def test_a_terminal_gets_colour_unless_told_otherwise(flow: Flow, env: dict[str, str], colour: bool) -> None:
    start(flow)
    terminal = Terminal(flow.folder, "plan", env=env)
    assert terminal.finish() == 0
    assert ("\x1b[" in terminal.text) is colour


@pytest.mark.parametrize("command", ["apply", "destroy"])
def test_without_a_terminal_it_needs_auto_approve(flow: Flow, command: str) -> None:
    start(flow)
    for run in (flow.run(command), flow.finish(flow.start(command))):
        assert (run.code, run.stdout) == (1, "")
        assert "--auto-approve" in run.stderr
    assert flow.sandbox.requests == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["aply"], "Did you mean apply"),
        (["plan", "--nonsense"], "--nonsense"),
        (["plan", "--format", "xml"], "xml"),
        (["plan", "--parallelism", "0"], "--parallelism"),
        (["apply", "--allow-deletes", "some"], "--allow-deletes"),
        (["apply", "--lock-timeout", "-1"], "--lock-timeout"),
        (["import", "one"], "ID"),
        (["state", "mv", "one"], "TO"),
        (["state", "nonsense"], "nonsense"),
        (["plan", "-f", "no-such.yaml"], "no-such.yaml"),
        (["plan", "-f", "."], "directory"),
    ],
)
def test_wrong_usage_is_1_and_one_clear_message(flow: Flow, arguments: list[str], words: str) -> None:
    start(flow)
    run = flow.run(*arguments)
    assert (run.code, run.stdout) == (1, "")
    assert words in run.stderr
    assert len(run.stderr.splitlines()) <= 3


def test_a_reader_that_leaves_early_is_no_success_and_no_noise(flow: Flow) -> None:
    flow.write({f"hook-{n}": flow.subscription("argyle", url=f"https://h.example/{n}") for n in range(400)})
    process = flow.start("plan")
    assert process.stdout is not None
    until(lambda: flow.sandbox.count("argyle", "list") == 1)
    process.stdout.close()
    assert process.stderr is not None
    with process.stderr:
        assert process.stderr.read() == ""
    assert process.wait(timeout=60) == 1

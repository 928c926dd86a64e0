"""Files and commands that take a secret: exactly once, exactly as it is, and told without it."""

from __future__ import annotations

import logging
import os
import stat
import sys
import tempfile
from pathlib import Path

import pytest

from reconciler.errors import CaptureError
from reconciler.http.redaction import Redactor
from reconciler.records import Capture
from reconciler.secrets.sinks import check, hand_over

VALUE = "whsec_canary/ü\nlast line\n"


def plain(text: str) -> str:
    return text


def file(folder: Path, name: str = "secret") -> Capture:
    return Capture(name, folder=str(folder))


def program(folder: Path, script: str, *arguments: str) -> Capture:
    """A command that runs a Python script of its own, to be found by a path relative to the folder."""
    path = folder / "take"
    path.write_text(f"#!{sys.executable}\nimport os, sys, time\n{script}\n")
    path.chmod(0o755)
    return Capture(None, ("./take", *arguments), str(folder))


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_file_is_its_owners_alone_and_has_exactly_the_value(tmp_path: Path) -> None:
    check(file(tmp_path))
    hand_over(file(tmp_path), VALUE, {}, plain)
    assert (tmp_path / "secret").read_text() == VALUE
    assert mode(tmp_path / "secret") == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["secret"]


def test_a_file_that_others_could_read_is_replaced_not_filled(tmp_path: Path) -> None:
    target = tmp_path / "secret"
    target.write_text("old")
    target.chmod(0o644)
    with target.open() as reader:
        hand_over(file(tmp_path), "new", {}, plain)
        assert reader.read() == "old"
    assert target.read_text() == "new"
    assert mode(target) == 0o600


def test_a_link_is_replaced_and_what_it_points_to_is_not_written(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text("old")
    (tmp_path / "secret").symlink_to(tmp_path / "elsewhere")
    hand_over(file(tmp_path), "new", {}, plain)
    assert not (tmp_path / "secret").is_symlink()
    assert (tmp_path / "elsewhere").read_text() == "old"


def test_content_and_name_are_durable_before_it_counts_as_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    sync, replace = os.fsync, Path.replace

    def noted_sync(descriptor: int) -> None:
        steps.append("directory" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file")
        sync(descriptor)

    def noted_replace(self: Path, target: Path) -> Path:
        steps.append("name")
        return replace(self, target)

    monkeypatch.setattr(os, "fsync", noted_sync)
    monkeypatch.setattr(Path, "replace", noted_replace)
    hand_over(file(tmp_path), "new", {}, plain)
    assert steps == ["file", "name", "directory"]


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secret").write_text("old")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CaptureError, match=r"secret cannot be written to .*secret: No space left on device") as caught:
        hand_over(file(tmp_path), "canary", {}, plain)
    assert "canary" not in repr(caught.value)
    assert caught.value.__cause__ is None
    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [("secret", "old")]


def test_a_file_is_checked_before(tmp_path: Path) -> None:
    check(file(tmp_path))
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(CaptureError, match="No such file or directory"):
        check(file(tmp_path, "missing/secret"))
    (tmp_path / "folder").mkdir()
    with pytest.raises(CaptureError, match="is no file"):
        check(file(tmp_path, "folder"))
    (tmp_path / "plain").write_text("")
    with pytest.raises(CaptureError, match="Not a directory"):
        check(file(tmp_path, "plain/secret"))


def test_a_folder_that_may_not_be_written_is_found_before() -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o555)
        root = os.geteuid() == 0
        if root:  # whom no permission binds
            os.seteuid(65534)
        try:
            with pytest.raises(CaptureError, match="Permission denied"):
                check(file(Path(folder)))
        finally:
            if root:
                os.seteuid(0)


def test_a_command_gets_the_value_on_its_input_without_a_shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECONCILE_STATE_KEY", "canary-key")
    monkeypatch.setenv("VAULT_TOKEN", "theirs")
    took = program(
        tmp_path,
        "open('got', 'wb').write(sys.stdin.buffer.read()); open('argv', 'w').write(repr(sys.argv[1:]))\n"
        "open('env', 'w').write(repr([os.environ.get(n) for n in "
        "('RECONCILE_STATE_KEY', 'VAULT_TOKEN', 'RECONCILE_ADDRESS')]))",
        "a b",
        "$HOME;*",
    )
    check(took)
    hand_over(took, VALUE, {"RECONCILE_ADDRESS": "income"}, plain)
    assert (tmp_path / "got").read_bytes() == VALUE.encode()
    assert (tmp_path / "argv").read_text() == repr(["a b", "$HOME;*"])
    assert (tmp_path / "env").read_text() == repr([None, "theirs", "income"])


def test_a_command_is_found_on_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path, "open('got', 'w').write(sys.stdin.read())")
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "work").mkdir()
    named = Capture(None, ("take",), str(tmp_path / "work"))
    check(named)
    hand_over(named, "v", {}, plain)
    assert (tmp_path / "work" / "got").read_text() == "v"


def test_a_command_is_checked_before(tmp_path: Path) -> None:
    with pytest.raises(CaptureError, match=r"the command \./take .* is not there or cannot be executed"):
        check(Capture(None, ("./take",), str(tmp_path)))
    (tmp_path / "take").write_text("#!/bin/sh\n")
    with pytest.raises(CaptureError, match="cannot be executed"):
        check(Capture(None, ("./take",), str(tmp_path)))
    with pytest.raises(CaptureError, match="no-such-program-at-all"):
        check(Capture(None, ("no-such-program-at-all",), str(tmp_path)))


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("print('I had', sys.stdin.read()); sys.exit(3)", r"ended with exit code 3: I had \(sensitive\)"),
        ("sys.stderr.write(sys.stdin.read()); os.kill(os.getpid(), 9)", r"was ended by signal 9"),
        ("sys.exit(1)", "ended with exit code 1$"),
    ],
)
def test_what_a_command_says_is_shown_without_the_value(tmp_path: Path, script: str, message: str) -> None:
    with pytest.raises(CaptureError, match=message) as caught:
        hand_over(program(tmp_path, script), "canary", {}, Redactor(["canary"]).scrub)
    assert "canary" not in repr(caught.value)


def test_what_a_command_says_of_its_success_goes_to_the_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "reconciler.secrets.sinks"):
        hand_over(program(tmp_path, "print('stored', sys.stdin.read())"), "canary", {}, Redactor(["canary"]).scrub)
    assert "stored (sensitive)" in caplog.text


def test_a_command_has_a_bounded_time_and_leaves_nothing_behind(tmp_path: Path) -> None:
    script = "import subprocess\nsubprocess.Popen(['sleep', '60'])\nprint('canary', flush=True)\ntime.sleep(60)"
    with pytest.raises(CaptureError, match=r"took longer than 0\.5 s"):
        hand_over(program(tmp_path, script), "canary", {}, plain, patience=0.5)


def test_a_command_that_does_not_read_or_says_too_much_is_no_trouble(tmp_path: Path) -> None:
    hand_over(program(tmp_path, "pass"), "v" * 1_000_000, {}, plain)
    heard: list[int] = []

    def scrub(text: str) -> str:
        heard.append(len(text))
        return ""

    hand_over(program(tmp_path, "print('x' * 10_000_000)"), "v", {}, scrub)
    assert heard[0] <= 65_536


def test_a_command_that_leaves_something_running_does_not_hold_us_up(tmp_path: Path) -> None:
    script = "import subprocess\nopen('pid', 'w').write(str(subprocess.Popen(['sleep', '60']).pid))"
    hand_over(program(tmp_path, script), "v", {}, plain)
    os.kill(int((tmp_path / "pid").read_text()), 9)

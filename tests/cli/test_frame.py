"""The frame of the command line: options, exit codes, and what is said on which stream."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from reconciler import __version__
from reconciler.cli.lazy import Lazy
from reconciler.cli.main import COMMANDS, App, main
from reconciler.cli.options import common_options
from reconciler.errors import ConfigError, Location, Problem, StateLocked
from reconciler.workflow.options import Options

ROOT = Path(__file__).parent.parent.parent
CANARY = "canary-7f3a"
HEAVY = ("pydantic", "pydantic_core", "requests", "urllib3", "deepdiff", "yaml", "rich", "cryptography", "sqlite3")


@pytest.fixture(autouse=True)
def _loggers_as_before() -> Iterator[None]:
    ours = logging.getLogger("reconciler")
    kept = (ours.handlers[:], ours.propagate, ours.level)
    yield
    ours.handlers[:], ours.propagate = kept[0], kept[1]
    ours.setLevel(kept[2])


def run_command(body: Callable[[Options], Any], *arguments: str, env: dict[str, str] | None = None) -> Result:
    """Run `body` as the command `it` of an app of its own."""
    app = App("reconcile", lazy={})
    app.add_command(click.command("it")(common_options()(body)))
    return CliRunner().invoke(app, ["it", *arguments], env=env)


def raising(error: BaseException) -> Callable[[Options], Any]:
    def body(options: Options) -> None:
        raise error

    return body


def options_of(*arguments: str, env: dict[str, str] | None = None) -> Options:
    seen: list[Options] = []
    result = run_command(seen.append, *arguments, env=env)
    assert result.exit_code == 0, result.output
    return seen[0]


def process(*arguments: str, code: str | None = None, **settings: Any) -> subprocess.CompletedProcess[str]:
    start = ["-c", code] if code else ["-m", "reconciler"]
    environment = {"PATH": "", "PYTHONPATH": str(ROOT), **settings.pop("env", {})}
    settings = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **settings}
    return subprocess.run([sys.executable, *start, *arguments], text=True, env=environment, check=False, **settings)


# --- options


def test_defaults() -> None:
    assert options_of() == Options()


def test_every_option_on_the_command_line() -> None:
    arguments = (
        "-f a.yaml --state s3://b/k --target income --target x[*] --provider argyle --parallelism 3 --color never -vv"
        " --log-format json --allow-deletes 20 --allow-recreate --lock-timeout 1.5"
    )
    assert options_of(*arguments.split()) == Options(
        file=Path("a.yaml"),
        state="s3://b/k",
        targets=("income", "x[*]"),
        connections=("argyle",),
        parallelism=3,
        color="never",
        verbose=2,
        log_format="json",
        allow_deletes=20,
        allow_recreate=True,
        lock_timeout=1.5,
    )


def test_every_option_from_the_environment() -> None:
    env = {
        "RECONCILE_FILE": "a.yaml",
        "RECONCILE_STATE": "s3://b/k",
        "RECONCILE_TARGET": "income x[*]",
        "RECONCILE_PROVIDER": "argyle",
        "RECONCILE_PARALLELISM": "3",
        "RECONCILE_COLOR": "never",
        "RECONCILE_VERBOSE": "2",
        "RECONCILE_LOG_FORMAT": "json",
        "RECONCILE_ALLOW_DELETES": "all",
        "RECONCILE_ALLOW_RECREATE": "1",
        "RECONCILE_LOCK_TIMEOUT": "1.5",
    }
    assert options_of(env=env) == Options(
        file=Path("a.yaml"),
        state="s3://b/k",
        targets=("income", "x[*]"),
        connections=("argyle",),
        parallelism=3,
        color="never",
        verbose=2,
        log_format="json",
        allow_deletes="all",
        allow_recreate=True,
        lock_timeout=1.5,
    )
    assert options_of("-f", "b.yaml", "--target", "z", env=env).file == Path("b.yaml")
    assert options_of("--target", "z", env=env).targets == ("z",)


def test_an_empty_variable_counts_as_unset() -> None:
    assert options_of(env={"RECONCILE_STATE": "", "RECONCILE_TARGET": "", "RECONCILE_ALLOW_DELETES": ""}) == Options()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--parallelism", "0"], "--parallelism"),
        (["--allow-deletes", "some"], "'some' is neither a number nor `all`."),
        (["--allow-deletes", "-1"], "'-1' is neither a number nor `all`."),
        (["--lock-timeout", "-1"], "--lock-timeout"),
        (["--color", "blue"], "--color"),
        (["--targte", "x"], "--target"),
        (["left-over"], "left-over"),
    ],
)
def test_wrong_usage_is_1_and_says_what_is_wrong(arguments: list[str], message: str) -> None:
    result = run_command(lambda options: None, *arguments)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.startswith("Error: ")
    assert message in result.stderr
    assert "`reconcile it --help` tells more." in result.stderr


def test_a_command_can_take_some_of_the_options_only() -> None:
    @click.command("it")
    @common_options(only=("file",))
    def it(options: Options) -> None:
        click.echo(options.file)

    app = App("reconcile", lazy={})
    app.add_command(it)
    assert CliRunner().invoke(app, ["it", "-f", "x", "-v", "--log-format", "json"]).stdout == "x\n"
    assert CliRunner().invoke(app, ["it", "--state", "x"]).exit_code == 1


# --- endings


@pytest.mark.parametrize("code", [0, 1, 2])
def test_a_command_s_own_code_is_the_exit_code(code: int) -> None:
    assert run_command(lambda options: code).exit_code == code


def test_an_error_is_a_message_on_stderr_and_1() -> None:
    result = run_command(raising(StateLocked("the lock is held by \x1b[2Jann\nrun `reconcile state unlock 7`")))
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "Error: the lock is held by \\x1b[2Jann\n  run `reconcile state unlock 7`\n"


def test_a_wrong_file_is_all_its_problems_and_1() -> None:
    result = run_command(raising(ConfigError([Problem("unknown key `x`", Location("hooks.yaml", 3, 5))])))
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.splitlines() == [
        "hooks.yaml:3:5: unknown key `x`",
        "1 problem in hooks.yaml; nothing was read or changed.",
    ]


def test_ctrl_c_is_130_and_one_line() -> None:
    result = run_command(raising(KeyboardInterrupt()))
    assert (result.exit_code, result.stdout, result.stderr) == (130, "", "Interrupted.\n")


def test_ctrl_c_at_a_question_is_130_and_no_answer_is_1(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(prompt: str) -> str:
        raise KeyboardInterrupt

    def ask(options: Options) -> None:
        monkeypatch.setattr("click.termui.visible_prompt_func", interrupted)
        click.confirm("really?", abort=True)

    assert run_command(lambda options: click.confirm("really?", abort=True)).exit_code == 1, "stdin is empty"
    assert run_command(ask).exit_code == 130


def test_a_bug_tells_its_type_and_never_its_text() -> None:
    result = run_command(raising(RuntimeError(CANARY)))
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "internal error: RuntimeError: this is a bug; run with -vv for the place\n"


def test_a_bug_with_vv_tells_the_places_alone() -> None:
    result = run_command(raising(RuntimeError(CANARY)), "-vv")
    assert f"{Path(__file__).name}:" in result.stderr
    assert "in body" in result.stderr
    assert CANARY not in result.stderr
    assert "raise" not in result.stderr, "no source line either"


def test_a_left_stdout_is_a_quiet_1() -> None:
    result = run_command(raising(BrokenPipeError()))
    assert (result.exit_code, result.stderr) == (1, "")


# --- logging


def speak(options: Options) -> None:
    logging.getLogger("reconciler.http").debug("debug \x1b[2J")
    logging.getLogger("reconciler.http").info("info")
    logging.getLogger("reconciler.http").warning("warning")


@pytest.mark.parametrize(
    ("arguments", "lines"),
    [
        ([], ["warning: warning"]),
        (["-v"], ["info: info", "warning: warning"]),
        (["-vv"], ["debug: debug \\x1b[2J", "info: info", "warning: warning"]),
        (["-vvvv"], ["debug: debug \\x1b[2J", "info: info", "warning: warning"]),
    ],
)
def test_verbosity(arguments: list[str], lines: list[str]) -> None:
    result = run_command(speak, *arguments)
    assert result.stdout == ""
    assert result.stderr.splitlines() == lines


def test_the_log_as_json() -> None:
    result = run_command(speak, "--log-format", "json", "-vv")
    records = [json.loads(line) for line in result.stderr.splitlines()]
    assert [(record["level"], record["logger"]) for record in records] == [
        ("debug", "reconciler.http"),
        ("info", "reconciler.http"),
        ("warning", "reconciler.http"),
    ]
    assert records[0]["message"] == "debug \x1b[2J"
    assert records[0]["time"].endswith("+00:00")


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_a_logged_exception_is_its_type_alone(log_format: str) -> None:
    def body(options: Options) -> None:
        try:
            int(CANARY)
        except ValueError:
            logging.getLogger("reconciler").exception("it failed")

    result = run_command(body, "--log-format", log_format)
    assert "it failed (ValueError)" in result.stderr
    assert CANARY not in result.stderr


# --- the group


def test_without_a_command_there_is_help_and_0() -> None:
    for arguments in ([], ["--help"], ["-h"]):
        result = CliRunner().invoke(main, arguments)
        assert result.exit_code == 0
        assert "Usage: reconcile [OPTIONS] [COMMAND] [ARGS]..." in result.stdout
        assert all(f"  {name} " in result.stdout for name in COMMANDS)


def test_version() -> None:
    result = CliRunner().invoke(main, ["--version"])
    assert (result.exit_code, result.stdout) == (0, f"reconcile {__version__}\n")


def test_an_unknown_command_is_1_with_the_nearest_name() -> None:
    result = CliRunner().invoke(main, ["valdiate"])
    assert (result.exit_code, result.stdout) == (1, "")
    assert "There is no command 'valdiate'. Did you mean validate?" in result.stderr
    assert "Did you mean" not in CliRunner().invoke(main, ["zzzzzz"]).stderr


def test_a_command_that_is_called_by_itself_has_the_same_help() -> None:
    command = main.get_command(click.Context(main), "history")
    assert command is not None
    command.make_context("history", [])
    assert CliRunner().invoke(command, ["-h"]).exit_code == 0
    assert CliRunner().invoke(main, ["history", "-h"]).exit_code == 0


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_listed_is_there_and_has_help(name: str) -> None:
    result = CliRunner().invoke(main, [name, "-h"])
    assert result.exit_code == 0, result.stderr
    assert f"Usage: reconcile {name}" in result.stdout
    assert all(len(line) <= 80 for line in result.stdout.splitlines())


def test_help_imports_no_command(monkeypatch: pytest.MonkeyPatch) -> None:
    app = App("reconcile", lazy={"broken": Lazy("no.such.module", "broken", "What it does.")})
    result = CliRunner().invoke(app, ["--help"])
    assert result.exit_code == 0
    assert "broken  What it does." in result.stdout


# --- as a process


@pytest.mark.parametrize("argument", ["--help", "--version", "validate --help", "nonsense"])
def test_nothing_heavy_is_loaded_before_a_command_runs(argument: str) -> None:
    code = (
        "import sys\nfrom reconciler.cli.main import run\n"
        "try: run()\nexcept SystemExit: pass\n"
        "sys.stderr.write('\\n' + ' '.join(sys.modules))"
    )
    loaded = process(*argument.split(), code=code).stderr.splitlines()[-1].split()
    assert "click" in loaded
    assert [name for name in HEAVY if name in loaded] == []


def test_as_a_module() -> None:
    done = process("--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"reconcile {__version__}\n", "")
    wrong = process("--nonsense")
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert "--nonsense" in wrong.stderr


@pytest.mark.parametrize("together", [False, True])
def test_a_reader_that_leaves_early_makes_no_noise(together: bool) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = process("--help", stdout=writing, stderr=writing if together else subprocess.PIPE)
    finally:
        os.close(writing)
    assert done.returncode == 1
    assert not done.stderr


APP = """
import os, signal, sys, click
from reconciler.cli.main import App
app = App("reconcile", lazy={})
@app.command()
def it():
    %s
app()
"""


def test_a_real_interrupt() -> None:
    # A shell's background job is started with the signal ignored, and so are its children.
    code = APP % "print('before'); signal.signal(signal.SIGINT, signal.default_int_handler); os.kill(os.getpid(), 2)"
    done = process("it", code=code)
    assert (done.returncode, done.stdout, done.stderr) == (130, "before\n", "Interrupted.\n")
    assert done.returncode != -signal.SIGINT


@pytest.mark.parametrize("size", [1, 100_000])
def test_results_still_buffered_when_the_reader_leaves(size: int) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = process("it", code=APP % f"print('x' * {size})", stdout=writing)
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (1, "")


def test_a_terminal_without_unicode_gets_escapes() -> None:
    done = process(
        "it", code=APP % "print('caf\\u00e9 \\u2603'); sys.stderr.write('\\u2603')", env={"PYTHONIOENCODING": "ascii"}
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "caf\\xe9 \\u2603\n", "\\u2603")


def test_what_urllib3_logs_is_told_to_nobody() -> None:
    code = """
import logging
from reconciler.cli.logs import set_up_logging
set_up_logging(2, "text")
logging.getLogger("urllib3.connectionpool").error("GET /?api_key=canary")
logging.getLogger("requests").warning("canary")
logging.getLogger("reconciler.http").warning("ours")
"""
    done = process(code=code)
    assert (done.stdout, done.stderr) == ("", "warning: ours\n")


STRAYS = {
    "another thread": "threading.Thread(target=lambda: int('canary')).start()",
    "a destructor": "type('T', (), {'__del__': lambda self: int('canary')})()",
    "the end": "raise ValueError('canary')",
    "a warning": "warnings.warn('canary', UserWarning)",
}


@pytest.mark.parametrize("stray", STRAYS.values(), ids=STRAYS.keys())
def test_what_never_reaches_the_end_of_a_command_tells_its_type_alone(stray: str) -> None:
    script = (
        "import threading, warnings\nfrom reconciler.cli.endings import watch_strays\n"
        "from reconciler.cli.logs import set_up_logging\nset_up_logging(2, 'text')\nwatch_strays()\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "always", "-c", f"{script}{stray}\n"], capture_output=True, text=True, check=False
    )
    assert "canary" not in done.stdout + done.stderr
    assert "ValueError" in done.stderr or "UserWarning" in done.stderr

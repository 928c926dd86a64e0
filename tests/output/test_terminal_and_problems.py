from __future__ import annotations

import io

import pytest

from reconciler.errors import ConfigError, Location, Problem
from reconciler.output.problems import problems_json, render_problems
from reconciler.output.terminal import is_interactive, wants_color


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _neutral_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CI", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")


def test_auto_colours_a_terminal_only() -> None:
    assert wants_color("auto", Terminal())
    assert not wants_color("auto", io.StringIO())
    assert wants_color("always", io.StringIO())
    assert not wants_color("never", Terminal())


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("CI", "true"), ("TERM", "dumb")])
def test_the_environment_turns_colour_off_unless_asked_for(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    assert not wants_color("auto", Terminal())
    assert wants_color("always", Terminal())


def test_an_empty_no_color_means_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "")
    assert wants_color("auto", Terminal())


def test_a_closed_stream_is_no_terminal() -> None:
    stream = io.StringIO()
    stream.close()
    assert not is_interactive(stream)


def test_problems_are_a_line_each_with_hints_below_and_the_number_last() -> None:
    error = ConfigError(
        [
            Problem("unknown key `evnts`", Location("hooks.yaml", 12, 3), "did you mean `events`?"),
            Problem("bad \x1b name", Location("hooks.yaml", 14, 1)),
        ]
    )
    assert render_problems(error) == (
        "hooks.yaml:12:3: unknown key `evnts`\n"
        "    did you mean `events`?\n"
        "hooks.yaml:14:1: bad \\x1b name\n"
        "2 problems in hooks.yaml; nothing was read or changed.\n"
    )


def test_several_files_or_none_are_counted() -> None:
    here, there = Problem("a", Location("a.yaml", 1, 1)), Problem("b", Location("b.yaml", 1, 1))
    assert render_problems(ConfigError([here, there])).endswith(
        "\n2 problems in 2 files; nothing was read or changed.\n"
    )
    assert render_problems(ConfigError([Problem("a")])) == "a\n1 problem; nothing was read or changed.\n"


def test_problems_for_machines() -> None:
    assert problems_json(ConfigError([Problem("a", Location("a.yaml", 1, 2), "h"), Problem("b")])) == [
        {"message": "a", "file": "a.yaml", "line": 1, "column": 2, "hint": "h"},
        {"message": "b", "file": None, "line": None, "column": None, "hint": None},
    ]

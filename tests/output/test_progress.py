from __future__ import annotations

import io
import logging
import threading
import time
from collections.abc import Iterator

import pytest

from reconciler.applying.progress import Progress
from reconciler.output.progress import TextProgress, progress_to
from reconciler.planning.plan import Change, Outcome

INCOME = Change("income", "c", "p", (), "create", "not_at_provider")
OLD = Change("old", "c", "p", (), "delete", "not_declared", id="4\x1b[2J")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Broken(io.StringIO):
    def write(self, text: str) -> int:
        raise BrokenPipeError


@pytest.fixture(autouse=True)
def _neutral_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CI", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")


def run(progress: Progress) -> None:
    progress.began(2)
    progress.started(INCOME)
    progress.started(OLD)
    progress.note(INCOME, "429: waits 2 s")
    progress.finished(INCOME, Outcome("done", id_after="4711"))
    progress.finished(OLD, Outcome("failed", "500: sorry"))
    progress.ended()


def ticking() -> Iterator[float]:
    now = 0.0
    while True:
        now += 0.5
        yield now


def test_a_line_as_each_change_begins_and_ends() -> None:
    lines: list[str] = []
    ticks = ticking()
    run(TextProgress(lines.append, color=False, clock=lambda: next(ticks)))
    assert lines == [
        "income: creating ...",
        "old: deleting ...",
        "income: 429: waits 2 s",
        "income: created (id 4711, 1.0 s)",
        "old: failed (1.0 s): 500: sorry",
    ]


def test_what_never_started_has_no_time_and_a_blocked_one_its_reason() -> None:
    lines: list[str] = []
    progress = TextProgress(lines.append, color=False)
    blocked = Change("b", "c", "p", (), "delete", "not_declared", id="1", blocked="cannot")
    progress.finished(blocked, Outcome("not_attempted"))
    progress.finished(OLD, Outcome("done"))
    progress.finished(INCOME, Outcome("done"))
    assert lines == ["b: not attempted: cannot", "old: deleted (id 4\\x1b[2J)", "income: created"]


def test_without_a_terminal_there_are_lines_alone() -> None:
    stream = io.StringIO()
    run(progress_to(stream, color="auto", log_format="text"))
    assert "\r" not in stream.getvalue()
    assert "\x1b" not in stream.getvalue()
    assert stream.getvalue().count("\n") == 5


def test_a_terminal_also_shows_how_far_it_is_and_is_left_clean() -> None:
    stream = Terminal()
    run(progress_to(stream, color="never", log_format="text"))
    text = stream.getvalue()
    assert " 1/2 done, 1 under way" in text
    left = text.rpartition("\n")[2]
    assert left.rpartition("\r")[2] == ""
    assert left.strip() == "2/2 done, 0 under way"


def test_colour_as_asked_for() -> None:
    never, always = io.StringIO(), io.StringIO()
    run(progress_to(never, color="never", log_format="text"))
    run(progress_to(always, color="always", log_format="text"))
    assert "\x1b[32mincome: created" in always.getvalue()
    assert "\x1b[" not in never.getvalue()


def test_json_goes_to_the_log(caplog: pytest.LogCaptureFixture) -> None:
    stream = Terminal()
    with caplog.at_level(logging.INFO, "reconciler.progress"):
        # An earlier test of the command line may have cut our loggers off from the root.
        logging.getLogger("reconciler").propagate = True
        run(progress_to(stream, color="always", log_format="json"))
    assert stream.getvalue() == ""
    assert caplog.records[0].getMessage() == "income: creating ..."


def test_a_reader_that_leaves_does_not_stop_the_apply() -> None:
    run(progress_to(Broken(), color="never", log_format="text"))
    closed = io.StringIO()
    closed.close()
    run(progress_to(closed, color="never", log_format="text"))


def test_one_line_is_written_at_a_time() -> None:
    busy = threading.Lock()
    overlapped: list[str] = []

    def line(text: str) -> None:
        if not busy.acquire(blocking=False):
            overlapped.append(text)
            return
        time.sleep(0.001)
        busy.release()

    progress = TextProgress(line, color=False)
    threads = [threading.Thread(target=run, args=(progress,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert overlapped == []


def test_many_threads_write_whole_lines() -> None:
    stream = Terminal()
    progress = progress_to(stream, color="never", log_format="text")
    changes = [Change(f"name-{number}", "c", "p", (), "create", "not_at_provider") for number in range(80)]
    progress.began(len(changes))

    def work(part: list[Change]) -> None:
        for change in part:
            progress.started(change)
            progress.finished(change, Outcome("done", id_after="1"))

    threads = [threading.Thread(target=work, args=(changes[start::8],)) for start in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    progress.ended()
    lines = [line.rpartition("\r")[2] for line in stream.getvalue().split("\n")[:-1]]
    assert len(lines) == 160
    assert all(line.startswith("name-") for line in lines)
    assert " 80/80 done, 0 under way" in stream.getvalue()

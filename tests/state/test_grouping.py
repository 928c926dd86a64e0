"""Commits of several threads in one write."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Sequence

import pytest

from reconciler.state.grouping import GroupCommit, Outage


class Writer:
    """Writes what it gets; the first write waits until it is let go, so that others queue up behind it."""

    def __init__(self, check: Callable[[Sequence[str]], None] = lambda items: None) -> None:
        self.writes: list[list[str]] = []
        self.check = check
        self.begun, self.go_on = threading.Event(), threading.Event()
        self.group: GroupCommit[str] = GroupCommit(self.write)
        self.ended: dict[str, BaseException | None] = {}

    def write(self, items: Sequence[str]) -> None:
        self.begun.set()
        assert self.go_on.wait(10)
        self.check(items)
        self.writes.append(list(items))

    def submit(self, item: str) -> None:
        try:
            self.group.submit(item)
        except BaseException as error:  # noqa: BLE001 -- it is what the test looks at
            self.ended[item] = error
        else:
            self.ended[item] = None

    def run(self, first: str, *others: str) -> None:
        threads = [threading.Thread(target=self.submit, args=(item,)) for item in (first, *others)]
        threads[0].start()
        assert self.begun.wait(10)
        for count, thread in enumerate(threads[1:], 1):
            thread.start()
            while len(self.group._waiting) < count:
                time.sleep(0.001)
        self.go_on.set()
        for thread in threads:
            thread.join(10)
            assert not thread.is_alive()


def test_those_who_wait_are_written_together() -> None:
    writer = Writer()
    writer.run("a", "b", "c", "d")
    assert writer.writes == [["a"], ["b", "c", "d"]]
    assert writer.ended == dict.fromkeys("abcd")


def test_a_bad_item_fails_alone() -> None:
    def check(items: Sequence[str]) -> None:
        if "c" in items:
            raise ValueError(items)

    writer = Writer(check)
    writer.run("a", "b", "c", "d")
    assert writer.writes == [["a"], ["b"], ["d"]]
    assert [item for item, error in writer.ended.items() if error is not None] == ["c"]
    assert isinstance(writer.ended["c"], ValueError)


def test_an_interrupted_leader_leaves_the_others_to_the_next() -> None:
    def check(items: Sequence[str]) -> None:
        if len(items) == 3:
            raise KeyboardInterrupt

    writer = Writer(check)
    writer.run("a", "b", "c", "d")
    (interrupted,) = [item for item, error in writer.ended.items() if error is not None]
    assert isinstance(writer.ended[interrupted], KeyboardInterrupt)
    assert writer.writes == [["a"], [item for item in "bcd" if item != interrupted]]


def test_a_single_thread_gets_its_error() -> None:
    def refuse(items: Sequence[int]) -> None:
        raise ValueError(*items)

    with pytest.raises(ValueError, match="7"):
        GroupCommit(refuse).submit(7)


def test_an_outage_is_everybodys_and_nobody_tries_again() -> None:
    tries = []

    def check(items: Sequence[str]) -> None:
        tries.append(list(items))
        raise Outage("the server is away")

    writer = Writer(check)
    writer.run("a", "b", "c", "d")
    assert tries == [["a"], ["b", "c", "d"]]
    assert {type(error) for error in writer.ended.values()} == {Outage}


@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="signals reach one thread on POSIX only")
def test_who_is_interrupted_while_waiting_leaves_the_others_to_each_other(interruptible: None) -> None:
    """The main thread waits for its turn behind a write; Ctrl-C reaches it there."""
    written: list[list[str]] = []
    begun, go_on = threading.Event(), threading.Event()

    def write(items: Sequence[str]) -> None:
        begun.set()
        assert go_on.wait(10)
        written.append(list(items))

    group: GroupCommit[str] = GroupCommit(write)
    first = threading.Thread(target=group.submit, args=("a",))
    last = threading.Thread(target=group.submit, args=("c",))

    def interrupt() -> None:
        while len(group._waiting) < 1:
            time.sleep(0.001)
        last.start()
        while len(group._waiting) < 2:
            time.sleep(0.001)
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    first.start()
    assert begun.wait(10)
    interrupter = threading.Thread(target=interrupt)
    interrupter.start()
    with pytest.raises(KeyboardInterrupt):
        group.submit("b")
    go_on.set()
    for thread in (first, last, interrupter):
        thread.join(10)
        assert not thread.is_alive()
    assert written == [["a"], ["c"]]


@pytest.mark.parametrize("threads", [2, 16])
def test_every_item_is_written_once_however_many_come_at_once(threads: int) -> None:
    written: list[int] = []
    busy = threading.Lock()

    def write(items: Sequence[int]) -> None:
        assert busy.acquire(blocking=False), "two wrote at once"
        time.sleep(0)
        written.extend(items)
        busy.release()

    group: GroupCommit[int] = GroupCommit(write)

    def some(number: int) -> None:
        for turn in range(50):
            group.submit(100 * number + turn)
            assert 100 * number + turn in written

    running = [threading.Thread(target=some, args=(number,)) for number in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join(30)
        assert not thread.is_alive()
    assert sorted(written) == sorted(100 * number + turn for number in range(threads) for turn in range(50))

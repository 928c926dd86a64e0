from __future__ import annotations

import threading

from reconciler.http.connections import Progress
from reconciler.http.watchdog import Watchdog

LONG = 30.0


class Watched(Progress):
    def __init__(self) -> None:
        super().__init__()
        self.cut = threading.Event()

    def expire(self) -> None:
        super().expire()
        self.cut.set()


def test_one_that_takes_too_long_is_cut_and_one_that_ended_is_not() -> None:
    watchdog = Watchdog(0.05)
    ended, slow = Watched(), Watched()
    watchdog.watch(ended)
    ended.ended = True
    watchdog.watch(slow)

    assert slow.cut.wait(LONG)
    assert not ended.expired


def test_it_watches_again_after_a_pause() -> None:
    watchdog = Watchdog(0.02)
    for _ in range(3):
        slow = Watched()
        watchdog.watch(slow)
        assert slow.cut.wait(LONG)


def test_many_threads_share_it() -> None:
    watchdog = Watchdog(0.05)
    slow = [Watched() for _ in range(50)]
    threads = [threading.Thread(target=watchdog.watch, args=(one,)) for one in slow]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert all(one.cut.wait(LONG) for one in slow)


def test_closed_it_ends_its_thread() -> None:
    watchdog = Watchdog(LONG)
    watchdog.watch(Watched())
    (thread,) = [one for one in threading.enumerate() if one.name == "watchdog" and one is watchdog._thread]
    watchdog.close()
    thread.join(LONG)

    assert not thread.is_alive()

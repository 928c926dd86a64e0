"""Limits of one connection."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from reconciler.http.clock import Clock
from reconciler.http.pace import Pace, Quota


def test_a_rate_spaces_requests(hands: Any) -> None:
    pace = Pace(None, 4.0, hands.clock())
    began, times = hands.now, []
    for _ in range(4):
        with pace.turn() as granted:
            assert granted
            times.append(hands.now - began)
    assert times == pytest.approx([0, 0.25, 0.5, 0.75])


def test_without_limits_nobody_waits(hands: Any) -> None:
    pace = Pace(None, None, hands.clock())
    for _ in range(100):
        with pace.turn():
            pass
    assert hands.slept == []


def test_a_429_stops_all_then_slows_them_down_and_good_answers_speed_them_up(hands: Any) -> None:
    pace = Pace(None, None, hands.clock())
    pace.pause(3.0)
    pace.pause(2.0)  # of another thread, for the same cause
    gaps, last = [], hands.now
    for _ in range(40):
        with pace.turn():
            gaps.append(hands.now - last)
            last = hands.now
        pace.went_well()
    assert gaps[0] == pytest.approx(3.0)
    assert gaps[1] == pytest.approx(0.1)
    assert gaps[2] < gaps[1]
    assert gaps[-1] == 0


def test_every_further_429_halves_the_rate_to_a_bound(hands: Any) -> None:
    pace = Pace(None, 10.0, hands.clock())
    for _ in range(20):
        pace.pause(0.0)
    with pace.turn():
        pass
    before = hands.now
    with pace.turn():
        pass
    assert hands.now - before == pytest.approx(5.0)


def test_only_so_many_at_a_time() -> None:
    pace = Pace(2, None, Clock())
    inside, most, lock = 0, 0, threading.Lock()
    gate = threading.Barrier(2, timeout=5)

    def work() -> None:
        nonlocal inside, most
        with pace.turn():
            with lock:
                inside += 1
                most = max(most, inside)
            gate.wait()  # passes only when two are inside
            with lock:
                inside -= 1

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 2


def test_a_stop_ends_the_wait_for_a_turn() -> None:
    stop = threading.Event()
    stop.set()
    pace = Pace(None, None, Clock(), stop)
    pace.pause(60.0)
    with pace.turn() as granted:
        assert not granted


@pytest.mark.parametrize(
    ("headers", "epoch", "seconds"),
    [
        ({"left": "3", "new": "9"}, False, 0),
        ({"left": "0", "new": "9"}, False, 9),
        ({"left": "0", "new": "1012.5"}, True, 12.5),
        ({"left": "0", "new": "900"}, True, 0),
        ({"left": "0", "new": "99999"}, False, 30),
        ({"left": "0"}, False, 0),
        ({"left": "none", "new": "9"}, False, 0),
        ({}, False, 0),
    ],
)
def test_a_quota_that_is_used_up_is_waited_for(headers: dict[str, str], epoch: bool, seconds: float) -> None:
    assert Quota("left", "new", epoch).wait(headers, 1000.0) == seconds


def test_a_hold_stops_all_and_slows_nobody_down_afterwards(hands: Any) -> None:
    pace = Pace(None, None, hands.clock())
    began = hands.now
    pace.hold(2.0)
    for _ in range(3):
        with pace.turn():
            pass
    assert hands.now - began == pytest.approx(2.0)

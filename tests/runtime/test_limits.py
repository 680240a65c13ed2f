"""Bounds on time and memory: they stop what runs, leave nothing behind, and cost nothing that runs in time."""

from __future__ import annotations

import threading
import time

import pytest

from gatewright.runtime.limits import Guard, MemoryLimitError, TimeLimitError, bounded

FOREVER = 600.0


def spin(seconds: float = FOREVER) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass


def hoard() -> None:
    kept = []
    while True:
        kept.append([0] * 100_000)
        time.sleep(0.0005)  # a pace at which the watcher sees the bound long before the machine is full


def test_what_ends_in_time_is_left_alone() -> None:
    with bounded(0.5, None):
        pass
    spin(0.6)  # a late alarm would strike here


def test_a_deadline_is_an_error_in_the_block() -> None:
    with pytest.raises(TimeLimitError), bounded(0.1, None):
        spin()
    spin(0.15)


# The error may strike inside a callback of the garbage collector, such as the one hypothesis installs; there Python
# reports it as unraisable and goes on, and the watcher raises it again.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_memory_is_bounded() -> None:
    with pytest.raises(MemoryLimitError), bounded(FOREVER, 50_000_000):
        hoard()


def test_each_thread_has_its_own_bounds() -> None:
    caught: list[str] = []

    def late() -> None:
        try:
            with bounded(0.1, None):
                spin()
        except TimeLimitError:
            caught.append("late")

    thread = threading.Thread(target=late)
    thread.start()
    with bounded(FOREVER, None):
        thread.join()
    assert caught == ["late"]


def test_code_that_swallows_the_alarm_is_stopped_all_the_same() -> None:
    swallowed: list[Exception] = []

    def stubborn() -> None:
        try:
            spin()
        except Exception as error:
            swallowed.append(error)
            spin()

    with pytest.raises(TimeLimitError), bounded(0.1, None):
        stubborn()
    assert len(swallowed) == 1


def test_nothing_is_pending_once_a_bound_has_struck() -> None:
    """CPython 3.11 never leaves a profiled call while it takes an asynchronous error for pending."""
    from cProfile import Profile

    for _ in range(3):
        with pytest.raises(TimeLimitError), bounded(0.1, None):
            spin()
    guard = Guard(0.1, None)
    for _ in range(3):
        with pytest.raises(TimeLimitError), guard:
            spin()
        with guard:
            pass
    profile = Profile()
    profile.runcall(len, [])
    profile.runcall(spin, 0.01)

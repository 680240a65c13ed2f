"""The pause of Python's cycle collector, and values that are plain at run time but frozen for mypy."""

from __future__ import annotations

import gc

import pytest

from gatewright.collector import collector_paused
from gatewright.source import Location


def test_the_pause_nests_and_ends() -> None:
    assert gc.isenabled()
    with collector_paused():
        with collector_paused():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


def test_an_error_ends_the_pause() -> None:
    with pytest.raises(KeyError), collector_paused():
        raise KeyError
    assert gc.isenabled()


def test_a_collector_that_was_off_stays_off() -> None:
    gc.disable()
    try:
        with collector_paused():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_records_compare_and_hash_by_value() -> None:
    assert Location("a", 1, 2) == Location("a", 1, 2)
    assert hash(Location("a", 1, 2)) == hash(Location("a", 1, 2))
    assert Location("a", 1) != Location("a", 2)

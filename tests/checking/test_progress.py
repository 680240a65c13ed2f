"""The progress line: on a terminal only, and only when it takes a while."""

from __future__ import annotations

import pytest

from gatewright.checking import progress
from gatewright.checking.progress import Progress


@pytest.fixture
def clock(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    return now


def test_quick_work_shows_nothing(clock, capsys):
    bar = Progress(100, enabled=True)
    clock[0] += 0.9
    bar.advance(50)
    bar.close()
    assert capsys.readouterr().err == ""


def test_after_a_second_it_is_drawn_and_taken_away(clock, capsys):
    bar = Progress(100, enabled=True)
    clock[0] += 1.5
    bar.advance(50)
    clock[0] += 0.05
    bar.advance(10)  # too soon after the last
    shown = capsys.readouterr().err
    assert shown.count("\r") == 1
    assert " 50%" in shown
    bar.close()
    assert capsys.readouterr().err.strip() == ""


def test_not_in_a_pipe(clock, capsys):
    bar = Progress(100, enabled=False)
    clock[0] += 9
    bar.advance(50)
    bar.close()
    assert capsys.readouterr().err == ""

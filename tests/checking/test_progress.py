"""The progress line: on a terminal only, and only when it takes a while."""

from __future__ import annotations

import contextlib
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

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


# The command itself, with the second it waits left out.
COMMAND = """
import sys
from gatewright.checking import progress
progress._PATIENCE = progress._EVERY = -1.0
from gatewright.__main__ import main
sys.argv[0] = "gatewright"
main()
"""


@pytest.fixture
def argv():
    examples = Path(__file__).parents[2] / "examples"
    options = ["--no-result-cache", "-p", str(examples / "policies"), str(examples / "shop")]
    return [sys.executable, "-c", COMMAND, "check", *options]


def on_a_terminal(argv):
    """What a command writes to a terminal on standard error, and its exit code."""
    ours, theirs = pty.openpty()
    with open(ours, "rb", buffering=0) as terminal:
        process = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=theirs)
        os.close(theirs)
        shown = b""
        with contextlib.suppress(OSError):  # how a terminal says that nobody is there any more
            while block := terminal.read(1000):
                shown += block
        return shown.decode(), process.wait()


def screen(text):
    """The lines of a screen that a text leaves behind."""
    lines = []
    for line in text.replace("\r\n", "\n").split("\n"):
        cells = []
        for piece in line.split("\r"):
            cells[: len(piece)] = piece
        lines.append("".join(cells).rstrip())
    return lines


def test_a_terminal_shows_a_bar_and_is_left_clean(argv):
    shown, code = on_a_terminal(argv)
    assert code == 0
    assert re.search(r"\r\[#+\.*\] +\d+%  \d+\.\d MB", shown)
    assert screen(shown) == [""]


def test_a_pipe_is_shown_nothing(argv):
    done = subprocess.run(argv, capture_output=True, text=True)
    assert done.returncode == 0
    assert done.stderr == ""

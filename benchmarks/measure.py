"""Time whole processes side by side: alternating runs, medians, CPU time and the peak memory of the process tree."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_SAMPLE_SECONDS = 0.02
# Adding up the pages of a large process stops it for a while: at most this share of its time.
_SAMPLE_SHARE = 0.05


@dataclass(frozen=True, slots=True)
class Run:
    """One finished process: seconds of wall and CPU time, peak memory of it and its children in MB, exit code."""

    wall: float
    cpu: float
    peak_mb: float
    code: int


@dataclass(slots=True)
class Series:
    """The runs of one command."""

    name: str
    runs: list[Run] = field(default_factory=list)

    @property
    def wall(self) -> float:
        return statistics.median(run.wall for run in self.runs)

    @property
    def cpu(self) -> float:
        return statistics.median(run.cpu for run in self.runs)

    @property
    def peak_mb(self) -> float:
        return max(run.peak_mb for run in self.runs)


@dataclass(frozen=True, slots=True)
class Command:
    """A named command line; `expect` are the exit codes that mean it did its work; `before` is called untimed.

    `telling` is what says what the command found, where the command itself does not.
    """

    name: str
    argv: tuple[str, ...]
    expect: frozenset[int] = frozenset({0, 1})
    before: Callable[[], None] | None = None
    env: tuple[tuple[str, str], ...] = ()
    telling: tuple[str, ...] = ()


def alternate(commands: Sequence[Command], *, repeat: int = 3) -> list[Series]:
    """Run the commands in turn, A B A B …, so that a drift of the machine's speed meets all of them."""
    series = [Series(command.name) for command in commands]
    for _ in range(repeat):
        for command, runs in zip(commands, series, strict=True):
            runs.runs.append(once(command))
    return series


def once(command: Command, stdout: Path | None = None) -> Run:
    """Run a command to its end, its output thrown away or kept in `stdout`."""
    if command.before:
        command.before()
    env = {**os.environ, **dict(command.env)}
    sink = stdout.open("wb") if stdout else None
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    try:
        process = subprocess.Popen(
            command.argv, stdin=subprocess.DEVNULL, stdout=sink or subprocess.DEVNULL, stderr=subprocess.PIPE, env=env
        )
        peak = _Peak(process.pid)
        _, errors = process.communicate()
        wall = time.perf_counter() - started
        peak_mb = peak.stop()
    finally:
        if sink:
            sink.close()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    if process.returncode not in command.expect:
        text = errors.decode(errors="replace")[-2000:]
        raise RuntimeError(f"{command.name} exited with {process.returncode}: {text}")
    return Run(wall, cpu, peak_mb, process.returncode)


class _Peak:
    """Samples the proportional memory of a process tree, so that pages shared by workers count once."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._peak = 0.0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        pause = _SAMPLE_SECONDS
        while not self._done.wait(pause):
            started = time.perf_counter()
            self._peak = max(self._peak, sum(_pss_kb(pid) for pid in _tree(self._pid)) / 1024)
            pause = max(_SAMPLE_SECONDS, (time.perf_counter() - started) / _SAMPLE_SHARE)

    def stop(self) -> float:
        self._done.set()
        self._thread.join()
        return self._peak


def _tree(pid: int) -> list[int]:
    found = [pid]
    for parent in found:
        try:
            children = Path(f"/proc/{parent}/task/{parent}/children").read_text()
        except OSError:
            continue
        found.extend(int(child) for child in children.split())
    return found


def _pss_kb(pid: int) -> int:
    try:
        with open(f"/proc/{pid}/smaps_rollup") as rollup:
            for line in rollup:
                if line.startswith("Pss:"):
                    return int(line.split()[1])
    except OSError:
        pass
    return 0

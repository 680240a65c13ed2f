"""Time whole processes side by side: alternating runs, medians, CPU time and the peak memory of the process tree."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

_SAMPLE_SECONDS = 0.02


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
    """A named command line; `expect` are the exit codes that mean it did its work; `before` runs untimed."""

    name: str
    argv: tuple[str, ...]
    expect: frozenset[int] = frozenset({0, 1})
    before: tuple[str, ...] = ()
    env: tuple[tuple[str, str], ...] = ()


def alternate(commands: Sequence[Command], *, repeat: int = 3, warmup: int = 1) -> list[Series]:
    """Run the commands in turn, A B A B …, so that a drift of the machine's speed meets all of them."""
    series = [Series(command.name) for command in commands]
    for turn in range(warmup + repeat):
        for command, runs in zip(commands, series, strict=True):
            run = once(command)
            if turn >= warmup:
                runs.runs.append(run)
    return series


def once(command: Command, stdout: Path | None = None) -> Run:
    """Run a command to its end, its output thrown away or kept in `stdout`."""
    if command.before:
        subprocess.run(command.before, check=True, capture_output=True)
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
        while not self._done.wait(_SAMPLE_SECONDS):
            self._peak = max(self._peak, sum(_pss_kb(pid) for pid in _tree(self._pid)) / 1024)

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

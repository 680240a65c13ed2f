"""The record: the last figures of every row, kept in benchmarks/recorded.json, so that a run may measure only some."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.measure import Series
from benchmarks.scenarios import Way

# A ratio that fell further than this below the recorded one is a regression.
SLACK = 0.9


@dataclass(frozen=True, slots=True)
class Figures:
    """Medians of one command: seconds of wall and CPU time, and the peak memory of all its processes in MB."""

    wall: float
    cpu: float
    peak_mb: float


@dataclass(frozen=True, slots=True)
class Row:
    """What one of our ways and its peers took; `engine` says which code of ours it was, `machine` where."""

    name: str
    scenario: str
    figures: dict[str, Figures]
    goals: dict[str, float]
    curves: dict[str, float]
    repeat: int
    engine: str
    machine: str

    @property
    def ours(self) -> Figures:
        return self.figures["gatewright"]

    def ratios(self) -> dict[str, float]:
        """Peer ÷ ours by wall time."""
        return {name: peer.wall / self.ours.wall for name, peer in self.figures.items() if name != "gatewright"}


def row(scenario: str, way: Way, ours: Series, peers: list[Series], repeat: int) -> Row:
    """The row of one way out of the runs of its scenario."""
    figures = {series.name: _figures(series) for series in (ours, *peers)}
    return Row(way.name, scenario, figures, way.goals, way.curves, repeat, engine(), machine())


def _figures(series: Series) -> Figures:
    return Figures(round(series.wall, 4), round(series.cpu, 4), round(series.peak_mb, 1))


def load(file: Path) -> dict[str, Row]:
    """The recorded rows by name."""
    if not file.exists():
        return {}
    rows: dict[str, dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))
    return {name: _row(name, data) for name, data in rows.items()}


def _row(name: str, data: dict[str, Any]) -> Row:
    figures = {tool: Figures(*values) for tool, values in data.pop("figures").items()}
    return Row(name=name, figures=figures, **data)


def save(file: Path, rows: dict[str, Row]) -> None:
    data = {}
    for name, kept in rows.items():
        data[name] = asdict(kept)
        del data[name]["name"]
        data[name]["figures"] = {tool: list(asdict(figures).values()) for tool, figures in kept.figures.items()}
    text = re.sub(r"\[\s+([\d.]+),\s+([\d.]+),\s+([\d.]+)\s+\]", r"[\1, \2, \3]", json.dumps(data, indent=1))
    file.write_text(text + "\n", encoding="utf-8")


def regressions(rows: dict[str, Row], recorded: dict[str, Row]) -> Iterator[str]:
    """A line for each ratio that fell too far below the recorded one."""
    for name, now in rows.items():
        before = recorded[name].ratios() if name in recorded else {}
        for peer, ratio in now.ratios().items():
            if peer in before and ratio < before[peer] * SLACK:
                yield f"SLOWER {name}: {ratio:.1f}x {peer}, recorded {before[peer]:.1f}x"


def engine() -> str:
    """Changes with every line of the engine: what `--resume` goes by."""
    digest = hashlib.blake2b(digest_size=6)
    for file in sorted((Path(__file__).parents[1] / "engine").rglob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def machine() -> str:
    """The processor, its cores that are ours, and Python's version."""
    return f"{_processor()}, {len(os.sched_getaffinity(0))} cores; Python {platform.python_version()}"


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            for line in lines:
                if line.startswith("model name"):
                    return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()

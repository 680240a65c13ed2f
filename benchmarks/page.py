"""docs/benchmarks.md and its plots, from the record alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.claims import CLAIMS
from benchmarks.record import Row
from benchmarks.svg import Line, Plot, draw

_TOOLS = ("gatewright", "gator", "opa")


@dataclass(frozen=True, slots=True)
class Curve:
    """A plot of the rows that lie on a curve: which figure of theirs, and what its axes say."""

    file: str
    curve: str
    field: str
    title: str
    x: str
    y: str

    def plot(self, rows: dict[str, Row]) -> Plot | None:
        """None unless there are two points to draw a line between."""
        on_it = [row for row in rows.values() if self.curve in row.curves]
        lines = []
        for tool in _TOOLS:
            here = [row for row in on_it if tool in row.figures]
            points = sorted((row.curves[self.curve], getattr(row.figures[tool], self.field)) for row in here)
            if len(points) > 1:
                lines.append(Line(tool, points))
        return Plot(self.title, self.x, self.y, lines) if lines else None


_WALL, _PEAK = "seconds, wall", "MB, peak of all processes"
CURVES = (
    Curve("objects", "objects", "wall", "Objects, under 44 policies", "objects", _WALL),
    Curve("memory", "objects", "peak_mb", "Memory by objects, under 44 policies", "objects", _PEAK),
    Curve("policies", "policies", "wall", "Policies, over 1,000 objects", "constraints", _WALL),
    Curve("violations", "violations", "wall", "Violations, of one policy by 1,000 objects", "violations", _WALL),
    Curve("cores", "cores", "wall", "Cores, 2,000 objects under 44 policies", "cores", _WALL),
    Curve("referential", "referential", "wall", "Five policies that read data.inventory", "objects", _WALL),
)


def write(rows: dict[str, Row], page: Path, pictures: Path) -> None:
    """Write the page and, beside it, the plots."""
    pictures.mkdir(parents=True, exist_ok=True)
    drawn = []
    for curve in CURVES:
        if (plot := curve.plot(rows)) is not None:
            (pictures / f"{curve.file}.svg").write_text(draw(plot), encoding="utf-8")
            drawn.append(f"![{curve.title}]({pictures.name}/{curve.file}.svg)")
    lines = [*_heading(rows), *_table(rows), "", *_claims(rows), *_pictures(drawn)]
    page.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _heading(rows: dict[str, Row]) -> Iterator[str]:
    repeats = sorted({row.repeat for row in rows.values()})
    counted = f"{repeats[0]}" if len(repeats) == 1 else f"{repeats[0]} to {repeats[-1]}"
    machines = sorted({row.machine for row in rows.values()})
    yield "# Benchmarks"
    yield ""
    yield "Written by `make bench ARGS=--record`. Whole processes, run in turn with the peers on one machine; medians"
    yield f"of {counted} counted runs. Before anything is timed, each command has run once and its answers were held"
    yield "equal to gator's as sets, and in number to OPA's. Ratios are wall times, a peer's over ours (the goal)."
    yield f"Measured on: {'; and '.join(machines)}."
    yield ""


def _table(rows: dict[str, Row]) -> Iterator[str]:
    heads = ("workload", "gatewright wall s", "cpu s", "peak MB", "gator wall s", "peak MB", "ratio", "opa wall s",
             "peak MB", "ratio")  # fmt: skip
    yield f"| {' | '.join(heads)} |"
    yield "|---|" + "---:|" * (len(heads) - 1)
    for row in rows.values():
        ours = row.ours
        peers = "".join(_peer(row, tool) for tool in _TOOLS[1:])
        yield f"| {row.name} | {ours.wall:.2f} | {ours.cpu:.2f} | {ours.peak_mb:.0f} {peers}|"


def _peer(row: Row, tool: str) -> str:
    if tool not in row.figures:
        return "| - | - | - "
    figures, ratio = row.figures[tool], row.ratios()[tool]
    goal = f" ({row.goals[tool]:.3g}x)" if tool in row.goals else ""
    return f"| {figures.wall:.2f} | {figures.peak_mb:.0f} | {ratio:.1f}x{goal} "


def _claims(rows: dict[str, Row]) -> list[str]:
    known = [(claim, value) for claim in CLAIMS if (value := claim.value(rows)) is not None]
    if not known:
        return []
    lines = ["## Growth", "", "| ours over ours | factor | at most |", "|---|---:|---:|"]
    lines += [f"| {claim.name} | {value:.2f} | {claim.most:g} |" for claim, value in known]
    return [*lines, ""]


def _pictures(drawn: list[str]) -> list[str]:
    if not drawn:
        return []
    lines = ["## Plots", "", "Both axes are logarithmic: a straight line of slope one is time in proportion.", ""]
    for picture in drawn:
        lines += [picture, ""]
    return lines[:-1]

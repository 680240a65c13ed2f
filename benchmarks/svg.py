"""A line plot as an SVG file: logarithmic axes, a line a tool with its name at its end, nothing that moves."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 560, 340
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 92, 40, 48
_COLOURS = ("#0b6e99", "#b3541e", "#5b7f3b", "#7a4f9a")
_INK, _GRID = "#333333", "#dddddd"
_LABEL_GAP = 14.0

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Line:
    """A tool's points, by x."""

    name: str
    points: Sequence[Point]


@dataclass(frozen=True, slots=True)
class Plot:
    """What is drawn; zero, which has no logarithm, is drawn where the axis begins."""

    title: str
    x: str
    y: str
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class _Axis:
    """Values → pixels, by the logarithm."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        span = math.log(self.high / self.low)
        return self.start + (self.end - self.start) * math.log(max(value, self.low) / self.low) / span

    def decades(self) -> list[float]:
        """The powers of ten on it, with 2 and 5 times those where there are few."""
        first, last = math.floor(math.log10(self.low)), math.ceil(math.log10(self.high))
        factors = (1, 2, 5) if last - first <= 3 else (1,)
        ticks = [factor * 10.0**power for power in range(first, last + 1) for factor in factors]
        return [tick for tick in ticks if self.low * 0.999 <= tick <= self.high * 1.001]


def draw(plot: Plot) -> str:
    """The text of the SVG file."""
    xs = [x for line in plot.lines for x, _ in line.points]
    ys = [y for line in plot.lines for _, y in line.points]
    across = _axis(xs, _LEFT, WIDTH - _RIGHT)
    up = _axis(ys, HEIGHT - _BOTTOM, _TOP)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        'font-family="sans-serif" font-size="11">',
        f"<title>{escape(plot.title)}</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        _text(_LEFT, 22, plot.title, size=14),
        *_grid(across, up, sorted(set(xs))),
        _text((_LEFT + WIDTH - _RIGHT) / 2, HEIGHT - 12, plot.x, anchor="middle"),
        _text(16, (_TOP + HEIGHT - _BOTTOM) / 2, plot.y, anchor="middle", turned=True),
        *_lines(plot.lines, across, up),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _axis(values: Sequence[float], start: float, end: float) -> _Axis:
    positive = [value for value in values if value > 0]
    low, high = min(positive), max(positive)
    if low < max(values) and min(values) <= 0:
        low /= 2  # room for what is nothing
    return _Axis(low / 1.1, high * 1.1, start, end)


def _grid(across: _Axis, up: _Axis, xs: Sequence[float]) -> Iterator[str]:
    """A rule at each tick of y, and a tick at each x that was measured, where there is room for its number."""
    left, right = _LEFT, WIDTH - _RIGHT
    for value in up.decades():
        y = up.at(value)
        yield f'<path d="M{left} {y:.1f}H{right}" stroke="{_GRID}"/>'
        yield _text(left - 6, y + 4, _number(value), anchor="end")
    yield f'<path d="M{left} {HEIGHT - _BOTTOM}H{right}" stroke="{_INK}"/>'
    free = 0.0
    for value in xs:
        x = across.at(value)
        yield f'<path d="M{x:.1f} {HEIGHT - _BOTTOM}v4" stroke="{_INK}"/>'
        if x >= free:
            yield _text(x, HEIGHT - _BOTTOM + 16, _number(value), anchor="middle")
            free = x + 34


def _lines(lines: Sequence[Line], across: _Axis, up: _Axis) -> Iterator[str]:
    ends = [(up.at(line.points[-1][1]), number) for number, line in enumerate(lines)]
    labels = _apart(sorted(ends))
    for number, line in enumerate(lines):
        colour = _COLOURS[number % len(_COLOURS)]
        places = [(across.at(x), up.at(y)) for x, y in line.points]
        way = "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
        yield f'<path d="M{way}" fill="none" stroke="{colour}" stroke-width="2"/>'
        for x, y in places:
            yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>'
        yield _text(places[-1][0] + 8, labels[number] + 4, line.name, colour=colour)


def _apart(ends: Sequence[tuple[float, int]]) -> dict[int, float]:
    """Where the names go, from the top down, none upon another."""
    placed = {}
    lowest = -math.inf
    for y, number in ends:
        lowest = placed[number] = max(y, lowest + _LABEL_GAP)
    return placed


def _text(
    x: float, y: float, text: str, *, anchor: str = "start", size: int = 11, colour: str = _INK, turned: bool = False
) -> str:
    turn = f' transform="rotate(-90 {x:.1f} {y:.1f})"' if turned else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" fill="{colour}"{turn}>'
        f"{escape(text)}</text>"
    )


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 1 or not value else f"{value:g}"

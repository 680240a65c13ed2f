"""The page of the benchmarks and its plots."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest
from benchmarks import page
from benchmarks.record import Figures, Row
from benchmarks.svg import Line, Plot, draw

_SVG = "{http://www.w3.org/2000/svg}"


def _row(objects: int, ours: float, gator: float) -> Row:
    figures = {"gatewright": Figures(ours, ours, 50.0), "gator": Figures(gator, gator, 500.0)}
    name = f"{objects:,} x 44 rego-only"
    return Row(name, name, figures, {"gator": 30}, {"objects": objects}, 3, "engine", "machine")


def test_a_page_has_the_table_the_growth_and_the_plots(tmp_path: Path) -> None:
    rows = [_row(1000, 0.5, 5), _row(10_000, 2, 60), _row(100_000, 20, 600)]
    page.write({row.name: row for row in rows}, tmp_path / "page.md", tmp_path / "plots")
    text = (tmp_path / "page.md").read_text(encoding="utf-8")
    assert "| 10,000 x 44 rego-only | 2.00 | 2.00 | 50 | 60.00 | 500 | 30.0x (30x) | - | - | - |" in text
    assert "| ten times the objects: wall time | 10.00 | 11 |" in text
    assert sorted(file.name for file in (tmp_path / "plots").iterdir()) == ["memory.svg", "objects.svg"]
    assert "(plots/objects.svg)" in text


def test_one_point_is_no_plot(tmp_path: Path) -> None:
    row = _row(1000, 0.5, 5)
    page.write({row.name: row}, tmp_path / "page.md", tmp_path / "plots")
    assert not list((tmp_path / "plots").iterdir())


def _drawn(*lines: Line) -> ElementTree.Element:
    return ElementTree.fromstring(draw(Plot("a < b", "x", "y", lines)))


def test_ten_times_as_much_is_as_far_everywhere() -> None:
    circles = [float(c.attrib["cx"]) for c in _drawn(Line("a", [(1, 1), (10, 2), (100, 3)])).iter(f"{_SVG}circle")]
    assert circles[1] - circles[0] == pytest.approx(circles[2] - circles[1], abs=0.2)


def test_nothing_is_drawn_where_the_axis_begins() -> None:
    circles = [float(c.attrib["cx"]) for c in _drawn(Line("a", [(0, 1), (10, 2)])).iter(f"{_SVG}circle")]
    assert circles[0] < circles[1]


def test_names_of_lines_that_end_together_stand_apart() -> None:
    drawn = _drawn(Line("ours", [(1, 1), (10, 5)]), Line("theirs", [(1, 2), (10, 5)]))
    heights = [float(text.attrib["y"]) for text in drawn.iter(f"{_SVG}text") if text.text in ("ours", "theirs")]
    assert abs(heights[0] - heights[1]) >= 11

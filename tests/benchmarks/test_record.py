"""The benchmarks' record: rows survive, single scenarios update theirs, and a fallen ratio is a line."""

from __future__ import annotations

from pathlib import Path

import pytest
from benchmarks import __main__ as command
from benchmarks import record, scenarios
from benchmarks.claims import CLAIMS, Claim
from benchmarks.record import Figures, Row
from benchmarks.workloads import Workloads


def _row(name: str, ours: float, gator: float, scenario: str = "") -> Row:
    figures = {"gatewright": Figures(ours, ours, 20.0), "gator": Figures(gator, gator, 90.5)}
    return Row(name, scenario or name, figures, {"gator": 30.0}, {"objects": 1000}, 3, "engine", "machine")


def test_rows_are_read_as_they_were_written(tmp_path: Path) -> None:
    rows = {"a": _row("a", 0.25, 5.0), "b": _row("b", 1.0, 2.0)}
    record.save(tmp_path / "recorded.json", rows)
    assert record.load(tmp_path / "recorded.json") == rows


def test_no_record_is_an_empty_one(tmp_path: Path) -> None:
    assert record.load(tmp_path / "recorded.json") == {}


@pytest.mark.parametrize(
    ("gator", "lines"),
    [(10.0, 0), (9.1, 0), (8.9, 1), (20.0, 0)],
    ids=["equal", "within a tenth", "more than a tenth below", "better"],
)
def test_a_ratio_that_fell_by_more_than_a_tenth_is_a_regression(gator: float, lines: int) -> None:
    found = list(record.regressions({"a": _row("a", 1.0, gator)}, {"a": _row("a", 1.0, 10.0)}))
    assert len(found) == lines
    assert all(line.startswith("SLOWER a:") for line in found)


def test_what_was_never_recorded_cannot_regress() -> None:
    assert not list(record.regressions({"a": _row("a", 1.0, 1.0)}, {}))


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(command, "RECORDED", tmp_path / "recorded.json")
    monkeypatch.setattr(command, "PAGE", tmp_path / "benchmarks.md")
    monkeypatch.setattr(command, "PICTURES", tmp_path / "benchmarks")
    return tmp_path


def test_a_scenario_replaces_its_rows_alone_and_takes_its_place_in_the_plan(files: Path) -> None:
    command.keep([_row("second", 2.0, 4.0)], ["first", "second"])
    command.keep([_row("first, old way", 1.0, 4.0, "first")], ["first", "second"])
    command.keep([_row("first, new way", 1.0, 8.0, "first")], ["first", "second"])
    assert list(record.load(files / "recorded.json")) == ["first, new way", "second"]
    assert "first, new way" in (files / "benchmarks.md").read_text(encoding="utf-8")


def test_claims_divide_one_row_by_another() -> None:
    claim = Claim("growth", "large", "small", "wall", 11)
    assert claim.value({"large": _row("large", 5.0, 1.0), "small": _row("small", 0.5, 1.0)}) == 10
    assert claim.value({"small": _row("small", 0.5, 1.0)}) is None


def test_claims_are_about_rows_there_are(tmp_path: Path) -> None:
    plan = scenarios.plan(Workloads(tmp_path, tmp_path), scenarios.Tools("gatewright", None, None), objects=10_000)
    names = {one.name for one in plan}
    several = ("10,000 x 44, ", "1,000 x our whole library, ")  # ways of scenarios that have more than one
    rows = {row for claim in CLAIMS for row in (claim.of, claim.over)}
    assert all(row in names or row.startswith(several) for row in rows)


def test_the_page_is_drawn_from_the_record_alone(files: Path) -> None:
    with pytest.raises(SystemExit, match="nothing is recorded"):
        command.main(["--render"])
    record.save(files / "recorded.json", {"a": _row("a", 0.25, 5.0)})
    assert command.main(["--render"]) == 0
    assert "| a | 0.25 |" in (files / "benchmarks.md").read_text(encoding="utf-8")

"""The suites of the library pass on our own engine."""

from __future__ import annotations

from pathlib import Path

from gatewright import catalog
from gatewright.harness.session import TestRequest, run_tests


def test_suites_pass(tmp_path: Path) -> None:
    report = tmp_path / "report.txt"
    code = run_tests(TestRequest(paths=(catalog.library_dir(),), output=report, cache=False))
    assert code == 0, report.read_text(encoding="utf-8")

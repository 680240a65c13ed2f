"""The reasons for differences from other scanners are about rules that name their checks."""

from __future__ import annotations

import pytest
import yaml
from benchmarks.scanners import REASONS, SCANNERS, Scanner, groups

SAID = yaml.safe_load(REASONS.read_text(encoding="utf-8"))


@pytest.mark.parametrize("scanner", SCANNERS, ids=lambda scanner: scanner.name)
def test_reasons_are_about_rows(scanner: Scanner) -> None:
    rows = {row.name: row for row in groups(scanner)}
    assert set(SAID[scanner.name]) <= set(rows)
    assert all(row.checks for row in rows.values())

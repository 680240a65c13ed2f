"""Every rule that a cluster can run, exported with its suite: the same verdicts, here and in gator."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from gatewright import catalog
from gatewright.export.bundle import ExportOptions, export, write
from gatewright.harness.session import TestRequest, run_tests

RULES = [rule for rule in catalog.rules().values() if rule.in_cluster]


def _exported(directory: Path, *, legacy: bool) -> Path:
    """The folder of suites; a rule whose parameters are required has them in its suite's own constraint."""
    selections = [
        catalog.Selection(rule=rule, control="", parameters={}, match=None, action="deny", name=rule.name)
        for rule in RULES
    ]
    write(export(selections, ExportOptions(suites=True, legacy=legacy)), directory)
    return directory / "suites"


def test_legacy_form_passes_the_suites(tmp_path: Path) -> None:
    """The other form is the one the library's own suites load."""
    suites = _exported(tmp_path, legacy=True)
    report = tmp_path / "report.txt"
    assert run_tests(TestRequest(paths=(suites,), output=report)) == 0, report.read_text(encoding="utf-8")
    assert report.read_text(encoding="utf-8").count("suite.yaml") == len(RULES)


@pytest.mark.skipif(shutil.which("gator") is None, reason="gator is not on PATH")
def test_gator_verify_agrees(tmp_path: Path) -> None:
    suites = _exported(tmp_path, legacy=False)
    run = subprocess.run(["gator", "verify", f"{suites}/..."], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout
    assert run.stdout.count("ok\t") == len(RULES)

"""The quick reading of a command line and typer's agree."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gatewright.checking.request import CheckRequest
from gatewright.cli import _check
from gatewright.cli._check import quick, run_check
from gatewright.cli.app import _run

PLAIN = [
    "deploy/",
    "- deploy/ more.yaml",
    "-p policies deploy",
    "deploy -p policies -p pss-baseline --policy=more",
    "--policy more --format json --output report.json deploy",
    "-f sarif -o out.sarif deploy",
    "--exclude a --exclude=b --rule x --exclude-rule y --min-severity high deploy",
    "--kubernetes-version 1.31 --deny-only --fail-on warn --fail-on deny deploy",
    "--engine rego --enforcement-point audit.gatekeeper.sh --gator-compat deploy",
    "-j 2 --timeout 1.5 --no-excerpt --no-cache deploy",
    "--jobs=0 --timeout 0 --no-result-cache -n shop deploy",
    "--type kubernetes --external-data answers.yaml deploy",
    "--format= deploy",
    "-f text -f json -o report.json deploy",
    "--waivers w.yaml --no-inline-waivers --fail-on-stale deploy",
    "--baseline b.json deploy",
    "--write-baseline b.json deploy",
    "--config c.yaml deploy",
]
LEFT = [
    "",
    "--help",
    "-p policies",
    "deploy --unknown",
    "deploy --format",
    "deploy --jobs two",
    "deploy --deny-only=yes",
    "-pj deploy",
    "-- deploy",
    "deploy --output --deny-only",
]


@pytest.fixture(autouse=True)
def named_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The files that some of these command lines name."""
    monkeypatch.chdir(tmp_path)
    Path("w.yaml").write_text("waivers: []\n")
    Path("b.json").write_text('{"findings": [{"fingerprint": "f"}]}')
    Path("c.yaml").write_text("namespace: shop\n")


def requested(monkeypatch: pytest.MonkeyPatch, run: Any) -> CheckRequest:
    seen: list[CheckRequest] = []

    def record(request: CheckRequest) -> int:
        seen.append(request)
        return 0

    monkeypatch.setattr("gatewright.checking.session.check", record)
    assert run() == 0
    return seen[0]


@pytest.mark.parametrize("line", PLAIN)
def test_agrees_with_typer(monkeypatch: pytest.MonkeyPatch, line: str) -> None:
    options = quick(line.split())
    assert options is not None
    quickly = requested(monkeypatch, lambda: run_check(**options))
    assert quickly == requested(monkeypatch, lambda: _run("check", line.split()))


@pytest.mark.parametrize("line", LEFT)
def test_leaves_the_rest_to_typer(line: str) -> None:
    assert quick(line.split()) is None


def test_knows_no_option_that_typer_does_not(capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("check", ["--help"]) == 0
    shown = {word.strip(",") for word in capsys.readouterr().out.split() if word.startswith("--")}
    known = {*_check._REPEATED, *_check._SINGLE, *_check._SWITCHES}
    assert {name for name in known if name.startswith("--")} <= shown

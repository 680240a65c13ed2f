"""Every kind as one test: against the fixtures where they are, and against the project's own cases always."""

from __future__ import annotations

import os

import pytest

from conformance.suite import HERE, KINDS, Options, fixtures_root, known_failures, run

ROOT = fixtures_root()

# (kind, engine): what is run twice is run with both engines of dual-engine templates.
RUNS = [(kind, "rego") for kind in KINDS if kind != "own"] + [("gatekeeper-library", "cel")]


@pytest.mark.parametrize(("kind", "engine"), RUNS, ids=[f"{kind}-{engine}" for kind, engine in RUNS])
def test_fixtures(kind: str, engine: str) -> None:
    if ROOT is None:
        assert not os.environ.get("CI"), "CI must have the fixtures: set GATEWRIGHT_FIXTURES"
        pytest.skip("fixtures absent: set GATEWRIGHT_FIXTURES to run the conformance data")
    tally = run(ROOT, Options(kind, engine))
    shown = "\n".join(f"{case}: {problem}" for case, problem in (tally.failures or [])[:20])
    assert tally.ok, f"{tally.line()}\nstale: {tally.stale}\n{shown}"
    assert tally.passed, f"{kind}: no case ran"


def test_own_cases() -> None:
    tally = run(ROOT or HERE, Options("own"))
    shown = "\n".join(f"{case}: {problem}" for case, problem in (tally.failures or [])[:20])
    assert tally.ok, f"{tally.line()}\n{shown}"
    assert tally.passed


@pytest.mark.parametrize("kind", KINDS)
def test_known_failures_give_reasons(kind: str) -> None:
    known_failures(kind)

"""The policy library's suites, every case, with the engine asked for: verdicts, counts and asserted messages."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conformance.suite import Case, Options

if TYPE_CHECKING:
    from gatewright.harness.results import SuiteResult


def cases(fixtures: Path, options: Options) -> Iterator[Case]:
    """One case for each case of each suite, and one for each test that has none."""
    from gatewright.harness.reading import AS_GATOR_VERIFY, load_suite

    root = fixtures / "gatekeeper-library"
    for path in sorted(root.rglob("suite.yaml")):
        name = str(path.parent.relative_to(root))
        if not options.selects(name):
            continue
        suite = load_suite(path, AS_GATOR_VERIFY)
        if suite is None:
            continue
        for i, test in enumerate(suite.tests):
            for j, case in enumerate(test.cases):
                yield _case(f"{name}/{test.name}/{case.name}", path, options.engine, i, j)
            if not test.cases:
                yield _case(f"{name}/{test.name}", path, options.engine, i, None)


def _case(name: str, path: Path, engine: str, test: int, case: int | None) -> Case:
    return Case(name, lambda: _outcome(path, engine, test, case))


def _outcome(path: Path, engine: str, test: int, case: int | None) -> str | None:
    result = _run(path, engine)
    if result.error is not None:
        return result.error
    if result.tests[test].error is not None or case is None:
        return result.tests[test].error
    return result.tests[test].cases[case].error


@cache
def _run(path: Path, engine: str) -> SuiteResult:
    from gatewright.gatekeeper.host import GATOR_VERIFY, Host
    from gatewright.harness.reading import AS_GATOR_VERIFY, load_suite
    from gatewright.harness.runner import run_suite

    def host() -> Any:
        return Host(engine=engine, semantics=GATOR_VERIFY)

    suite = load_suite(path, AS_GATOR_VERIFY)
    assert suite is not None
    return run_suite(suite, host, read=AS_GATOR_VERIFY)

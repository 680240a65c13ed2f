"""What running tests yields: plain data for whoever prints it."""

from __future__ import annotations

from pathlib import Path

from gatewright.records import record


@record(frozen=True, slots=True)
class CaseResult:
    """A case's outcome: passed when it is neither skipped nor has an error. `printed` is what the policy printed,
    `trace` how it was evaluated, where that was asked for."""

    name: str
    error: str | None = None
    skipped: bool = False
    seconds: float = 0.0
    printed: str = ""
    trace: str | None = None


@record(frozen=True, slots=True)
class TestResult:
    """A test's own error (its template did not load, say) and its cases' results; `trace` as of a case."""

    __test__ = False  # not for pytest

    name: str
    error: str | None = None
    skipped: bool = False
    seconds: float = 0.0
    cases: tuple[CaseResult, ...] = ()
    printed: str = ""
    trace: str | None = None

    @property
    def failed(self) -> bool:
        return self.error is not None or any(case.error is not None for case in self.cases)


@record(frozen=True, slots=True)
class SuiteResult:
    """A suite's tests, or of a Rego file its `test_` rules; `warnings` are for the reader, not failures."""

    path: Path
    tests: tuple[TestResult, ...] = ()
    error: str | None = None
    skipped: bool = False
    seconds: float = 0.0
    warnings: tuple[str, ...] = ()

    @property
    def failed(self) -> bool:
        return self.error is not None or any(test.failed for test in self.tests)

    def counts(self) -> tuple[int, int, int]:
        """How many passed, failed and were skipped: cases, and tests that have none."""
        passed = failed = skipped = 0
        for test in self.tests:
            if test.skipped:
                skipped += 1
            elif not test.cases or test.error is not None:
                failed += test.error is not None
                passed += test.error is None
            for case in test.cases:
                skipped += case.skipped
                failed += case.error is not None
                passed += not case.skipped and case.error is None
        return passed, failed, skipped

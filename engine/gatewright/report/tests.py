"""Test results → text, JSON or JUnit XML."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gatewright.harness.results import CaseResult, SuiteResult, TestResult


def totals(results: Iterable[SuiteResult]) -> tuple[int, int, int]:
    """Passed, failed, skipped over all suites; a suite that could not be read counts as one failure."""
    counts = [(0, 1, 0) if r.error is not None else r.counts() for r in results]
    return sum(c[0] for c in counts), sum(c[1] for c in counts), sum(c[2] for c in counts)


def as_text(results: Sequence[SuiteResult], *, verbose: bool = False) -> str:
    """A line a suite, the failures below it, and a closing line with the counts."""
    lines: list[str] = []
    for suite in results:
        word = "FAIL" if suite.failed else "skip" if suite.skipped else "ok"
        lines.append(f"{word:<5} {suite.path}  {suite.seconds:.3f} s")
        lines += [f"      warning: {warning}" for warning in suite.warnings]
        if suite.error is not None:
            lines += _indented(suite.error, 6)
        for test in suite.tests:
            lines += _test_lines(test, verbose)
    passed, failed, skipped = totals(results)
    lines.append(f"{passed} passed, {failed} failed, {skipped} skipped")
    return "\n".join(lines) + "\n"


def _test_lines(test: TestResult, verbose: bool) -> list[str]:
    lines = []
    if test.failed or verbose:
        lines.append(f"  {_word(test.error, test.skipped, test.failed)} {test.name or '(unnamed test)'}")
    if test.error is not None:
        lines += _indented(test.error, 6)
    lines += _printed(test.printed, shown=test.failed or verbose)
    for case in test.cases:
        lines += _case_lines(case, verbose)
    return lines + _indented(test.trace or "", 6)


def _printed(text: str, *, shown: bool) -> list[str]:
    return [f"      print: {line}" for line in text.splitlines()] if shown else []


def _case_lines(case: CaseResult, verbose: bool) -> list[str]:
    lines = []
    if case.error is not None or verbose:
        lines.append(f"    {_word(case.error, case.skipped)} {case.name or '(unnamed case)'}")
    if case.error is not None:
        lines += _indented(case.error, 6)
        lines += _indented(case.trace or "", 6)
    return lines + _printed(case.printed, shown=case.error is not None or verbose)


def _word(error: str | None, skipped: bool, failed: bool = False) -> str:
    return "FAIL" if error is not None or failed else "skip" if skipped else "pass"


def _indented(text: str, width: int) -> list[str]:
    return [" " * width + line for line in text.splitlines()]


def as_json(results: Sequence[SuiteResult], *, verbose: bool = False) -> str:
    """`{"summary": {…}, "suites": [{"path", "tests": [{"name", "cases": [{"name", "error", …}]}]}]}`."""
    import json

    passed, failed, skipped = totals(results)
    document = {
        "summary": {"passed": passed, "failed": failed, "skipped": skipped},
        "suites": [
            {
                "path": str(suite.path),
                "error": suite.error,
                "skipped": suite.skipped,
                "seconds": round(suite.seconds, 6),
                "warnings": list(suite.warnings),
                "tests": [
                    {
                        "name": test.name,
                        "error": test.error,
                        "skipped": test.skipped,
                        "seconds": round(test.seconds, 6),
                        "printed": test.printed,
                        **_traced(test),
                        "cases": [
                            {
                                "name": case.name,
                                "error": case.error,
                                "skipped": case.skipped,
                                "seconds": round(case.seconds, 6),
                                "printed": case.printed,
                                **_traced(case),
                            }
                            for case in test.cases
                        ],
                    }
                    for test in suite.tests
                ],
            }
            for suite in results
        ],
    }
    return json.dumps(document, indent=2) + "\n"


def _traced(result: TestResult | CaseResult) -> dict[str, str]:
    return {} if result.trace is None else {"trace": result.trace}


def as_junit(results: Sequence[SuiteResult], *, verbose: bool = False) -> str:
    """JUnit XML: a testsuite a file, a testcase a case (or a test that has none)."""
    from gatewright.report.junit_tests import as_junit

    return as_junit(results)


FORMATS: dict[str, Callable[..., str]] = {"json": as_json, "junit": as_junit, "text": as_text}

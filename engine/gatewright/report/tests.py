"""Test results → text, JSON or JUnit XML."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING
from xml.etree import ElementTree

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
    return lines


def _printed(text: str, *, shown: bool) -> list[str]:
    return [f"      print: {line}" for line in text.splitlines()] if shown else []


def _case_lines(case: CaseResult, verbose: bool) -> list[str]:
    lines = []
    if case.error is not None or verbose:
        lines.append(f"    {_word(case.error, case.skipped)} {case.name or '(unnamed case)'}")
    if case.error is not None:
        lines += _indented(case.error, 6)
    return lines + _printed(case.printed, shown=case.error is not None or verbose)


def _word(error: str | None, skipped: bool, failed: bool = False) -> str:
    return "FAIL" if error is not None or failed else "skip" if skipped else "pass"


def _indented(text: str, width: int) -> list[str]:
    return [" " * width + line for line in text.splitlines()]


def as_json(results: Sequence[SuiteResult], *, verbose: bool = False) -> str:
    """`{"summary": {…}, "suites": [{"path", "tests": [{"name", "cases": [{"name", "error", …}]}]}]}`."""
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
                        "cases": [
                            {
                                "name": case.name,
                                "error": case.error,
                                "skipped": case.skipped,
                                "seconds": round(case.seconds, 6),
                                "printed": case.printed,
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


def as_junit(results: Sequence[SuiteResult], *, verbose: bool = False) -> str:
    """JUnit XML: a testsuite a file, a testcase a case (or a test that has none)."""
    passed, failed, skipped = totals(results)
    root = ElementTree.Element(
        "testsuites",
        tests=str(passed + failed + skipped),
        failures=str(failed),
        skipped=str(skipped),
        time=f"{sum(r.seconds for r in results):.3f}",
    )
    for suite in results:
        counts = totals([suite])
        element = ElementTree.SubElement(
            root,
            "testsuite",
            name=str(suite.path),
            tests=str(sum(counts)),
            failures=str(counts[1]),
            skipped=str(counts[2]),
            time=f"{suite.seconds:.3f}",
        )
        if suite.error is not None:
            _junit_case(element, str(suite.path), "load", suite.error, False, suite.seconds)
        for test in suite.tests:
            where = f"{suite.path}/{test.name}"
            if test.error is not None or not test.cases:
                _junit_case(element, str(suite.path), test.name, test.error, test.skipped, test.seconds, test.printed)
            for case in test.cases:
                _junit_case(element, where, case.name, case.error, case.skipped, case.seconds, case.printed)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _junit_case(
    parent: ElementTree.Element,
    classname: str,
    name: str,
    error: str | None,
    skipped: bool,
    seconds: float,
    printed: str = "",
) -> None:
    element = ElementTree.SubElement(
        parent, "testcase", classname=_xml(classname), name=_xml(name or "(unnamed)"), time=f"{seconds:.3f}"
    )
    if error is not None:
        failure = ElementTree.SubElement(element, "failure", message=_xml(error.splitlines()[0] if error else ""))
        failure.text = _xml(error)
    elif skipped:
        ElementTree.SubElement(element, "skipped")
    if printed:
        ElementTree.SubElement(element, "system-out").text = _xml(printed)


_UNHELD = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _xml(text: str) -> str:
    """Without the characters XML 1.0 cannot hold."""
    return _UNHELD.sub("\ufffd", text)


FORMATS: dict[str, Callable[..., str]] = {"json": as_json, "junit": as_junit, "text": as_text}

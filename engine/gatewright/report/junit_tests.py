"""Test results → JUnit XML."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree import ElementTree

from gatewright.report.tests import totals

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gatewright.harness.results import SuiteResult


def as_junit(results: Sequence[SuiteResult]) -> str:
    """A testsuite a file, a testcase a case (or a test that has none)."""
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

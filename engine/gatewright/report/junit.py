"""JUnit XML: a testsuite for each file with violations, a failed testcase for each of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr

from gatewright.report import Plain, Section, Summary
from gatewright.report.data import actions

if TYPE_CHECKING:
    from gatewright.report.found import Found


def make(*, colour: bool = False) -> Junit:
    return Junit()


class Junit(Plain):
    """What only warns passes, with the message as its output, so that the build's colour is the exit code's."""

    def start(self) -> str:
        return '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="gatewright">\n'

    def fragment(self, found: Sequence[Found]) -> list[Section]:
        suites = []
        for file, group in groupby(found, key=lambda f: f.violation.location.file if f.violation.location else ""):
            cases = [_case(f) for f in group]
            failures = sum("<failure" in case for case in cases)
            suites.append(_suite(file, "".join(cases), len(cases), failures, 0))
        return [("", "".join(suites))] if suites else []

    def finish(self, summary: Summary, errors: Sequence[dict[str, Any]], rules: dict[str, dict[str, Any]]) -> str:
        parts = []
        if errors:
            cases = "".join(map(_error, errors))
            parts.append(_suite("errors", cases, len(errors), 0, len(errors)))
        if not summary.violations and not errors:
            # An empty report reads as "nothing ran" to most systems; say what did.
            name = f"{summary.objects} objects against {summary.constraints} constraints"
            parts.append(_suite("gatewright", f"<testcase classname='gatewright' name={_attribute(name)}/>\n", 1, 0, 0))
        return "".join(parts) + "</testsuites>\n"


def _suite(name: str, cases: str, tests: int, failures: int, errors: int) -> str:
    counts = f'tests="{tests}" failures="{failures}" errors="{errors}"'
    return f"<testsuite name={_attribute(name or 'gatewright')} {counts}>\n{cases}</testsuite>\n"


def _case(found: Found) -> str:
    v = found.violation
    who = f"{v.object.kind} {v.object.namespace + '/' if v.object.namespace else ''}{v.object.name}"
    what = f"{v.constraint.kind}/{v.constraint.name}"
    where = f"{v.location.file}:{v.location.row}:{v.location.col}" if v.location else ""
    text = escape(_clean(f"{where}: {v.message}\n{found.excerpt}".strip()))
    kind = "+".join(actions(v))
    opening = f"<testcase classname={_attribute(what)} name={_attribute(who)}>"
    if not v.denies:
        return f"{opening}<system-out>{escape(_clean(kind))}: {text}</system-out></testcase>\n"
    return f"{opening}<failure type={_attribute(kind)} message={_attribute(v.message)}>{text}</failure></testcase>\n"


def _error(error: dict[str, Any]) -> str:
    where = f"{error['file']}:{error['line']}" if error["line"] else error["file"]
    text = error["message"] + (f" ({error['hint']})" if error["hint"] else "")
    return (
        f"<testcase classname='gatewright' name={_attribute(where or 'error')}>"
        f"<error message={_attribute(text)}/></testcase>\n"
    )


def _attribute(text: str) -> str:
    return quoteattr(_clean(text), {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})


def _clean(text: str) -> str:
    """Without the characters XML 1.0 has no way to hold."""
    return _UNHELD.sub("\ufffd", text)


_UNHELD = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

"""`--run`: which tests and cases to run, in the words of `gator verify` (RE2, matched anywhere in the name).

Empty: all. `a`: tests and cases whose own or whose test's name matches. `a//b`: cases matching b in tests matching a.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gatewright.errors import UsageError
from gatewright.harness.suite import Test


@dataclass(frozen=True, slots=True)
class Filter:
    """A parsed `--run`; `test` and `case` are compiled RE2 patterns, or None for "any"."""

    test: Any = None
    case: Any = None
    both: bool = False

    def matches_test(self, test: Test) -> bool:
        if self.both:
            return bool(self.test.search(test.name))
        return self.test is None or any(map(self.test.search, (test.name, *(case.name for case in test.cases))))

    def matches_case(self, test: str, case: str) -> bool:
        if self.both:
            return bool(self.test.search(test) and self.case.search(case))
        return self.test is None or bool(self.test.search(case) or self.test.search(test))

    def matches_name(self, name: str) -> bool:
        """For tests that have no cases: Rego's `test_` rules, by their full name."""
        return self.test is None or bool(self.test.search(name))


def parse_filter(text: str) -> Filter:
    """The filter a `--run` text stands for. Raises UsageError for what is no filter."""
    if not text:
        return Filter()
    parts = text.split("//")
    if len(parts) == 1:
        return Filter(test=_pattern(parts[0]))
    if len(parts) == 2:
        return Filter(test=_pattern(parts[0]), case=_pattern(parts[1]), both=True)
    raise UsageError('invalid test filter: a filter may include at most one "//"')


def _pattern(text: str) -> Any:
    import re2

    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(text, options=options)
    except re2.error as error:
        raise UsageError(f"invalid test filter: error parsing regexp: {_reason(error)}: `{text}`") from None


def _reason(error: Exception) -> str:
    reason = error.args[0] if error.args else ""
    return reason.decode() if isinstance(reason, bytes) else str(reason)

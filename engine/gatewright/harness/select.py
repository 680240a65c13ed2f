"""`--run`: which tests and cases to run, in the words of `gator verify` (RE2, matched anywhere in the name).

Empty: all. `a`: tests and cases whose own or whose test's name matches. `a//b`: cases matching b in tests matching a.
"""

from __future__ import annotations

from gatewright.errors import UsageError
from gatewright.records import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gatewright.builtins.regexp import Regexp
    from gatewright.harness.suite import Test


@record(frozen=True, slots=True)
class Filter:
    """A parsed `--run`. Without a `case`, `test` is held against the names of both."""

    test: Regexp | None = None
    case: Regexp | None = None

    def matches_test(self, test: Test) -> bool:
        if self.test is None or self.case is not None:
            return self.matches_name(test.name)
        return any(map(self.test.matches, (test.name, *(case.name for case in test.cases))))

    def matches_case(self, test: str, case: str) -> bool:
        if self.case is not None:
            return self.matches_name(test) and self.case.matches(case)
        return self.matches_name(test) or self.matches_name(case)

    def matches_name(self, name: str) -> bool:
        """For tests that have no cases: Rego's `test_` rules, by their full name."""
        return self.test is None or self.test.matches(name)


def parse_filter(text: str) -> Filter:
    """The filter a `--run` text stands for. Raises UsageError for what is no filter."""
    if not text:
        return Filter()
    parts = text.split("//")
    if len(parts) == 1:
        return Filter(test=_pattern(parts[0]))
    if len(parts) == 2:
        return Filter(test=_pattern(parts[0]), case=_pattern(parts[1]))
    raise UsageError('invalid test filter: a filter may include at most one "//"')


def _pattern(text: str) -> Regexp:
    from gatewright.builtins.regexp import RegexpError, compile_regexp

    try:
        return compile_regexp(text)
    except RegexpError as error:
        raise UsageError(f"invalid test filter: {error}") from None

"""Gatekeeper's test suites as data: Suite, Test, Case, Assertion, read from a document of kind Suite.

The format is gator's (Gatekeeper's docs, "The gator CLI", Writing Test Suites); ours adds `mutators` to a test, `want`
to a case (the object after mutation) and `externalData` to both (answers of external data providers).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from gatewright.errors import SuiteError
from gatewright.records import record, replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

GROUP = "test.gatekeeper.sh"


@record(frozen=True, slots=True)
class Assertion:
    """`violations` is a count, "yes" (at least one) or "no"; with `message`, only messages it matches are counted."""

    violations: int | str = "yes"
    message: str | None = None


@record(frozen=True, slots=True)
class Case:
    """One object to review. Paths are as written, relative to the suite's file."""

    name: str = ""
    object: str = ""
    inventory: tuple[str, ...] = ()
    assertions: tuple[Assertion, ...] = ()
    want: str = ""
    external_data: str = ""
    skip: bool = False


@record(frozen=True, slots=True)
class Test:
    """A template and a constraint, and the cases they are tried on; or mutators and theirs."""

    __test__ = False  # not for pytest

    name: str = ""
    template: str = ""
    constraint: str = ""
    expansion: str = ""
    mutators: tuple[str, ...] = ()
    external_data: str = ""
    cases: tuple[Case, ...] = ()
    invalid: bool = False
    skip: bool = False


@record(frozen=True, slots=True)
class Suite:
    """A suite file. `unknown` lists keys nobody reads, which are usually misspellings."""

    path: Path
    tests: tuple[Test, ...] = ()
    skip: bool = False
    unknown: tuple[str, ...] = ()

    def files(self) -> Iterator[Path]:
        """The files that the suite names."""
        for test in self.tests:
            names = [test.template, test.constraint, test.expansion, test.external_data, *test.mutators]
            for case in test.cases:
                names += [case.object, case.want, case.external_data, *case.inventory]
            yield from (self.path.parent / name for name in names if name)


def as_gator_sees(test: Test) -> Test:
    """The test without what only this engine reads."""
    cases = tuple(replace(case, want="", external_data="") for case in test.cases)
    return replace(test, mutators=(), external_data="", cases=cases)


def is_suite(document: Any) -> bool:
    """Whether a document is a Suite of any version."""
    if not isinstance(document, dict):
        return False
    group = str(document.get("apiVersion") or "").partition("/")[0]
    return group == GROUP and document.get("kind") == "Suite"


def parse_suite(document: dict[str, Any], path: Path) -> Suite:
    """The suite a document describes. Raises SuiteError where a field has the wrong type."""
    unknown: list[str] = []
    read = _Reader(document, "", unknown)
    tests = tuple(_test(item, f"tests[{i}]", unknown) for i, item in enumerate(read.objects("tests")))
    skip = read.flag("skip")
    read.done("apiVersion", "kind", "metadata")
    return Suite(path, tests, skip, tuple(unknown))


def _test(document: Mapping[str, Any], place: str, unknown: list[str]) -> Test:
    read = _Reader(document, place, unknown)
    cases = tuple(_case(item, f"{place}.cases[{i}]", unknown) for i, item in enumerate(read.objects("cases")))
    test = Test(
        name=read.text("name"),
        template=read.text("template"),
        constraint=read.text("constraint"),
        expansion=read.text("expansion"),
        mutators=read.texts("mutators"),
        external_data=read.text("externalData"),
        cases=cases,
        invalid=read.flag("invalid"),
        skip=read.flag("skip"),
    )
    read.done()
    return test


def _case(document: Mapping[str, Any], place: str, unknown: list[str]) -> Case:
    read = _Reader(document, place, unknown)
    wanted = enumerate(read.objects("assertions"))
    case = Case(
        name=read.text("name"),
        object=read.text("object"),
        inventory=read.texts("inventory"),
        assertions=tuple(_assertion(item, f"{place}.assertions[{i}]", unknown) for i, item in wanted),
        want=read.text("want"),
        external_data=read.text("externalData"),
        skip=read.flag("skip"),
    )
    read.done()
    return case


def _assertion(document: Mapping[str, Any], place: str, unknown: list[str]) -> Assertion:
    read = _Reader(document, place, unknown)
    violations = read.take("violations")
    if violations is None:
        violations = "yes"
    elif isinstance(violations, bool):
        # YAML 1.1 makes booleans of yes and no; gator's own reader does not.
        violations = "yes" if violations else "no"
    elif not isinstance(violations, int | str):
        raise SuiteError(f"invalid yaml: {place}.violations must be a number, yes or no, got {violations!r}")
    message = read.take("message")
    if message is not None and not isinstance(message, str):
        raise SuiteError(f"invalid yaml: {place}.message must be a string, got {message!r}")
    read.done()
    return Assertion(violations, message)


class _Reader:
    """Takes fields out of a mapping, checks their types, and notes the ones nobody took."""

    def __init__(self, document: Mapping[str, Any], place: str, unknown: list[str]) -> None:
        if not isinstance(document, dict):
            raise SuiteError(f"invalid yaml: {place or 'the suite'} must be an object, got {document!r}")
        self._document = document
        self._place = f"{place}." if place else ""
        self._unknown = unknown
        self._taken: set[str] = set()

    def take(self, field: str) -> Any:
        self._taken.add(field)
        return self._document.get(field)

    def text(self, field: str) -> str:
        value = self.take(field)
        if value is not None and not isinstance(value, str):
            raise SuiteError(f"invalid yaml: {self._place}{field} must be a string, got {value!r}")
        return value or ""

    def flag(self, field: str) -> bool:
        value = self.take(field)
        if value is not None and not isinstance(value, bool):
            raise SuiteError(f"invalid yaml: {self._place}{field} must be true or false, got {value!r}")
        return bool(value)

    def objects(self, field: str) -> list[Any]:
        value = self.take(field)
        if value is not None and not isinstance(value, list):
            raise SuiteError(f"invalid yaml: {self._place}{field} must be a list, got {value!r}")
        return value or []

    def texts(self, field: str) -> tuple[str, ...]:
        items = self.objects(field)
        for item in items:
            if not isinstance(item, str):
                raise SuiteError(f"invalid yaml: {self._place}{field} must be a list of paths, got {item!r}")
        return tuple(items)

    def done(self, *ignored: str) -> None:
        for field in self._document:
            if field not in self._taken and field not in ignored:
                self._unknown.append(f"{self._place}{field}")

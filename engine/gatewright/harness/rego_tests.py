"""Rego unit tests: every rule named `test_…` is a test, `todo_test_…` is skipped, as `opa test` has it.

A test passes when its rule is true. A failure names the expression that did not hold; where that is a comparison, the
body is evaluated once more up to it, to show what both sides were.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gatewright.errors import GatewrightError, RegoError, RegoErrors
from gatewright.harness.results import CaseResult, SuiteResult, TestResult
from gatewright.harness.select import Filter
from gatewright.source import excerpt
from gatewright.syntax import nodes

if TYPE_CHECKING:
    from gatewright.compiler import CompiledPolicy
    from gatewright.runtime.context import EvalOptions

_PREFIX, _TODO = "test_", "todo_test_"
_COMPARISONS = {"equal": "==", "neq": "!=", "lt": "<", "lte": "<=", "gt": ">", "gte": ">=", "eq": "="}
_TEXT_LIMIT = 300


@dataclass(frozen=True, slots=True)
class RegoTest:
    """One test rule: where it is asked for, as a query, and its definition."""

    file: str
    name: str
    query: str
    package: str
    rule: nodes.Rule

    @property
    def todo(self) -> bool:
        return self.name.startswith(_TODO)


def run_rego_tests(
    files: Iterable[Path],
    *,
    select: Filter,
    rego_version: str = "v1",
    data: Any = None,
    covered: set[tuple[str, int]] | None = None,
    options: EvalOptions | None = None,
) -> list[SuiteResult]:
    """Run the tests in these files, which are compiled together; one result a file that holds tests.

    `covered` collects the (file, row) of every expression reached. Raises RegoErrors when the files do not compile.
    """
    texts = {str(path): path.read_text(encoding="utf-8") for path in files}
    modules, tests = find_tests(texts, rego_version)
    if not tests:
        return []
    from gatewright.compiler import compile_modules

    policy = compile_modules(modules, rego_version=rego_version, print_enabled=True)
    runner = _Runner(policy, texts, data, options, covered)
    results: dict[str, list[TestResult]] = {}
    seconds: dict[str, float] = {}
    for test in tests:
        if not select.matches_name(test.query):
            result = TestResult(test.name, skipped=True)
        else:
            result = runner.run(test)
        results.setdefault(test.file, []).append(result)
        seconds[test.file] = seconds.get(test.file, 0.0) + result.seconds
    return [SuiteResult(Path(file), tuple(found), seconds=seconds[file]) for file, found in results.items()]


def find_tests(texts: Mapping[str, str], rego_version: str) -> tuple[dict[str, nodes.Module], list[RegoTest]]:
    """The parsed modules and their tests. Definitions that share a name are told apart by a number, as OPA does."""
    from gatewright.syntax import parse_module

    modules: dict[str, nodes.Module] = {}
    tests: list[RegoTest] = []
    seen: dict[str, int] = {}
    errors: list[RegoError] = []
    for file, text in texts.items():
        try:
            module = parse_module(text, file=file, rego_version=rego_version)
        except RegoErrors as error:
            errors.extend(error.errors)
            continue
        package = _path(module.package.path)
        rules = []
        for rule in module.rules:
            name = rule.head.name or _head_name(rule)
            if name.startswith((_PREFIX, _TODO)):
                key = f"{package}.{name}"
                count = seen[key] = seen.get(key, -1) + 1
                if count:
                    name = f"{name}#{count:02}"
                    rule = _renamed(rule, name)
                tests.append(RegoTest(file, name, f'{package}["{name}"]', package, rule))
            rules.append(rule)
        modules[file] = replace(module, rules=tuple(rules))
    if errors:
        raise RegoErrors(errors)
    return modules, tests


def _head_name(rule: nodes.Rule) -> str:
    first = rule.head.ref.terms[0].value
    return first.name if isinstance(first, nodes.Var) else ""


def _renamed(rule: nodes.Rule, name: str) -> nodes.Rule:
    first = rule.head.ref.terms[0]
    ref = nodes.Ref((replace(first, value=nodes.Var(name)), *rule.head.ref.terms[1:]))
    return replace(rule, head=replace(rule.head, ref=ref, name=name if rule.head.name else ""))


def _path(ref: nodes.Ref) -> str:
    from gatewright.syntax.text import node_text

    return node_text(ref)


class _Runner:
    """Compiled tests and what they are evaluated against."""

    def __init__(
        self,
        policy: CompiledPolicy,
        texts: Mapping[str, str],
        data: Any,
        options: EvalOptions | None,
        covered: set[tuple[str, int]] | None,
    ) -> None:
        from gatewright.runtime.context import EvalOptions

        self._policy = policy
        self._texts = texts
        self._data = {} if data is None else data
        self._options = options or EvalOptions()
        self._covered = covered

    def run(self, test: RegoTest) -> TestResult:
        if test.todo:
            return TestResult(test.name, skipped=True)
        started = time.perf_counter()
        printed: list[str] = []
        reached: set[tuple[str, int]] = set()
        try:
            value, found = self._evaluate(test.query, printed, reached)
        except GatewrightError as error:
            return self._result(test, started, printed, str(error))
        if found and isinstance(value, dict):
            return self._table(test, started, printed, value)
        if found and value is True:
            return self._result(test, started, printed, None)
        return self._result(test, started, printed, self._why(test, value if found else None, found, reached))

    def _evaluate(self, query: str, printed: list[str], reached: set[tuple[str, int]]) -> tuple[Any, bool]:
        from gatewright.runtime.context import Context

        options = replace(self._options, print_sink=lambda text, _: printed.append(text))
        context = Context(options)
        try:
            rows = self._policy.query(f"x = {query}", coverage=True).run(context, data=self._data)
        finally:
            reached |= context.covered
            if self._covered is not None:
                self._covered |= context.covered
        return (rows[0]["x"], True) if rows else (None, False)

    def _result(self, test: RegoTest, started: float, printed: list[str], error: str | None) -> TestResult:
        return TestResult(test.name, error, seconds=time.perf_counter() - started, printed="\n".join(printed))

    def _table(self, test: RegoTest, started: float, printed: list[str], value: dict[Any, Any]) -> TestResult:
        cases = tuple(
            CaseResult(str(name), None if outcome is True else f"got {_shown(outcome)}, want true")
            for name, outcome in value.items()
        )
        error = None if cases else "no case of the table held"
        return TestResult(test.name, error, seconds=time.perf_counter() - started, cases=cases)

    # --- failures -----------------------------------------------------------------------------------------------

    def _why(self, test: RegoTest, value: Any, found: bool, reached: set[tuple[str, int]]) -> str:
        if found:
            return f"got {_shown(value)}, want true"
        body = test.rule.body
        failing = self._failing(body, test.file, reached)
        if failing is None:
            return "undefined, want true"
        expr = body[failing]
        lines = [f"{test.file}:{expr.location.row}: this did not hold"]
        shown = excerpt(self._texts[test.file].split("\n"), expr.location)
        if shown:
            lines.append(shown)
        lines += self._sides(test, body, failing)
        return "\n".join(lines)

    @staticmethod
    def _failing(body: nodes.Body, file: str, reached: set[tuple[str, int]]) -> int | None:
        """The last expression of the body that was reached: the one after it never was."""
        rows = [i for i, expr in enumerate(body) if (file, expr.location.row) in reached]
        return rows[-1] if rows else None

    def _sides(self, test: RegoTest, body: nodes.Body, failing: int) -> list[str]:
        expr = body[failing]
        terms = expr.terms
        if expr.negated or not isinstance(terms, tuple) or len(terms) != 3:
            return []
        from gatewright.syntax.text import node_text

        operator = node_text(terms[0])
        if operator not in _COMPARISONS:
            return []
        before = [node_text(e) for e in body[:failing] if not _prints(e)]
        sides = []
        for word, term in (("got", terms[1]), ("want", terms[2])):
            probe = replace(expr, terms=(nodes.Term(nodes.Ref((nodes.Term(nodes.Var("assign")),))),
                                         nodes.Term(nodes.Var("probed__")), term))  # fmt: skip
            text = "\n".join([*before, node_text(probe)])
            sides.append(f"  {word:<5}{self._probe(text, test)}")
        if operator not in ("equal", "eq"):
            sides[1] = sides[1].replace("want ", f"{_COMPARISONS[operator]:<5}", 1)
        return sides

    def _probe(self, text: str, test: RegoTest) -> str:
        try:
            rows = self._policy.query(text, package=test.package).evaluate(data=self._data, options=self._options)
        except GatewrightError:
            return "(cannot be shown)"
        return _shown(rows[0]["probed__"]) if rows else "undefined"


def _prints(expr: nodes.Expr) -> bool:
    return isinstance(expr.terms, tuple) and expr.terms[0].value == nodes.Ref((nodes.Term(nodes.Var("print")),))


def _shown(value: Any) -> str:
    from gatewright.runtime.json import dumps, to_python

    text = dumps(to_python(value))
    return text if len(text) <= _TEXT_LIMIT else f"{text[:_TEXT_LIMIT]}…"

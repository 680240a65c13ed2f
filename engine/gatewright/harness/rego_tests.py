"""Rego unit tests: every rule named `test_…` is a test, `todo_test_…` is skipped, as `opa test` has it.

A test passes when its rule is true. `test_x[name]` is a table: each name the body comes to is a case. A failure names
the expression that did not hold, and the body is evaluated once more up to it, to show the values in it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gatewright.errors import GatewrightError, RegoError, RegoErrors
from gatewright.harness.explaining import explain, shown
from gatewright.harness.probing import Probe, chosen
from gatewright.harness.results import CaseResult, SuiteResult, TestResult
from gatewright.harness.select import Filter
from gatewright.loading import read_text
from gatewright.records import record, replace
from gatewright.runtime.json import dumps
from gatewright.runtime.values import UNDEFINED, from_key
from gatewright.syntax import nodes
from gatewright.syntax.text import node_text

if TYPE_CHECKING:
    from gatewright.analysis import Capabilities
    from gatewright.compiler import CompiledPolicy
    from gatewright.runtime.context import EvalOptions

_PREFIX, _TODO = "test_", "todo_test_"


@record(frozen=True, slots=True)
class RegoTest:
    """One test rule: where it is asked for, as a query, its definition, and which part of its ref is the name."""

    file: str
    name: str
    query: str
    package: str
    part: int
    rule: nodes.Rule

    @property
    def keys(self) -> tuple[nodes.Term, ...]:
        """What stands in brackets after the name of a table."""
        head = self.rule.head
        if head.args is not None or (head.value is None and head.key is not None):
            return ()
        return head.ref.terms[self.part + 1 :] or ((head.key,) if head.key is not None else ())

    @property
    def todo(self) -> bool:
        return _part_name(self.rule.head.ref.terms[self.part]).startswith(_TODO)


def run_rego_tests(
    files: Iterable[Path],
    *,
    select: Filter,
    rego_version: str = "v1",
    load_data: Callable[[], Any] = dict,
    covered: set[tuple[str, int]] | None = None,
    options: EvalOptions | None = None,
    capabilities: Capabilities | None = None,
) -> list[SuiteResult]:
    """Run the tests in these files, which are compiled together; one result a file that holds tests.

    Data is loaded when there is a test. `covered` collects the (file, row) of every expression reached. Raises
    RegoErrors when the files do not compile.
    """
    texts = {str(path): read_text(path) for path in files}
    modules, tests = find_tests(texts, rego_version, capabilities)
    if not tests:
        return []
    from gatewright.compiler import compile_modules

    policy = compile_modules(modules, rego_version=rego_version, print_enabled=True, capabilities=capabilities)
    runner = _Runner(policy, modules, texts, load_data(), options, covered)
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


def find_tests(
    texts: Mapping[str, str], rego_version: str, capabilities: Capabilities | None = None
) -> tuple[dict[str, nodes.Module], list[RegoTest]]:
    """The parsed modules and their tests. Definitions that share a name are told apart by a number, as OPA does."""
    from gatewright.syntax import parse_module

    modules: dict[str, nodes.Module] = {}
    tests: list[RegoTest] = []
    seen: dict[tuple[str, ...], int] = {}
    errors: list[RegoError] = []
    language = None if capabilities is None else capabilities.language
    for file, text in texts.items():
        try:
            module = parse_module(text, file=file, rego_version=rego_version, capabilities=language)
        except RegoErrors as error:
            errors.extend(error.errors)
            continue
        package = node_text(module.package.path)
        rules = []
        for rule in module.rules:
            where = test_part(rule.head.ref)
            if where is not None:
                names = [_part_name(term) for term in rule.head.ref.terms[: where + 1]]
                key = (package, *names)
                count = seen[key] = seen.get(key, -1) + 1
                if count:
                    names[where] += f"#{count:02}"
                    rule = _renamed(rule, where, names[where])
                query = package + "".join(f'["{name}"]' for name in names)
                tests.append(RegoTest(file, ".".join(names), query, package, where, rule))
            rules.append(rule)
        modules[file] = replace(module, rules=tuple(rules))
    if errors:
        raise RegoErrors(errors)
    return modules, tests


def test_part(ref: nodes.Ref) -> int | None:
    """Which part of a rule's name says that it is a test: `test_x` itself, or the last one of `group.test_x`."""
    for index, term in enumerate(ref.terms):
        name = _part_name(term) if index == 0 or isinstance(term.value, nodes.String) else ""
        if name.startswith((_PREFIX, _TODO)):
            return index
        if not name:
            return None
    return None


def _part_name(term: nodes.Term) -> str:
    value = term.value
    return value.name if isinstance(value, nodes.Var) else value.value if isinstance(value, nodes.String) else ""


def _renamed(rule: nodes.Rule, where: int, name: str) -> nodes.Rule:
    terms = list(rule.head.ref.terms)
    terms[where] = replace(terms[where], value=nodes.String(name) if where else nodes.Var(name))
    head = replace(rule.head, ref=nodes.Ref(tuple(terms)), name=name if rule.head.name else "")
    return replace(rule, head=head)


class _Runner:
    """Compiled tests and what they are evaluated against."""

    def __init__(
        self,
        policy: CompiledPolicy,
        modules: Mapping[str, nodes.Module],
        texts: Mapping[str, str],
        data: Any,
        options: EvalOptions | None,
        covered: set[tuple[str, int]] | None,
    ) -> None:
        from gatewright.runtime.context import EvalOptions

        self._policy = policy
        self._modules = modules
        self._texts = texts
        self._data = data
        self._options = options or EvalOptions()
        self._covered = covered

    def run(self, test: RegoTest) -> TestResult:
        if test.todo:
            return TestResult(test.name, skipped=True)
        started = time.perf_counter()
        printed: list[str] = []
        error, cases = self._outcome(test, printed)
        return TestResult(
            test.name, error, seconds=time.perf_counter() - started, cases=cases, printed="\n".join(printed)
        )

    def _outcome(self, test: RegoTest, printed: list[str]) -> tuple[str | None, tuple[CaseResult, ...]]:
        """What is wrong, if anything, and the cases of a table."""
        try:
            value = self._evaluate(test.query, printed)
            table = value if isinstance(value, dict) else {} if value is UNDEFINED else None
            if test.keys and table is not None:
                cases = self._cases(test, table)
                return None if cases else "no case of the table was reached", cases
            if value is True:
                return None, ()
            if value is not UNDEFINED:
                return f"got {shown(value)}, want true", ()
            return explain(self._probe(test), test.rule.body, self._texts[test.file]), ()
        except GatewrightError as error:
            return str(error), ()

    def _evaluate(self, query: str, printed: list[str]) -> Any:
        from gatewright.runtime.context import Context

        context = Context(replace(self._options, print_sink=lambda text, _: printed.append(text)))
        prepared = self._policy.query(f"x = {query}", coverage=self._covered is not None)
        try:
            rows = prepared.run(context, data=self._data)
        finally:
            if self._covered is not None:
                self._covered |= context.covered
        return rows[0]["x"] if rows else UNDEFINED

    def _probe(self, test: RegoTest) -> Probe:
        imports = tuple(node_text(i).removeprefix("import ") for i in self._modules[test.file].imports)
        kept = tuple(path for path in imports if path.startswith(("data.", "input.")))
        # Prints were heard once.
        return Probe(
            self._policy, test.package.removeprefix("data."), kept, self._data, replace(self._options, print_sink=None)
        )

    def _cases(self, test: RegoTest, value: dict[Any, Any]) -> tuple[CaseResult, ...]:
        """The cases that hold, and those that the body came to without holding."""
        held = dict(_leaves(value, len(test.keys)))
        probe, body = self._probe(test), test.rule.body
        reached, known = probe.case_names(body, test.keys)
        results = [
            CaseResult(name, None if outcome is True else f"got {shown(outcome)}, want true")
            for name, outcome in held.items()
        ]
        for values in reached:
            if (name := _case_name(values)) not in held:
                fixed = chosen(test.keys, values)
                error = explain(probe, body, self._texts[test.file], fixed=fixed, known=known)
                results.append(CaseResult(name, error))
        return tuple(results)


def _leaves(value: dict[Any, Any], depth: int, above: tuple[Any, ...] = ()) -> Iterator[tuple[str, Any]]:
    """The names and outcomes in a table's value; tables within tables have names of several parts."""
    for key, outcome in value.items():
        names = (*above, from_key(key))
        if depth > 1 and isinstance(outcome, dict):
            yield from _leaves(outcome, depth - 1, names)
        else:
            yield _case_name(names), outcome


def _case_name(values: Iterable[Any]) -> str:
    return "/".join(value if isinstance(value, str) else dumps(value) for value in values)

"""Rego unit tests: every rule named `test_…` is a test, `todo_test_…` is skipped, as `opa test` has it.

A test passes when its rule is true. `test_x[name]` is a table: each name the body comes to is a case. A failure names
the expression that did not hold, and the body is evaluated once more up to it, to show the values in it.

Which tests there are, and their code, is kept from one run to the next: files whose tests pass are parsed once.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path

from gatewright.codegen.cache import CodeCache, key_of
from gatewright.compiler import compile_modules
from gatewright.errors import GatewrightError
from gatewright.harness.results import CaseResult, SuiteResult, TestResult
from gatewright.loading import read_text
from gatewright.records import field_names, record, replace
from gatewright.runtime.context import Context, EvalOptions
from gatewright.runtime.values import UNDEFINED, from_key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from gatewright.analysis import Capabilities
    from gatewright.compiler import CompiledPolicy
    from gatewright.harness.definitions import Definition, Parsed
    from gatewright.harness.probing import Probe
    from gatewright.harness.select import Filter


@record(frozen=True, slots=True)
class RegoTest:
    """One test rule: where it is and how it is asked for. A `todo` is skipped."""

    file: str
    name: str
    query: str
    package: str
    is_table: bool
    todo: bool


def run_rego_tests(
    files: Iterable[Path],
    *,
    select: Filter,
    rego_version: str = "v1",
    load_data: Callable[[], Any] = dict,
    covered: set[tuple[str, int]] | None = None,
    explain: str = "off",
    options: EvalOptions | None = None,
    capabilities: Capabilities | None = None,
    cache: CodeCache | None = None,
) -> list[SuiteResult]:
    """Run the tests in these files, which are compiled together; one result a file that holds tests.

    Data is loaded when there is a test. `covered` collects the (file, row) of every expression reached; `explain` says
    how much is told of the evaluation of a test that fails. Raises RegoErrors when the files do not compile.
    """
    texts = {str(path): read_text(path) for path in files}
    sources = _Sources(texts, rego_version, capabilities, cache)
    if not sources.tests:
        return []
    sources.policy  # noqa: B018 - errors are raised before data is read
    wanted = [test for test in sources.tests if select.matches_name(test.query) and not test.todo]
    runner = _Runner(sources, wanted, load_data(), options or EvalOptions(), covered, explain)
    results: dict[str, list[TestResult]] = {}
    seconds: dict[str, float] = {}
    for test in sources.tests:
        result = runner.run(test)
        results.setdefault(test.file, []).append(result)
        seconds[test.file] = seconds.get(test.file, 0.0) + result.seconds
    return [SuiteResult(Path(file), tuple(found), seconds=seconds[file]) for file, found in results.items()]


class _Sources:
    """The texts of Rego files, and what is made of them when it is asked for and not known."""

    def __init__(
        self, texts: Mapping[str, str], rego_version: str, capabilities: Capabilities | None, cache: CodeCache | None
    ) -> None:
        self.texts = texts
        self._version = rego_version
        self._capabilities = capabilities
        self._cache = cache

    @cached_property
    def parsed(self) -> Parsed:
        from gatewright.harness.definitions import find_tests

        return find_tests(self.texts, self._version, self._capabilities)

    @cached_property
    def tests(self) -> list[RegoTest]:
        if self._cache is None:
            return self.parsed.tests
        allowed = self._capabilities.key if self._capabilities is not None else ""
        key = key_of(["tests", self._version, allowed, *(part for file in self.texts.items() for part in file)])
        known = self._cache.get(key)
        if known is None:
            known = [[getattr(test, name) for name in field_names(test)] for test in self.parsed.tests]
            self._cache.put(key, known)
        return [RegoTest(*values) for values in known]

    @cached_property
    def policy(self) -> CompiledPolicy:
        # The modules are not what these texts are elsewhere: definitions that share a name are told apart in them.
        return compile_modules(
            {f"tests of {file}": text for file, text in self.texts.items()},
            rego_version=self._version,
            print_enabled=True,
            capabilities=self._capabilities,
            cache=self._cache,
            parse=lambda: self.parsed.modules,
        )

    def definition(self, test: RegoTest) -> Definition:
        return self.parsed.definitions[test.query]


class _Runner:
    """Compiled tests and what they are evaluated against."""

    def __init__(
        self,
        sources: _Sources,
        wanted: Sequence[RegoTest],
        data: Any,
        options: EvalOptions,
        covered: set[tuple[str, int]] | None,
        explain: str,
    ) -> None:
        self._sources = sources
        self._data = data
        self._options = options
        self._covered = covered
        self._explain = explain
        queries = sources.policy.queries([_query(test) for test in wanted], coverage=covered is not None)
        self._queries = dict(zip((test.query for test in wanted), queries, strict=True))
        self._asked = sources.policy.uncached()

    def run(self, test: RegoTest) -> TestResult:
        if test.query not in self._queries:
            return TestResult(test.name, skipped=True)
        started = time.perf_counter()
        printed: list[str] = []
        error, cases = self._outcome(test, printed)
        seconds = time.perf_counter() - started
        result = TestResult(test.name, error, seconds=seconds, cases=cases, printed="\n".join(printed))
        return replace(result, trace=self._trace(test)) if result.failed and self._explain != "off" else result

    def _trace(self, test: RegoTest) -> str:
        from gatewright.syntax import parse_query
        from gatewright.tracing.session import trace_policy

        context = Context(self._options).silent()
        query = parse_query(test.query)
        traced = trace_policy(self._asked, query, context, data=self._data, mode=self._explain)
        return traced.pretty(self._explain, locations=True)

    def _outcome(self, test: RegoTest, printed: list[str]) -> tuple[str | None, tuple[CaseResult, ...]]:
        """What is wrong, if anything, and the cases of a table."""
        try:
            value = self._evaluate(test, printed)
            table = value if isinstance(value, dict) else {} if value is UNDEFINED else None
            if test.is_table and table is not None:
                cases = self._cases(test, table)
                return None if cases else "no case of the table was reached", cases
            if value is True:
                return None, ()
            from gatewright.harness.explaining import explain, shown

            if value is not UNDEFINED:
                return f"got {shown(value)}, want true", ()
            return explain(self._probe(test), self._sources.definition(test).rule.body, self._text(test)), ()
        except GatewrightError as error:
            return str(error), ()

    def _evaluate(self, test: RegoTest, printed: list[str]) -> Any:
        query = self._queries[test.query] or self._asked.query(_query(test))
        context = Context(replace(self._options, print_sink=lambda text, _: printed.append(text)))
        try:
            rows = query.run(context, data=self._data)
        finally:
            if self._covered is not None:
                self._covered |= context.covered
        return rows[0]["x"] if rows else UNDEFINED

    def _text(self, test: RegoTest) -> str:
        return self._sources.texts[test.file]

    def _probe(self, test: RegoTest) -> Probe:
        from gatewright.harness.probing import Probe
        from gatewright.syntax.text import node_text

        module = self._sources.parsed.modules[test.file]
        imports = tuple(node_text(each).removeprefix("import ") for each in module.imports)
        kept = tuple(path for path in imports if path.startswith(("data.", "input.")))
        # Prints were heard once.
        options = replace(self._options, print_sink=None)
        return Probe(self._asked, test.package.removeprefix("data."), kept, self._data, options)

    def _cases(self, test: RegoTest, value: dict[Any, Any]) -> tuple[CaseResult, ...]:
        """The cases that hold, and those that the body came to without holding."""
        from gatewright.harness.explaining import explain, shown
        from gatewright.harness.probing import chosen

        defined = self._sources.definition(test)
        keys, body = defined.keys, defined.rule.body
        held = dict(_leaves(value, len(keys)))
        probe = self._probe(test)
        reached, known = probe.case_names(body, keys)
        results = [
            CaseResult(name, None if outcome is True else f"got {shown(outcome)}, want true")
            for name, outcome in held.items()
        ]
        for values in reached:
            if (name := _case_name(values)) not in held:
                error = explain(probe, body, self._text(test), fixed=chosen(keys, values), known=known)
                results.append(CaseResult(name, error))
        return tuple(results)


def _query(test: RegoTest) -> str:
    return f"x = {test.query}"


def _leaves(value: dict[Any, Any], depth: int, above: tuple[Any, ...] = ()) -> Iterator[tuple[str, Any]]:
    """The names and outcomes in a table's value; tables within tables have names of several parts."""
    for key, outcome in value.items():
        names = (*above, from_key(key))
        if depth > 1 and isinstance(outcome, dict):
            yield from _leaves(outcome, depth - 1, names)
        else:
            yield _case_name(names), outcome


def _case_name(values: Iterable[Any]) -> str:
    from gatewright.runtime.json import dumps

    return "/".join(value if isinstance(value, str) else dumps(value) for value in values)

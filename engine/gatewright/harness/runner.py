"""Suites → results: each test's template and constraint are loaded once, each case reviews its object.

As in `gator verify` (Gatekeeper's docs, "The gator CLI"), a case sees only its own inventory; the texts of errors are
gator's, so that a pipeline that greps them goes on working.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from gatewright.errors import ConstraintError, GatewrightError, MutationError, SuiteError, TemplateError
from gatewright.harness.assertions import complaint
from gatewright.harness.reading import AS_CLUSTER, Reader
from gatewright.harness.results import CaseResult, SuiteResult, TestResult
from gatewright.harness.select import Filter
from gatewright.harness.suite import Case, Suite, Test, as_gator_sees

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gatewright.gatekeeper.providers import Provider
    from gatewright.gatekeeper.result import Violation

_EVERYTHING = Filter()


class Engine(Protocol):
    """What a test needs of a Host."""

    def add(self, document: dict[str, Any]) -> Any: ...

    def add_data(self, obj: dict[str, Any]) -> Any: ...

    def learn(self, obj: dict[str, Any]) -> None: ...

    def review(self, obj: dict[str, Any]) -> Sequence[Violation]: ...

    def take_disagreements(self) -> Sequence[object]:
        """Where the two languages of a template differed in the last review, told as text."""
        ...


class EngineFactory(Protocol):
    """Makes an empty engine; one that asks external data providers when the suite says what they answer."""

    def __call__(self, *, external_data: Provider | None = None) -> Engine: ...


def run_suite(
    suite: Suite, engine: EngineFactory, *, select: Filter = _EVERYTHING, read: Reader = AS_CLUSTER
) -> SuiteResult:
    """Run the tests of a suite. Nothing raises: what goes wrong is the error of a test or a case."""
    warnings = tuple(f"unknown field {field!r} is not read" for field in suite.unknown)
    if suite.skip:
        return SuiteResult(suite.path, skipped=True, warnings=warnings)
    started = time.perf_counter()
    run = _Run(suite.path.parent, engine, select, read)
    tests = tuple(run.test(test if read.extended else as_gator_sees(test)) for test in suite.tests)
    return SuiteResult(suite.path, tests, seconds=time.perf_counter() - started, warnings=warnings)


class _Run:
    """One suite under way."""

    def __init__(self, folder: Path, engine: EngineFactory, select: Filter, read: Reader) -> None:
        self._folder = folder
        self._engine = engine
        self._select = select
        self._read = read

    def _shown(self, path: str) -> str:
        return self._read.shown(self._folder / path, path)

    def test(self, test: Test) -> TestResult:
        if test.skip or not self._select.matches_test(test):
            return TestResult(test.name, skipped=True)
        started = time.perf_counter()
        try:
            alone = test.mutators and not test.template
            cases = self._mutation_cases(test) if alone else self._cases(test)
        except GatewrightError as error:
            return TestResult(test.name, self._read.told(error), seconds=time.perf_counter() - started)
        return TestResult(test.name, seconds=time.perf_counter() - started, cases=cases)

    # --- validation ---------------------------------------------------------------------------------------------

    def _cases(self, test: Test) -> tuple[CaseResult, ...]:
        engine = self._new_engine(test)
        try:
            self._load(engine, test)
        except GatewrightError as error:
            if not test.invalid:
                raise
            if isinstance(error, ConstraintError) and error.kind == "ErrSchema":
                return ()
            raise _not_invalid(self._read.told(error)) from None
        if test.invalid:
            # gator prints Go's text for a missing error here; pipelines may look for it.
            raise _not_invalid("%!w(<nil>)")
        self._load_more(engine, test)
        return tuple(self._case(test, case, engine) for case in test.cases)

    def _new_engine(self, test: Test, case: Case | None = None) -> Engine:
        """An engine with the test's answers of external data, and the case's own over them."""
        # The template must be able to name the built-in even where only a case says what it answers.
        if not (test.external_data or any(each.external_data for each in test.cases)):
            return self._engine()
        from gatewright.gatekeeper.providers import read_providers

        return self._engine(external_data=read_providers(self._external_data(test, case)))

    def _external_data(self, test: Test, case: Case | None = None) -> dict[str, Any]:
        paths = (test.external_data, case.external_data if case is not None else "")
        answers: dict[str, Any] = {}
        for path in filter(None, paths):
            for name, keys in self._one(path).items():
                known = answers.get(name)
                merging = isinstance(known, dict) and isinstance(keys, dict)
                answers[name] = known | keys if merging else keys
        return answers

    def _load(self, engine: Engine, test: Test) -> None:
        if not test.template:
            raise SuiteError("invalid Suite: missing template")
        template = self._read.first(self._folder / test.template, "ConstraintTemplate")
        if not _is(template, "templates.gatekeeper.sh", "ConstraintTemplate"):
            raise SuiteError(f'path "{self._shown(test.template)}": not a ConstraintTemplate')
        assert template is not None
        try:
            engine.add(template)
        except GatewrightError as error:
            converted = not (isinstance(error, TemplateError) and error.stage == "convert")
            what = "adding template" if converted else f'path "{self._shown(test.template)}"'
            raise SuiteError(f"{what}: {self._read.told(error)}", error.location, hint=error.hint) from error
        constraint = self._constraint(test)
        if not _is(constraint, "constraints.gatekeeper.sh"):
            raise SuiteError("not a Constraint")
        assert constraint is not None
        engine.add(constraint)

    def _constraint(self, test: Test) -> dict[str, Any] | None:
        if test.constraint:
            return self._read.first(self._folder / test.constraint, "Constraint")
        if not test.template.endswith(".rego"):
            raise SuiteError("invalid Suite: missing constraint")
        from gatewright import catalog
        from gatewright.export import template

        # A library rule's own defaults.
        return template.constraint(catalog.read_rule(self._folder / test.template))

    def _load_more(self, engine: Engine, test: Test) -> None:
        if test.expansion:
            self._expansion(engine, test)
        if mutators := self._mutators(test):
            from gatewright.harness.mutations import load_mutators

            load_mutators(mutators)
            for document in mutators:
                engine.learn(document)

    def _expansion(self, engine: Engine, test: Test) -> None:
        documents = self._all(test.expansion)
        if not documents:
            raise SuiteError(f'not an Expansion Template: "{self._shown(test.expansion)}"')
        for document in documents:
            if not _is(document, "expansion.gatekeeper.sh", "ExpansionTemplate"):
                raise SuiteError(f'not an Expansion Template: "{self._shown(test.expansion)}"')
            engine.add(document)

    def _case(self, test: Test, case: Case, engine: Engine) -> CaseResult:
        if case.skip or not self._select.matches_case(test.name, case.name):
            return CaseResult(case.name, skipped=True)
        started = time.perf_counter()
        error = None
        try:
            error = self._check(test, case, engine)
        except GatewrightError as problem:
            error = self._read.told(problem)
        printed = "\n".join(getattr(engine, "printed", ()))
        trace = getattr(engine, "trace", None)
        return CaseResult(case.name, error, seconds=time.perf_counter() - started, printed=printed, trace=trace)

    def _check(self, test: Test, case: Case, engine: Engine) -> str | None:
        if not case.object:
            return "invalid Case: must define object"
        if case.want:
            if not test.mutators:
                return "invalid Case: want is the object after mutation, and the test names no mutators"
            unwanted = self._unwanted(test, case)
            if unwanted or not case.assertions:
                return unwanted
        if not case.assertions:
            return "invalid Case: assertions must be non-empty"
        obj = self._one(case.object)
        if case.inventory or case.external_data:
            engine = self._own_engine(test, case)
        messages = [violation.message for violation in engine.review(obj)]
        unmet = next(filter(None, (complaint(a, messages) for a in case.assertions)), None)
        problems = [*([unmet] if unmet else []), *map(str, engine.take_disagreements())]
        return "\n".join(problems) or None

    def _own_engine(self, test: Test, case: Case) -> Engine:
        engine = self._new_engine(test, case)
        self._load(engine, test)
        self._load_more(engine, test)
        for path in case.inventory:
            for document in self._objects(path):
                try:
                    # Data and no policy, even where it is a template.
                    engine.add_data(document)
                except GatewrightError as error:
                    raise SuiteError(f"unable to add object to data.inventory: {self._read.told(error)}") from error
        return engine

    def _one(self, path: str) -> dict[str, Any]:
        documents = self._objects(path)
        if len(documents) != 1:
            what = f'"{self._shown(path)}" defines {len(documents)} objects'
            raise SuiteError(f"object file must contain exactly one object: {what}")
        return documents[0]

    def _objects(self, path: str) -> list[dict[str, Any]]:
        documents = self._all(path)
        if not documents:
            raise SuiteError(f'missing objects: path "{self._shown(path)}" defines no YAML objects')
        return documents

    def _all(self, path: str) -> list[dict[str, Any]]:
        try:
            return self._read.all(self._folder / path)
        except SuiteError as error:
            if error.location is None:
                raise
            what = f'reading "{self._shown(path)}": {error.message}'
            raise SuiteError(what, error.location, hint=error.hint) from None

    # --- mutation -----------------------------------------------------------------------------------------------

    def _mutation_cases(self, test: Test) -> tuple[CaseResult, ...]:
        """Cases of mutators alone: with a template, its constraint reviews what they leave (`_cases`)."""
        from gatewright.harness.mutations import load_mutators

        try:
            load_mutators(self._mutators(test))
        except MutationError:
            if test.invalid:
                return ()
            raise
        if test.invalid:
            raise SuiteError("mutators should have been refused: they are valid")
        return tuple(self._mutation_case(test, case) for case in test.cases)

    def _mutation_case(self, test: Test, case: Case) -> CaseResult:
        if case.skip or not self._select.matches_case(test.name, case.name):
            return CaseResult(case.name, skipped=True)
        started = time.perf_counter()
        try:
            if not case.object or not case.want:
                raise SuiteError("invalid Case: a mutation case must define object and want")
            if case.assertions or case.inventory:
                raise SuiteError("invalid Case: assertions and inventory need a template and a constraint in the test")
            error = self._unwanted(test, case)
        except GatewrightError as problem:
            error = self._read.told(problem)
        return CaseResult(case.name, error, seconds=time.perf_counter() - started)

    def _mutators(self, test: Test) -> list[dict[str, Any]]:
        return [document for path in test.mutators for document in self._objects(path)]

    def _unwanted(self, test: Test, case: Case) -> str | None:
        """How the object after mutation differs from the wanted one."""
        from gatewright.harness.mutations import difference, load_mutators

        mutate = load_mutators(self._mutators(test), self._external_data(test, case) or None)
        return difference(mutate(self._one(case.object)), self._one(case.want))


def _not_invalid(got: str) -> SuiteError:
    what = "constraint should have failed schema validation"
    return SuiteError(f"{what}: got error {got} but want schema validation failed")


def _is(document: dict[str, Any] | None, group: str, kind: str = "") -> bool:
    if document is None:
        return False
    found = str(document.get("apiVersion") or "").partition("/")[0]
    return found == group and (not kind or document.get("kind") == kind)

"""The Rego driver: templates compiled to Python, their `violation` rules read as Gatekeeper's hook reads them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cmp_to_key
from operator import itemgetter

from gatewright.errors import RegoError, RegoErrors, ReviewError, TemplateError
from gatewright.gatekeeper._gotext import type_text, value_text
from gatewright.gatekeeper.drivers import Evidence, Finding, Path, Policy, Rule
from gatewright.gatekeeper.template import REGO, Template
from gatewright.records import field, record
from gatewright.runtime.conflicts import ConflictError
from gatewright.runtime.values import EMPTY, Key, RegoSet, compare, to_key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from gatewright.analysis import Capabilities
    from gatewright.codegen.cache import CodeCache
    from gatewright.compiler import BoundRule, CompiledPolicy, Entrypoint
    from gatewright.gatekeeper.constraint import Constraint
    from gatewright.gatekeeper.reached import Libraries
    from gatewright.gatekeeper.regosource import RegoSource
    from gatewright.gatekeeper.review import Review
    from gatewright.syntax.nodes import Module


@record(slots=True)
class RegoDriver:
    """The options are the compiler's; `external_data` lets templates name that built-in, whatever the capabilities."""

    cache: CodeCache | None = None
    print_enabled: bool = False
    external_data: bool = False
    capabilities: Capabilities | None = None
    name: str = REGO
    has_details: bool = True
    libraries: dict[str, Libraries] = field(default_factory=dict)

    def compile(self, template: Template) -> Policy:
        from gatewright.gatekeeper.regosource import ENTRYPOINT, read_source, rego_error_text

        source = read_source(template)
        try:
            policy = self._compiled(source)
        except (RegoError, RegoErrors) as error:
            raise TemplateError(f"unable to compile modules: {rego_error_text(error)}", hint=_hint(error)) from error
        return _RegoPolicy(policy.entrypoint(ENTRYPOINT), any("inventory" in text for text in source.texts))

    def _compiled(self, source: RegoSource) -> CompiledPolicy:
        if not source.libs:
            return self._compile(source, lambda: _modules(source))
        whole: dict[str, Module] = {}

        def reached() -> dict[str, Module]:
            whole.update(_modules(source))
            return _reached(source, whole, self._libraries(source.dialect))

        try:
            policy = self._compile(source, reached)
        except (RegoError, RegoErrors):
            # All that is wrong is told, with what it has to do with.
            return self._compile(source, lambda: _modules(source))
        if whole:
            self._libraries(source.dialect).learn(_libs(source, whole))
        return policy

    def _libraries(self, dialect: str) -> Libraries:
        if dialect not in self.libraries:
            from gatewright.gatekeeper.reached import Libraries

            self.libraries[dialect] = Libraries()
        return self.libraries[dialect]

    def _compile(self, source: RegoSource, parse: Callable[[], dict[str, Module]]) -> CompiledPolicy:
        from gatewright.builtins import EXTERNAL_DATA
        from gatewright.compiler import compile_modules
        from gatewright.gatekeeper.regosource import MODULES

        return compile_modules(
            # The texts say what to look for in the cache; whether Gatekeeper accepts them comes out of parsing them.
            {f"{MODULES}/{i}": text for i, text in enumerate(source.texts)},
            parse=parse,
            rego_version=source.dialect,
            print_enabled=self.print_enabled,
            capabilities=self.capabilities,
            hosted=(EXTERNAL_DATA,) if self.external_data else (),
            cache=self.cache,
        )


def _hint(error: RegoError | RegoErrors) -> str:
    from gatewright.builtins import EXTERNAL_DATA

    if f"undefined function {EXTERNAL_DATA}" in str(error):
        return "the answers of external data providers come from a file: --external-data FILE"
    return error.hint


def _modules(source: RegoSource) -> dict[str, Module]:
    from gatewright.gatekeeper.regomodules import read_modules

    return read_modules(source)


def _libs(source: RegoSource, modules: dict[str, Module]) -> dict[str, Module]:
    """The libraries among a template's modules, by their texts."""
    return {text: modules[f"template{i}"] for i, text in enumerate(source.libs, 1)}


def _reached(source: RegoSource, modules: dict[str, Module], libraries: Libraries) -> dict[str, Module]:
    """The modules of a template without what it cannot reach of libraries that are known."""
    libs = _libs(source, modules)
    if len(libs) < len(source.libs):
        return modules
    kept = iter(libraries.reached(modules["template0"], libs).values())
    return modules | {f"template{i}": module for i, module in enumerate(kept, 1)}


@record(slots=True)
class _RegoPolicy:
    entrypoint: Entrypoint
    reads_inventory: bool
    tracers: dict[str, tuple[Constraint, BoundRule]] = field(default_factory=dict)

    def bind(self, constraint: Constraint) -> Rule:
        bound = self.entrypoint.bind(constraint.parameters)

        def rule(review: Review, inventory: Any, context: Any) -> Iterable[Finding]:
            value = bound(review.rego, inventory, context)
            # The usual answer: the empty set, of which there mostly is but one, or nothing at all.
            if value is EMPTY or not value:
                return ()
            if review.shown is not review.rego:
                value = bound(review.shown, inventory, context.silent())
            found = findings(value)
            if not found and context.evidence:
                context.evidence.clear()  # of members that are no findings
            return found

        return rule

    def paths(
        self, constraint: Constraint, review: Review, inventory: Any, context: Any, evidence: Evidence = ()
    ) -> dict[str, Path]:
        from gatewright.gatekeeper.evidence import UntoldError, subjects

        tracer = self._tracer(constraint)
        if evidence and review.shown is review.rego:
            try:
                return subjects(evidence, review.places, tracer.asking(review.rego, inventory, context))
            except UntoldError:
                pass  # the twin tells of everything
        return subjects(tracer.evidence(review.shown, inventory, context), review.places, None)

    def _tracer(self, constraint: Constraint) -> BoundRule:
        of, bound = self.tracers.get(constraint.ref.name, (None, None))
        if bound is None or of is not constraint:
            bound = self.entrypoint.bind(constraint.parameters)
            self.tracers[constraint.ref.name] = (constraint, bound)
        return bound


def findings(value: Any) -> list[Finding]:
    """The findings in a value of `violation`: its elements with a message, each once, in Rego's order."""
    if value.__class__ is RegoSet:
        elements = value.several()
    elif value.__class__ is dict:
        # `violation[r]` over an object runs through its keys, which may be objects themselves.
        elements = [key.value for key in value if key.__class__ is Key]
    else:
        return []
    found: list[tuple[str, Any]] = []
    plain = True
    for element in elements:
        if element.__class__ is dict and "msg" in element:
            message = element["msg"]
            if message.__class__ is not str:
                raise _bad_message(message)
            details = element.get("details", _NO_DETAILS)
            plain = plain and details is _NO_DETAILS
            found.append((message, details))
    if len(found) > 1:
        found = _distinct(found)
        found.sort(key=_BY_MESSAGE if plain else _BY_DETAILS)
    return [(message, _as_python(details)) for message, details in found]


def _distinct(found: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """Each finding once; where no message comes twice, details need not be looked at."""
    if len({message for message, _ in found}) == len(found):
        return found
    return list({(message, to_key(details)): (message, details) for message, details in found}.values())


def _as_python(value: Any) -> Any:
    if value.__class__ is dict and not value:
        return {}
    from gatewright.runtime.plain import to_python

    return to_python(value)


def error_text(error: RegoError) -> str:
    """An evaluation error as Gatekeeper words it: the OPA inside it says less of conflicts than later ones."""
    what = error.what.partition(" ")[0] if isinstance(error, ConflictError) else ""
    if what == "function":
        message = "functions must not produce multiple outputs for same inputs"
    elif what == "rule":
        message = "complete rules must not produce multiple outputs"
    else:
        message = error.message
    return f"{error.location}: {error.code}: {message}" if error.location else f"{error.code}: {message}"


_NO_DETAILS: dict[str, Any] = {}
_BY_MESSAGE = itemgetter(0)
_BY_DETAILS: Callable[[Any], Any] = cmp_to_key(lambda a, b: compare(a[1], b[1]) or compare(a[0], b[0]))


def _bad_message(message: Any) -> ReviewError:
    plain = _as_python(message)
    number = isinstance(plain, (int, float)) and not isinstance(plain, bool)
    kind = "json.Number" if number else type_text(plain)
    what = f".msg accessor error: {value_text(plain)} is of the type {kind}, expected string"
    return ReviewError(f"{REGO}: extracting message binding: {what}")

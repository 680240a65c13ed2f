"""Policies in, functions out: parse, analyse, generate, cache. What hosts and the command line call to run Rego."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from types import CodeType

from gatewright.codegen import link
from gatewright.codegen.cache import CodeCache, key_of
from gatewright.errors import LimitError, RegoError, RegoErrors, RegoEvaluationError, UsageError
from gatewright.records import field, record, replace
from gatewright.runtime.context import DEFAULT_OPTIONS, Common, Context, EvalOptions, Reads, State
from gatewright.runtime.limits import bounded, deep
from gatewright.runtime.numbers import parse_number
from gatewright.runtime.values import UNDEFINED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeAlias

    from gatewright.analysis import Capabilities, Program, QueryPlan
    from gatewright.codegen.unit import Unit
    from gatewright.runtime.trace import Ask
    from gatewright.syntax.nodes import Module


@record(frozen=True, slots=True)
class Settings:
    """What a compilation depends on beside the texts. `hosted` names built-ins that are not OPA's but the host's."""

    rego_version: str = "v1"
    strict: bool = False
    print_enabled: bool = False
    capabilities: Capabilities | None = None
    schemas: Any = None
    hosted: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, ...]:
        values = (self.rego_version, self.strict, self.print_enabled)
        allowed = self.capabilities.key if self.capabilities is not None else ""
        return (*map(repr, values), allowed, *self.hosted)

    @property
    def language(self) -> Mapping[str, Any] | None:
        """What the capabilities say to the parser."""
        return None if self.capabilities is None else self.capabilities.language


REGO_VERSIONS = ("v0", "v1")


def compile_modules(
    modules: Mapping[str, str | Module],
    *,
    rego_version: str = "v1",
    capabilities: Capabilities | None = None,
    strict: bool = False,
    schemas: Any = None,
    print_enabled: bool = False,
    cache: CodeCache | None = None,
    parse: Callable[[], Mapping[str, Module]] | None = None,
    hosted: tuple[str, ...] = (),
) -> CompiledPolicy:
    """The policy that these modules make; raises RegoErrors with all that OPA reports.

    With a `cache`, modules known to be good are not even parsed until something new is asked of them. With `parse`,
    the texts in `modules` only say what to look for in the cache, and `parse` gives the modules when they are needed.
    """
    if rego_version not in REGO_VERSIONS:
        raise UsageError(f"unknown Rego version {rego_version!r}", hint="there are v0 and v1")
    settings = Settings(rego_version, strict, print_enabled, capabilities, schemas, hosted)
    if schemas is not None or any(not isinstance(m, str) for m in modules.values()):
        cache = None
    policy = CompiledPolicy(dict(modules), settings, cache, parse)
    if cache is None:
        policy.program  # noqa: B018 - errors are raised here and now
        return policy
    if cache.get(policy.key("checked")) is None:
        policy.program  # noqa: B018
        cache.put(policy.key("checked"), [])
    return policy


@record
class CompiledPolicy:
    """Modules that compile. Queries and entrypoints are made from it."""

    modules: dict[str, str | Module]
    settings: Settings = field(default_factory=Settings)
    cache: CodeCache | None = None
    parse: Callable[[], Mapping[str, Module]] | None = None
    _lasting: dict[bool, Unit] = field(default_factory=dict)

    @cached_property
    def program(self) -> Program:
        """The compiled modules, for those who look inside."""
        from gatewright import analysis, builtins

        settings = self.settings
        return analysis.compile_modules(
            self._parsed(),
            builtins=builtins.signatures(settings.hosted),
            strict=settings.strict,
            schemas=settings.schemas,
            capabilities=self._capabilities(),
            print_enabled=settings.print_enabled,
        )

    def _capabilities(self) -> Capabilities | None:
        """Those given; what the host adds is there in any case."""
        given, hosted = self.settings.capabilities, self.settings.hosted
        if given is None or not hosted:
            return given
        from gatewright.builtins import HOSTED

        return replace(given, builtins={**given.builtins, **{name: HOSTED[name] for name in hosted}})

    def _parsed(self) -> dict[str, Module]:
        if self.parse is not None:
            return dict(self.parse())
        from gatewright.syntax import parse_module

        parsed: dict[str, Module] = {}
        errors: list[RegoError] = []
        for name, module in self.modules.items():
            if not isinstance(module, str):
                parsed[name] = module
                continue
            try:
                parsed[name] = parse_module(
                    module,
                    file=name,
                    rego_version=self.settings.rego_version,
                    capabilities=self.settings.language,
                )
            except RegoErrors as error:
                errors.extend(error.errors)
        if errors:
            raise RegoErrors(errors)
        return parsed

    def key(self, *what: str) -> str:
        """The cache's key of something made from these modules."""
        texts = [part for name, text in self.modules.items() for part in (name, str(text))]
        return key_of([*what, *self.settings.key, *texts])

    def query(
        self,
        text: str,
        *,
        package: str | None = None,
        imports: Iterable[str] = (),
        coverage: bool = False,
        capture: bool = False,
    ) -> PreparedQuery:
        """A query ready to run; the text is Rego v1, in no package unless one is given.

        `capture`: the solutions also hold the value of each expression, see codegen.captured.
        """
        imports = tuple(imports)
        if self.cache is None:
            with deep():
                unit = self._lasting_unit(self._plan(text, package, imports, capture=capture), coverage)
                return PreparedQuery(_load(link.compile_parts(unit.parts()), unit.loaded), text)
        codes = self._codes(
            ("query", text, str(package), *imports, str(coverage), str(capture)),
            lambda: self.query_unit(text, package=package, imports=imports, coverage=coverage, capture=capture),
        )
        return PreparedQuery(_load(codes), text)

    def queries(self, texts: Sequence[str], *, coverage: bool = False) -> list[PreparedQuery | None]:
        """Many queries as `query` has them, which are made and kept together: what they share is there once. None for
        one that `query` would refuse."""
        key = self.key("queries", str(coverage), *texts) if self.cache is not None else ""
        kept = self.cache.get(key) if self.cache is not None else None
        shared: dict[str, Any] = {}
        if kept is None:
            kept = list(self._made(texts, coverage))
            if self.cache is not None:
                self.cache.put(key, kept)
            if coverage in self._lasting:
                shared = self._lasting[coverage].loaded
        made: list[PreparedQuery | None] = []
        for text, found in zip(texts, kept, strict=True):
            names = None if found is None else _load(found[1], shared if found[0] else None)
            made.append(None if names is None else PreparedQuery(names, text))
        return made

    def _made(self, texts: Sequence[str], coverage: bool) -> Iterator[tuple[bool, list[CodeType]] | None]:
        """The code of each query, and whether it belongs to what the others have made."""
        for text in texts:
            try:
                with deep():
                    unit = self._lasting_unit(self._plan(text, None, (), capture=False), coverage)
                    yield unit.lasting, link.compile_parts(unit.parts())
            except RegoErrors:
                yield None

    def _lasting_unit(self, plan: QueryPlan, coverage: bool) -> Unit:
        unit = self._unit([plan.body], dict(plan.names), covering=coverage, lasting=True)
        unit.write_query(plan)
        return unit

    def uncached(self) -> CompiledPolicy:
        """The same for what is asked but once, of which nothing is kept."""
        if self.cache is None:
            return self
        twin = replace(self, cache=None)
        if "program" in self.__dict__:
            twin.__dict__["program"] = self.program
        return twin

    def query_unit(
        self,
        text: str,
        *,
        package: str | None = None,
        imports: Iterable[str] = (),
        coverage: bool = False,
        capture: bool = False,
    ) -> Unit:
        """The generated module of a query, before it becomes code."""
        plan = self._plan(text, package, tuple(imports), capture=capture)
        unit = self._unit([plan.body], dict(plan.names), covering=coverage)
        unit.write_query(plan)
        return unit

    def _plan(self, text: str, package: str | None, imports: tuple[str, ...], *, capture: bool) -> QueryPlan:
        from gatewright import analysis
        from gatewright.syntax import parse_query

        body = parse_query(text, rego_version="v1", capabilities=self.settings.language)
        home, imported = query_surroundings(package, imports)
        if capture:
            from gatewright.codegen.capture import capture_values

            program = self.program
            body = capture_values(body, program.signatures, program, package=home, imports=imported)
        return analysis.compile_query(body, self.program, package=home, imports=imported)

    def entrypoint(
        self,
        path: str,
        *,
        review_input: str = "input.review",
        parameters_input: str = "input.parameters",
        inventory: str = "data.inventory",
    ) -> Entrypoint:
        """A rule of the policy as a function of parameters, then of reviews: what a template's host binds."""
        if not parameters_input.startswith("input.") or parameters_input.count(".") != 1:
            raise UsageError(f"not a member of the input: {parameters_input}")
        parameters = parameters_input.removeprefix("input.")
        codes = self._codes(("entrypoint", path, parameters), lambda: self.entrypoint_unit(path, parameters=parameters))
        names = tuple(text.split(".")[1:] for text in (review_input, parameters_input, inventory))
        return Entrypoint(codes, path, *(name[0] for name in names), policy=self)

    def entrypoint_unit(self, path: str, *, recording: bool = False, parameters: str = "parameters") -> Unit:
        """The generated module of an entrypoint, before it becomes code; or its twin that records what is read."""
        unit = self._unit([], {}, recording=recording, parameters=parameters)
        unit.write_entry(tuple(path.split(".")[1:]))
        if recording:
            plain = self.entrypoint_unit(path, parameters=parameters)
            plain.parts()
            unit.write_trails(plain.trails)
        return unit

    def _unit(
        self,
        bodies: list[Any],
        names: dict[str, str],
        *,
        covering: bool = False,
        recording: bool = False,
        parameters: str = "",
        lasting: bool = False,
    ) -> Unit:
        from gatewright.codegen.unit import Unit, find_replacements

        mocked, targets = find_replacements(bodies)
        ours, theirs = self._replacements
        lasting = lasting and mocked <= ours and targets <= theirs
        if lasting and covering in self._lasting:
            unit = self._lasting[covering]
            unit.call_variables(names)
            return unit
        unit = Unit(
            self.program,
            mocked=mocked | ours,
            targets=targets | theirs,
            lasting=lasting,
            covering=covering,
            recording=recording,
            names=names,
            parameters=parameters,
        )
        if lasting:
            self._lasting[covering] = unit
        return unit

    @cached_property
    def _replacements(self) -> tuple[set[str], set[tuple[Any, ...]]]:
        """What `with` replaces anywhere in the policy: functions, and paths of data."""
        from gatewright.codegen.unit import find_replacements

        parts: list[Any] = []
        for rule in self.program.order:
            parts.append(rule.body)
            if rule.head.value is not None:
                parts.append(rule.head.value)
        return find_replacements(parts)

    def _codes(self, what: tuple[str, ...], make: Any) -> list[CodeType]:
        key = self.key(*what) if self.cache is not None else ""
        codes = self.cache.get(key) if self.cache is not None else None
        if codes is None:
            with deep():
                codes = link.compile_parts(make().parts())
            if self.cache is not None:
                self.cache.put(key, codes)
        return codes


class PreparedQuery:
    """A compiled query."""

    __slots__ = ("_run", "text")

    def __init__(self, names: dict[str, Any], text: str = "") -> None:
        self._run = names["query"]
        self.text = text

    def evaluate(
        self, *, input: Any = UNDEFINED, data: Any = None, options: EvalOptions = DEFAULT_OPTIONS
    ) -> list[dict[str, Any]]:
        """The bindings of each solution, as Rego values."""
        return self.run(Context(options), input=input, data=data)

    def run(self, context: Context, *, input: Any = UNDEFINED, data: Any = None) -> list[dict[str, Any]]:
        """The same under a context that the caller keeps: for coverage, and for what the evaluation left in it."""
        results: list[dict[str, Any]] = []
        _guarded(context, self._run, State(context, input, {} if data is None else data), results)
        return results


def _guarded(context: Context, function: Any, state: State, *operands: Any) -> Any:
    """Call generated code under the context's limits, and let strict built-in errors have their say."""
    options = context.options
    try:
        with deep(options.max_depth), bounded(options.timeout_s, options.max_memory):
            result = function(state, *operands)
    except MemoryError:
        raise LimitError("evaluation ran out of memory") from None
    except LimitError:
        raise
    except RegoEvaluationError:
        context.raise_builtin_errors()
        raise
    context.raise_builtin_errors()
    return result


def _load(codes: list[CodeType], into: dict[str, Any] | None = None) -> dict[str, Any]:
    names = link.load(codes, into)
    install_parser()
    return names


def install_parser() -> None:
    """Give the built-in that parses modules, where it has been imported, what it parses them with."""
    rego = sys.modules.get("gatewright.builtins.rego")
    if rego is not None:
        rego.install_parser(_parse_to_value)


def _parse_to_value(name: str, text: str) -> Any:
    """What rego.parse_module gives: the tree as JSON, its numbers as numbers, with comments and no annotations."""
    from base64 import b64encode

    from gatewright.syntax import nodes_to_json, parse_module

    module = parse_module(text, file=name)
    tree = _with_numbers(nodes_to_json(replace(module, annotations=())))
    if module.comments:
        tree["comments"] = [
            {
                "Text": b64encode(comment.text.encode()).decode(),
                "Location": {"file": name, "row": comment.location.row, "col": comment.location.col},
            }
            for comment in module.comments
        ]
    for rule in tree.get("rules", ()):
        rule.pop("annotations", None)
    return tree


def _with_numbers(tree: Any) -> Any:
    """A syntax tree's JSON, whose numbers are texts, as a Rego value."""
    from gatewright.syntax.to_json import JsonNumber

    kind = tree.__class__
    if kind is dict:
        return {key: _with_numbers(value) for key, value in tree.items()}
    if kind is list:
        return [_with_numbers(item) for item in tree]
    return parse_number(tree) if kind is JsonNumber else tree


def query_surroundings(package: str | None, imports: Iterable[str]) -> tuple[Any, list[Any]]:
    """The package and the imports that a query is read in, as nodes."""
    from gatewright.syntax import parse_module

    if package is None and not imports:
        return None, []
    lines = [f"package {package or 'query'}", *(f"import {path}" for path in imports)]
    module = parse_module("\n".join(lines), file="<query>")
    return (module.package if package is not None else None), list(module.imports)


Result: TypeAlias = "Any"


class Entrypoint:
    """A rule whose parameters are still to come."""

    __slots__ = ("_entry", "_inventory", "_parameters", "_path", "_policy", "_recording", "_review")

    def __init__(
        self, codes: list[CodeType], path: str, review: str, parameters: str, inventory: str, *, policy: CompiledPolicy
    ) -> None:
        self._entry = _load(codes)["entry"]
        self._path = path
        self._review = review
        self._parameters = parameters
        self._inventory = inventory
        self._policy = policy
        self._recording: dict[str, Any] | None = None

    @property
    def recording(self) -> dict[str, Any]:
        """The rule's twin that notes what it reads, made when it is first asked for: `entry`, and `trails`, the
        functions by their names in trails."""
        if self._recording is None:
            policy, path, parameters = self._policy, self._path, self._parameters
            codes = policy._codes(
                ("evidence", path, parameters),
                lambda: policy.entrypoint_unit(path, recording=True, parameters=parameters),
            )
            self._recording = _load(codes)
        return self._recording

    def bind(self, parameters: Any) -> BoundRule:
        """The rule for these parameters. What depends on them alone is computed once, when first needed."""
        return BoundRule(self, parameters)


class BoundRule:
    """A rule with its parameters: call it with a review, the inventory and a context."""

    __slots__ = (
        "_entry",
        "_entrypoint",
        "_fixed",
        "_fixed_recording",
        "_inventory",
        "_parameters",
        "_parameters_name",
        "_review",
    )

    def __init__(self, entrypoint: Entrypoint, parameters: Any) -> None:
        self._entrypoint = entrypoint
        self._entry = entrypoint._entry
        self._review = entrypoint._review
        self._parameters_name = entrypoint._parameters
        self._inventory = entrypoint._inventory
        self._parameters = parameters
        self._fixed: dict[Any, Any] = {}
        self._fixed_recording: dict[Any, Any] = {}

    def __call__(self, review: Any, inventory: Any = UNDEFINED, context: Context | None = None) -> Result:
        """The rule's value: a RegoSet for a partial set, UNDEFINED where it has none.

        The limits of the context's options are not watched here but by whoever evaluates the whole review
        (runtime.limits.bounded), as watching costs more than most rules.
        """
        if context is None:
            context = Context()
        # What is kept would not note its built-in errors again.
        strict = context.options.strict_builtin_errors
        state = State(
            context,
            {self._review: review, self._parameters_name: self._parameters},
            {} if inventory is UNDEFINED else {self._inventory: inventory},
            None if strict else self._fixed,
            Common() if strict else context.common(review, inventory),
        )
        try:
            result = self._entry(state)
        except (RecursionError, MemoryError):
            # Once more with room for deep documents.
            if context.evidence:
                context.evidence.clear()
            return _guarded(context, self._entry, State(context, state.input, state.data, common=Common()))
        except RegoEvaluationError:
            context.raise_builtin_errors()
            raise
        if context.builtin_errors:
            context.raise_builtin_errors()
        return result

    def evidence(
        self, review: Any, inventory: Any = UNDEFINED, context: Context | None = None
    ) -> list[tuple[Result, Reads]]:
        """Evaluate the recording twin: each result with the reads of input that led to it. Built-in errors are not
        strict."""
        entry = self._entrypoint.recording["entry"]
        options = DEFAULT_OPTIONS if context is None else context.options
        state = self._recording_state(review, inventory, Context(options))
        found: list[tuple[Any, Reads]] = []
        state.context.evidence = found
        try:
            entry(state)
        except (RecursionError, MemoryError):
            state.context.reads = None
            found.clear()
            _guarded(state.context, entry, State(state.context, state.input, state.data))
        return found

    def asking(self, review: Any, inventory: Any = UNDEFINED, context: Context | None = None) -> Ask:
        """Tells what was read for whatever the trails that the rule has left in this review say was asked. `context`
        may have served other reviews."""
        state: State | None = None

        def ask(operands: tuple[Any, ...], name: str) -> Reads:
            nonlocal state
            if state is None:
                state = self._recording_state(review, inventory, context or Context())
                state.context.begin_anew()
            state.context.reads = None
            try:
                self._entrypoint.recording["trails"][name](state, *operands)
            except (RecursionError, MemoryError, RegoEvaluationError):
                from gatewright.runtime.trace import UntoldError

                raise UntoldError from None
            return state.context.reads

        return ask

    def _recording_state(self, review: Any, inventory: Any, context: Context) -> State:
        input = {self._review: review, self._parameters_name: self._parameters}
        data = {} if inventory is UNDEFINED else {self._inventory: inventory}
        return State(context, input, data, None if context.options.strict_builtin_errors else self._fixed_recording)


__all__ = [
    "BoundRule",
    "CompiledPolicy",
    "Entrypoint",
    "EvalOptions",
    "PreparedQuery",
    "compile_modules",
    "install_parser",
    "query_surroundings",
]

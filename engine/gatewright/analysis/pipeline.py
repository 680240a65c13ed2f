"""The passes in OPA's order, for modules and for queries; and what a caller needs to run them.

A pass that finds something fatal ends the compilation when it is done, so that the later ones never see what cannot
be compiled; a pass that only complains lets them go on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from gatewright.analysis import (
    calls,
    conflicts,
    graph,
    hoist,
    overrides,
    prints,
    recursion,
    resolve,
    safety,
    templates,
    withs,
)
from gatewright.analysis import locals as local_names
from gatewright.analysis._state import (
    COMPILE,
    ERROR_LIMIT,
    PREFIX,
    Compilation,
    Names,
    Signatures,
    deep_recursion,
    error,
)
from gatewright.analysis._terms import RESERVED
from gatewright.analysis._traits import traits_of
from gatewright.analysis._vars import body_vars
from gatewright.analysis.annotations import collect_annotations
from gatewright.analysis.capabilities import FEATURES, Capabilities
from gatewright.analysis.check import check_query_types, check_types, types_before_rules
from gatewright.analysis.hints import unsafe_hint
from gatewright.analysis.metadata import rewrite_metadata
from gatewright.analysis.program import ModuleUnit, Program, QueryPlan
from gatewright.analysis.schema import Schemas
from gatewright.analysis.tree import build_tree
from gatewright.collector import collector_paused
from gatewright.errors import RegoError, RegoErrors
from gatewright.syntax.nodes import Body, Import, Module, Package, Ref


class _Modules:
    """One compilation of modules; each method is a stage."""

    def __init__(self, state: Compilation) -> None:
        self.state = state
        self._unused_imports: list[tuple[ModuleUnit, Import]] = []
        self._schemas = Schemas(state)
        state.types = types_before_rules(state, self._schemas)
        self.graph = graph.Graph()

    def resolve_refs(self) -> None:
        self._unused_imports = resolve.resolve_all(self.state)

    def check_unused_imports(self) -> None:
        overrides.check_unused_imports(self.state, self._unused_imports)

    def start_names(self) -> None:
        taken: set[str] = set()
        for rule in self.state.each_rule:
            rule.traits = traits_of(rule.head, rule.body)
            taken |= rule.traits.names
        self.state.names = Names({name for name in taken if name.startswith(PREFIX)})

    def build_tree(self) -> None:
        self.state.tree = build_tree(self.state.units)
        self.state.forget_arities()

    def annotate(self) -> None:
        self.state.annotations = collect_annotations(self.state.units)
        self.state.err(*self.state.annotations.errors)

    def rewrite_metadata(self) -> None:
        rewrite_metadata(self.state, self.state.annotations)

    def build_graph(self) -> None:
        self.graph = graph.build_graph(self.state)

    def check_recursion(self) -> None:
        recursion.check_recursion(self.state, self.graph)

    def check_types(self) -> None:
        check_types(self.state, self.graph, self._schemas)

    def stages(self) -> list[Callable[[], None]]:
        state = self.state

        def on_state(stage: Callable[[Compilation], None]) -> Callable[[], None]:
            return lambda: stage(state)

        return [
            on_state(overrides.check_rule_names),
            self.resolve_refs,
            self.check_unused_imports,
            self.start_names,
            on_state(hoist.hoist_head_refs),
            on_state(overrides.check_root_overrides),
            on_state(overrides.check_imports),
            self.build_tree,
            on_state(local_names.rewrite_locals),
            on_state(templates.rewrite_templates),
            on_state(calls.check_void_calls),
            on_state(prints.rewrite_prints),
            on_state(hoist.hoist_calls),
            self.annotate,
            self.rewrite_metadata,
            self.build_graph,
            on_state(hoist.hoist_comprehension_terms),
            on_state(hoist.hoist_head_values),
            on_state(withs.rewrite_withs),
            on_state(conflicts.check_conflicts),
            on_state(calls.check_functions),
            on_state(safety.check_heads),
            on_state(safety.check_bodies),
            on_state(hoist.unify_equals),
            on_state(hoist.hoist_dynamic_terms),
            self.check_recursion,
            self.check_types,
            on_state(calls.check_unsafe_builtins),
            on_state(calls.check_deprecated_builtins),
        ]

    def run(self) -> None:
        self.state.err(*self._schemas.errors)
        for stage in self.stages():
            stage()
            if self.state.stop:
                return


def compile_modules(
    modules: Mapping[str, Module],
    *,
    builtins: Mapping[str, Any],
    strict: bool = False,
    schemas: Mapping[str, Any] | None = None,
    capabilities: Capabilities | None = None,
    print_enabled: bool = False,
    unsafe_builtins: Iterable[str] = (),
    error_limit: int = ERROR_LIMIT,
    use_annotations: bool = True,
) -> Program:
    """Compile parsed modules, keyed by file name; RegoErrors when they cannot be.

    `builtins` maps names to signatures (or to anything with the attributes of `builtins.registry.Builtin`);
    `capabilities` replaces them with those of a capabilities file. `schemas` maps paths such as `schema.input` or
    `schema` (the schema of the input) to JSON schemas. An `error_limit` of 0 reports all errors.
    """
    signatures = Signatures(capabilities.builtins if capabilities is not None else builtins)
    state = Compilation(
        [ModuleUnit(name, modules[name]) for name in sorted(modules)],
        signatures,
        strict=strict,
        print_enabled=print_enabled,
        error_limit=error_limit,
        features=capabilities.features if capabilities is not None else FEATURES,
        unsafe_builtins=frozenset(unsafe_builtins),
        schemas=schemas,
        use_annotations=use_annotations,
    )
    with collector_paused(), deep_recursion():
        compilation = _Modules(state)
        compilation.run()
    errors = state.final_errors()
    if errors:
        raise RegoErrors(errors)
    return Program(
        units=state.units,
        tree=state.tree,
        graph=compilation.graph,
        state=state,
    )


def compile_query(
    body: Body,
    program: Program,
    *,
    package: Package | Ref | None = None,
    imports: Iterable[Import] = (),
    strict: bool = False,
    print_enabled: bool | None = None,
) -> QueryPlan:
    """Compile an ad-hoc query against a program, as if it stood in `package` behind `imports`."""
    if not body:
        raise RegoErrors([error(COMPILE, None, "empty query cannot be compiled")])
    query = _Query(
        program, strict=strict, print_enabled=program.print_enabled if print_enabled is None else print_enabled
    )
    with collector_paused(), deep_recursion():
        path = package.path if isinstance(package, Package) else package
        return query.run(body, path, tuple(imports))


class _Query:
    """One compilation of a query; each method is a stage. Names start anew with every stage, as OPA's do."""

    def __init__(self, program: Program, *, strict: bool, print_enabled: bool) -> None:
        self._program = program
        self._state = program.state.for_query(strict=strict, print_enabled=print_enabled)
        self._subjects: dict[str, Any] = {}

    def run(self, body: Body, package: Ref | None, imports: tuple[Import, ...]) -> QueryPlan:
        source = body
        body = self._resolve(body, package, imports)
        for stage in (
            self._rename,
            self._templates,
            self._void_calls,
            self._prints,
            self._hoist_calls,
            self._hoist_comprehension_terms,
            self._withs,
            self._functions,
            self._order,
            self._hoist_dynamic_terms,
            self._types,
            self._unsafe_builtins,
            self._deprecated_builtins,
        ):
            body = stage(body)
        return QueryPlan(body, dict(self._state.rewritten), self._program, source)

    def _fail(self, errors: Iterable[RegoError]) -> None:
        found = self._state.without_hidden_places(errors)
        if not found:
            return
        if len(found) > ERROR_LIMIT:
            found = [*found[:ERROR_LIMIT], error(COMPILE, None, "error limit reached")]
        raise RegoErrors(found)

    def _names(self, body: Body) -> Names:
        taken: set[str] = set()
        body_vars(body, 0, taken)
        return Names(taken, PREFIX + "q")

    def _resolve(self, body: Body, package: Ref | None, imports: tuple[Import, ...]) -> Body:
        if self._state.strict:
            self._fail(overrides.body_overrides(body))
        exports = resolve.exported_names(self._program.units).get(package, []) if package is not None else []
        terms = package.terms if package is not None else ()
        return resolve.Resolver(terms, exports, imports, self._state.places).query(body)

    def _rename(self, body: Body) -> Body:
        new, names, errors = local_names.rewrite_query_locals(self._names(body), body, strict=self._state.strict)
        self._fail(errors)
        self._state.rewritten = names
        return new

    def _templates(self, body: Body) -> Body:
        if not any(map(templates.expr_has_template, body)):
            return body
        supported = "template_strings" in self._state.features
        rewriter = templates.TemplateRewriter(self._state, self._names(body), supported=supported)
        new = rewriter.body(body, set(RESERVED))
        self._fail(rewriter.errors)
        return new

    def _void_calls(self, body: Body) -> Body:
        self._fail(p for e in body for p in calls.void_calls(self._state, calls.call_terms_in_expr(e)))
        return body

    def _prints(self, body: Body) -> Body:
        if not self._state.print_enabled:
            return prints.erase(body)
        rewriter = prints.PrintRewriter(self._names(body), self._state.arity, self._state.rewritten)
        new = rewriter.body(body, set(RESERVED))
        self._fail(rewriter.errors)
        return new

    def _hoist_calls(self, body: Body) -> Body:
        names = self._names(body)
        new = hoist.CallHoister(names).body(body)
        self._subjects.update(names.subjects)
        return new

    def _hoist_comprehension_terms(self, body: Body) -> Body:
        return hoist.ComprehensionHoister(self._names(body)).body(body)

    def _withs(self, body: Body) -> Body:
        rewriter = withs.WithRewriter(self._state, self._names(body))
        new = rewriter.body(body)
        self._fail(rewriter.errors[:1])
        return new

    def _functions(self, body: Body) -> Body:
        self._fail(calls.undefined_functions(self._state, body))
        return body

    def _order(self, body: Body) -> Body:
        new, unsafe = safety.reorder(body, self._state.arity, set(RESERVED))
        advise = partial(unsafe_hint, self._state, None)
        self._fail(safety.safety_errors(unsafe, self._state.rewritten, advise))
        return new

    def _hoist_dynamic_terms(self, body: Body) -> Body:
        names = self._names(body)
        new = hoist.DynamicHoister(names).body(body)
        self._subjects.update(names.subjects)
        return new

    def _types(self, body: Body) -> Body:
        self._fail(check_query_types(self._state, self._program, body, self._subjects))
        return body

    def _unsafe_builtins(self, body: Body) -> Body:
        self._fail(calls.unsafe_calls(self._state.unsafe_builtins, calls.exprs_in_body(body)))
        return body

    def _deprecated_builtins(self, body: Body) -> Body:
        if self._state.strict:
            found = list(calls.calls_in_body(body))
            known = {name for name, _ in found if name in self._state.signatures}
            deprecated = {name for name in known if self._state.signatures[name].deprecated}
            self._fail(calls.deprecated_calls(deprecated, found))
        return body

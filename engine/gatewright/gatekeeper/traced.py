"""A host that tells how its Rego policies evaluated what it reviews, as Gatekeeper's client does when it traces."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any, Final

from gatewright.analysis import QueryPlan, compile_query
from gatewright.analysis import compile_modules as analyse
from gatewright.builtins import EXTERNAL_DATA, signatures
from gatewright.gatekeeper.constraint import Constraint
from gatewright.gatekeeper.entries import Entry
from gatewright.gatekeeper.host import Host, Result
from gatewright.gatekeeper.regomodules import read_modules
from gatewright.gatekeeper.regosource import read_source
from gatewright.gatekeeper.review import Review
from gatewright.gatekeeper.stats import StatsHost
from gatewright.gatekeeper.template import REGO, TARGET, Template
from gatewright.runtime.context import DEFAULT_OPTIONS, Context, EvalOptions
from gatewright.syntax import parse_query
from gatewright.tracing.program import OPA_1_17, TracedProgram
from gatewright.tracing.session import Traced, capturing, trace_query

_QUERY: Final = "data.hooks.violation[result]"


class _TracedTemplate:
    """A template's modules and Gatekeeper's query, for the interpreter."""

    def __init__(self, template: Template, *, print_enabled: bool, external_data: bool) -> None:
        hosted = (EXTERNAL_DATA,) if external_data else ()
        program = analyse(
            read_modules(read_source(template), as_gatekeeper=True),
            builtins=signatures(hosted),
            print_enabled=print_enabled,
        )
        self._program = TracedProgram(program, OPA_1_17)
        query = capturing(parse_query(_QUERY, rego_version="v0"), program)
        self._plan: QueryPlan = compile_query(query, program)

    def evaluate(self, input: Any, data: Any, options: EvalOptions, *, unifications: bool) -> Traced:
        context = Context(options).silent()
        return trace_query(
            self._plan, context, input=input, data=data, program=self._program, unifications=unifications
        )


class TracingHost(Host):
    """`traces` holds a text for each review in which Rego was evaluated: a query for each kind of constraint, as far as
    `mode` shows it, with the places in the template's Rego if `locations` are asked for. What an object expands to is
    reviewed too, but gator drops those traces."""

    def __init__(self, *, mode: str = "debug", locations: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self._mode = mode
        self._locations = locations
        self.traces: list[str] = []
        self._traced: dict[str, tuple[Template, _TracedTemplate]] = {}
        self._silent = False

    def take_trace(self) -> str | None:
        """The trace of what was reviewed since this was last asked, as Gatekeeper's client words it; None where no Rego
        was evaluated."""
        found, self.traces = self.traces, []
        return "".join(f"DRIVER {REGO}:\n\n{trace}\n\n" for trace in found) or None

    def _evaluate(self, matched: list[Entry], review: Review) -> list[Result]:
        results = super()._evaluate(matched, review)
        rego = [entry for entry in matched if entry.policy.driver.name == REGO]
        if rego and not self._silent:
            by_kind = groupby((entry.constraint for entry in rego), lambda constraint: constraint.ref.kind)
            self.traces.append("".join(self._trace(list(constraints), review) for _, constraints in by_kind))
        return results

    def _expanded(self, obj: Any, parent: Review, *, mutated: bool = False) -> list[Result]:
        before, self._silent = self._silent, True
        try:
            return super()._expanded(obj, parent, mutated=mutated)
        finally:
            self._silent = before

    def trace_of(self, constraint: Constraint, obj: Any) -> str | None:
        """How the Rego of a constraint evaluates an object, applying to it or not; None for other languages."""
        loaded = self._policies[constraint.ref.kind.lower()]
        if loaded.driver.name != REGO:
            return None
        return self._trace([constraint], self._review_to_explain(obj))

    def _trace(self, constraints: Sequence[Constraint], review: Review) -> str:
        kind = constraints[0].ref.kind
        input = {
            "target": TARGET,
            "constraints": [{"kind": kind, "name": constraint.ref.name} for constraint in constraints],
            "review": review.rego,
        }
        parameters = {one.ref.name: one.parameters for one in self.constraints if one.ref.kind == kind}
        data: dict[str, Any] = {"constraints": {kind: parameters}}
        if self.inventory.data:
            data["inventory"] = self.inventory.data
        options = self.eval_options or DEFAULT_OPTIONS
        template = self._template(constraints[0].template)
        traced = template.evaluate(input, data, options, unifications=self._mode == "debug")
        return traced.pretty(self._mode, locations=self._locations)

    def _template(self, template: Template) -> _TracedTemplate:
        known = self._traced.get(template.name)
        if known is None or known[0] is not template:
            made = _TracedTemplate(template, print_enabled=self._printing, external_data=self.external_data is not None)
            known = self._traced[template.name] = (template, made)
        return known[1]


class TracingStatsHost(TracingHost, StatsHost):
    """Both: the statistics say that there are traces."""

    tracing = True

"""Which rule refers to which, and the order that follows from it.

A variable in a ref (`data.a[x]`) may select any rule below, unless the body ahead of it binds the variable to known
values. An edge that only such a variable makes is called dynamic; a cycle through one is only a possible recursion.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gatewright.analysis._narrowing import bound_before, expand, known_values, selects
from gatewright.analysis._origins import Origin, origins_of
from gatewright.analysis._state import Compilation
from gatewright.analysis._terms import (
    LEAVES,
    SCALARS,
    is_constant,
    location_key,
    ref_text,
    sorted_items,
    sorted_pairs,
)
from gatewright.analysis._vars import own_bodies, own_terms
from gatewright.analysis.calls import head_terms
from gatewright.analysis.program import CompiledRule
from gatewright.analysis.tree import rules_for
from gatewright.records import field, record
from gatewright.syntax.nodes import (
    Array,
    ArrayComprehension,
    Body,
    Call,
    Expr,
    Object,
    ObjectComprehension,
    Ref,
    Set,
    SetComprehension,
    TemplateString,
    Term,
    Value,
    Var,
)

_Terms = tuple[Term, ...]


@record(slots=True)
class DynamicRef:
    """A ref as written, the ref that selects its rules, and what is known of its variables where it stands."""

    ref: _Terms
    selecting: _Terms
    at: int
    bound: set[str]
    rules: list[CompiledRule] = field(default_factory=list)
    origins: dict[str, Origin] = field(default_factory=dict)


class Graph:
    """The dependencies between rules; else branches are nodes of their own."""

    def __init__(self) -> None:
        self._rules: dict[int, CompiledRule] = {}
        self._edges: dict[int, dict[int, CompiledRule]] = {}
        self._reverse: dict[int, dict[int, CompiledRule]] = {}
        self._dynamic: dict[int, list[DynamicRef]] = {}
        self._causes: dict[int, dict[int, DynamicRef]] = {}
        self._sorted: list[CompiledRule] | None = None

    def add(self, rule: CompiledRule) -> None:
        self._rules.setdefault(id(rule), rule)

    def connect(self, source: CompiledRule, target: CompiledRule) -> None:
        self._edges.setdefault(id(source), {})[id(target)] = target
        self._reverse.setdefault(id(target), {})[id(source)] = source

    def edges(self, rule: CompiledRule) -> Iterable[CompiledRule]:
        return self._edges.get(id(rule), {}).values()

    def dependents(self, rule: CompiledRule) -> Iterable[CompiledRule]:
        return self._reverse.get(id(rule), {}).values()

    def set_dynamic(self, rule: CompiledRule, refs: list[DynamicRef]) -> None:
        self._dynamic[id(rule)] = refs

    def cause(self, source: CompiledRule, target: CompiledRule) -> DynamicRef | None:
        """The ref that may make `source` depend on `target`; None when it surely does."""
        refs = self._dynamic.get(id(source))
        if refs is None:
            return None
        causes = self._causes.get(id(source))
        if causes is None:
            causes = self._causes[id(source)] = {}
            for ref in reversed(refs):
                for rule in ref.rules:
                    for branch in rule.branches:
                        causes[id(branch)] = ref
        return causes.get(id(target))

    def sorted_rules(self) -> list[CompiledRule]:
        """Every rule after those it depends on."""
        if self._sorted is None:
            self._sorted = self._sort()
        return self._sorted

    def _sort(self) -> list[CompiledRule]:
        done: set[int] = set()
        out: list[CompiledRule] = []
        for root in sorted(self._rules.values(), key=_rule_order):
            stack: list[tuple[CompiledRule, Iterator[CompiledRule]]] = []
            if id(root) not in done:
                done.add(id(root))
                stack.append((root, iter(sorted(self.edges(root), key=_rule_order))))
            while stack:
                rule, rest = stack[-1]
                below = next((r for r in rest if id(r) not in done), None)
                if below is None:
                    out.append(rule)
                    stack.pop()
                else:
                    done.add(id(below))
                    stack.append((below, iter(sorted(self.edges(below), key=_rule_order))))
        return out

    def cycles(self) -> set[int]:
        """The rules that lie on some cycle."""
        found: set[int] = set()
        index: dict[int, int] = {}
        low: dict[int, int] = {}
        on_stack: set[int] = set()
        component: list[int] = []
        for root in self._rules:
            if root in index:
                continue
            work: list[tuple[int, Iterator[int]]] = [(root, iter(self._edges.get(root, ())))]
            index[root] = low[root] = len(index)
            component.append(root)
            on_stack.add(root)
            while work:
                node, rest = work[-1]
                for other in rest:
                    if other == node:
                        found.add(node)
                    if other not in index:
                        index[other] = low[other] = len(index)
                        component.append(other)
                        on_stack.add(other)
                        work.append((other, iter(self._edges.get(other, ()))))
                        break
                    if other in on_stack:
                        low[node] = min(low[node], index[other])
                else:
                    work.pop()
                    if work:
                        parent = work[-1][0]
                        low[parent] = min(low[parent], low[node])
                    if low[node] == index[node]:
                        start = component.index(node)
                        members = component[start:]
                        del component[start:]
                        on_stack.difference_update(members)
                        if len(members) > 1:
                            found.update(members)
        return found


def _rule_order(rule: CompiledRule) -> tuple[object, ...]:
    return (*location_key(rule.location), ref_text(rule.head.ref.terms))


# --- building -----------------------------------------------------------------------------------------------------


def build_graph(state: Compilation) -> Graph:
    """The graph of all rules as they are now; names of variables must be unique already."""
    graph = Graph()
    for rule in state.each_rule:
        graph.add(rule)
        _add_rule(state, graph, rule)
    return graph


@record(slots=True)
class _Dependency:
    ref: _Terms
    selecting: _Terms
    at: int
    bound: set[str]
    rule: CompiledRule
    static: bool


def _add_rule(state: Compilation, graph: Graph, rule: CompiledRule) -> None:
    dependencies: list[_Dependency] = []
    bindings: list[tuple[int, str, list[Value]]] | None = None
    at_bound: tuple[int, set[str]] = (-1, set())
    for at, ref in _refs_of(rule):
        head = ref[0].value
        if type(head) is not Var or head.name != "data":
            continue
        if all(type(t.value) in SCALARS or is_constant(t.value) for t in ref[1:]):
            for target in rules_for(state.tree, ref):
                for branch in target.branches:
                    graph.connect(rule, branch)
                dependencies.append(_Dependency(ref, ref, at, set(), target, True))
            continue
        if bindings is None:
            bindings = known_values(rule.body)
        known = {name: values for index, name, values in bindings if index < at}
        expanded = expand(ref, known) if known else [ref]
        selecting = expanded[0] if len(expanded) == 1 else ref
        if at_bound[0] != at:
            at_bound = (at, bound_before(rule, at))
        for alternative in expanded:
            for target in rules_for(state.tree, alternative):
                for branch in target.branches:
                    graph.connect(rule, branch)
                static = selects(selecting, target, at_bound[1])[0]
                dependencies.append(_Dependency(ref, selecting, at, at_bound[1], target, static))
    if not all(d.static for d in dependencies):
        graph.set_dynamic(rule, _dynamic_refs(state, rule, dependencies))


def _dynamic_refs(state: Compilation, rule: CompiledRule, dependencies: list[_Dependency]) -> list[DynamicRef]:
    static = {id(d.rule) for d in dependencies if d.static}
    refs: list[DynamicRef] = []
    for d in dependencies:
        if id(d.rule) in static:
            continue
        if not refs or refs[-1].ref is not d.ref:
            refs.append(DynamicRef(d.ref, d.selecting, d.at, d.bound))
        refs[-1].rules.append(d.rule)
    for ref in refs:
        ref.origins = origins_of(state, rule, ref.at, ref.selecting)
    return refs


def _refs_of(rule: CompiledRule) -> Iterator[tuple[int, _Terms]]:
    """The refs of a rule, each with the index of the expression it is in; the head comes after the body."""
    for at, expr in enumerate(rule.body):
        for ref in refs_in_expr(expr):
            yield at, ref
    for term in head_terms(rule):
        for ref in refs_in_value(term.value):
            yield len(rule.body), ref


def refs_in_expr(expr: Expr) -> Iterator[_Terms]:
    for term in own_terms(expr):
        if type(term.value) not in SCALARS:
            yield from refs_in_value(term.value)
    for body in own_bodies(expr):
        yield from _refs_in_body(body)
    for node in expr.withs:
        yield from refs_in_value(node.target.value)
        yield from refs_in_value(node.value.value)


def _refs_in_body(body: Body) -> Iterator[_Terms]:
    for expr in body:
        yield from refs_in_expr(expr)


def refs_in_value(value: Value) -> Iterator[_Terms]:
    kind = type(value)
    if kind in LEAVES:
        return
    match value:
        case Ref(terms):
            yield terms
            for term in terms:
                if type(term.value) not in SCALARS:
                    yield from refs_in_value(term.value)
        case Call(terms) | Array(terms):
            for term in terms:
                yield from refs_in_value(term.value)
        case Set(items):
            for term in sorted_items(items):
                yield from refs_in_value(term.value)
        case Object(pairs):
            for key, item in sorted_pairs(pairs):
                yield from refs_in_value(key.value)
                yield from refs_in_value(item.value)
        case ArrayComprehension(term, body) | SetComprehension(term, body):
            yield from refs_in_value(term.value)
            yield from _refs_in_body(body)
        case ObjectComprehension(key, item, body):
            yield from refs_in_value(key.value)
            yield from refs_in_value(item.value)
            yield from _refs_in_body(body)
        case TemplateString(parts):
            for part in parts:
                if isinstance(part, Expr):
                    yield from refs_in_expr(part)

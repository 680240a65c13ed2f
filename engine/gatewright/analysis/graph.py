"""Which rule refers to which; the order that follows from it, and recursion, which is refused.

A variable in a ref (`data.a[x]`) may select any rule below, unless the body ahead of it binds the variable to known
values. An edge that only such a variable makes is called dynamic; a cycle through one is only a possible recursion.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise

from gatewright.analysis._state import RECURSION, Compilation, error
from gatewright.analysis._terms import (
    LEAVES,
    SCALARS,
    dynamic_position,
    is_constant,
    is_equality,
    location_key,
    operator_name,
    ref_text,
    sorted_items,
    sorted_pairs,
    value_text,
)
from gatewright.analysis._vars import bodies_of, expr_vars, value_vars
from gatewright.analysis.calls import head_terms
from gatewright.analysis.conflicts import written_ref
from gatewright.analysis.program import CompiledRule
from gatewright.analysis.rename import rename_vars
from gatewright.analysis.tree import rules_for
from gatewright.analysis.types import BOOLEAN, NULL, NUMBER, STRING, contains, unnamed
from gatewright.records import field, record
from gatewright.syntax.nodes import (
    Array,
    ArrayComprehension,
    Body,
    Boolean,
    Call,
    Every,
    Expr,
    Null,
    Number,
    Object,
    ObjectComprehension,
    Ref,
    Set,
    SetComprehension,
    SomeDecl,
    String,
    TemplateString,
    Term,
    Value,
    Var,
)

# How many refs one ref is narrowed into at most; more alternatives leave it as it is.
_MOST_REFS = 64
# What an error spells out at most.
_MOST_CONDITIONS = 2
_MOST_MEMBERS = 5

_Terms = tuple[Term, ...]


@record(slots=True)
class _DynamicRef:
    """A ref as written, the ref that selects its rules, and what is known of its variables where it stands."""

    ref: _Terms
    selecting: _Terms
    at: int
    bound: set[str]
    rules: list[CompiledRule] = field(default_factory=list)
    origins: dict[str, _Origin] = field(default_factory=dict)


@record(slots=True)
class _Origin:
    """Where a variable of a dynamic ref gets its value."""

    kind: str
    ref: _Terms = ()
    collection: Value | None = None
    builtin: str = ""


class Graph:
    """The dependencies between rules; else branches are nodes of their own."""

    def __init__(self) -> None:
        self._rules: dict[int, CompiledRule] = {}
        self._edges: dict[int, dict[int, CompiledRule]] = {}
        self._reverse: dict[int, dict[int, CompiledRule]] = {}
        self._dynamic: dict[int, list[_DynamicRef]] = {}
        self._causes: dict[int, dict[int, _DynamicRef]] = {}
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

    def set_dynamic(self, rule: CompiledRule, refs: list[_DynamicRef]) -> None:
        self._dynamic[id(rule)] = refs

    def cause(self, source: CompiledRule, target: CompiledRule) -> _DynamicRef | None:
        """The ref that may make `source` depend on `target`; None when it surely does."""
        refs = self._dynamic.get(id(source))
        if refs is None:
            return None
        causes = self._causes.get(id(source))
        if causes is None:
            causes = self._causes[id(source)] = {}
            for ref in reversed(refs):
                for rule in ref.rules:
                    for branch in _branches(rule):
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


def _branches(rule: CompiledRule) -> Iterator[CompiledRule]:
    branch: CompiledRule | None = rule
    while branch is not None:
        yield branch
        branch = branch.otherwise


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
                for branch in _branches(target):
                    graph.connect(rule, branch)
                dependencies.append(_Dependency(ref, ref, at, set(), target, True))
            continue
        if bindings is None:
            bindings = _bindings(rule.body)
        known = {name: values for index, name, values in bindings if index < at}
        expanded = _expand(ref, known) if known else [ref]
        selecting = expanded[0] if len(expanded) == 1 else ref
        if at_bound[0] != at:
            at_bound = (at, _bound_before(rule, at))
        for alternative in expanded:
            for target in rules_for(state.tree, alternative):
                for branch in _branches(target):
                    graph.connect(rule, branch)
                static = _selects(selecting, target, at_bound[1])[0]
                dependencies.append(_Dependency(ref, selecting, at, at_bound[1], target, static))
    if not all(d.static for d in dependencies):
        graph.set_dynamic(rule, _dynamic_refs(state, rule, dependencies))


def _dynamic_refs(state: Compilation, rule: CompiledRule, dependencies: list[_Dependency]) -> list[_DynamicRef]:
    static = {id(d.rule) for d in dependencies if d.static}
    refs: list[_DynamicRef] = []
    for d in dependencies:
        if id(d.rule) in static:
            continue
        if not refs or refs[-1].ref is not d.ref:
            refs.append(_DynamicRef(d.ref, d.selecting, d.at, d.bound))
        refs[-1].rules.append(d.rule)
    for ref in refs:
        ref.origins = _origins(state, rule, ref.at, ref.selecting)
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
    terms = expr.terms
    if isinstance(terms, Term):
        yield from refs_in_value(terms.value)
    elif isinstance(terms, tuple):
        for term in terms:
            if type(term.value) not in SCALARS:
                yield from refs_in_value(term.value)
    elif isinstance(terms, SomeDecl):
        for term in terms.symbols:
            yield from refs_in_value(term.value)
    else:
        if isinstance(terms, Every):
            yield from refs_in_value(terms.domain.value)
        for body in bodies_of(terms):
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


# --- narrowing ----------------------------------------------------------------------------------------------------


def _bindings(body: Body) -> list[tuple[int, str, list[Value]]]:
    """The variables that a body binds to known values, in its order; the first binding of each."""
    found: list[tuple[int, str, list[Value]]] = []
    known: dict[str, list[Value]] = {}
    for i, expr in enumerate(body):
        if not is_equality(expr) or expr.negated or expr.withs:
            continue
        binding = _binding(expr, known)
        if binding is not None and binding[0] not in known:
            known[binding[0]] = binding[1]
            found.append((i, *binding))
    return found


def _binding(expr: Expr, known: dict[str, list[Value]]) -> tuple[str, list[Value]] | None:
    terms = expr.terms
    assert isinstance(terms, tuple)
    if len(terms) < 3:
        return None
    left, right = terms[1].value, terms[2].value
    for variable, other in ((left, right), (right, left)):
        if isinstance(variable, Var):
            values = _values(other, known)
            if values is not None:
                return variable.name, values
    return None


def _values(value: Value, known: dict[str, list[Value]]) -> list[Value] | None:
    """The constants a term may stand for; None when that is not known."""
    if isinstance(value, Var):
        return known.get(value.name)
    if isinstance(value, Ref):
        return _ref_values(value.terms, known)
    return [value] if is_constant(value) else None


def _ref_values(terms: _Terms, known: dict[str, list[Value]]) -> list[Value] | None:
    values = _values(terms[0].value, known)
    if values is None:
        return None
    for term in terms[1:]:
        following: list[Value] = []
        for value in values:
            if is_constant(term.value):
                member = _member(value, term.value)
                if member is not None:
                    following.append(member)
                continue
            members = _members(value)
            if members is None:
                return None
            following += members
        if len(following) > _MOST_REFS:
            return None
        values = following
    return values


def _member(value: Value, key: Value) -> Value | None:
    match value:
        case Object(pairs):
            return next((v.value for k, v in pairs if k.value == key), None)
        case Array(items):
            if isinstance(key, Number) and key.text.isdigit() and int(key.text) < len(items):
                return items[int(key.text)].value
        case Set(items):
            return key if any(t.value == key for t in items) else None
    return None


def _members(value: Value) -> list[Value] | None:
    match value:
        case Array(items):
            return [t.value for t in items]
        case Set(items):
            return [t.value for t in sorted_items(items)]
        case Object(pairs):
            return [v.value for _, v in sorted_pairs(pairs)]
    return None


def _expand(ref: _Terms, known: dict[str, list[Value]]) -> list[_Terms]:
    """The refs that `ref` can be, with variables of known values replaced."""
    expanded = [ref]
    for i in range(1, len(ref)):
        if is_constant(ref[i].value):
            continue
        values = _values(ref[i].value, known)
        if not values or len(expanded) * len(values) > _MOST_REFS:
            continue
        expanded = [(*r[:i], Term(v), *r[i + 1 :]) for r in expanded for v in values]
    return expanded


def _bound_before(rule: CompiledRule, at: int) -> set[str]:
    found: set[str] = {rule.head.name} if rule.head.name else set()
    for term in head_terms(rule):
        value_vars(term.value, 0, found)
    for expr in rule.body[:at]:
        expr_vars(expr, 0, found)
    return found


def _selects(ref: _Terms, rule: CompiledRule, bound: set[str]) -> tuple[bool, list[int]]:
    """Whether `ref` selects the rule whatever its variables hold, and the operands that must have the rule's value."""
    path = rule.ref
    positions: list[int] = []
    for i in range(1, min(len(ref), len(path))):
        wanted = path[i].value
        if not is_constant(wanted):
            continue
        value = ref[i].value
        if isinstance(value, Var) and value.name not in bound and sum(t.value == value for t in ref) == 1:
            # A variable with no value yet goes through all there is.
            continue
        if is_constant(value):
            if value != wanted:
                return False, positions
            continue
        positions.append(i)
    return not positions, positions


# --- recursion ----------------------------------------------------------------------------------------------------


def check_recursion(state: Compilation, graph: Graph) -> None:
    """Record every rule that leads back to itself."""
    cyclic = graph.cycles()
    if not cyclic:
        return
    for node in state.tree.walk():
        for rule in node.rules:
            for branch in _branches(rule):
                if id(branch) in cyclic and not _check_rule(state, graph, branch):
                    return


def _check_rule(state: Compilation, graph: Graph, rule: CompiledRule) -> bool:
    path = _path_back(rule, graph.edges)
    if not path:
        return True
    message, cause = "is", ""
    if not _is_static(graph, path):
        static = _path_back(rule, lambda r: [t for t in graph.edges(r) if graph.cause(r, t) is None])
        if static:
            path = static
        else:
            message, cause = "may be", _dynamic_cause(state, graph, path)
    name = written_ref(state, rule.ref)
    way = " -> ".join(written_ref(state, r.ref) for r in path)
    return state.err(error(RECURSION, rule.location, f"rule {name} {message} recursive: {way}{cause}"))


def _path_back(rule: CompiledRule, edges: Callable[[CompiledRule], Iterable[CompiledRule]]) -> list[CompiledRule]:
    """A way from `rule` back to itself, depth first; the direct one if there is one."""
    if any(other is rule for other in edges(rule)):
        return [rule, rule]
    visited = {id(rule)}
    way = [rule]
    stack = [iter(list(edges(rule)))]
    while stack:
        for other in stack[-1]:
            if other is rule:
                return [*way, rule]
            if id(other) not in visited:
                visited.add(id(other))
                way.append(other)
                stack.append(iter(list(edges(other))))
                break
        else:
            stack.pop()
            way.pop()
    return []


def _is_static(graph: Graph, path: list[CompiledRule]) -> bool:
    return all(graph.cause(a, b) is None for a, b in pairwise(path))


def _dynamic_cause(state: Compilation, graph: Graph, path: list[CompiledRule]) -> str:
    """What the first dynamic step of a cycle needs to be taken."""
    for i, (source, target) in enumerate(pairwise(path)):
        edge = graph.cause(source, target)
        if edge is None:
            continue
        ref = tuple(rename_vars(t, state.rewritten) for t in edge.ref[: len(target.ref)])
        text = f" ({ref_text(ref)}"
        if i > 0:
            text += f" in {written_ref(state, source.ref)}"
        goal = written_ref(state, target.ref)
        _, positions = _selects(edge.selecting, target, edge.bound)
        conditions = _conditions(ref, target.ref, positions)
        if not conditions or len(conditions) > _MOST_CONDITIONS or _is_impossible(state, edge, conditions):
            return f"{text} could refer to {goal})"
        parts = []
        for position, term, value in conditions:
            part = f"{value_text(term.value)} is {value_text(value.value)}"
            note = _origin_note(state, edge, source, position, term)
            parts.append(f"{part} ({note})" if note else part)
        return f"{text} refers to {goal} if {' and '.join(parts)})"
    return ""


def _conditions(ref: Sequence[Term], path: Sequence[Term], positions: list[int]) -> list[tuple[int, Term, Term]]:
    """Pairs the operands at `positions` with the values they need; nothing when one needs two values."""
    found: list[tuple[int, Term, Term]] = []
    for position in positions:
        known = next((c for c in found if c[1] == ref[position]), None)
        if known is None:
            found.append((position, ref[position], path[position]))
        elif known[2] != path[position]:
            return []
    return found


def _is_impossible(state: Compilation, edge: _DynamicRef, conditions: list[tuple[int, Term, Term]]) -> bool:
    for position, _, value in conditions:
        variable = edge.ref[position].value
        origin = edge.origins.get(variable.name) if isinstance(variable, Var) else None
        if origin is None:
            continue
        if origin.kind == "collection" and origin.collection is not None:
            if value.value not in (_members(origin.collection) or ()):
                return True
        elif origin.kind == "builtin" and not _may_return(state, origin.builtin, value.value):
            return True
    return False


def _may_return(state: Compilation, name: str, value: Value) -> bool:
    result = unnamed(state.signatures[name].type.result)
    tpe = {Null: NULL, Boolean: BOOLEAN, Number: NUMBER, String: STRING}.get(type(value))
    return result is None or tpe is None or contains(result, tpe)  # type: ignore[arg-type]


def _origin_note(state: Compilation, edge: _DynamicRef, rule: CompiledRule, position: int, term: Term) -> str:
    value = edge.ref[position].value
    shown = value_text(term.value)
    if isinstance(value, Ref):
        head = value.terms[0].value
        is_data = isinstance(head, Var) and head.name == "data"
        return "rule values aren't known at compile time" if is_data else ""
    origin = edge.origins.get(value.name) if isinstance(value, Var) else None
    if origin is None:
        return ""
    match origin.kind:
        case "input":
            return f"{shown} comes from {written_ref(state, origin.ref)}"
        case "rule":
            return f"{shown} comes from rule {ref_text(origin.ref)}, whose value isn't known at compile time"
        case "collection":
            assert origin.collection is not None
            members = _members(origin.collection) or []
            if len(members) > _MOST_MEMBERS:
                return f"{shown} is one of {len(members)} values"
            return f"{shown} is one of {value_text(origin.collection)}"
        case "builtin":
            return f"{shown} is computed by {origin.builtin}"
        case "key":
            return f"{shown} is a key of {written_ref(state, rule.ref)}"
    return f"{shown} is an argument of {written_ref(state, rule.ref)}"


def _origins(state: Compilation, rule: CompiledRule, at: int, ref: _Terms) -> dict[str, _Origin]:
    """Where the variables of a ref get their values: from the head, or from the expressions ahead of it."""
    bindings: dict[str, Term] = {}
    outputs: dict[str, str] = {}
    for expr in rule.body[:at]:
        terms = expr.terms
        if expr.negated or expr.withs or not isinstance(terms, tuple):
            continue
        if is_equality(expr):
            if len(terms) == 3:
                for variable, other in ((terms[1], terms[2]), (terms[2], terms[1])):
                    if isinstance(variable.value, Var):
                        bindings.setdefault(variable.value.name, other)
            continue
        name = operator_name(expr)
        last = terms[-1].value
        if name in state.signatures and len(terms) == state.signatures[name].arity + 2 and isinstance(last, Var):
            outputs[last.name] = name
    head = {t.value.name: "key" for t in rule.ref[1:] if isinstance(t.value, Var)}
    if rule.head.key is not None and isinstance(rule.head.key.value, Var):
        head[rule.head.key.value.name] = "key"
    head.update({t.value.name: "argument" for t in rule.head.args or () if isinstance(t.value, Var)})

    def resolve(name: str, depth: int) -> _Origin | None:
        if depth > len(rule.body):
            return None
        if name in outputs:
            return _Origin("builtin", builtin=outputs[name])
        bound = bindings.get(name)
        if bound is not None:
            if isinstance(bound.value, Var):
                return resolve(bound.value.name, depth + 1)
            if isinstance(bound.value, Ref):
                origin = _ref_origin(bound.value, bindings, depth)
                if origin is not None:
                    return origin
        return _Origin(head[name]) if name in head else None

    found: dict[str, _Origin] = {}
    for term in ref[1:]:
        if isinstance(term.value, Var):
            origin = resolve(term.value.name, 0)
            if origin is not None:
                found[term.value.name] = origin
    return found


def _ref_origin(ref: Ref, bindings: dict[str, Term], depth: int) -> _Origin | None:
    terms = ref.terms
    head = terms[0].value
    name = head.name if isinstance(head, Var) else ""
    if name in ("input", "data"):
        end = dynamic_position(terms)
        return _Origin("input" if name == "input" else "rule", ref=terms if end < 0 else terms[:end])
    if len(terms) == 2 and not is_constant(terms[1].value):
        collection: Term | None = terms[0]
        while collection is not None and isinstance(collection.value, Var) and depth <= len(bindings):
            collection = bindings.get(collection.value.name)
            depth += 1
        if (
            collection is not None
            and isinstance(collection.value, Array | Set | Object)
            and is_constant(collection.value)
        ):
            return _Origin("collection", collection=collection.value)
    return None

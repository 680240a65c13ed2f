"""Rules that lead back to themselves, which are refused: the way, and what may make it one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

from gatewright.analysis._narrowing import members_of, selects
from gatewright.analysis._state import RECURSION, Compilation, error
from gatewright.analysis._terms import (
    ref_text,
    value_text,
)
from gatewright.analysis.conflicts import written_ref
from gatewright.analysis.graph import DynamicRef, Graph
from gatewright.analysis.program import CompiledRule
from gatewright.analysis.rename import rename_vars
from gatewright.analysis.types import BOOLEAN, NULL, NUMBER, STRING, contains, unnamed
from gatewright.syntax.nodes import (
    Boolean,
    Null,
    Number,
    Ref,
    String,
    Term,
    Value,
    Var,
)

# What an error spells out at most.
_MOST_CONDITIONS = 2
_MOST_MEMBERS = 5


def check_recursion(state: Compilation, graph: Graph) -> None:
    """Record every rule that leads back to itself."""
    cyclic = graph.cycles()
    if not cyclic:
        return
    for node in state.tree.walk():
        for rule in node.rules:
            for branch in rule.branches:
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
        _, positions = selects(edge.selecting, target, edge.bound)
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


def _is_impossible(state: Compilation, edge: DynamicRef, conditions: list[tuple[int, Term, Term]]) -> bool:
    for position, _, value in conditions:
        variable = edge.ref[position].value
        origin = edge.origins.get(variable.name) if isinstance(variable, Var) else None
        if origin is None:
            continue
        if origin.kind == "collection" and origin.collection is not None:
            if value.value not in (members_of(origin.collection) or ()):
                return True
        elif origin.kind == "builtin" and not _may_return(state, origin.builtin, value.value):
            return True
    return False


def _may_return(state: Compilation, name: str, value: Value) -> bool:
    result = unnamed(state.signatures[name].type.result)
    tpe = {Null: NULL, Boolean: BOOLEAN, Number: NUMBER, String: STRING}.get(type(value))
    return result is None or tpe is None or contains(result, tpe)  # type: ignore[arg-type]


def _origin_note(state: Compilation, edge: DynamicRef, rule: CompiledRule, position: int, term: Term) -> str:
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
            members = members_of(origin.collection) or []
            if len(members) > _MOST_MEMBERS:
                return f"{shown} is one of {len(members)} values"
            return f"{shown} is one of {value_text(origin.collection)}"
        case "builtin":
            return f"{shown} is computed by {origin.builtin}"
        case "key":
            return f"{shown} is a key of {written_ref(state, rule.ref)}"
    return f"{shown} is an argument of {written_ref(state, rule.ref)}"

"""Refs narrowed by what a body says of their variables: which known values these have, which rules a ref selects."""

from __future__ import annotations

from gatewright.analysis._terms import (
    is_constant,
    is_equality,
    sorted_items,
    sorted_pairs,
)
from gatewright.analysis._vars import expr_vars, value_vars
from gatewright.analysis.calls import head_terms
from gatewright.analysis.program import CompiledRule
from gatewright.syntax.nodes import (
    Array,
    Body,
    Expr,
    Number,
    Object,
    Ref,
    Set,
    Term,
    Value,
    Var,
)

# How many refs one ref is narrowed into at most; more alternatives leave it as it is.
_MOST_REFS = 64

_Terms = tuple[Term, ...]


def known_values(body: Body) -> list[tuple[int, str, list[Value]]]:
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
            members = members_of(value)
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


def members_of(value: Value) -> list[Value] | None:
    match value:
        case Array(items):
            return [t.value for t in items]
        case Set(items):
            return [t.value for t in sorted_items(items)]
        case Object(pairs):
            return [v.value for _, v in sorted_pairs(pairs)]
    return None


def expand(ref: _Terms, known: dict[str, list[Value]]) -> list[_Terms]:
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


def bound_before(rule: CompiledRule, at: int) -> set[str]:
    found: set[str] = {rule.head.name} if rule.head.name else set()
    for term in head_terms(rule):
        value_vars(term.value, 0, found)
    for expr in rule.body[:at]:
        expr_vars(expr, 0, found)
    return found


def selects(ref: _Terms, rule: CompiledRule, bound: set[str]) -> tuple[bool, list[int]]:
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

"""Bodies inside of expressions: whether there are any, and the variables in them."""

from __future__ import annotations

from gatewright.analysis._terms import COMPREHENSIONS, LEAVES
from gatewright.analysis._vars import Names, body_vars, value_vars
from gatewright.syntax.nodes import (
    Array,
    Call,
    Every,
    Expr,
    LogicalAnd,
    LogicalOr,
    Not,
    Object,
    Ref,
    Set,
    SomeDecl,
    TemplateString,
    Term,
    Value,
)


def has_closure(expr: Expr) -> bool:
    """Whether there is a body inside `expr`."""
    terms = expr.terms
    if isinstance(terms, tuple):
        for term in terms:
            if type(term.value) in _MAY_CLOSE and contains_closure(term.value):
                return True
    elif isinstance(terms, Term):
        if contains_closure(terms.value):
            return True
    elif not isinstance(terms, SomeDecl):
        return True
    return any(contains_closure(w.value.value) or contains_closure(w.target.value) for w in expr.withs)


def contains_closure(value: Value) -> bool:
    kind = type(value)
    if kind not in _MAY_CLOSE:
        return False
    if kind in COMPREHENSIONS:
        return True
    if isinstance(value, Object):
        return any(contains_closure(k.value) or contains_closure(v.value) for k, v in value.items)
    if isinstance(value, TemplateString):
        return any(has_closure(p) for p in value.parts if isinstance(p, Expr))
    terms: tuple[Term, ...] = ()
    if isinstance(value, Ref | Call):
        terms = value.terms
    elif isinstance(value, Array | Set):
        terms = value.items
    # A loop: this is asked of every term, again and again.
    for term in terms:  # noqa: SIM110
        if type(term.value) in _MAY_CLOSE and contains_closure(term.value):
            return True
    return False


_MAY_CLOSE = COMPREHENSIONS | {Ref, Call, Array, Set, Object, TemplateString}


def closure_vars(expr: Expr) -> Names:
    """All variables in the bodies inside `expr`."""
    found: Names = set()
    if has_closure(expr):
        _closures_in_expr(expr, found)
    return found


def _closures_in_expr(expr: Expr, found: Names) -> None:
    terms = expr.terms
    if isinstance(terms, tuple):
        for term in terms:
            _closures_in_value(term.value, found)
    elif isinstance(terms, Term):
        _closures_in_value(terms.value, found)
    elif isinstance(terms, Every | Not):
        body_vars(terms.body, 0, found)
    elif isinstance(terms, LogicalAnd | LogicalOr):
        body_vars(terms.lhs, 0, found)
        body_vars(terms.rhs, 0, found)
    for node in expr.withs:
        _closures_in_value(node.target.value, found)
        _closures_in_value(node.value.value, found)


def _closures_in_value(value: Value, found: Names) -> None:
    kind = type(value)
    if kind in LEAVES:
        return
    if kind in COMPREHENSIONS:
        value_vars(value, 0, found)
        return
    match value:
        case Ref(terms) | Call(terms):
            for term in terms:
                _closures_in_value(term.value, found)
        case Array(items) | Set(items):
            for term in items:
                _closures_in_value(term.value, found)
        case Object(pairs):
            for key, item in pairs:
                _closures_in_value(key.value, found)
                _closures_in_value(item.value, found)
        case TemplateString(parts):
            for part in parts:
                if isinstance(part, Expr):
                    _closures_in_expr(part, found)

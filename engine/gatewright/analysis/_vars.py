"""Which variables a node mentions, under the rules that the passes need: with or without ref heads, closures, …"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from gatewright.syntax.nodes import (
    Array,
    ArrayComprehension,
    Body,
    Call,
    Every,
    Expr,
    LogicalAnd,
    LogicalOr,
    Not,
    Object,
    ObjectComprehension,
    Ref,
    Set,
    SetComprehension,
    SomeDecl,
    TemplateString,
    Term,
    Value,
    Var,
    With,
)

SKIP_REF_HEAD = 1
SKIP_CALL_HEAD = 2
SKIP_OBJECT_KEYS = 4
SKIP_CLOSURES = 8
SKIP_SETS = 16
SKIP_TEMPLATES = 32

# What the safety check looks at; what an unification binds; what the output of a call binds.
SAFETY = SKIP_CALL_HEAD | SKIP_CLOSURES
BOUND = SKIP_REF_HEAD | SKIP_OBJECT_KEYS | SKIP_CLOSURES
CALL_OUTPUT = BOUND | SKIP_SETS

Names = set[str]
# Called for `not`, `and`, `or` before anything else looks at them; adds what shows through to the set.
Promote = Callable[["Not | LogicalAnd | LogicalOr"], Iterable[str]]


def value_vars(value: Value, skip: int, found: Names, promote: Promote | None = None) -> None:
    """Add the names of the variables in `value` to `found`."""
    if type(value) is Var:
        found.add(value.name)
        return
    walker = _WALKERS.get(type(value))
    if walker is not None:
        walker(value, skip, found, promote)


def _ref(value: Ref, skip: int, found: Names, promote: Promote | None) -> None:
    for term in value.terms[1:] if skip & SKIP_REF_HEAD else value.terms:
        value_vars(term.value, skip, found, promote)


def _call(value: Call, skip: int, found: Names, promote: Promote | None) -> None:
    _called(value.terms, skip, found, promote)


def _called(terms: tuple[Term, ...], skip: int, found: Names, promote: Promote | None) -> None:
    if skip & SKIP_CALL_HEAD:
        operator = terms[0].value
        if type(operator) is Ref:
            for term in operator.terms[1:]:
                value_vars(term.value, skip, found, promote)
        terms = terms[1:]
    for term in terms:
        value_vars(term.value, skip, found, promote)


def _array(value: Array, skip: int, found: Names, promote: Promote | None) -> None:
    for term in value.items:
        value_vars(term.value, skip, found, promote)


def _set(value: Set, skip: int, found: Names, promote: Promote | None) -> None:
    if not skip & SKIP_SETS:
        for term in value.items:
            value_vars(term.value, skip, found, promote)


def _object(value: Object, skip: int, found: Names, promote: Promote | None) -> None:
    for key, item in value.items:
        if not skip & SKIP_OBJECT_KEYS:
            value_vars(key.value, skip, found, promote)
        value_vars(item.value, skip, found, promote)


def _comprehension(
    value: ArrayComprehension | SetComprehension, skip: int, found: Names, promote: Promote | None
) -> None:
    if not skip & SKIP_CLOSURES:
        value_vars(value.term.value, skip, found, promote)
        body_vars(value.body, skip, found, promote)


def _object_comprehension(value: ObjectComprehension, skip: int, found: Names, promote: Promote | None) -> None:
    if not skip & SKIP_CLOSURES:
        value_vars(value.key.value, skip, found, promote)
        value_vars(value.value.value, skip, found, promote)
        body_vars(value.body, skip, found, promote)


def _template(value: TemplateString, skip: int, found: Names, promote: Promote | None) -> None:
    if skip & (SKIP_CLOSURES | SKIP_TEMPLATES):
        return
    for part in value.parts:
        if type(part) is Expr:
            expr_vars(part, skip, found, promote)
        else:
            value_vars(part.value, skip, found, promote)  # type: ignore[union-attr]


_WALKERS: dict[type, Callable[..., None]] = {
    Ref: _ref,
    Call: _call,
    Array: _array,
    Set: _set,
    Object: _object,
    ArrayComprehension: _comprehension,
    SetComprehension: _comprehension,
    ObjectComprehension: _object_comprehension,
    TemplateString: _template,
}


def with_vars(node: With, skip: int, found: Names, promote: Promote | None = None) -> None:
    if not skip & SKIP_CALL_HEAD:
        value_vars(node.target.value, skip, found, promote)
        value_vars(node.value.value, skip, found, promote)
        return
    target, value = node.target.value, node.value.value
    if type(target) is Ref:
        for term in target.terms[1:]:
            value_vars(term.value, skip, found, promote)
    if type(value) is Ref:
        for term in value.terms[1:]:
            value_vars(term.value, skip, found, promote)
    else:
        value_vars(value, skip, found, promote)


def expr_vars(expr: Expr, skip: int, found: Names, promote: Promote | None = None) -> None:
    """Add the names of the variables in `expr` to `found`."""
    terms = expr.terms
    if isinstance(terms, tuple):
        _called(terms, skip, found, promote)
    elif isinstance(terms, Term):
        value_vars(terms.value, skip, found, promote)
    elif isinstance(terms, Every):
        if skip & SKIP_CLOSURES:
            value_vars(terms.domain.value, skip, found, promote)
            return
        _every(terms, skip, found, promote)
    elif isinstance(terms, SomeDecl):
        for symbol in terms.symbols:
            value_vars(symbol.value, skip, found, promote)
    elif promote is not None:
        found.update(promote(terms))
    elif not skip & SKIP_CLOSURES:
        for body in bodies_of(terms):
            body_vars(body, skip, found, promote)
    for node in expr.withs:
        with_vars(node, skip, found, promote)


def _every(node: Every, skip: int, found: Names, promote: Promote | None) -> None:
    if node.key is not None:
        value_vars(node.key.value, skip, found, promote)
    value_vars(node.value.value, skip, found, promote)
    value_vars(node.domain.value, skip, found, promote)
    body_vars(node.body, skip, found, promote)


def own_terms(expr: Expr) -> tuple[Term, ...]:
    """The terms of an expression but for those within bodies and those of `with`; of `every` the domain alone."""
    terms = expr.terms
    if isinstance(terms, tuple):
        return terms
    if isinstance(terms, Term):
        return (terms,)
    if isinstance(terms, SomeDecl):
        return terms.symbols
    return (terms.domain,) if isinstance(terms, Every) else ()


def own_bodies(expr: Expr) -> tuple[Body, ...]:
    """The bodies of the statement that an expression is."""
    terms = expr.terms
    return () if isinstance(terms, tuple | Term | SomeDecl) else bodies_of(terms)


def bodies_of(node: Not | LogicalAnd | LogicalOr | Every) -> tuple[Body, ...]:
    """The bodies directly inside a statement."""
    if type(node) is LogicalAnd or type(node) is LogicalOr:
        return (node.lhs, node.rhs)
    return (node.body,)  # type: ignore[union-attr]


def body_vars(body: Body, skip: int, found: Names, promote: Promote | None = None) -> None:
    for expr in body:
        expr_vars(expr, skip, found, promote)


def vars_of(value: Value, skip: int = 0) -> Names:
    """The names of the variables in `value`."""
    found: Names = set()
    value_vars(value, skip, found)
    return found


def vars_of_expr(expr: Expr, skip: int = 0) -> Names:
    found: Names = set()
    expr_vars(expr, skip, found)
    return found


def vars_of_terms(terms: Iterable[Term], skip: int = 0) -> Names:
    found: Names = set()
    for term in terms:
        value_vars(term.value, skip, found)
    return found


def key_value_vars(node: Every) -> Names:
    """The variables an `every` statement declares."""
    return vars_of_terms((node.key, node.value) if node.key is not None else (node.value,))

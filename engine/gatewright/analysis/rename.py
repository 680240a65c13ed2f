"""Renaming variables wherever they occur in a term, an expression or a body."""

from __future__ import annotations

from gatewright.analysis._terms import (
    SCALARS,
    Terms,
)
from gatewright.analysis._vars import (
    expr_vars,
    vars_of,
)
from gatewright.records import replace
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


def rename_vars(term: Term, names: dict[str, str]) -> Term:
    """`term` with every variable in `names` renamed, closures included."""
    value = term.value
    kind = type(value)
    if kind in SCALARS:
        return term
    if isinstance(value, Var):
        new = names.get(value.name)
        return term if new is None else Term(Var(new), term.location)
    if names.keys().isdisjoint(vars_of(value)):
        return term

    def each(terms: tuple[Term, ...]) -> tuple[Term, ...]:
        return tuple(rename_vars(t, names) for t in terms)

    new_value: Value = value
    match value:
        case Ref(terms):
            new_value = Ref(each(terms))
        case Call(terms):
            new_value = Call(each(terms))
        case Array(items):
            new_value = Array(each(items))
        case Set(items):
            new_value = Set(each(items))
        case Object(pairs):
            new_value = Object(tuple((rename_vars(k, names), rename_vars(v, names)) for k, v in pairs))
        case ArrayComprehension(inner, body) | SetComprehension(inner, body):
            new_value = type(value)(rename_vars(inner, names), rename_in_body(body, names))
        case ObjectComprehension(key, item, body):
            new_value = ObjectComprehension(
                rename_vars(key, names), rename_vars(item, names), rename_in_body(body, names)
            )
        case TemplateString(parts, multi_line):
            new_value = TemplateString(
                tuple(rename_in_expr(p, names) if isinstance(p, Expr) else p for p in parts), multi_line
            )
    return Term(new_value, term.location)


def rename_in_body(body: Body, names: dict[str, str]) -> Body:
    return tuple(rename_in_expr(expr, names) for expr in body)


def rename_in_expr(expr: Expr, names: dict[str, str]) -> Expr:
    found: set[str] = set()
    expr_vars(expr, 0, found)
    if names.keys().isdisjoint(found):
        return expr
    terms = expr.terms
    new: Terms
    match terms:
        case Term():
            new = rename_vars(terms, names)
        case tuple():
            new = tuple(rename_vars(t, names) for t in terms)
        case SomeDecl(symbols, location):
            new = SomeDecl(tuple(rename_vars(t, names) for t in symbols), location)
        case Every(key, value, domain, body, location):
            new = Every(
                rename_vars(key, names) if key is not None else None,
                rename_vars(value, names),
                rename_vars(domain, names),
                rename_in_body(body, names),
                location,
            )
        case Not(body, explicit, location):
            new = Not(rename_in_body(body, names), explicit, location)
        case LogicalAnd(lhs, rhs) | LogicalOr(lhs, rhs):
            new = type(terms)(
                rename_in_body(lhs, names),
                rename_in_body(rhs, names),
                terms.explicit_lhs,
                terms.explicit_rhs,
                terms.location,
            )
    withs = tuple(With(rename_vars(w.target, names), rename_vars(w.value, names), w.location) for w in expr.withs)
    return replace(expr, terms=new, withs=withs)

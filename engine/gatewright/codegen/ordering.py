"""The order of a body's expressions: what OPA's rule index looks at comes before what may end in an error.

OPA asks its index which definitions can hold before it evaluates any, so a definition that requires a member of the
input that is absent raises no conflict from a call further up. The expressions it indexes cannot fail themselves:
moving them up changes nothing else, and they are the cheapest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gatewright.codegen import calls, terms
from gatewright.codegen.writer import NOTHING
from gatewright.syntax.nodes import Array, Body, Every, Expr, LogicalAnd, LogicalOr, Not, Ref, Term, Var

if TYPE_CHECKING:
    from gatewright.codegen.unit import Unit


def indexed_first(unit: Unit, body: Body) -> Body:
    """The body with its indexed expressions ahead of the first that might fail."""
    risky = next((i for i, expr in enumerate(body) if _risky(expr)), len(body))
    later = [expr for expr in body[risky:] if _indexed(unit, expr)]
    if not later:
        return body
    return (*body[:risky], *later, *(expr for expr in body[risky:] if not any(expr is moved for moved in later)))


def _risky(expr: Expr) -> bool:
    match expr.terms:
        case Every() | Not() | LogicalAnd() | LogicalOr():
            return True
        case tuple() as call:
            return calls.operator(call[0]) not in calls.EQUALITY or any(_may_fail(t) for t in call[1:])
        case Term() as term:
            return _may_fail(term)
    return bool(expr.withs) or expr.negated


def _may_fail(term: Term) -> bool:
    match term.value:
        case Ref(terms=parts):
            return isinstance(parts[0].value, Var) and parts[0].value.name == "data"
        case Var():
            return False
    return terms.constant(term.value) is NOTHING and not isinstance(term.value, Array)


def _indexed(unit: Unit, expr: Expr) -> bool:
    if expr.negated or expr.withs:
        return False
    match expr.terms:
        case Term() as term:
            return _is_document(unit, term)
        case (operator, left, right) if calls.operator(operator) in calls.EQUALITY:
            return (_is_document(unit, left) and _is_plain(right)) or (_is_document(unit, right) and _is_plain(left))
    return False


def _is_document(unit: Unit, term: Term) -> bool:
    """A ref into input or base data whose operands are constants."""
    if not isinstance(term.value, Ref):
        return False
    head, *operands = term.value.terms
    if not isinstance(head.value, Var) or not operands:
        return False
    if any(terms.constant(operand.value) is NOTHING for operand in operands):
        return False
    name = head.value.name
    return name == "input" or (name == "data" and not unit.leads_to_rules(operands))


def _is_plain(term: Term) -> bool:
    """A constant, a variable, or an array of these."""
    if isinstance(term.value, Array):
        return all(_is_plain(item) for item in term.value.items)
    return isinstance(term.value, Var) or terms.constant(term.value) is not NOTHING

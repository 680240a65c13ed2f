"""Comprehensions that OPA computes once, filed by the variables they share with their rule, and not anew each time.

Which ones these are, and by what they are filed, is OPA's compiler's to say (ast/compile.go, getComprehensionIndex).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from gatewright.analysis._terms import RESERVED, operator_name
from gatewright.analysis._vars import (
    SAFETY,
    SKIP_CALL_HEAD,
    SKIP_CLOSURES,
    SKIP_REF_HEAD,
    body_vars,
    expr_vars,
    vars_of,
    vars_of_terms,
)
from gatewright.analysis.outputs import body_outputs
from gatewright.syntax.nodes import ArrayComprehension, Expr, ObjectComprehension, Ref, SetComprehension, Var
from gatewright.syntax.walk import children
from gatewright.tracing.terms import Comprehension, Variable

if TYPE_CHECKING:
    from gatewright.analysis import Program
    from gatewright.syntax.nodes import Body
    from gatewright.tracing.program import Expression, TracedBody, TracedRule

_COMPREHENSIONS = (ArrayComprehension, SetComprehension, ObjectComprehension)


def file_comprehensions(program: Program, rule: TracedRule) -> None:
    """Find those in the body of a rule."""
    shared = set(RESERVED) | vars_of_terms(rule.compiled.head.args or (), 0)
    file_in_body(program, rule.body, shared)


def file_in_body(program: Program, body: TracedBody, shared: set[str]) -> None:
    """Find those in a body and the bodies within it; `shared` are the variables it may share with them."""
    for expr in body.exprs:
        comprehension = _bound(expr)
        if comprehension is not None:
            keys = _keys(program, comprehension.body.node, shared)
            comprehension.keys = tuple(map(Variable, keys)) or None
        expr_vars(expr.node, SKIP_CLOSURES | SKIP_CALL_HEAD, shared)
    for expr in body.exprs:
        for inner in _bodies(expr):
            file_in_body(program, inner, shared)


def _bound(expr: Expression) -> Comprehension | None:
    """The comprehension in `x = [… | …]`."""
    if expr.kind != "unify" or expr.negated or expr.withs:
        return None
    left, right = expr.terms
    if isinstance(left, Variable) and isinstance(right, Comprehension):
        return right
    return left if isinstance(right, Variable) and isinstance(left, Comprehension) else None


def _bodies(expr: Expression) -> Iterator[TracedBody]:
    for term in expr.terms:
        if isinstance(term, Comprehension):
            yield term.body
    yield from expr.bodies


def _keys(program: Program, body: Body, shared: set[str]) -> list[str]:
    outputs = body_outputs(body, program.state.arity, set(RESERVED))
    used: set[str] = set()
    body_vars(body, SAFETY, used)
    if used - outputs - RESERVED:
        return []
    if _ranges_over(body, shared) or _closes_over(body, shared):
        return []
    return sorted(shared & outputs)


def _ranges_over(body: Body, shared: set[str]) -> bool:
    """Whether a ref, or `walk`, binds a shared variable that nothing before has mentioned."""
    seen: set[str] = set()
    stack: list[Any] = list(reversed(body))
    while stack:
        node = stack.pop()
        found: set[str] = set()
        if isinstance(node, _COMPREHENSIONS):
            continue
        if isinstance(node, Expr) and operator_name(node) == "walk" and isinstance(node.terms, tuple):
            found = vars_of_terms(node.terms[2:3], 0)
        elif isinstance(node, Ref):
            found = vars_of(node, SKIP_REF_HEAD)
        elif isinstance(node, Var):
            seen.add(node.name)
        if (found & shared) - seen:
            return True
        stack.extend(reversed(children(node)))
    return False


def _closes_over(body: Body, shared: set[str]) -> bool:
    """Whether a comprehension further in mentions a shared variable."""
    stack: list[Any] = list(body)
    while stack:
        node = stack.pop()
        if isinstance(node, _COMPREHENSIONS):
            if vars_of(node, SKIP_REF_HEAD) & shared:
                return True
            continue
        stack.extend(children(node))
    return False

"""Queries whose expressions have values to be shown, as `opa eval` shows them: each is given a variable to hold it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from gatewright.analysis.resolve import import_path
from gatewright.codegen import calls
from gatewright.codegen.captured import PREFIX
from gatewright.records import replace
from gatewright.syntax.nodes import Body, Expr, Import, Package, Ref, String, Term, Var
from gatewright.syntax.walk import children

if TYPE_CHECKING:
    from gatewright.analysis.program import Program


def capture_values(
    body: Body,
    signatures: Mapping[str, Any],
    program: Program,
    *,
    package: Package | None = None,
    imports: Iterable[Import] = (),
) -> Body:
    """The query, which stands in a package behind imports, with a variable for the value of each expression that has
    one."""
    names = {node.name: import_path(node) for node in imports}
    home = package.path.terms if package is not None else ()

    def arity(call: tuple[Term, ...]) -> int | None:
        return _arity(calls.operator(call[0]), _path(call[0], names, home), signatures, program)

    # One expression without iteration may be false and still be shown; otherwise false ends a solution.
    checked = len(body) > 1 or any(_iterates(expr) for expr in body)
    found: list[Expr] = []
    for position, expr in enumerate(body):
        captured = _captured(expr, position, arity)
        found.append(captured or expr)
        if captured is not None and checked:
            held = Term(Var(f"{PREFIX}{position}"), expr.location)
            found.append(Expr(held, generated=True, location=expr.location))
    return tuple(found)


def _captured(expr: Expr, position: int, arity: Callable[[tuple[Term, ...]], int | None]) -> Expr | None:
    if expr.negated:
        return None
    variable = Term(Var(f"{PREFIX}{position}"), expr.location)
    match expr.terms:
        case Term() as term:
            equality = Term(Ref((Term(Var("eq"), expr.location),)), expr.location)
            return replace(expr, terms=(equality, term, variable))
        case tuple() as call:
            if calls.operator(call[0]) in calls.EQUALITY or arity(call) != len(call) - 1:
                return None
            return replace(expr, terms=(*call, variable))
    return None


def _path(operator: Term, names: Mapping[str, tuple[Term, ...]], home: tuple[Term, ...]) -> tuple[Term, ...]:
    """Where the function that is called stands below data, if it is one of the policy's."""
    assert isinstance(operator.value, Ref)
    head, *rest = operator.value.terms
    name = head.value.name if isinstance(head.value, Var) else ""
    if name == "data":
        return operator.value.terms
    if name in names:
        return (*names[name], *rest)
    return (*home, Term(String(name)), *rest)


def _arity(name: str, path: tuple[Term, ...], signatures: Mapping[str, Any], program: Program) -> int | None:
    signature = signatures.get(name)
    if signature is not None:
        return None if signature.is_void else int(signature.arity)
    node = program.find(path)
    return node.rules[0].arity if node is not None and node.rules else None


def _iterates(node: object) -> bool:
    """Whether some ref ranges over a document: a variable stands among its operands."""
    stack = [node]
    while stack:
        item = stack.pop()
        if isinstance(item, Ref) and any(isinstance(term.value, Var) for term in item.terms[1:]):
            return True
        stack.extend(children(item))
    return False

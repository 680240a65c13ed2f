"""Short constructors of Python `ast` nodes, and the little algebra of conditions that keeps generated code plain."""

from __future__ import annotations

import ast
from typing import Any


def name(identifier: str) -> ast.Name:
    return ast.Name(identifier, ast.Load())


def const(value: Any) -> ast.Constant:
    return ast.Constant(value)


def call(function: str | ast.expr, *args: ast.expr, **keywords: ast.expr) -> ast.Call:
    target = name(function) if isinstance(function, str) else function
    return ast.Call(target, list(args), [ast.keyword(k, v) for k, v in keywords.items()])


def attribute(value: ast.expr, attr: str) -> ast.Attribute:
    return ast.Attribute(value, attr, ast.Load())


def subscript(value: ast.expr, key: ast.expr) -> ast.Subscript:
    return ast.Subscript(value, key, ast.Load())


def tuple_of(*items: ast.expr) -> ast.Tuple:
    return ast.Tuple(list(items), ast.Load())


def assign(target: str | ast.expr, value: ast.expr) -> ast.Assign:
    left = ast.Name(target, ast.Store()) if isinstance(target, str) else target
    return ast.Assign([left], value)


def store(identifier: str) -> ast.Name:
    return ast.Name(identifier, ast.Store())


def compare(left: ast.expr, op: ast.cmpop, right: ast.expr) -> ast.Compare:
    return ast.Compare(left, [op], [right])


def is_(left: ast.expr, right: ast.expr) -> ast.Compare:
    return compare(left, ast.Is(), right)


def is_not(left: ast.expr, right: ast.expr) -> ast.Compare:
    return compare(left, ast.IsNot(), right)


def class_is(value: ast.expr, class_name: str) -> ast.Compare:
    return is_(attribute(value, "__class__"), name(class_name))


UNDEFINED = "UNDEFINED"


def is_defined(value: ast.expr) -> ast.Compare:
    return is_not(value, name(UNDEFINED))


_INVERSE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}


def negate(condition: ast.expr) -> ast.expr:
    """`not condition`, pushed inwards where that reads better."""
    if isinstance(condition, ast.UnaryOp) and isinstance(condition.op, ast.Not):
        return condition.operand
    if isinstance(condition, ast.Compare) and len(condition.ops) == 1:
        inverse = _INVERSE.get(type(condition.ops[0]))
        if inverse is not None:
            return ast.Compare(condition.left, [inverse()], condition.comparators)
    if isinstance(condition, ast.Constant) and isinstance(condition.value, bool):
        return const(not condition.value)
    return ast.UnaryOp(ast.Not(), condition)


def both(left: ast.expr, right: ast.expr) -> ast.expr:
    """`left and right`, flat."""
    values: list[ast.expr] = []
    for side in (left, right):
        if isinstance(side, ast.BoolOp) and isinstance(side.op, ast.And):
            values.extend(side.values)
        else:
            values.append(side)
    return ast.BoolOp(ast.And(), values)


def either(left: ast.expr, right: ast.expr) -> ast.expr:
    """`left or right`, flat."""
    values: list[ast.expr] = []
    for side in (left, right):
        values += side.values if isinstance(side, ast.BoolOp) and isinstance(side.op, ast.Or) else [side]
    return ast.BoolOp(ast.Or(), values)


def always(condition: ast.expr) -> bool:
    return isinstance(condition, ast.Constant) and condition.value is True


def function(
    identifier: str,
    parameters: list[str],
    body: list[ast.stmt],
    docstring: str = "",
    nonlocals: list[str] | None = None,
) -> ast.FunctionDef:
    head: list[ast.stmt] = [ast.Expr(const(docstring))] if docstring else []
    if nonlocals:
        head.append(ast.Nonlocal(nonlocals))
    arguments = ast.arguments(
        posonlyargs=[], args=[ast.arg(p) for p in parameters], kwonlyargs=[], kw_defaults=[], defaults=[]
    )
    return ast.FunctionDef(identifier, arguments, [*head, *body] or [ast.Pass()], [])


def ends(stmts: list[ast.stmt]) -> bool:
    """Whether control never runs off the end of these statements."""
    return bool(stmts) and isinstance(stmts[-1], ast.Return | ast.Break | ast.Continue | ast.Raise)

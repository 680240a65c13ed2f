"""Building Python: `ast` nodes in few words, and code objects of them."""

from __future__ import annotations

import ast as py
import warnings
from types import CodeType
from typing import Any, Final


def compile_quietly(tree: py.Expression | py.Module) -> CodeType:
    """`compile`, without its warnings about code a person would not write, such as selecting from a literal."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)
        mode = "eval" if isinstance(tree, py.Expression) else "exec"
        _place(tree)
        return compile(tree, "<cel>", mode)


_PLACE: Final = {"lineno": 1, "end_lineno": 1, "col_offset": 0, "end_col_offset": 0}
_NODES: Final = (py.expr, py.stmt, py.arg, py.arguments, py.ExceptHandler)


def _place(tree: py.AST) -> None:
    """Give every node a position, which `compile` demands; all the same, since CEL's errors carry their own."""
    pending: list[Any] = [tree]
    while pending:
        node = pending.pop()
        parts = node.__dict__
        for part in parts.values():
            if part.__class__ is list:
                pending += [item for item in part if isinstance(item, _NODES)]
            elif isinstance(part, _NODES):
                pending.append(part)
        parts.update(_PLACE)


def name(text: str) -> py.Name:
    return py.Name(text, py.Load())


def const(value: Any) -> py.Constant:
    return py.Constant(value)


def call(function: py.expr, *args: py.expr) -> py.Call:
    return py.Call(function, list(args), [])


def method(target: py.expr, attribute: str, *args: py.expr) -> py.Call:
    return call(py.Attribute(target, attribute, py.Load()), *args)


def tuple_of(*items: py.expr) -> py.Tuple:
    return py.Tuple(list(items), py.Load())


def list_of(items: list[py.expr]) -> py.List:
    return py.List(items, py.Load())


def function(params: list[str], body: py.expr) -> py.Lambda:
    return py.Lambda(_parameters(params), body)


def function_def(text: str, params: list[str], body: list[py.stmt]) -> py.FunctionDef:
    return py.FunctionDef(text, _parameters(params), body, [], None, None)


def _parameters(params: list[str]) -> py.arguments:
    return py.arguments([], [py.arg(p) for p in params], None, [], [], None, [])


def compare(left: py.expr, operator: py.cmpop, right: py.expr) -> py.Compare:
    return py.Compare(left, [operator], [right])


def negation(value: py.expr) -> py.expr:
    return py.UnaryOp(py.Not(), value)


def assign(text: str, value: py.expr) -> py.stmt:
    return py.Assign([py.Name(text, py.Store())], value)


def targets(*texts: str) -> py.expr:
    """What a loop assigns to: one name, or several at once."""
    stored: list[py.expr] = [py.Name(text, py.Store()) for text in texts]
    return stored[0] if len(stored) == 1 else py.Tuple(stored, py.Store())


def store(text: str, value: py.expr) -> py.NamedExpr:
    """A value that is given a name on the way."""
    return py.NamedExpr(py.Name(text, py.Store()), value)


def class_of(value: py.expr) -> py.expr:
    return py.Attribute(value, "__class__", py.Load())


def is_atom(value: py.expr) -> bool:
    """Whether evaluating an expression twice costs nothing."""
    return isinstance(value, py.Name | py.Constant)


def is_short(value: py.expr) -> bool:
    """Whether an expression may be written twice where one of the two is evaluated: names, constants, lookups."""
    while isinstance(value, py.Subscript | py.NamedExpr):
        value = value.value
    if isinstance(value, py.BoolOp) and isinstance(value.values[0], py.NamedExpr):
        return is_short(value.values[1])  # a lookup that is noted
    if isinstance(value, py.IfExp) and is_atom(value.body):
        return isinstance(value.orelse, py.Call) and not value.orelse.args  # what is remembered, or computed
    return is_atom(value)

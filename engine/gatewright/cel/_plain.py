"""Calls for which plain Python does: where types prove that it means what CEL means, or raises where CEL fails.

Where a type is not known ahead but mostly the same, the class is looked at on the way: `a == b` of strings is Python's.
"""

from __future__ import annotations

import ast as py
from collections.abc import Callable
from typing import Final, Protocol

from gatewright.cel import _python as make
from gatewright.cel import nodes as ast
from gatewright.cel.types import Type


class Emits(Protocol):
    """What the functions here need of the emitter."""

    def truth(self, node: ast.Node, value: py.expr) -> py.expr: ...

    def type_of(self, node: ast.Node) -> Type: ...

    def type_name(self, node: ast.Node) -> str: ...

    def once(self, value: py.expr) -> tuple[py.expr, py.expr]: ...

    def settled(self, value: py.expr) -> py.expr: ...

    def rt(self, name: str, *args: py.expr) -> py.Call: ...

    def fn(self, name: str, *args: py.expr) -> py.Call: ...


Args = tuple[ast.Node, ...]
Values = list[py.expr]
# What a call with these arguments is, given Python for their values; None where plain Python does not do.
Plain = Callable[[Emits, Args, Values], py.expr | None]

_SCALARS: Final = frozenset({"bool", "int", "uint", "double", "string", "bytes"})


def _if_class(
    e: Emits, value: py.expr, kind: str, plain: Callable[[py.expr], py.expr], other: str, *before: py.expr
) -> py.expr:
    """What `plain` makes of a value of a class; of others a function of CEL, with operands before the value."""
    first, again = e.once(value)
    test = make.compare(make.class_of(first), py.Is(), make.name(kind))
    return py.IfExp(test, plain(again), e.fn(other, *before, again))


def _equality(operator: type[py.cmpop], identity: type[py.cmpop], other: str) -> Plain:
    def emit(e: Emits, args: Args, values: Values) -> py.expr | None:
        left, right = values
        for i in (1, 0):
            if isinstance(constant := args[i], ast.Literal) and constant.value.__class__ in (type(None), bool):
                same = isinstance(args[1 - i], ast.Literal)
                return None if same else make.compare(values[1 - i], identity(), make.const(constant.value))
        if _compare_alike(e, args):
            return make.compare(left, operator(), right)
        if make.is_short(right):
            first, again = e.once(left)
            test = make.compare(make.class_of(first), py.Is(), make.name("str"))
            return py.IfExp(test, make.compare(again, operator(), right), e.fn(other, again, right))
        return None

    return emit


def _compare_alike(e: Emits, args: Args) -> bool:
    """Whether Python and CEL agree on what is equal."""
    kinds = [e.type_name(a) for a in args]
    if kinds[0] == kinds[1] and kinds[0] in _SCALARS:
        return True
    # A small int other than 0 and 1 equals what Python says it does, doubles and uints included.
    return any(
        kind in ("string", "bytes")
        or (isinstance(a, ast.Literal) and a.value.__class__ is int and 1 < abs(a.value) < 1 << 53)
        for a, kind in zip(args, kinds, strict=True)
    )


def _order(operator: type[py.cmpop]) -> Plain:
    def emit(e: Emits, args: Args, values: Values) -> py.expr | None:
        left, right = (e.type_name(a) for a in args)
        if left == right and left in _SCALARS:
            return make.compare(values[0], operator(), values[1])
        return None

    return emit


def _plus(e: Emits, args: Args, values: Values) -> py.expr | None:
    names = {e.type_of(a).name for a in args}
    # Only a str can be added to a str, only a list to a list.
    if names & {"string", "list"} or (len(names) == 1 and names <= {"double", "bytes"}):
        return py.BinOp(values[0], py.Add(), values[1])
    if names == {"int"}:
        return e.rt("add_int", *values)
    if names == {"dyn"} and make.is_short(values[1]):
        first, left = e.once(values[0])
        second, right = e.once(values[1])
        test = py.Compare(make.class_of(first), [py.Is(), py.Is()], [make.class_of(second), make.name("list")])
        return py.IfExp(test, py.BinOp(left, py.Add(), right), e.fn("_+_", left, values[1]))
    return None


def _double_operator(operator: py.operator) -> Plain:
    def emit(e: Emits, args: Args, values: Values) -> py.expr | None:
        if all(e.type_name(a) == "double" for a in args):
            return py.BinOp(values[0], operator, values[1])
        return None

    return emit


def _not(e: Emits, args: Args, values: Values) -> py.expr | None:
    return py.UnaryOp(py.Not(), e.truth(args[0], values[0]))


def _index(e: Emits, args: Args, values: Values) -> py.expr | None:
    container, key = args
    if e.type_name(key) == "string":
        optional = e.type_name(container) == "optional_type"
        return None if optional else py.Subscript(values[0], values[1], py.Load())
    if isinstance(key, ast.Literal) and key.value.__class__ is int and int(str(key.value)) >= 0:
        if e.type_of(container).kind == "list":
            return py.Subscript(values[0], values[1], py.Load())
        first, again = e.once(values[0])
        test = make.compare(make.class_of(first), py.Is(), make.name("list"))
        return py.IfExp(test, py.Subscript(again, values[1], py.Load()), e.fn("_[_]", again, values[1]))
    return None


def _in(e: Emits, args: Args, values: Values) -> py.expr | None:
    value, container = args
    if e.type_name(value) == "string":
        if e.type_of(container).kind in ("list", "map"):
            return make.compare(values[0], py.In(), values[1])
        text = e.settled(values[0])
        return _if_class(e, values[1], "dict", lambda c: make.compare(text, py.In(), c), "@in", text)
    if e.type_of(container).kind == "list" and make.is_short(values[1]):
        first, again = e.once(values[0])
        test = make.compare(make.class_of(first), py.Is(), make.name("str"))
        return py.IfExp(test, make.compare(again, py.In(), values[1]), e.fn("@in", again, values[1]))
    return None


def _size(e: Emits, args: Args, values: Values) -> py.expr | None:
    def length(value: py.expr) -> py.expr:
        return make.call(make.name("len"), value)

    if e.type_name(args[0]) in ("string", "list", "map", "bytes"):
        return length(values[0])
    return _if_class(e, values[0], "list", length, "size")


def _string(e: Emits, args: Args, values: Values) -> py.expr | None:
    if e.type_name(args[0]) == "string":
        return values[0]
    return _if_class(e, values[0], "str", lambda value: value, "string")


def _text_method(name: str, count: int) -> Plain:
    # Only a str has such a method that takes strs, and on a str it takes nothing else.
    def emit(e: Emits, args: Args, values: Values) -> py.expr | None:
        kinds = [e.type_name(a) for a in args]
        if len(args) == count and (kinds[0] == "string" or all(kind == "string" for kind in kinds[1:])):
            return make.method(values[0], name, *values[1:])
        return None

    return emit


def _join(e: Emits, args: Args, values: Values) -> py.expr | None:
    if e.type_of(args[0]).kind != "list" or (len(args) > 1 and e.type_name(args[1]) != "string"):
        return None
    if len(args) == 1:
        return make.method(make.const(""), "join", values[0])
    return make.method(values[1], "join", values[0] if isinstance(args[1], ast.Literal) else e.settled(values[0]))


def _contains(e: Emits, args: Args, values: Values) -> py.expr | None:
    if all(e.type_name(a) == "string" for a in args):
        return make.compare(values[1], py.In(), e.settled(values[0]))
    return None


def _dyn(e: Emits, args: Args, values: Values) -> py.expr | None:
    return values[0]


PLAIN: Final[dict[str, Plain]] = {
    "!_": _not,
    "@in": _in,
    "_!=_": _equality(py.NotEq, py.IsNot, "_!=_"),
    "_*_": _double_operator(py.Mult()),
    "_+_": _plus,
    "_-_": _double_operator(py.Sub()),
    "_<=_": _order(py.LtE),
    "_<_": _order(py.Lt),
    "_==_": _equality(py.Eq, py.Is, "_==_"),
    "_>=_": _order(py.GtE),
    "_>_": _order(py.Gt),
    "_[_]": _index,
    "contains": _contains,
    "dyn": _dyn,
    "endsWith": _text_method("endswith", 2),
    "join": _join,
    "replace": _text_method("replace", 3),
    "size": _size,
    "startsWith": _text_method("startswith", 2),
    "string": _string,
}

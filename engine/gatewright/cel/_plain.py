"""Calls for which plain Python does: where the types prove that it means what CEL means, or raises where CEL fails."""

from __future__ import annotations

import ast as py
from collections.abc import Callable
from typing import Final, Protocol

from gatewright.cel import _python as make
from gatewright.cel import nodes as ast
from gatewright.cel.types import Type


class Emits(Protocol):
    """What the functions here need of the emitter."""

    def emit(self, node: ast.Node) -> py.expr: ...

    def boolean(self, node: ast.Node) -> py.expr: ...

    def type_of(self, node: ast.Node) -> Type: ...

    def type_name(self, node: ast.Node) -> str: ...

    def rt(self, name: str, *args: py.expr) -> py.Call: ...


_ORDERS: Final[dict[str, tuple[type[py.cmpop], str]]] = {
    "_<_": (py.Lt, "less"),
    "_<=_": (py.LtE, "less_equal"),
    "_>_": (py.Gt, "greater"),
    "_>=_": (py.GtE, "greater_equal"),
}
_SCALARS: Final = frozenset({"bool", "int", "uint", "double", "string", "bytes"})

Args = tuple[ast.Node, ...]
# A function gives None where plain Python does not do.
Plain = Callable[[Emits, Args], py.expr | None]


def _equals(e: Emits, args: Args, *, negated: bool = False) -> py.expr | None:
    left, right = args
    for a, b in ((left, right), (right, left)):
        if isinstance(a, ast.Literal) and (a.value is None or isinstance(a.value, bool)):
            if isinstance(b, ast.Literal):
                return None
            return make.compare(e.emit(b), py.IsNot() if negated else py.Is(), make.const(a.value))
    operator: py.cmpop = py.NotEq() if negated else py.Eq()
    for a in args:
        if e.type_name(a) in ("string", "bytes"):
            return make.compare(e.emit(left), operator, e.emit(right))
        # A small int other than 0 and 1 equals what Python says it does, doubles and uints included.
        if isinstance(a, ast.Literal) and a.value.__class__ is int and 1 < abs(a.value) < 1 << 53:
            return make.compare(e.emit(left), operator, e.emit(right))
    if e.type_name(left) == e.type_name(right) and e.type_name(left) in _SCALARS:
        return make.compare(e.emit(left), operator, e.emit(right))
    return None


def _not_equals(e: Emits, args: Args) -> py.expr | None:
    return _equals(e, args, negated=True)


def _order(name: str) -> Plain:
    operator, _ = _ORDERS[name]

    def emit(e: Emits, args: Args) -> py.expr | None:
        left, right = (e.type_name(a) for a in args)
        if left == right and left in _SCALARS:
            return make.compare(e.emit(args[0]), operator(), e.emit(args[1]))
        return None

    return emit


def _plus(e: Emits, args: Args) -> py.expr | None:
    kinds = [e.type_of(a) for a in args]
    names = {k.name for k in kinds}
    if len(names) == 1 and names <= {"string", "double", "bytes", "list"}:
        return py.BinOp(e.emit(args[0]), py.Add(), e.emit(args[1]))
    if "string" in names:
        # str + anything but str raises, as does anything but str + str.
        return py.BinOp(e.emit(args[0]), py.Add(), e.emit(args[1]))
    if names == {"int"}:
        return e.rt("add_int", e.emit(args[0]), e.emit(args[1]))
    return None


def _double_operator(operator: py.operator) -> Plain:
    def emit(e: Emits, args: Args) -> py.expr | None:
        if all(e.type_name(a) == "double" for a in args):
            return py.BinOp(e.emit(args[0]), operator, e.emit(args[1]))
        return None

    return emit


def _not(e: Emits, args: Args) -> py.expr | None:
    return py.UnaryOp(py.Not(), e.boolean(args[0]))


def _index(e: Emits, args: Args) -> py.expr | None:
    container, key = args
    if e.type_name(key) == "string":
        return py.Subscript(e.emit(container), e.emit(key), py.Load()) if _not_optional(e, container) else None
    if e.type_of(container).kind == "list" and isinstance(key, ast.Literal) and key.value.__class__ is int:
        return py.Subscript(e.emit(container), e.emit(key), py.Load()) if int(str(key.value)) >= 0 else None
    return None


def _not_optional(e: Emits, node: ast.Node) -> bool:
    return e.type_name(node) != "optional_type"


def _in(e: Emits, args: Args) -> py.expr | None:
    value, container = args
    if e.type_name(value) == "string" and e.type_of(container).kind in ("list", "map"):
        return make.compare(e.emit(value), py.In(), e.emit(container))
    return None


def _size(e: Emits, args: Args) -> py.expr | None:
    if e.type_name(args[0]) in ("string", "list", "map", "bytes"):
        return make.call(make.name("len"), e.emit(args[0]))
    return None


def _text_method(name: str) -> Plain:
    # With str arguments, only a str has such a method that takes them.
    def emit(e: Emits, args: Args) -> py.expr | None:
        if all(e.type_name(a) == "string" for a in args[1:]):
            return make.method(e.emit(args[0]), name, *[e.emit(a) for a in args[1:]])
        return None

    return emit


def _replace(e: Emits, args: Args) -> py.expr | None:
    return _text_method("replace")(e, args) if len(args) == 3 else None


def _join(e: Emits, args: Args) -> py.expr | None:
    if e.type_of(args[0]).kind != "list" or (len(args) > 1 and e.type_name(args[1]) != "string"):
        return None
    separator = e.emit(args[1]) if len(args) > 1 else make.const("")
    return make.method(separator, "join", e.emit(args[0]))


def _contains(e: Emits, args: Args) -> py.expr | None:
    if all(e.type_name(a) == "string" for a in args):
        return make.compare(e.emit(args[1]), py.In(), e.emit(args[0]))
    return None


def _dyn(e: Emits, args: Args) -> py.expr | None:
    return e.emit(args[0])


PLAIN: Final[dict[str, Plain]] = {
    "!_": _not,
    "@in": _in,
    "_!=_": _not_equals,
    "_*_": _double_operator(py.Mult()),
    "_+_": _plus,
    "_-_": _double_operator(py.Sub()),
    "_<=_": _order("_<=_"),
    "_<_": _order("_<_"),
    "_==_": _equals,
    "_>=_": _order("_>=_"),
    "_>_": _order("_>_"),
    "_[_]": _index,
    "contains": _contains,
    "dyn": _dyn,
    "endsWith": _text_method("endswith"),
    "join": _join,
    "replace": _replace,
    "size": _size,
    "startsWith": _text_method("startswith"),
}

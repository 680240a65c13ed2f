"""Equality and order, by name; policies write the operators."""

from __future__ import annotations

from gatewright.builtins.registry import builtin
from gatewright.runtime.values import compare, equal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


@builtin("eq", "(any, any) -> boolean", infix="=")
def eq(x: Any, y: Any) -> bool:
    """Unification; of two known values, equality: `1 = 1.0`."""
    return equal(x, y)


@builtin("assign", "(any, any) -> boolean", infix=":=")
def assign(x: Any, y: Any) -> bool:
    """Assignment, which analysis resolves; of two known values, equality: `x := 1`."""
    return equal(x, y)


@builtin("equal", "(x: any, y: any) -> result: boolean", infix="==")
def equal_(x: Any, y: Any) -> bool:
    """Equality by value, never across types: `equal(1, 1.0) == true`."""
    return equal(x, y)


@builtin("neq", "(x: any, y: any) -> result: boolean", infix="!=")
def neq(x: Any, y: Any) -> bool:
    """Inequality: `neq(1, "1") == true`."""
    return not equal(x, y)


@builtin("gt", "(x: any, y: any) -> result: boolean", infix=">")
def gt(x: Any, y: Any) -> bool:
    """Greater, in Rego's order of all values: `gt("a", 1) == true`."""
    return compare(x, y) > 0


@builtin("gte", "(x: any, y: any) -> result: boolean", infix=">=")
def gte(x: Any, y: Any) -> bool:
    """Greater or equal: `gte(2, 2) == true`."""
    return compare(x, y) >= 0


@builtin("lt", "(x: any, y: any) -> result: boolean", infix="<")
def lt(x: Any, y: Any) -> bool:
    """Less, in Rego's order of all values: `lt(null, false) == true`."""
    return compare(x, y) < 0


@builtin("lte", "(x: any, y: any) -> result: boolean", infix="<=")
def lte(x: Any, y: Any) -> bool:
    """Less or equal: `lte([1], [1, 2]) == true`."""
    return compare(x, y) <= 0

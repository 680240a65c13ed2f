"""Sets: union, intersection, difference. (`minus` is among the numbers.)"""

from __future__ import annotations

from gatewright.builtins._operands import set_
from gatewright.builtins.registry import builtin
from gatewright.runtime.values import RegoSet

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


@builtin("and", "(x: set[any], y: set[any]) -> z: set[any]", infix="&")
def and_(x: Any, y: Any) -> RegoSet:
    """The members of both: `{1, 2} & {2, 3} == {2}`."""
    return set_(x, 1) & set_(y, 2)


@builtin("or", "(x: set[any], y: set[any]) -> z: set[any]", infix="|")
def or_(x: Any, y: Any) -> RegoSet:
    """The members of either: `{1} | {2} == {1, 2}`."""
    return set_(x, 1) | set_(y, 2)


@builtin("intersection", "(xs: set[set[any]]) -> y: set[any]")
def intersection(xs: Any) -> RegoSet:
    """The members that all sets of a set share: `intersection({{1, 2}, {2}}) == {2}`."""
    sets = [set_(member, 1) for member in set_(xs, 1)]
    if not sets:
        return RegoSet()
    smallest = min(sets, key=len)
    return RegoSet.of_keys({k: None for k in smallest.keys if all(k in other.keys for other in sets)})


@builtin("union", "(xs: set[set[any]]) -> y: set[any]")
def union(xs: Any) -> RegoSet:
    """The members of all sets of a set: `union({{1}, {2}}) == {1, 2}`."""
    keys: dict[Any, None] = {}
    for member in set_(xs, 1):
        keys.update(set_(member, 1).keys)
    return RegoSet.of_keys(keys)


@builtin("set_diff", "(set[any], set[any]) -> set[any]", deprecated=True)
def set_diff(x: Any, y: Any) -> RegoSet:
    """The members of the first that the second lacks: `set_diff({1, 2}, {2}) == {1}`."""
    return set_(x, 1) - set_(y, 2)

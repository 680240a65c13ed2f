"""Walking the AST: the children of a node, and copies with other locations."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any, TypeVar

from gatewright.source import Location
from gatewright.syntax.nodes import Every, Expr, Ref, SomeDecl, Term, Var

_T = TypeVar("_T")

_NO_NODES = (str, bool, int, float, type(None), Location, dict)


def children(node: object) -> list[Any]:
    """The nodes and terms directly below `node`, in the order of its fields; a Term's child is its value."""
    if isinstance(node, tuple):
        return [child for child in node if not isinstance(child, _NO_NODES)]
    if isinstance(node, Term):
        return [node.value]
    if not dataclasses.is_dataclass(node):
        return []
    found: list[Any] = []
    for name in node.__dataclass_fields__:
        value = getattr(node, name)
        if isinstance(value, tuple):
            _flatten(value, found)
        elif not isinstance(value, _NO_NODES):
            found.append(value)
    return found


def _flatten(items: tuple[Any, ...], found: list[Any]) -> None:
    for item in items:
        if isinstance(item, tuple):
            _flatten(item, found)
        elif not isinstance(item, _NO_NODES):
            found.append(item)


def walk(node: object) -> Iterator[Any]:
    """`node` and everything below it, parents first, in order. Does not recurse: depth is no matter."""
    stack = [node]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(reversed(children(node)))


def is_ground(term: Term) -> bool:
    """Whether no variable occurs in `term`, the heads of refs and `with` clauses aside, as OPA has it."""
    stack: list[object] = [term]
    while stack:
        node = stack.pop()
        if isinstance(node, (Var, SomeDecl, Every)):
            return False
        if isinstance(node, Ref):
            stack.extend(node.terms[1:])
        elif isinstance(node, Expr):
            stack.extend(node.terms if isinstance(node.terms, tuple) else (node.terms,))
        else:
            stack.extend(children(node))
    return True


def relocated(node: _T, place: Location) -> _T:
    """A copy of `node` in which every node stands at `place`."""
    result: _T = _relocated(node, place)
    return result


def _relocated(node: Any, place: Location) -> Any:
    if isinstance(node, tuple):
        return tuple(_relocated(item, place) for item in node)
    if isinstance(node, _NO_NODES):
        return node
    if type(node) is Term:
        return Term(_relocated(node.value, place), place)
    fields = {}
    for name in node.__dataclass_fields__:
        value = getattr(node, name)
        fields[name] = place if isinstance(value, Location) else _relocated(value, place)
    return type(node)(**fields)

"""Walking the AST: the children of a node, and copies with other locations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar

from gatewright.records import field_names
from gatewright.source import Location
from gatewright.syntax.nodes import (
    Array,
    ArrayComprehension,
    Call,
    Every,
    Expr,
    Head,
    Import,
    LogicalAnd,
    LogicalOr,
    Module,
    Not,
    Object,
    ObjectComprehension,
    Package,
    Ref,
    Rule,
    Set,
    SetComprehension,
    SomeDecl,
    TemplateString,
    Term,
    Var,
    With,
)

_T = TypeVar("_T")

_NO_NODES = (str, bool, int, float, type(None), Location, dict)


# The fields that hold nodes, terms or tuples of them; values without any are not listed.
_NODE_FIELDS: dict[type, tuple[str, ...]] = {
    Array: ("items",),
    ArrayComprehension: ("term", "body"),
    Call: ("terms",),
    Every: ("key", "value", "domain", "body"),
    Expr: ("terms", "withs"),
    Head: ("ref", "args", "key", "value"),
    Import: ("path",),
    LogicalAnd: ("lhs", "rhs"),
    LogicalOr: ("lhs", "rhs"),
    Module: ("package", "imports", "rules", "comments", "annotations"),
    Not: ("body",),
    Object: ("items",),
    ObjectComprehension: ("key", "value", "body"),
    Package: ("path",),
    Ref: ("terms",),
    Rule: ("head", "body", "otherwise", "annotations"),
    Set: ("items",),
    SetComprehension: ("term", "body"),
    SomeDecl: ("symbols",),
    TemplateString: ("parts",),
    Term: ("value",),
    With: ("target", "value"),
}


def children(node: object) -> list[Any]:
    """The nodes and terms directly below `node`, in the order of its fields; a Term's child is its value."""
    kind = type(node)
    if kind is Term:
        return [node.value]  # type: ignore[attr-defined]
    if kind is tuple:
        return list(node)  # type: ignore[call-overload,no-any-return]
    found: list[Any] = []
    for name in _NODE_FIELDS.get(kind, ()):
        value = getattr(node, name)
        if type(value) is not tuple:
            if value is not None:
                found.append(value)
        elif kind is Object:
            for pair in value:
                found.extend(pair)
        else:
            found.extend(value)
    return found


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
        # OPA takes a template string for one with variables, whatever is in it.
        if isinstance(node, (Var, SomeDecl, Every, TemplateString)):
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
    for name in field_names(node):
        value = getattr(node, name)
        fields[name] = place if isinstance(value, Location) else _relocated(value, place)
    return type(node)(**fields)

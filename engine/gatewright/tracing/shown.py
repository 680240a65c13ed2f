"""What a trace shows of an expression or body: OPA's text, generated variables by the names they were written with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gatewright.analysis._state import PREFIX
from gatewright.analysis._terms import sorted_items, sorted_pairs
from gatewright.analysis.rename import rename_in_body, rename_in_expr, rename_vars
from gatewright.records import field_names, replace
from gatewright.source import Location
from gatewright.syntax.nodes import Every, Expr, Object, Set, Term, Var
from gatewright.syntax.text import node_text


def shown(node: Any, names: Mapping[str, str]) -> str:
    """The text of a body, an expression or a value."""
    names = dict(names)
    if isinstance(node, tuple):
        new: Any = rename_in_body(node, names)
    elif isinstance(node, Expr):
        new = rename_in_expr(_without_key(node, names), names)
    else:
        new = rename_vars(Term(node), names).value
    return node_text(_ordered(new))


def _without_key(expr: Expr, names: Mapping[str, str]) -> Expr:
    """`every` without the variable for the keys where no one wrote it; only where it is what the event is about."""
    every = expr.terms
    if not isinstance(every, Every) or every.key is None or not isinstance(every.key.value, Var):
        return expr
    name = every.key.value.name
    if not names.get(name, name).startswith(PREFIX):
        return expr
    return replace(expr, terms=replace(every, key=None))


def _ordered(node: Any) -> Any:
    """The node with the members of its sets and the pairs of its objects in OPA's order."""
    if isinstance(node, tuple):
        return tuple(map(_ordered, node))
    if isinstance(node, Set):
        return Set(sorted_items(_ordered(node.items)))
    if isinstance(node, Object):
        return Object(sorted_pairs(_ordered(node.items)))
    if node is None or isinstance(node, (str, bool, int, Location)):
        return node
    return type(node)(**{name: _ordered(getattr(node, name)) for name in field_names(node)})

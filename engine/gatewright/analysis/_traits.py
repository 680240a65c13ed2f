"""What occurs in a rule at all, found in one walk, so that the passes for rare constructs can leave most rules alone.

The walk sees the rule once its names are resolved. Passes that add what was not there before say so in `kinds`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gatewright.analysis._terms import COMPREHENSIONS, SCALARS
from gatewright.analysis._vars import bodies_of
from gatewright.syntax.nodes import (
    Array,
    ArrayComprehension,
    Body,
    Call,
    Every,
    Expr,
    Head,
    LogicalAnd,
    LogicalOr,
    Not,
    Object,
    ObjectComprehension,
    Ref,
    Set,
    SetComprehension,
    SomeDecl,
    TemplateString,
    Term,
    Value,
    Var,
    With,
)

# What has a body of its own.
CLOSURES = COMPREHENSIONS | {Every, Not, LogicalAnd, LogicalOr, TemplateString}


class Traits:
    """`kinds`: the classes of the nodes, scalars left out; `called`: the first names of the functions called;
    `names`: all other variables, the heads of refs included."""

    __slots__ = ("called", "kinds", "names")

    def __init__(self) -> None:
        self.called: set[str] = set()
        self.kinds: set[type] = set()
        self.names: set[str] = set()

    @property
    def closures(self) -> bool:
        """Whether there is a body inside the body."""
        return not CLOSURES.isdisjoint(self.kinds)


def traits_of(head: Head, body: Body) -> Traits:
    """The traits of one rule or else branch."""
    found = Traits()
    for term in (*head.ref.terms, *(head.args or ()), head.key, head.value):
        if term is not None:
            _value(term.value, found)
    _body(body, found)
    return found


def _body(body: Body, found: Traits) -> None:
    for expr in body:
        _expr(expr, found)


def _expr(expr: Expr, found: Traits) -> None:
    terms = expr.terms
    kind = type(terms)
    if kind is tuple:
        _call(terms, found)  # type: ignore[arg-type]
    elif kind is Term:
        _value(terms.value, found)  # type: ignore[union-attr,arg-type]
    else:
        found.kinds.add(kind)
        if isinstance(terms, SomeDecl):
            for symbol in terms.symbols:
                _value(symbol.value, found)
        elif isinstance(terms, Every | Not | LogicalAnd | LogicalOr):
            if isinstance(terms, Every):
                for term in (terms.key, terms.value, terms.domain):
                    if term is not None:
                        _value(term.value, found)
            for body in bodies_of(terms):
                _body(body, found)
    for node in expr.withs:
        found.kinds.add(With)
        _value(node.target.value, found)
        _value(node.value.value, found)


def _value(value: Value, found: Traits) -> None:
    kind = type(value)
    if kind is Var:
        found.names.add(value.name)  # type: ignore[union-attr]
    elif kind not in SCALARS:
        found.kinds.add(kind)
        _WALKERS[kind](value, found)


def _call(terms: tuple[Term, ...], found: Traits) -> None:
    operator = terms[0].value
    if type(operator) is Ref and type(operator.terms[0].value) is Var:
        found.called.add(operator.terms[0].value.name)
        for term in operator.terms[1:]:
            _value(term.value, found)
    else:
        _value(operator, found)
    for term in terms[1:]:
        _value(term.value, found)


def _ref(value: Ref, found: Traits) -> None:
    for term in value.terms:
        _value(term.value, found)


def _items(value: Array | Set, found: Traits) -> None:
    for term in value.items:
        _value(term.value, found)


def _object(value: Object, found: Traits) -> None:
    for key, item in value.items:
        _value(key.value, found)
        _value(item.value, found)


def _comprehension(value: ArrayComprehension | SetComprehension, found: Traits) -> None:
    _value(value.term.value, found)
    _body(value.body, found)


def _object_comprehension(value: ObjectComprehension, found: Traits) -> None:
    _value(value.key.value, found)
    _value(value.value.value, found)
    _body(value.body, found)


def _template(value: TemplateString, found: Traits) -> None:
    for part in value.parts:
        if isinstance(part, Expr):
            _expr(part, found)


_WALKERS: dict[type, Callable[[Any, Traits], None]] = {
    Ref: _ref,
    Call: lambda value, found: _call(value.terms, found),
    Array: _items,
    Set: _items,
    Object: _object,
    ArrayComprehension: _comprehension,
    SetComprehension: _comprehension,
    ObjectComprehension: _object_comprehension,
    TemplateString: _template,
}

"""OPA's total order over AST values, and the sets and objects it sorts.

Types come in the order null, boolean, number, string, template string, var, ref, array, object, set, comprehensions,
call; OPA keeps set elements, each once, and object pairs in this order, and so does the AST.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Context, Decimal
from functools import cmp_to_key
from typing import Any, TypeVar

from gatewright.syntax.nodes import (
    Array,
    ArrayComprehension,
    Body,
    Boolean,
    Call,
    Every,
    Expr,
    LogicalAnd,
    LogicalOr,
    Not,
    Null,
    Number,
    Object,
    ObjectComprehension,
    Ref,
    Set,
    SetComprehension,
    SomeDecl,
    String,
    TemplateString,
    Term,
    Value,
    Var,
    With,
)

_T = TypeVar("_T")

_RANKS: dict[type, int] = {
    Null: 0,
    Boolean: 1,
    Number: 2,
    String: 3,
    TemplateString: 4,
    Var: 5,
    Ref: 6,
    Array: 7,
    Object: 8,
    Set: 9,
    ArrayComprehension: 10,
    ObjectComprehension: 11,
    SetComprehension: 12,
    Call: 13,
}
_STATEMENT_RANKS: dict[type, int] = {
    SomeDecl: 0,
    Term: 1,
    tuple: 2,
    Every: 3,
    Not: 4,
    LogicalAnd: 5,
    LogicalOr: 6,
}
_EXACT = Context(prec=100_000, Emax=999_999_999_999, Emin=-999_999_999_999)


def sorted_set(terms: list[Term]) -> Set:
    """The set of `terms`, sorted, the first of equal ones kept."""
    if len(terms) < 2:
        return Set(tuple(terms))
    kept: list[Term] = []
    before: Value | None = None
    for term in _by_order(terms, terms):
        if before is None or compare(before, term.value) != 0:
            kept.append(term)
            before = term.value
    return Set(tuple(kept))


def sorted_object(pairs: list[tuple[Term, Term]]) -> Object:
    """The object of `pairs`, sorted by key; equal keys all stay, in their order, as in OPA."""
    if len(pairs) < 2:
        return Object(tuple(pairs))
    return Object(tuple(_by_order(pairs, [key for key, _ in pairs])))


def _by_order(items: list[_T], keys: list[Term]) -> list[_T]:
    """`items` in the order of their keys; strings alone, the common case, need no comparison function."""
    texts = [key.value.value for key in keys if type(key.value) is String]
    if len(texts) == len(keys):
        order = sorted(range(len(items)), key=texts.__getitem__)
    else:
        values = [_KEY(key.value) for key in keys]
        order = sorted(range(len(items)), key=values.__getitem__)
    return [items[i] for i in order]


def compare_terms(a: Sequence[Term], b: Sequence[Term]) -> int:
    for x, y in zip(a, b, strict=False):
        found = compare(x.value, y.value)
        if found:
            return found
    return (len(a) > len(b)) - (len(a) < len(b))


def compare(a: Value, b: Value) -> int:
    """Negative, zero or positive as `a` comes before, with or after `b`."""
    rank = _RANKS[type(a)] - _RANKS[type(b)]
    return rank or _compare_alike(a, b)


def _compare_alike(a: Any, b: Any) -> int:
    """`compare` for two values of one type."""
    match a:
        case Null():
            return 0
        case Boolean():
            return int(a.value) - int(b.value)
        case Number():
            return compare_numbers(a.text, b.text)
        case String():
            return _text(a.value, b.value)
        case Var():
            return _text(a.name, b.name)
        case Ref() | Call():
            return compare_terms(a.terms, b.terms)
        case Array() | Set():
            return compare_terms(a.items, b.items)
        case Object():
            return _objects(a, b)
        case TemplateString():
            return _templates(a, b)
        case ArrayComprehension() | SetComprehension():
            return compare(a.term.value, b.term.value) or compare_bodies(a.body, b.body)
        case ObjectComprehension():
            return (
                compare(a.key.value, b.key.value)
                or compare(a.value.value, b.value.value)
                or compare_bodies(a.body, b.body)
            )
    raise AssertionError(f"unreachable: {a!r}")


def compare_numbers(a: str, b: str) -> int:
    """By value, exactly: 1, 1.0 and 1e0 are equal."""
    if a == b:
        return 0
    found = _EXACT.compare(Decimal(a), Decimal(b))
    return int(found)


def _text(a: str, b: str) -> int:
    return (a > b) - (a < b)


def _objects(a: Object, b: Object) -> int:
    # Key by key, then value by value, as OPA: the smaller object is less only when it is a prefix of the other.
    for (ak, av), (bk, bv) in zip(a.items, b.items, strict=False):
        found = compare(ak.value, bk.value) or compare(av.value, bv.value)
        if found:
            return found
    return (len(a.items) > len(b.items)) - (len(a.items) < len(b.items))


def _templates(a: TemplateString, b: TemplateString) -> int:
    found = a.multi_line - b.multi_line or len(a.parts) - len(b.parts)
    if found:
        return found
    for x, y in zip(a.parts, b.parts, strict=True):
        found = isinstance(x, Expr) - isinstance(y, Expr)
        if found:
            return found
        if isinstance(x, Expr):
            found = compare_exprs(x, y)  # type: ignore[arg-type]
        else:
            found = compare(x.value, y.value)  # type: ignore[union-attr]
        if found:
            return found
    return 0


def compare_bodies(a: Body, b: Body) -> int:
    for x, y in zip(a, b, strict=False):
        found = compare_exprs(x, y)
        if found:
            return found
    return (len(a) > len(b)) - (len(a) < len(b))


def compare_exprs(a: Expr, b: Expr) -> int:
    found = (
        _STATEMENT_RANKS[type(a.terms)] - _STATEMENT_RANKS[type(b.terms)]
        or a.index - b.index
        or a.negated - b.negated
        or _statements(a.terms, b.terms)
    )
    if found:
        return found
    for x, y in zip(a.withs, b.withs, strict=False):
        found = _withs(x, y)
        if found:
            return found
    return len(a.withs) - len(b.withs)


def _withs(a: With, b: With) -> int:
    return compare(a.target.value, b.target.value) or compare(a.value.value, b.value.value)


def _statements(a: object, b: object) -> int:
    match a, b:
        case Term(), Term():
            return compare(a.value, b.value)
        case tuple(), tuple():
            return compare_terms(a, b)
        case SomeDecl(), SomeDecl():
            return compare_terms(a.symbols, b.symbols)
        case Every(), Every():
            if (a.key is None) != (b.key is None):
                return -1 if a.key is None else 1
            if a.key is not None and b.key is not None and (found := compare(a.key.value, b.key.value)):
                return found
            return (
                compare(a.value.value, b.value.value)
                or compare(a.domain.value, b.domain.value)
                or compare_bodies(a.body, b.body)
            )
        case Not(), Not():
            return compare_bodies(a.body, b.body)
        case LogicalAnd() | LogicalOr(), LogicalAnd() | LogicalOr():
            return compare_bodies(a.lhs, b.lhs) or compare_bodies(a.rhs, b.rhs)
    raise AssertionError(f"unreachable: {a!r}")


_KEY = cmp_to_key(compare)

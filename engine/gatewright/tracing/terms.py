"""Terms as the reference interpreter meets them: Rego values as they are, and patterns for what still holds variables.

A variable's value lies in the `Bindings` of one query, as a term and the bindings in which *its* variables mean
something; looking it up is `apply`, putting values for all variables of a term is `plug` (OPA: topdown/bindings.go).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cmp_to_key
from typing import TYPE_CHECKING, Any, Final

from gatewright.runtime.text import term_text
from gatewright.runtime.values import RegoSet, compare, equal, to_key
from gatewright.source import Location
from gatewright.syntax.nodes import NOWHERE
from gatewright.syntax.text import ref_operand_text

if TYPE_CHECKING:
    from gatewright.tracing.program import TracedBody


class Variable:
    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name


class Reference:
    """A ref; its head is a Variable, `location` where that stands."""

    __slots__ = ("location", "terms")

    def __init__(self, terms: tuple[Any, ...], location: Location = NOWHERE) -> None:
        self.terms = terms
        self.location = location


class ArrayPattern:
    """An array that holds variables."""

    __slots__ = ("items",)

    def __init__(self, items: tuple[Any, ...]) -> None:
        self.items = items


class ObjectPattern:
    """An object that holds variables, its pairs in the order of their keys."""

    __slots__ = ("pairs",)

    def __init__(self, pairs: tuple[tuple[Any, Any], ...]) -> None:
        self.pairs = pairs


class SetPattern:
    """A set that holds variables."""

    __slots__ = ("items",)

    def __init__(self, items: tuple[Any, ...]) -> None:
        self.items = items


class Comprehension:
    """`heads` is the term, or the key and the value; `keys` are the variables its results are filed by, if they are."""

    __slots__ = ("body", "heads", "keys", "kind", "node")

    def __init__(self, kind: str, heads: tuple[Any, ...], body: TracedBody, node: Any) -> None:
        self.kind = kind
        self.heads = heads
        self.body = body
        self.node = node
        self.keys: tuple[Variable, ...] | None = None


PATTERNS: Final = frozenset({Variable, Reference, ArrayPattern, ObjectPattern, SetPattern, Comprehension})
NEEDS_EVALUATION: Final = frozenset({Variable, Reference, Comprehension})


def is_ground(term: Any) -> bool:
    """Whether no variable stands in a term; a ref's head is none."""
    kind = term.__class__
    if kind not in PATTERNS:
        return True
    return kind is Reference and all(map(is_ground, term.terms[1:]))


def same(a: Any, b: Any) -> bool:
    """Whether two terms are the same: values equal, variables of one name."""
    kind = a.__class__
    if kind not in PATTERNS:
        return b.__class__ not in PATTERNS and equal(a, b)
    if kind is not b.__class__:
        return False
    if kind is Variable:
        return bool(a.name == b.name)
    if kind is Reference:
        return len(a.terms) == len(b.terms) and all(map(same, a.terms, b.terms))
    if kind is ObjectPattern:
        return len(a.pairs) == len(b.pairs) and all(
            same(k, m) and same(v, w) for (k, v), (m, w) in zip(a.pairs, b.pairs, strict=True)
        )
    if kind is Comprehension:
        return a is b
    return len(a.items) == len(b.items) and all(map(same, a.items, b.items))


# --- bindings -----------------------------------------------------------------------------------------------------


class Bindings:
    """The values of one query's variables."""

    __slots__ = ("id", "values")

    def __init__(self, id: int) -> None:
        self.id = id
        self.values: dict[str, tuple[Any, Bindings]] = {}

    def apply(self, term: Any) -> tuple[Any, Bindings]:
        """What a variable stands for, followed to its end, and where that is to be read."""
        here = self
        while term.__class__ is Variable:
            found = here.values.get(term.name)
            if found is None:
                break
            term, here = found
        return term, here

    def bind(self, variable: Variable, term: Any, other: Bindings) -> None:
        self.values[variable.name] = (term, other)

    def unbind(self, variable: Variable) -> None:
        self.values.pop(variable.name, None)

    def plug(self, term: Any) -> Any:
        """The term with the values of its variables; those without one stay."""
        kind = term.__class__
        if kind not in PATTERNS or kind is Comprehension:
            return term
        if kind is Variable:
            found, where = self.apply(term)
            return found if found.__class__ is Variable else where.plug(found)
        if kind is Reference:
            return Reference(tuple(map(self.plug, term.terms)))
        if kind is ObjectPattern:
            return object_of([(self.plug(k), self.plug(v)) for k, v in term.pairs])
        items = [self.plug(item) for item in term.items]
        return array_of(items) if kind is ArrayPattern else set_of(items)


def array_of(items: list[Any]) -> Any:
    return ArrayPattern(tuple(items)) if any(i.__class__ in PATTERNS for i in items) else items


def set_of(items: Iterable[Any]) -> Any:
    items = list(items)
    return SetPattern(tuple(items)) if any(i.__class__ in PATTERNS for i in items) else RegoSet(items)


def object_of(pairs: list[tuple[Any, Any]]) -> Any:
    if any(k.__class__ in PATTERNS or v.__class__ in PATTERNS for k, v in pairs):
        return ObjectPattern(tuple(pairs))
    return {to_key(k): v for k, v in pairs}


# --- text ---------------------------------------------------------------------------------------------------------


def text_of(term: Any, names: Mapping[str, str]) -> str:
    """A term as OPA prints it, generated variables by the names they were written with."""
    kind = term.__class__
    if kind not in PATTERNS:
        return term_text(term)
    if kind is Variable:
        name = names.get(term.name, term.name)
        return "_" if name.startswith("$") else name
    if kind is Reference:
        return ref_text(term.terms, names)
    if kind is Comprehension:
        return term.body.text_of(term.node, names)  # type: ignore[no-any-return]
    if kind is ArrayPattern:
        return "[" + ", ".join(text_of(item, names) for item in term.items) + "]"
    order = cmp_to_key(lambda a, b: _compare(a, b, names))
    if kind is SetPattern:
        return "{" + ", ".join(text_of(item, names) for item in sorted(term.items, key=order)) + "}"
    pairs = sorted(term.pairs, key=lambda pair: order(pair[0]))
    return "{" + ", ".join(f"{text_of(k, names)}: {text_of(v, names)}" for k, v in pairs) + "}"


def _compare(a: Any, b: Any, names: Mapping[str, str]) -> int:
    """OPA's order of terms: by kind, then by value; variables by the names they are shown with."""
    one, other = _rank(a), _rank(b)
    if one != other:
        return one - other
    if a.__class__ not in PATTERNS and b.__class__ not in PATTERNS:
        return compare(a, b)
    if a.__class__ is Variable:
        return _compare_texts(names.get(a.name, a.name), names.get(b.name, b.name))
    if one == _RANKS[ArrayPattern]:
        return _compare_all(a if a.__class__ is list else a.items, b if b.__class__ is list else b.items, names)
    return _compare_texts(text_of(a, names), text_of(b, names))


def _compare_texts(a: str, b: str) -> int:
    return (a > b) - (a < b)


def _compare_all(a: Sequence[Any], b: Sequence[Any], names: Mapping[str, str]) -> int:
    for x, y in zip(a, b, strict=False):
        if order := _compare(x, y, names):
            return order
    return len(a) - len(b)


def _rank(term: Any) -> int:
    return _RANKS.get(term.__class__, 2)


_RANKS: Final[dict[type, int]] = {
    type(None): 0,
    bool: 1,
    str: 3,
    Variable: 5,
    Reference: 6,
    list: 7,
    ArrayPattern: 7,
    dict: 8,
    ObjectPattern: 8,
    RegoSet: 9,
    SetPattern: 9,
    Comprehension: 10,
}


def ref_text(terms: Iterable[Any], names: Mapping[str, str]) -> str:
    head, *rest = terms
    out = [head if head.__class__ is str else text_of(head, names)]
    for term in rest:
        out.append(ref_operand_text(term) if term.__class__ is str else f"[{text_of(term, names)}]")
    return "".join(out)

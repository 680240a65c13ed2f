"""Small facts about terms and refs: kinds, constancy, OPA's order of values, and their text in messages."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import pairwise
from operator import is_
from typing import Any, TypeAlias, TypeVar

from gatewright.analysis.types import NumberKey
from gatewright.source import Location
from gatewright.syntax.nodes import (
    Array,
    ArrayComprehension,
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
from gatewright.syntax.text import node_text, ref_operand_text

T = TypeVar("T")

SCALARS = frozenset((Null, Boolean, Number, String))
# What holds no other terms.
LEAVES = SCALARS | {Var}
COMPREHENSIONS = frozenset((ArrayComprehension, ObjectComprehension, SetComprehension))
RESERVED = frozenset(("data", "input"))
ROOTS = RESERVED
FUTURE_KEYWORDS = frozenset(("and", "or", "not", "contains", "every", "if", "in"))

INPUT_REF = Ref((Term(Var("input")),))
TRUE = Boolean(True)

Statement: TypeAlias = SomeDecl | Every | Not | LogicalAnd | LogicalOr
# What an expression holds.
Terms: TypeAlias = Term | tuple[Term, ...] | Statement

# A tree of rules or types is keyed by value; this is the hashable form of the key.
TreeKey = Any


def each(change: Callable[[T], T], nodes: tuple[T, ...]) -> tuple[T, ...]:
    """The nodes as `change` makes them; the same tuple where it leaves all of them as they are."""
    new = tuple(map(change, nodes))
    return nodes if all(map(is_, new, nodes)) else new


def is_scalar(value: Value) -> bool:
    return type(value) in SCALARS


def is_constant(value: Value) -> bool:
    """No variables, refs, comprehensions or calls anywhere in `value`."""
    kind = type(value)
    if kind in SCALARS:
        return True
    match value:
        case Array(items) | Set(items):
            return all(is_constant(t.value) for t in items)
        case Object(pairs):
            return all(is_constant(k.value) and is_constant(v.value) for k, v in pairs)
        case TemplateString(parts):
            return all(isinstance(p, Term) and is_constant(p.value) for p in parts)
    return False


def is_ground(value: Value) -> bool:
    """No variables, but for the heads of refs."""
    kind = type(value)
    if kind in SCALARS:
        return True
    match value:
        case Array(items) | Set(items):
            return all(is_ground(t.value) for t in items)
        case Object(pairs):
            return all(is_ground(k.value) and is_ground(v.value) for k, v in pairs)
        case Ref(terms):
            return all(is_ground(t.value) for t in terms[1:])
        case Call(terms):
            return all(is_ground(t.value) for t in terms)
    return False


def ref_is_ground(terms: Sequence[Term]) -> bool:
    return all(type(t.value) is String or is_ground(t.value) for t in terms[1:])


def ground_prefix(terms: tuple[Term, ...]) -> tuple[Term, ...]:
    """The terms of a ref before the first operand that holds a variable."""
    for i in range(1, len(terms)):
        if type(terms[i].value) is not String and not is_ground(terms[i].value):
            return terms[:i]
    return terms


def dynamic_position(terms: Sequence[Term]) -> int:
    """The index of the first operand that is not constant, or -1."""
    if type(terms[0].value) is Call:
        return 0
    for i in range(1, len(terms)):
        if not is_constant(terms[i].value):
            return i
    return -1


def tree_key(value: Value) -> TreeKey:
    """`value` as a dictionary key: equal exactly when OPA holds the values equal."""
    if type(value) is String:
        return value.value
    if type(value) is Var:
        return ("v", value.name)
    if type(value) is Number:
        return ("n", number_value(value.text))
    if type(value) is Boolean:
        return ("b", value.value)
    return value


@lru_cache(maxsize=4096)
def number_value(text: str) -> NumberKey | int:
    """The number that a text stands for, exactly; its text comes out again when it is printed."""
    if text.isdecimal() and (text[0] != "0" or text == "0"):
        return int(text)
    return NumberKey(text)


def operator_name(expr: Expr) -> str:
    """The dotted name of the function `expr` calls; '' when it calls none."""
    terms = expr.terms
    if type(terms) is tuple:
        value = terms[0].value
        if type(value) is Ref:
            parts = value.terms
            if len(parts) == 1:
                head = parts[0].value
                return head.name if type(head) is Var else ""
            return ref_text(parts)
    return ""


def is_builtin_call(expr: Expr, name: str) -> bool:
    """Whether `expr` calls the global function `name` (`eq`, `assign`, …)."""
    terms = expr.terms
    if type(terms) is not tuple:
        return False
    value = terms[0].value
    if type(value) is not Ref or len(value.terms) != 1:
        return False
    head = value.terms[0].value
    return type(head) is Var and head.name == name


def is_equality(expr: Expr) -> bool:
    return is_builtin_call(expr, "eq")


def is_assignment(expr: Expr) -> bool:
    return is_builtin_call(expr, "assign")


def is_root_ref(value: Value) -> bool:
    """Whether `value` is `input` or `data` with nothing behind it."""
    if type(value) is not Ref or len(value.terms) != 1:
        return False
    head = value.terms[0].value
    return type(head) is Var and head.name in ROOTS


def name_term(name: str, location: Location) -> Term:
    """The operator term of the global function `name`."""
    return Term(Ref((Term(Var(name), location),)), location)


_EQ = Term(Ref((Term(Var("eq")),)))


def equality(
    left: Term, right: Term, location: Location, *, generated: bool = True, withs: tuple[With, ...] = ()
) -> Expr:
    """`left = right`, as the compiler adds it."""
    return Expr((_EQ, left, right), withs, False, generated, 0, location)


def dotted_ref(name: str) -> Ref:
    head, *rest = name.split(".")
    return Ref((Term(Var(head)), *(Term(String(part)) for part in rest)))


# --- order --------------------------------------------------------------------------------------------------------

_RANK: dict[type, int] = {
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


def sort_key(value: Value) -> tuple[Any, ...]:
    """A key that sorts values as OPA does; those of one kind that OPA leaves loosely defined sort by text."""
    rank = _RANK[type(value)]
    match value:
        case Boolean(flag):
            return (rank, flag)
        case Number(text):
            return (rank, number_value(text))
        case String(text):
            return (rank, text)
        case Var(name):
            return (rank, name)
        case Ref(terms) | Call(terms):
            return (rank, *(sort_key(t.value) for t in terms))
        case Array(items):
            return (rank, *(sort_key(t.value) for t in items))
        case Set(items):
            return (rank, *sorted(sort_key(t.value) for t in items))
        case Object(pairs):
            ordered = sorted((sort_key(k.value), sort_key(v.value)) for k, v in pairs)
            return (rank, *(part for pair in ordered for part in pair))
        case Null():
            return (rank,)
    return (rank, value_text(value))


def sorted_items(items: tuple[Term, ...]) -> tuple[Term, ...]:
    """The members of a set in OPA's order, each once."""
    if len(items) < 2:
        return items
    ordered = sorted(((sort_key(t.value), i) for i, t in enumerate(items)), key=lambda pair: pair)
    kept = [items[i] for n, (key, i) in enumerate(ordered) if n == 0 or ordered[n - 1][0] != key]
    return items if len(kept) == len(items) and all(a is b for a, b in zip(kept, items, strict=True)) else tuple(kept)


def sorted_pairs(pairs: tuple[tuple[Term, Term], ...]) -> tuple[tuple[Term, Term], ...]:
    """The pairs of an object in the order of their keys."""
    if len(pairs) < 2:
        return pairs
    keys = [k.value.value for k, _ in pairs if isinstance(k.value, String)]
    if len(keys) == len(pairs) and all(a < b for a, b in pairwise(keys)):
        return pairs
    return tuple(sorted(pairs, key=lambda pair: sort_key(pair[0].value)))


def distinct_pairs(pairs: tuple[tuple[Term, Term], ...]) -> tuple[tuple[Term, Term], ...]:
    """The pairs of an object with the last one of each key; the parser keeps them all."""
    if len(pairs) < 2:
        return pairs
    kept: dict[TreeKey, tuple[Term, Term]] = {}
    for key, item in pairs:
        name = tree_key(key.value)
        kept[name] = (kept[name][0] if name in kept else key, item)
    return pairs if len(kept) == len(pairs) else tuple(kept.values())


def location_key(location: Location) -> tuple[bool, str, int, int]:
    """Sorts as OPA's locations do: those without a place come last."""
    return (not location.row and not location.file, location.file, location.row, location.col)


# --- text ---------------------------------------------------------------------------------------------------------


def ref_text(terms: Sequence[Term]) -> str:
    """A ref as OPA prints it in messages."""
    if not terms:
        return ""
    head = terms[0].value
    out = [head.value if type(head) is String else value_text(head)]
    for term in terms[1:]:
        value = term.value
        out.append(ref_operand_text(value.value) if type(value) is String else f"[{value_text(value)}]")
    return "".join(out)


def value_text(value: Value) -> str:
    """A value as OPA prints it in messages."""
    if isinstance(value, Var):
        name = value.name
        return "_" if name.startswith("$") else name
    if isinstance(value, Ref):
        return ref_text(value.terms)
    return node_text(value)


def kind_name(value: Value) -> str:
    """OPA's name for the kind of `value`: `array`, `call`, `setcomprehension`, …"""
    return type(value).__name__.lower()


def json_key(value: Value) -> Any:
    """The Python form of a constant value, numbers as exact numbers; raises ValueError for what JSON cannot key."""
    match value:
        case String(text):
            return text
        case Number(text):
            return number_value(text)
        case Boolean(flag):
            return flag
        case Null():
            return None
        case Array(items):
            return [json_key(t.value) for t in items]
        case Set(items):
            return [json_key(t.value) for t in sorted_items(items)]
        case Object(pairs):
            return {
                k.value.value if isinstance(k.value, String) else _json_text(json_key(k.value)): json_key(v.value)
                for k, v in pairs
            }
    raise ValueError(f"not a constant: {value!r}")


def _json_text(key: Any) -> str:
    """A key in Python's form as compact JSON."""
    match key:
        case NumberKey():
            return key.text
        case list():
            return "[" + ",".join(map(_json_text, key)) + "]"
        case dict():
            return "{" + ",".join(f"{_json_text(k)}:{_json_text(v)}" for k, v in sorted(key.items())) + "}"
    return json.dumps(key, ensure_ascii=False)

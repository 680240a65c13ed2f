"""Small facts about terms and refs: kinds, constancy, OPA's order of values, and their text in messages."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any

from gatewright.source import Location
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

SCALARS = frozenset((Null, Boolean, Number, String))
COMPREHENSIONS = frozenset((ArrayComprehension, ObjectComprehension, SetComprehension))
RESERVED = frozenset(("data", "input"))
ROOTS = RESERVED
FUTURE_KEYWORDS = frozenset(("and", "or", "not", "contains", "every", "if", "in"))

KEYWORDS = frozenset(
    "not package import as default else with null true false some if contains in every".split()  # noqa: SIM905
)

INPUT_REF = Ref((Term(Var("input")),))
DATA_REF = Ref((Term(Var("data")),))
TRUE = Boolean(True)

# A tree of rules or types is keyed by value; this is the hashable form of the key.
TreeKey = Any


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
    kind = type(value)
    if kind is String:
        return value.value  # type: ignore[union-attr]
    if kind is Var:
        return ("v", value.name)  # type: ignore[union-attr]
    if kind is Number:
        return ("n", number_value(value.text))  # type: ignore[union-attr]
    if kind is Boolean:
        return ("b", value.value)  # type: ignore[union-attr]
    return value


@lru_cache(maxsize=4096)
def number_value(text: str) -> Fraction | int:
    try:
        return int(text)
    except ValueError:
        return Fraction(text)


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
    if all(type(k.value) is String for k, _ in pairs):
        keys = [k.value.value for k, _ in pairs]  # type: ignore[union-attr]
        if all(a < b for a, b in zip(keys, keys[1:], strict=False)):
            return pairs
    return tuple(sorted(pairs, key=lambda pair: sort_key(pair[0].value)))


def location_key(location: Location) -> tuple[bool, str, int, int]:
    """Sorts as OPA's locations do: those without a place come last."""
    return (not location.row and not location.file, location.file, location.row, location.col)


# --- text ---------------------------------------------------------------------------------------------------------


def go_quote(text: str) -> str:
    """Go's quoted form of `text`."""
    if text.isprintable() and '"' not in text and "\\" not in text:
        return f'"{text}"'
    return '"' + "".join(map(_go_escape, text)) + '"'


_ESCAPES = {
    '"': '\\"',
    "\\": "\\\\",
    "\a": "\\a",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\v": "\\v",
}


def _go_escape(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    if char.isprintable():
        return char
    code = ord(char)
    if code < 0x80:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _is_name(text: str) -> bool:
    return text.isascii() and text.isidentifier() and text not in KEYWORDS


def ref_text(terms: Sequence[Term]) -> str:
    """A ref as OPA prints it in messages."""
    if not terms:
        return ""
    head = terms[0].value
    out = [head.value if type(head) is String else value_text(head)]
    for term in terms[1:]:
        value = term.value
        if type(value) is not String:
            out.append(f"[{value_text(value)}]")
        elif _is_name(value.value):
            out.append("." + value.value)
        elif any(c < " " or c == "\\" for c in value.value):
            out.append(f"[{go_quote(value.value)}]")
        else:
            out.append(f'["{value.value}"]')
    return "".join(out)


def _joined(terms: Iterable[Term]) -> str:
    return ", ".join(value_text(t.value) for t in terms)


def value_text(value: Value) -> str:
    """A value as OPA prints it in messages."""
    match value:
        case Var(name):
            return "_" if name.startswith("$") else name
        case String(text):
            return go_quote(text)
        case Number(text):
            return text
        case Boolean(flag):
            return "true" if flag else "false"
        case Null():
            return "null"
        case Ref(terms):
            return ref_text(terms)
        case Call(terms):
            return f"{value_text(terms[0].value)}({_joined(terms[1:])})"
        case Array(items):
            return f"[{_joined(items)}]"
        case Set(items):
            return f"{{{_joined(sorted_items(items))}}}" if items else "set()"
        case Object(pairs):
            return (
                "{" + ", ".join(f"{value_text(k.value)}: {value_text(v.value)}" for k, v in sorted_pairs(pairs)) + "}"
            )
        case ArrayComprehension(term, body):
            return f"[{_comprehended(term)} | {body_text(body)}]"
        case SetComprehension(term, body):
            return f"{{{_comprehended(term)} | {body_text(body)}}}"
        case ObjectComprehension(key, item, body):
            return f"{{{_comprehended(key)}: {_comprehended(item)} | {body_text(body)}}}"
        case TemplateString(parts):
            return '$"' + "".join(map(_part_text, parts)) + '"'
    raise AssertionError(f"unreachable: {value!r}")


def _part_text(part: Term | Expr) -> str:
    if isinstance(part, Expr):
        return f"{{{expr_text(part)}}}"
    if type(part.value) is String:
        return go_quote(part.value.value)[1:-1].replace("{", "\\{")
    return value_text(part.value)


_INFIX = {
    "plus": "+",
    "minus": "-",
    "mul": "*",
    "div": "/",
    "rem": "%",
    "and": "&",
    "or": "|",
    "equal": "==",
    "neq": "!=",
    "lt": "<",
    "lte": "<=",
    "gt": ">",
    "gte": ">=",
    "eq": "=",
    "assign": ":=",
}


def _comprehended(term: Term) -> str:
    value = term.value
    if type(value) is Call and len(value.terms) == 3:
        infix = _INFIX.get(value_text(value.terms[0].value))
        if infix:
            return f"({_comprehended(value.terms[1])} {infix} {_comprehended(value.terms[2])})"
    return value_text(value)


def body_text(body: Body) -> str:
    return "; ".join(map(expr_text, body))


def expr_text(expr: Expr) -> str:
    """An expression as OPA prints it in messages."""
    terms = expr.terms
    if isinstance(terms, tuple):
        if is_equality(expr) and len(terms) == 3:
            text = f"{value_text(terms[1].value)} = {value_text(terms[2].value)}"
        else:
            text = f"{value_text(terms[0].value)}({_joined(terms[1:])})"
    elif isinstance(terms, Term):
        text = value_text(terms.value)
    else:
        text = _statement_text(terms)
    if expr.negated:
        text = "not " + text
    for w in expr.withs:
        text += f" with {value_text(w.target.value)} as {value_text(w.value.value)}"
    return text


def _statement_text(statement: SomeDecl | Every | Not | LogicalAnd | LogicalOr) -> str:
    match statement:
        case SomeDecl(symbols):
            first = symbols[0].value
            if isinstance(first, Call):
                return f"some {_joined(first.terms[1:-1])} in {value_text(first.terms[-1].value)}"
            return f"some {_joined(symbols)}"
        case Every(key, value, domain, body):
            names = f"{value_text(key.value)}, " if key else ""
            return f"every {names}{value_text(value.value)} in {value_text(domain.value)} {{ {body_text(body)} }}"
        case Not(body, explicit):
            return f"not {{{body_text(body)}}}" if explicit or len(body) != 1 else f"not {body_text(body)}"
        case LogicalAnd(lhs, rhs):
            return f"{_operand_text(lhs)} and {_operand_text(rhs)}"
        case LogicalOr(lhs, rhs):
            return f"{_operand_text(lhs)} or {_operand_text(rhs)}"
    raise AssertionError(f"unreachable: {statement!r}")


def _operand_text(body: Body) -> str:
    return body_text(body) if len(body) == 1 else f"{{ {body_text(body)} }}"


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
                k.value.value if isinstance(k.value, String) else json.dumps(json_key(k.value)): json_key(v.value)
                for k, v in pairs
            }
    raise ValueError(f"not a constant: {value!r}")

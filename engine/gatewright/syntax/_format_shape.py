"""Questions about expressions that the formatter asks: which are infix, and how their text starts."""

from __future__ import annotations

from typing import Any

from gatewright.syntax._terms import operator_name
from gatewright.syntax.nodes import (
    Body,
    Call,
    Expr,
    LogicalAnd,
    LogicalOr,
    Ref,
    Set,
    Term,
    Var,
)
from gatewright.syntax.text import leads_with_brace as value_leads_with_brace
from gatewright.syntax.text import (
    operand_needs_parens,
)

# name: the sign, and what OPA's messages say the operands should be
_NUMBERS = ("number", "number")
_ANY = ("any", "any")
_SETS = ("set[any]", "set[any]")
INFIX: dict[str, tuple[str, tuple[str, ...]]] = {
    "eq": ("=", _ANY),
    "assign": (":=", _ANY),
    "gt": (">", _ANY),
    "gte": (">=", _ANY),
    "lt": ("<", _ANY),
    "lte": ("<=", _ANY),
    "neq": ("!=", _ANY),
    "equal": ("==", _ANY),
    "plus": ("+", _NUMBERS),
    "minus": ("-", ("any<number, set[any]>", "any<number, set[any]>")),
    "mul": ("*", _NUMBERS),
    "div": ("/", _NUMBERS),
    "rem": ("%", _NUMBERS),
    "and": ("&", _SETS),
    "or": ("|", _SETS),
}
MEMBER = {
    "internal.member_2": ("any", "any"),
    "internal.member_3": ("any", "any", "any"),
    # The operator's sign as a function's name; OPA finds member_3 under it.
    "in": ("any", "any", "any"),
}


def is_set_term(expr: Expr) -> bool:
    if expr.negated or not isinstance(expr.terms, Term):
        return False
    return isinstance(expr.terms.value, Set)


def is_logical(expr: Expr) -> bool:
    return isinstance(expr.terms, (LogicalAnd, LogicalOr))


def is_union(expr: Expr) -> bool:
    return isinstance(expr.terms, tuple) and len(expr.terms) == 3 and operator_name(expr.terms[0]) == "or"


def is_union_call(term: Term) -> bool:
    return isinstance(term.value, Call) and operator_name(term.value.terms[0]) == "or"


def infix_lead(expr: Expr) -> Term | None:
    """The term an infix expression's text starts with."""
    terms = expr.terms
    if not isinstance(terms, tuple):
        return None
    name = operator_name(terms[0])
    arity = 2 if name in INFIX else len(MEMBER.get(name, ()))
    if not arity:
        return None
    if len(terms) == arity + 1:
        return terms[1]
    return terms[-1] if len(terms) == arity + 2 else None


def leads_with_brace(expr: Expr) -> bool:
    if isinstance(expr.terms, Term):
        return _term_leads_with_brace(expr.terms)
    lead = infix_lead(expr)
    return lead is not None and _term_leads_with_brace(lead)


def _term_leads_with_brace(term: Term) -> bool:
    value = term.value
    while True:
        if isinstance(value, Ref):
            value = value.terms[0].value
        elif isinstance(value, Call):
            lead = infix_lead(Expr(value.terms)) if _is_infix_call(value) else None
            if lead is None:
                return False
            value = lead.value
        else:
            return value_leads_with_brace(value)


def _is_infix_call(call: Call) -> bool:
    name = operator_name(call.terms[0])
    return len(call.terms) == (3 if name in INFIX else len(MEMBER.get(name, ())) + 1)


def operand_parens(body: Body, parent: str, right: bool) -> bool:
    if operand_needs_parens(body, parent, right):
        return True
    return not is_logical(body[0]) and leads_with_brace(body[0])


def has_unplaced(entry: Any) -> bool:
    """Whether a part of the entry was not written by anyone, so that rows tell nothing. OPA does not look into the
    pairs of objects."""
    from gatewright.syntax.walk import walk

    if isinstance(entry, tuple):
        return False
    for node in walk(entry):
        if isinstance(node, Term) and not node.location.row:
            return True
        if isinstance(node, Var) and node.generated:
            return True
    return False

"""The names that `with` modifiers mention: they may stand for functions."""

from __future__ import annotations

from gatewright.analysis._terms import (
    LEAVES,
)
from gatewright.analysis._vars import (
    SKIP_CALL_HEAD,
    own_bodies,
    own_terms,
    value_vars,
)
from gatewright.analysis.program import CompiledRule
from gatewright.syntax.nodes import (
    Array,
    ArrayComprehension,
    Call,
    Expr,
    Object,
    ObjectComprehension,
    Ref,
    Set,
    SetComprehension,
    TemplateString,
    Value,
)


def names_in_withs(rule: CompiledRule, found: set[str]) -> None:
    head = rule.head
    for term in (*(head.args or ()), head.key, head.value):
        if term is not None:
            _withs_in_value(term.value, found)
    for expr in rule.body:
        _withs_in_expr(expr, found)
    if rule.otherwise is not None:
        names_in_withs(rule.otherwise, found)


def _withs_in_expr(expr: Expr, found: set[str]) -> None:
    for node in expr.withs:
        value_vars(node.target.value, SKIP_CALL_HEAD, found)
        value_vars(node.value.value, SKIP_CALL_HEAD, found)
        _withs_in_value(node.value.value, found)
    for term in own_terms(expr):
        _withs_in_value(term.value, found)
    for body in own_bodies(expr):
        for inner in body:
            _withs_in_expr(inner, found)


def _withs_in_value(value: Value, found: set[str]) -> None:
    kind = type(value)
    if kind in LEAVES:
        return
    match value:
        case Ref(terms) | Call(terms):
            for term in terms:
                _withs_in_value(term.value, found)
        case Array(items) | Set(items):
            for term in items:
                _withs_in_value(term.value, found)
        case Object(pairs):
            for key, item in pairs:
                _withs_in_value(key.value, found)
                _withs_in_value(item.value, found)
        case ArrayComprehension(term, body) | SetComprehension(term, body):
            _withs_in_value(term.value, found)
            for expr in body:
                _withs_in_expr(expr, found)
        case ObjectComprehension(key, item, body):
            _withs_in_value(key.value, found)
            _withs_in_value(item.value, found)
            for expr in body:
                _withs_in_expr(expr, found)
        case TemplateString(parts):
            for part in parts:
                if isinstance(part, Expr):
                    _withs_in_expr(part, found)

"""`rego.metadata.chain()` and `rego.metadata.rule()`: replaced by what the annotations of the module say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gatewright.analysis._state import Compilation
from gatewright.analysis._terms import equality, operator_name, value_text
from gatewright.analysis.annotations import AnnotationSet
from gatewright.analysis.calls import exprs_in_rule
from gatewright.analysis.closures import has_closure
from gatewright.analysis.hoist import append_to, rewrite_bodies_in_term, rewrite_nested_bodies
from gatewright.analysis.program import CompiledRule
from gatewright.analysis.types import NumberKey
from gatewright.records import replace
from gatewright.syntax.nodes import (
    Annotations,
    Array,
    Body,
    Boolean,
    Expr,
    Null,
    Number,
    Object,
    Ref,
    String,
    Term,
    Value,
)

_CHAIN = "rego.metadata.chain"
_RULE = "rego.metadata.rule"


def rewrite_metadata(state: Compilation, annotations: AnnotationSet) -> None:
    """Bind the metadata to variables at the start of the rules that ask for it."""
    for rule in state.each_rule:
        if "rego" not in rule.traits.called:
            continue
        asked = {}
        for expr in exprs_in_rule(rule):
            name = operator_name(expr)
            if name in (_CHAIN, _RULE) and name in state.signatures and name not in asked:
                asked[name] = expr
        if asked:
            _rewrite_rule(state, annotations, rule, asked)


def _rewrite_rule(state: Compilation, annotations: AnnotationSet, rule: CompiledRule, asked: dict[str, Expr]) -> None:
    values: dict[str, Callable[[], Value]] = {
        _CHAIN: lambda: _chain(annotations, rule),
        _RULE: lambda: _metadata(annotations.of_rule(rule)),
    }
    variables: dict[str, Term] = {}
    bindings: Body = ()
    for name in (_CHAIN, _RULE):
        if name in asked:
            location = asked[name].location
            variables[name] = state.names.term(location)
            bindings = append_to(bindings, equality(variables[name], Term(values[name](), location), location))

    def rewrite(body: Body) -> Body:
        return tuple(_replace(e, variables, rewrite) for e in body)

    body = append_to(bindings, *rewrite(rule.body))
    head = rule.head
    rule.head = replace(
        head,
        key=rewrite_bodies_in_term(head.key, rewrite) if head.key is not None else None,
        value=rewrite_bodies_in_term(head.value, rewrite) if head.value is not None else None,
    )
    rule.body = body


def _replace(expr: Expr, variables: dict[str, Term], rewrite: Callable[[Body], Body]) -> Expr:
    variable = variables.get(operator_name(expr))
    if variable is None:
        return rewrite_nested_bodies(expr, rewrite) if has_closure(expr) else expr
    terms = expr.terms
    assert isinstance(terms, tuple)
    if len(terms) > 1:
        return equality(terms[1], variable, expr.location)
    return Expr(variable, (), False, True, expr.index, expr.location)


def _chain(annotations: AnnotationSet, rule: CompiledRule) -> Value:
    links = []
    for path, link in annotations.chain(rule):
        pairs = [(_string("path"), Term(Array(tuple(map(_path_part, path[1:])))))]
        if link is not None:
            pairs.insert(0, (_string("annotations"), Term(_metadata(link))))
        links.append(Term(Object(tuple(pairs))))
    return Array(tuple(links))


def _path_part(term: Term) -> Term:
    return term if isinstance(term.value, String) else _string(value_text(term.value))


def _metadata(annotations: Annotations | None) -> Value:
    if annotations is None:
        return Object(())
    data: dict[str, Any] = {**annotations.data, "scope": annotations.scope}
    return to_value({key: value for key, value in data.items() if key != "compile" and (value or key == "scope")})


def to_value(data: Any) -> Value:
    """JSON-like data as a term's value."""
    match data:
        case None:
            return Null()
        case bool():
            return Boolean(data)
        case str():
            return String(data)
        case NumberKey():
            return Number(data.text)
        case int() | float():
            return Number(repr(data))
        case dict():
            pairs = sorted(((str(k), v) for k, v in data.items()), key=lambda pair: pair[0])
            return Object(tuple((_string(k), Term(to_value(v))) for k, v in pairs))
        case Ref(terms):
            return Array(tuple(map(_path_part, terms)))
        case list() | tuple():
            return Array(tuple(Term(to_value(v)) for v in data))
    return String(str(data))


def _string(text: str) -> Term:
    return Term(String(text))

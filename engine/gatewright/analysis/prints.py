"""Calls to print: erased, or rewritten so that undefined arguments do not stop the rule.

`print("x", input.x)` becomes `internal.print([{__local0__ | __local0__ = "x"}, {__local1__ | __local1__ = input.x}])`.
"""

from __future__ import annotations

from gatewright.analysis._state import COMPILE, Compilation, Names, error
from gatewright.analysis._terms import RESERVED, TRUE, dotted_ref, equality, is_builtin_call
from gatewright.analysis._vars import SAFETY, body_vars, key_value_vars, value_vars, vars_of
from gatewright.analysis.calls import exprs_in_body
from gatewright.analysis.closures import has_closure
from gatewright.analysis.hoist import rewrite_bodies_in_term, rewrite_nested_bodies
from gatewright.analysis.outputs import Arity, body_outputs
from gatewright.analysis.program import CompiledRule
from gatewright.errors import RegoError
from gatewright.records import replace
from gatewright.syntax.nodes import Array, Body, Every, Expr, Head, SetComprehension, Term

_INTERNAL_PRINT = Term(dotted_ref("internal.print"))


def rewrite_prints(state: Compilation) -> None:
    """Erase or rewrite every call to print in the rules."""
    for rule in state.each_rule:
        if "print" not in rule.traits.called:
            continue
        if state.print_enabled:
            _rewrite_rule(state, rule)
        else:
            rule.head = _in_head(rule.head, erase)
            rule.body = erase(rule.body)


def _is_print(expr: Expr) -> bool:
    return is_builtin_call(expr, "print")


def _in_head(head: Head, rewrite: object) -> Head:
    def inside(term: Term | None) -> Term | None:
        return None if term is None else rewrite_bodies_in_term(term, rewrite)  # type: ignore[arg-type]

    key, value = inside(head.key), inside(head.value)
    args = tuple(inside(a) or a for a in head.args) if head.args else head.args
    if key is head.key and value is head.value and args == head.args:
        return head
    return replace(head, key=key, value=value, args=args)


def erase(body: Body) -> Body:
    """`body` without its calls to print; `true` when nothing is left."""
    out = []
    changed = False
    for expr in body:
        if _is_print(expr):
            changed = True
            continue
        new = rewrite_nested_bodies(expr, erase) if has_closure(expr) else expr
        changed = changed or new is not expr
        out.append(new)
    if not changed:
        return body
    if not out:
        where = body[0].location
        return (Expr(Term(TRUE, where), location=where),)
    return tuple(out)


def _rewrite_rule(state: Compilation, rule: CompiledRule) -> None:
    rule.traits.kinds.add(SetComprehension)
    outside = set(RESERVED)
    for arg in rule.head.args or ():
        value_vars(arg.value, 0, outside)
    rewriter = PrintRewriter(state.names, state.arity, state.rewritten)
    rule.head = _in_head(rule.head, lambda body: rewriter.body(body, outside))
    rule.body = rewriter.body(rule.body, outside)
    state.err(*rewriter.errors)


class PrintRewriter:
    __slots__ = ("_arity", "_names", "_rewritten", "errors")

    def __init__(self, names: Names, arity: Arity, rewritten: dict[str, str]) -> None:
        self._names = names
        self._arity = arity
        self._rewritten = rewritten
        self.errors: list[RegoError] = []

    def body(self, body: Body, outside: set[str]) -> Body:
        if not any(map(_is_print, exprs_in_body(body))):
            return body
        out: list[Expr] = []
        for i, expr in enumerate(body):
            if not has_closure(expr):
                out.append(expr)
                continue
            safe = body_outputs(body[:i], self._arity, outside) | outside
            if isinstance(expr.terms, Every):
                safe |= key_value_vars(expr.terms)
            out.append(rewrite_nested_bodies(expr, lambda inner, safe=safe: self.body(inner, safe)))  # type: ignore[misc]
        if self.errors:
            return body
        return tuple(self._print(expr, out[:i], outside) if _is_print(expr) else expr for i, expr in enumerate(out))

    def _print(self, expr: Expr, before: list[Expr], outside: set[str]) -> Expr:
        terms = expr.terms
        assert isinstance(terms, tuple)
        safe = body_outputs(before, self._arity, outside) | outside
        met: set[str] = set()
        body_vars(tuple(before), 0, met)
        safe |= {name for name in met if name.startswith("__local")}
        faults = len(self.errors)
        for arg in terms[1:]:
            for name in sorted(vars_of(arg.value, SAFETY) - safe):
                written = self._rewritten.get(name, name)
                shown = "_" if written.startswith("$") else written
                self.errors.append(error(COMPILE, arg.location, f"var {shown} is undeclared"))
        if len(self.errors) > faults:
            return expr
        captured = tuple(map(self._capture, terms[1:]))
        where = expr.location
        return Expr((Term(_INTERNAL_PRINT.value, where), Term(Array(captured), where)), location=where)

    def _capture(self, arg: Term) -> Term:
        where = arg.location
        name = self._names.term(where)
        return Term(SetComprehension(name, (equality(name, arg, where, generated=False),)), where)

"""Why a test's body does not hold: the first expression without a solution, and the values in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from gatewright.codegen.terms import constant
from gatewright.codegen.writer import NOTHING
from gatewright.errors import GatewrightError
from gatewright.harness.probing import Probe
from gatewright.runtime.values import UNDEFINED
from gatewright.source import excerpt
from gatewright.syntax import nodes
from gatewright.syntax.text import node_text

_COMPARISONS = {"equal": "want", "eq": "want", "neq": "!=", "lt": "<", "lte": "<=", "gt": ">", "gte": ">="}
_TEXT_LIMIT = 300


def explain(probe: Probe, body: nodes.Body, text: str, *, fixed: Sequence[nodes.Expr] = (), known: int = 0) -> str:
    """The failing expression with its line, and what was got and wanted.

    `fixed` are conditions that hold after the first `known` expressions: the case of a table that is meant.
    """
    failing = _failing(probe, body, fixed, known)
    if failing is None:
        return "undefined, want true"
    before, expr = failing
    lines = [f"{expr.location.file}:{expr.location.row}: this did not hold"]
    if shown := excerpt(text.split("\n"), expr.location):
        lines.append(shown)
    return "\n".join([*lines, *_values(probe, before, expr, text)])


def _failing(
    probe: Probe, body: nodes.Body, fixed: Sequence[nodes.Expr], known: int
) -> tuple[list[nodes.Expr], nodes.Expr] | None:
    for index in range(known, len(body)):
        before = [*body[:known], *fixed, *body[known:index]]
        try:
            if not probe.rows([*before, body[index]]):
                return before, body[index]
        except GatewrightError:
            continue  # its variables are bound further down
    return None


def _values(probe: Probe, before: list[nodes.Expr], expr: nodes.Expr, text: str) -> list[str]:
    """A line for each part of the expression that has a value worth knowing."""
    named = [(name, _shown(probe, before, term, expr)) for name, term in _parts(expr, text)]
    width = max((len(name) for name, _ in named), default=0)
    return [f"  {name:<{width}} {value}" for name, value in named]


def _parts(expr: nodes.Expr, text: str) -> Iterator[tuple[str, nodes.Term]]:
    terms = expr.terms
    if isinstance(terms, nodes.Term):
        yield "got", terms
    elif isinstance(terms, tuple):
        operator, *operands = terms
        word = _COMPARISONS.get(name := node_text(operator))
        if name == "assign":
            yield "got", operands[1]
        elif word is not None and len(operands) == 2:
            yield "got", operands[0]
            yield "not" if expr.negated and word == "want" else word, operands[1]
        else:
            telling = [term for term in operands if constant(term.value) is NOTHING]
            yield from ((_source(term, text), term) for term in telling)
            if not telling:
                yield "got", nodes.Term(nodes.Call(terms), expr.location)


def _source(term: nodes.Term, text: str) -> str:
    """A term as it was written, where that is one line."""
    where = term.location
    if where.row and where.end_row == where.row and where.end_col > where.col:
        return text.split("\n")[where.row - 1][where.col - 1 : where.end_col - 1]
    return node_text(term)


def _shown(probe: Probe, before: list[nodes.Expr], term: nodes.Term, expr: nodes.Expr) -> str:
    try:
        return shown(probe.value(before, term, expr))
    except GatewrightError:
        return "(cannot be shown)"


def shown(value: Any) -> str:
    """A value as JSON, cut where it gets long."""
    from gatewright.runtime.json import dumps

    if value is UNDEFINED:
        return "undefined"
    text = dumps(value, escape_html=False)
    return text if len(text) <= _TEXT_LIMIT else f"{text[:_TEXT_LIMIT]}…"

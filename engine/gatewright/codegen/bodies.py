"""Bodies and their expressions, one after the other, `with` included."""

from __future__ import annotations

import ast

from gatewright.codegen import _py, calls, closures, joins, terms, trail
from gatewright.codegen.writer import Sink, Writer
from gatewright.runtime.conflicts import ConflictError
from gatewright.syntax.nodes import (
    Body,
    Every,
    Expr,
    LogicalAnd,
    LogicalOr,
    Not,
    Ref,
    SomeDecl,
    String,
    Term,
    Var,
    With,
)


def body(w: Writer, exprs: Body) -> None:
    """What follows happens once for each solution of the body."""
    for position, expr in enumerate(exprs):
        join = joins.find(w, exprs[position:])
        if join is not None:
            joins.write(w, join)
            return
        expression(w, expr)


def expression(w: Writer, expr: Expr) -> None:
    """One expression of a body."""
    if expr.location.row:
        w.location = expr.location
    if w.unit.covering and not expr.generated and w.location.file:
        w.add(ast.Expr(_py.call("cover", _py.name(w.state), calls.at(w))))
    outer = w.state
    if expr.withs:
        w.state = _replaced(w, expr.withs)
    _core(w, expr)
    w.state = outer


def _core(w: Writer, expr: Expr) -> None:
    if expr.negated or isinstance(expr.terms, Every | Not | LogicalAnd | LogicalOr):
        with trail.aside(w, expr):
            holds(w, expr)
    else:
        _straight(w, expr)


def holds(w: Writer, expr: Expr) -> None:
    """An expression that binds nothing."""
    if expr.negated:
        positive = Expr(expr.terms, index=expr.index, location=expr.location, generated=True)
        w.guard(_py.negate(closures.exists(w, (positive,))))
        return
    match expr.terms:
        case Every() as node:
            closures.every(w, node)
        case Not(body=inner):
            w.guard(_py.negate(closures.exists(w, inner)))
        case LogicalAnd(lhs=lhs, rhs=rhs):
            w.guard(closures.exists(w, lhs, "left"))
            w.guard(closures.exists(w, rhs, "right"))
        case LogicalOr() as either:
            _either(w, either)


def _straight(w: Writer, expr: Expr) -> None:
    match expr.terms:
        case Term() as term:
            w.guard(terms.condition(w, term))
        case tuple() as call:
            calls.expression(w, call)
        case SomeDecl():
            pass


def _either(w: Writer, node: LogicalOr) -> None:
    holds = w.assign("either", closures.exists(w, node.lhs, "left"))
    flag = _py.name(holds)
    branch = ast.If(_py.negate(flag), [], [])
    w.add(branch)
    with w.aside(branch.body):
        w.add(_py.assign(holds, closures.exists(w, node.rhs, "right")))
    w.guard(flag)


# --- with -------------------------------------------------------------------------------------------------------


def _replaced(w: Writer, withs: tuple[With, ...]) -> str:
    """A state of its own for one expression."""
    inputs: list[ast.expr] = []
    documents: list[ast.expr] = []
    mocks: list[tuple[str, ast.expr]] = []
    refused = False
    for replacement in withs:
        name = calls.operator(replacement.target) if _is_plain(replacement.target) else ""
        head = _head(replacement.target)
        if name and w.unit.is_function(name):
            mocks.append((name, _mock(w, replacement.value)))
        elif head in ("input", "data"):
            value = terms.value(w, replacement.value).expr
            path = path_names(replacement.target)
            if path is None:
                refused = True
            else:
                change = _py.tuple_of(_py.tuple_of(*map(_py.const, path)), value)
                (inputs if head == "input" else documents).append(change)
    if refused:
        refusal = _py.call("refuse", _py.const("bad document path"), calls.at(w), _py.const(ConflictError.code))
        w.add(ast.Expr(refusal))
    new = _py.call(
        _py.attribute(_py.name(w.state), "replaced"),
        _py.tuple_of(*inputs),
        _py.tuple_of(*documents),
        ast.Dict([_py.const(name) for name, _ in mocks], [mock for _, mock in mocks]),
    )
    return w.assign("replaced", new)


def _head(target: Term) -> str:
    node = target.value
    if isinstance(node, Ref):
        node = node.terms[0].value
    return node.name if isinstance(node, Var) else ""


def _is_plain(target: Term) -> bool:
    return isinstance(target.value, Var | Ref)


def path_names(target: Term) -> tuple[str, ...] | None:
    """The names below a document; None where there is anything but names, which OPA refuses when it gets there."""
    operands = target.value.terms[1:] if isinstance(target.value, Ref) else ()
    names = [operand.value.value for operand in operands if isinstance(operand.value, String)]
    return tuple(names) if len(names) == len(operands) else None


def _mock(w: Writer, term: Term) -> ast.expr:
    """What takes a function's place: another function, or a value."""
    if isinstance(term.value, Ref | Var) and not terms.is_local(w, term):
        name = calls.operator(term)
        if w.unit.is_function(name):
            if not name.startswith("data."):
                return _py.name(w.unit.builtin_as_rule(name, w.location))
            group = w.unit.function_group(term)
            if group is not None:
                return _py.name(w.unit.need(group, w))
        if w.unit.names_rules(name):
            return _py.call("Later", _py.name(_document_function(w, term)))
    return _py.call("Value", terms.value(w, term).expr)


def _document_function(w: Writer, term: Term) -> str:
    """A function of the state for a document of rules: OPA does not evaluate one before the function is called."""
    inner = Writer(w.unit, w.names, w.location)
    with inner.body(Sink(returns=True), ordered=True):
        inner.add(ast.Return(terms.value(inner, term).expr))
    inner.add(ast.Return(_py.name(_py.UNDEFINED)))
    name = w.names.fresh("replacement")
    w.add(_py.function(name, ["s"], inner.stmts))
    return name

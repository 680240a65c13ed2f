"""Bodies that look for members of base data equal to something: found by an index instead of by looking at all.

`other := data.inventory…[_]; …; other.spec.x == mine` is written as a table, from what stands on the side of the data
to the members it was found in, and a lookup by the other side. The table is made from the expressions that read base
data and parameters alone, when it is first needed, and lasts as long as the document is the same. Expressions between
these, which need the review, are left to the members that were found; that shows only if they end in an error for the
others, so they must not be able to.
"""

from __future__ import annotations

import ast

from gatewright.codegen import _py, bodies, calls, fixed, recording, terms
from gatewright.codegen.silence import is_silent
from gatewright.codegen.writer import Sink, Val, Writer
from gatewright.records import record, replace
from gatewright.syntax.nodes import Expr, Ref, String, Term, Var
from gatewright.syntax.walk import children


@record(frozen=True, slots=True)
class Join:
    """What makes the table, what it is asked by, and the expressions left for the members that were found."""

    document: str
    build: tuple[Expr, ...]
    inner: Term
    outer: Term
    rest: tuple[Expr, ...]


def find(w: Writer, exprs: tuple[Expr, ...]) -> Join | None:
    """The join that a body goes on with, if its next expression ranges over base data and a later one compares."""
    document = _ranged_over(w, exprs[0]) if _may_join(w) else ""
    if not document:
        return None
    ours: set[str] = set()  # variables of the table
    taken: set[str] = set()  # and of what is not
    build: list[Expr] = []
    between: list[Expr] = []
    for position, expr in enumerate(exprs):
        names = set(_variables(expr))
        if _lasts(w, expr) and not names & taken:
            build.append(expr)
            ours |= names
            continue
        sides = _compared(w, expr, ours, taken)
        if sides is not None:
            join = Join(document, tuple(build), *sides, (*between, *exprs[position + 1 :]))
            return join if _is_unseen(w, build, between) else None
        between.append(expr)
        taken |= names - ours
    return None


def _may_join(w: Writer) -> bool:
    """Not where functions or data may be replaced; under another input, nothing is kept from before."""
    unit = w.unit
    replaced = unit.targets or any(name.partition(".")[0] != "input" for name in unit.mocked)
    return fixed.may_cache(w) and not (unit.covering or unit.watches_order or replaced)


def _is_unseen(w: Writer, build: list[Expr], between: list[Expr]) -> bool:
    """Whether nothing tells that some expressions were evaluated more often, less often or later."""
    if w.ordered and between:
        return False
    return all(is_silent(w.unit, expr) for expr in (*build, *between))


def _ranged_over(w: Writer, expr: Expr) -> str:
    """The document of base data that an expression ranges over with a variable; "" for any other expression."""
    if expr.negated or expr.withs:
        return ""
    candidates = expr.terms if isinstance(expr.terms, tuple) else (expr.terms,)
    for term in candidates:
        match term:
            case Term(Ref(terms=(Term(Var("data")), Term(String(document)), *operands))):
                ranges = any(isinstance(o.value, Var) and not terms.ground(w, o) for o in operands)
                if ranges and document not in w.unit.root.children:
                    return document
    return ""


def _lasts(w: Writer, expr: Expr) -> bool:
    """Whether an expression reads parameters, base data and the table's variables alone."""
    return not expr.withs and fixed.is_fixed(w.unit, w.bound, expr, data=True)


def _compared(w: Writer, expr: Expr, ours: set[str], taken: set[str]) -> tuple[Term, Term] | None:
    """The sides of an equation of the table's variables with what has a value already."""
    match expr:
        case Expr(terms=(operator, left, right), negated=False, withs=()) if calls.operator(operator) in calls.EQUALITY:
            for inner, outer in ((left, right), (right, left)):
                names = set(_variables(inner))
                lasts = names & ours and not names & taken and fixed.is_fixed(w.unit, w.bound, inner, data=True)
                if lasts and _is_plain(outer) and terms.ground(w, outer):
                    return inner, outer
    return None


def _is_plain(term: Term) -> bool:
    """A variable, or a ref into one or into the input."""
    head = term.value.terms[0].value if isinstance(term.value, Ref) else term.value
    return isinstance(head, Var) and head.name != "data"


def _variables(node: object) -> list[str]:
    found = []
    stack = [node]
    while stack:
        node = stack.pop()
        match node:
            case Var(name):
                if name not in terms.DOCUMENTS:
                    found.append(name)
            case Expr(terms=(_, *operands), withs=withs):
                stack.extend(operands)
                stack.extend(withs)
            case _:
                stack.extend(children(node))
    return found


def write(w: Writer, join: Join) -> None:
    """What follows happens for each member of base data that the join finds."""
    name = w.unit.original(join.outer.value.name) if isinstance(join.outer.value, Var) else "value"
    wanted = w.keep(terms.value(w, join.outer), name)
    table, found = _table(w, join)
    mark = recording.mark(w)
    key = _py.const(w.unit.fixed_key(table))
    members = _py.call("joined", _py.name("s"), key, _py.const(join.document), _py.name(table), wanted.expr)
    targets = {name: w.names.fresh(name) for name in dict.fromkeys(_name(val) for val in found.values())}
    w.loop(ast.Tuple([_py.store(target) for target in targets.values()], ast.Store()), members)
    recording.reset(w, mark)
    for variable, val in found.items():
        w.bound[variable] = replace(val, expr=_py.name(targets[_name(val)]))
    bodies.body(w, join.rest)


def _table(w: Writer, join: Join) -> tuple[str, dict[str, Val]]:
    """The name of the function that makes the table, and the variables that each member of it brings."""
    known = {name: val for name, val in w.bound.items() if val.fixed or val.constant}
    name = w.names.fresh("table")
    inner = Writer(w.unit, w.names, w.location)
    inner.bound = dict(known)
    out = inner.assign("found", ast.Dict([], []))
    with inner.body(Sink(), ordered=w.ordered):
        inner.caching = True
        bodies.body(inner, join.build)
        key = terms.value(inner, join.inner)
        found = {name: val for name, val in inner.bound.items() if name not in known and not val.constant}
        w.bound |= {name: val for name, val in inner.bound.items() if val.constant}
        member = _py.tuple_of(*map(_py.name, dict.fromkeys(_name(val) for val in found.values())))
        inner.add(ast.Expr(_py.call("filed", _py.name(out), key.expr, member)))
    inner.add(ast.Return(_py.name(out)))
    w.add(_py.function(name, ["s"], inner.stmts))
    return name, found


def _name(val: Val) -> str:
    assert isinstance(val.expr, ast.Name)
    return val.expr.id

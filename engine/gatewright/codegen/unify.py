"""Unification, decided while compiling: `a = b` becomes tests, assignments, destructuring and loops.

An equation of two composites is taken apart into equations of their parts. Equations wait until one side is known;
OPA's safety order guarantees that the waiting ends, but for variables that would contain themselves.
"""

from __future__ import annotations

import ast
from typing import TypeAlias

from gatewright.codegen import _py, refs, terms
from gatewright.codegen.writer import NOTHING, Val, Writer
from gatewright.syntax.nodes import Array, Object, Ref, Set, Term, Var

Side: TypeAlias = Term | Val
Equation: TypeAlias = tuple[Side, Side]


def unify(w: Writer, left: Term, right: Term) -> None:
    """What follows happens for each way to make the two terms equal."""
    _solve(w, [(left, right)])


def match(w: Writer, pattern: Term, val: Val) -> None:
    """What follows happens for each way to make the pattern equal to a value."""
    _solve(w, [(pattern, val)])


def _solve(w: Writer, equations: list[Equation]) -> None:
    while equations:
        position = next((i for i, e in enumerate(equations) if _ready(w, *e)), None)
        if position is None:
            left, right = equations.pop(0)
            if _same_var(left, right):
                continue
            _never(w, [(left, right), *equations])
            return
        left, right = equations.pop(position)
        equations[position:position] = _step(w, left, right)


def _never(w: Writer, equations: list[Equation]) -> None:
    """What is left asks a variable to contain itself, as `x = {x}` does: no value can. (OPA's evaluator overflows.)"""
    w.never()
    sides = (side for equation in equations for side in equation if isinstance(side, Term))
    for name in {name for side in sides for name in terms.needed(side)} - w.bound.keys():
        w.bound[name] = Val(_py.name(_py.UNDEFINED))


def _same_var(left: Side, right: Side) -> bool:
    return isinstance(left, Term) and isinstance(right, Term) and left.value == right.value


def _ready(w: Writer, left: Side, right: Side) -> bool:
    if _known(w, left) or _known(w, right):
        return True
    return _composites(left, right) or _ranges(w, left) or _ranges(w, right)


def _known(w: Writer, side: Side) -> bool:
    return isinstance(side, Val) or terms.ground(w, side)


def _composites(left: Side, right: Side) -> bool:
    if isinstance(left, Val) or isinstance(right, Val):
        return False
    match left.value, right.value:
        case (Array(), Array()):
            return True
        case (Object(), Object()):
            return True
    return False


def _ranges(w: Writer, side: Side) -> bool:
    """Whether a side is a ref that can be iterated now: its head has a value."""
    if isinstance(side, Val) or not isinstance(side.value, Ref):
        return False
    head = side.value.terms[0]
    return terms.ground(w, head)


def _step(w: Writer, left: Side, right: Side) -> list[Equation]:
    """Solve one equation, or take it apart."""
    parts = _take_apart(w, left, right)
    if parts is not None:
        return parts
    swapped = not _known(w, right) and (_known(w, left) or not _ranges(w, left))
    if swapped:
        left, right = right, left
    # From here on the right side has a value, or is a ref to range over while the left one is a pattern.
    pattern = _fresh_var(w, left)
    if pattern is not None:
        hint = w.unit.original(pattern)
        val = right if isinstance(right, Val) else terms.value(w, right, hint)
        _bind(w, pattern, val)
        return []
    if isinstance(left, Term) and not terms.ground(w, left) and isinstance(left.value, Ref):
        if isinstance(right, Val):
            return [(right, refs.read(w, left.value))]
        return _range_first(w, left, right, known_first=swapped)
    if _known(w, left):
        # The left side first, as OPA does it: where both are calls, one may fail.
        first = left if isinstance(left, Val) else terms.value(w, left)
        second = right if isinstance(right, Val) else terms.value(w, right)
        w.guard(terms.equals(first, second))
        return []
    val = right if isinstance(right, Val) else terms.value(w, right)
    assert isinstance(left, Term)
    return _destructure(w, left, val)


def _range_first(w: Writer, ref: Term, other: Term, *, known_first: bool) -> list[Equation]:
    """Range over a ref; the other side may be known before that."""
    assert isinstance(ref.value, Ref)
    if terms.ground(w, other) and (known_first or not (_meets_rules(w, ref) or _meets_rules(w, other))):
        # Outside the loops. OPA takes the left side first, and what either says may be a conflict of rules.
        known = w.keep(terms.value(w, other), "value")
        return [(known, refs.read(w, ref.value))]
    name = _fresh_var(w, other)
    hint = w.unit.original(name) if name is not None else ""
    return [(other, w.keep(refs.read(w, ref.value, hint), "value"))]


def _meets_rules(w: Writer, term: Term) -> bool:
    """Whether a ref, or one among a term's parts, leads to where rules are."""
    match term.value:
        case Ref(terms=(head, *operands)):
            if isinstance(head.value, Var) and head.value.name == "data" and w.unit.leads_to_rules(operands):
                return True
            return any(_meets_rules(w, operand) for operand in operands)
        case Array(items) | Set(items):
            return any(_meets_rules(w, item) for item in items)
        case Object(pairs):
            return any(_meets_rules(w, part) for pair in pairs for part in pair)
    return False


def _take_apart(w: Writer, left: Side, right: Side) -> list[Equation] | None:
    if isinstance(left, Val) or isinstance(right, Val):
        return None
    if terms.ground(w, left) and terms.ground(w, right):
        return None
    match left.value, right.value:
        case (Array(ours), Array(theirs)):
            if len(ours) != len(theirs):
                w.never()
                return []
            return list(zip(ours, theirs, strict=True))
        case (Object(ours), Object(theirs)):
            return _take_objects_apart(w, ours, theirs)
    return None


def _take_objects_apart(
    w: Writer, ours: tuple[tuple[Term, Term], ...], theirs: tuple[tuple[Term, Term], ...]
) -> list[Equation] | None:
    left = {terms.constant(k.value).__repr__(): v for k, v in ours if terms.constant(k.value) is not NOTHING}
    right = {terms.constant(k.value).__repr__(): v for k, v in theirs if terms.constant(k.value) is not NOTHING}
    if len(left) != len(ours) or len(right) != len(theirs):
        return None
    if left.keys() != right.keys():
        w.never()
        return []
    return [(v, right[k]) for k, v in left.items()]


def _fresh_var(w: Writer, side: Side) -> str | None:
    if isinstance(side, Term) and isinstance(side.value, Var) and not terms.ground(w, side):
        return side.value.name
    return None


def _bind(w: Writer, name: str, val: Val) -> None:
    if name.startswith("$"):
        if not val.atomic and isinstance(val.expr, ast.Call):
            w.add(ast.Expr(val.expr))
        return
    w.bound[name] = w.keep(val, w.unit.original(name))


def _destructure(w: Writer, pattern: Term, val: Val) -> list[Equation]:
    """Take a value apart by a pattern with variables in it."""
    val = w.keep(val, "value")
    match pattern.value:
        case Array(items):
            if val.kind != "list":
                w.guard(_py.class_is(val.expr, "list"))
            w.guard(_py.compare(_py.call("len", val.expr), ast.Eq(), _py.const(len(items))))
            return [(t, Val(_py.subscript(val.expr, _py.const(i)))) for i, t in enumerate(items) if not _ignored(t)]
        case Object(pairs):
            if val.kind != "dict":
                w.guard(_py.class_is(val.expr, "dict"))
            w.guard(_py.compare(_py.call("len", val.expr), ast.Eq(), _py.const(len(pairs))))
            return _members(w, val, pairs)
        case Set():
            w.never()
            return []
    raise AssertionError(f"cannot match {pattern.value!r}")


def _ignored(term: Term) -> bool:
    return isinstance(term.value, Var) and term.value.wildcard


def _members(w: Writer, val: Val, pairs: tuple[tuple[Term, Term], ...]) -> list[Equation]:
    equations: list[Equation] = []
    for key_term, term in pairs:
        key = terms.key_form(terms.value(w, key_term))
        item = _py.call(_py.attribute(val.expr, "get"), key, _py.name(_py.UNDEFINED))
        equations.append((term, w.defined(Val(item), terms.hint_of(w, key_term))))
    return equations

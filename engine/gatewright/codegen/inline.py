"""Small functions of a policy, written where they are called: what is known of the operands there makes them smaller.

`missing(c.limits, "cpu")` becomes the tests that its definitions are. A function that says yes or no becomes a
condition; one that has a single definition and a single solution goes on as part of the body that calls it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from gatewright.codegen import _py, ahead, bodies, closures, memo, rules, sharing, silence, terms, trail, unify
from gatewright.codegen.writer import NOTHING, Val, Writer
from gatewright.syntax.nodes import Expr, With
from gatewright.syntax.walk import walk

if TYPE_CHECKING:
    from gatewright.analysis.program import CompiledRule
    from gatewright.codegen.unit import Group

# How many expressions a function may have, those of bodies within its bodies included.
_FEW = 8
# How deep functions may be written within functions.
_DEPTH = 3


def condition(w: Writer, group: Group, vals: list[Val]) -> ast.expr | None:
    """The condition that a function holds for these operands; None if it is to be called."""
    if not _is_small(w, group) or not _says_yes(group):
        return None
    operands = [w.keep(val, "operand") for val in vals]
    ways: trail.Ways = []
    with _inside(w):
        if len(group.rules) > 1:
            ahead.look_up(w, [sharing.clause(w.unit, rule, (), rename=False) for rule in group.rules], operands)
        found = _holds(w, group.rules[0], operands, ways)
        for rule in group.rules[1:]:
            found = _or(w, found, rule, operands, ways)
    trail.held(w, group, operands, ways)
    return found


def _holds(w: Writer, rule: CompiledRule, operands: list[Val], ways: trail.Ways) -> ast.expr:
    with trail.definition(w, ways):
        return closures.exists(w, w.unit.body_of(rule), "holds", lambda: _match(w, rule, operands))


def _or(w: Writer, found: ast.expr, rule: CompiledRule, operands: list[Val], ways: trail.Ways) -> ast.expr:
    """`found`, or that another definition holds, which is looked at only if need be."""
    branch = ast.If(found, [], [])
    with w.aside(branch.body):
        also = _holds(w, rule, operands, ways)
    if not branch.body:
        return _py.either(found, also)
    holds = w.assign("holds", found)
    branch.test = _py.negate(_py.name(holds))
    branch.body.append(_py.assign(holds, also))
    w.add(branch)
    return _py.name(holds)


def value(w: Writer, group: Group, vals: list[Val], hint: str) -> Val | None:
    """What a function gives for these operands; None if it is to be called."""
    if not _is_small(w, group) or len(group.rules) != 1 or not silence.has_one_solution(group.rules[0]):
        return None
    (rule,) = group.rules
    operands = [w.keep(val, "operand") for val in vals]
    with _inside(w):
        _match(w, rule, operands)
        bodies.body(w, w.unit.body_of(rule))
        assert rule.head.value is not None
        return w.keep(terms.value(w, rule.head.value, hint), hint or group.short_name)


def _match(w: Writer, rule: CompiledRule, operands: list[Val]) -> None:
    for term, operand in zip(rule.head.args or (), operands, strict=True):
        unify.match(w, term, operand)


@contextmanager
def _inside(w: Writer) -> Iterator[None]:
    """Within a function, none of the caller's variables has a value; its statements stand in the caller's line."""
    bound, location, site = w.bound, w.location, w.site
    w.bound, w.site = {}, site or location
    w.inlined += 1
    yield
    w.inlined -= 1
    w.bound, w.location, w.site = bound, location, site


# --- which functions ----------------------------------------------------------------------------------------------


def _is_small(w: Writer, group: Group) -> bool:
    unit = w.unit
    if (
        unit.covering
        or unit.recording
        or unit.watches_order
        or unit.hideable(group)
        or w.state != "s"
        or w.inlined >= _DEPTH
    ):
        return False
    if group.default is not None or any(rule.otherwise is not None for rule in group.rules):
        return False
    return _size(group) <= _FEW and not memo.keeps(unit, group)


def _size(group: Group) -> int:
    """How many expressions the definitions have; more than a few where `with` puts something else in place."""
    if group.size is None:
        group.size = sum(len(rule.body) for rule in group.rules)
        if group.size > _FEW:
            return group.size
        nodes = [node for rule in group.rules for part in rule.parts for node in walk(part)]
        replaces = any(isinstance(node, With) for node in nodes)
        group.size = sum(isinstance(node, Expr) for node in nodes) + replaces * _FEW
    return group.size


def _says_yes(group: Group) -> bool:
    """Whether all that a function ever gives is one constant, which holds."""
    constant = rules.same_constant(group)
    return constant is not NOTHING and constant is not False

"""What depends on a constraint's parameters alone: computed once for a bound rule, and kept in its state's `fixed`.

A term is fixed if everything it reads is: constants, `input.parameters` (whatever the unit calls it), variables bound
to fixed values, rules and functions that read nothing else, built-ins that give the same for the same.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from gatewright.codegen import _py, calls
from gatewright.codegen.reading import is_document, reads_only
from gatewright.codegen.writer import Sink, Val, Writer
from gatewright.syntax.nodes import String, Term, Value, Var

if TYPE_CHECKING:
    from gatewright.codegen.unit import Group, Unit


def cached(w: Writer, hint: str, kind: str, compute: Callable[[], Val], *, always: bool = False) -> Val:
    """The value that `compute` writes code for, computed when it is first needed and kept. `always`: it has one."""
    key = _py.const(w.unit.fixed_key(hint))
    kept = _py.attribute(_py.name(w.state), "fixed")
    target = w.assign(hint, _py.call(_py.attribute(kept, "get"), key, _py.name("MISSING")))
    branch = ast.If(_py.is_(_py.name(target), _py.name("MISSING")), [], [])
    w.add(branch)
    with w.aside(branch.body):
        w.add(_py.assign(target, _py.name(_py.UNDEFINED)))
        with w.body(Sink(names=(target,)), ordered=w.ordered):
            w.caching = True
            w.add(_py.assign(target, compute().expr))
        w.caching = False
        w.add(ast.Assign([ast.Subscript(kept, key, ast.Store())], _py.name(target)))
    if not always:
        w.guard(_py.is_defined(_py.name(target)))
    return Val(_py.name(target), kind, fixed=True)


def may_cache(w: Writer) -> bool:
    """Whether results may be kept here: not under `with`, and not inside something that is kept itself."""
    return bool(w.unit.parameters) and w.state == "s" and not w.caching


def worth(w: Writer, node: object) -> bool:
    """Whether a comprehension is fixed, and not so small that looking it up costs more."""
    return may_cache(w) and is_fixed(w.unit, w.bound, node)


def is_fixed(unit: Unit, bound: dict[str, Val], node: object, *, data: bool = False) -> bool:
    """Whether a node reads nothing but what is fixed; or, if `data`, base data."""
    return reads_only(
        node,
        call=lambda operator: _pure(unit, operator, data),
        ref=lambda head, operands: not is_document(head) or _reads_fixed(unit, head, operands, data),
        variable=lambda name: name not in bound or bound[name].fixed or bound[name].constant,
    )


def _reads_fixed(unit: Unit, document: Value, operands: Sequence[Term], data: bool) -> bool:
    if document == Var("input"):
        return bool(operands) and operands[0].value == String(unit.parameters)
    place, way_out = unit.come_to(operands)
    if way_out:
        return data and way_out == "base"
    return place.group is not None and group_is_fixed(unit, place.group, data=data)


def _pure(unit: Unit, operator: Term, data: bool) -> bool:
    name = calls.operator(operator)
    if name in unit.mocked:
        return False
    if name.startswith("data."):
        group = unit.function_group(operator)
        return group is not None and group_is_fixed(unit, group, data=data)
    return builtin_is_pure(unit, name)


def builtin_is_pure(unit: Unit, name: str) -> bool:
    signature = unit.program.signatures.get(name)
    if name in calls.EQUALITY:
        return True
    if signature is None or signature.nondeterministic:
        return False
    return name in calls.INLINE or not unit.takes_context(name)


def group_is_fixed(unit: Unit, group: Group, *, data: bool = False) -> bool:
    """Whether the rules of a group read nothing but parameters (and, of a function, its operands); or base data."""
    known = group.fixed.get(data)
    if known is None:
        parts = (part for definition in group.definitions for part in definition.parts)
        known = group.fixed[data] = all(is_fixed(unit, {}, part, data=data) for part in parts)
    return known

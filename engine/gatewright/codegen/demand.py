"""What a partial set is asked for: where every ref to it names the value of one field, it makes no other members.

`violation { general[{"field": "containers", "msg": msg}] }` wants of `general` what has that field, while a definition
such as `general[{"field": field, "msg": msg}] { c := spec[field][_]; … }` goes through all fields there are. OPA
unifies the heads of a partial set with the member it is asked for before it evaluates the bodies, so what the others
would come to, conflicts included, is not looked at; here the variable of the field ranges over the values that the
policy names.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from gatewright.codegen import terms
from gatewright.codegen.writer import NOTHING
from gatewright.runtime.values import to_key
from gatewright.syntax.nodes import Array, Expr, Object, Ref, String, Term, Var

if TYPE_CHECKING:
    from gatewright.analysis.program import CompiledRule
    from gatewright.codegen.unit import Group, Unit


def asked(unit: Unit, group: Group) -> dict[str, tuple[str, ...]]:
    """The fields of a partial set's members that all refs to it name, and the values they name."""
    if group.asked is None:
        group.asked = _asked(unit, group) if _may_narrow(unit, group) else {}
    return group.asked


def leading(unit: Unit, group: Group, rule: CompiledRule) -> tuple[Expr, ...]:
    """What a definition begins with so that it makes what is asked for alone: `field = ["containers", …][_]`."""
    if not (found := asked(unit, group)):
        return ()
    fields = _fields(rule)
    return tuple(_one_of(fields[field], values) for field, values in found.items())


def _one_of(variable: Term, values: tuple[str, ...]) -> Expr:
    where = variable.location
    wanted = [Term(String(value), where) for value in values]
    any_of_them = Ref((Term(Array(tuple(wanted)), where), Term(Var("$asked"), where)))
    return Expr((_EQ, variable, wanted[0] if len(wanted) == 1 else Term(any_of_them, where)), generated=True)


_EQ = Term(Ref((Term(Var("eq")),)))


def _may_narrow(unit: Unit, group: Group) -> bool:
    if not unit.parameters or unit.covering or unit.watches_order or unit.entry is None:
        return False
    return group.kind == "set" and not unit.is_entry(group) and not unit.hideable(group)


def _asked(unit: Unit, group: Group) -> dict[str, tuple[str, ...]]:
    names = set.intersection(*(set(_fields(rule)) for rule in group.rules))
    values: dict[str, dict[str, None]] = {name: {} for name in sorted(names)}
    for member in _members_asked(unit, group) if values else ():
        named = _named(member)
        values = {field: known | {named[field]: None} for field, known in values.items() if field in named}
    return {field: tuple(known) for field, known in values.items() if known}


def _fields(rule: CompiledRule) -> dict[str, Term]:
    """The members of an object in a partial set's head that are variables."""
    return {name: item for name, item in _named_items(rule.head.key) if isinstance(item.value, Var)}


def _named(member: Term | None) -> dict[str, str]:
    """The fields of the member asked for whose values are given as texts."""
    return {name: item.value.value for name, item in _named_items(member) if isinstance(item.value, String)}


def _named_items(term: Term | None) -> Iterator[tuple[str, Term]]:
    if term is not None and isinstance(term.value, Object):
        yield from ((key.value.value, item) for key, item in term.value.items if isinstance(key.value, String))


def _members_asked(unit: Unit, group: Group) -> Iterator[Term | None]:
    """The member that each ref to a partial set asks for; None where a ref asks for all."""
    for operands in unit.reach.refs:
        keys = [terms.constant(operand.value) for operand in operands[: len(group.path)]]
        known = keys[: keys.index(NOTHING)] if NOTHING in keys else keys
        if all(to_key(key) == ours for key, ours in zip(known, group.path, strict=False)):
            whole = len(known) < len(group.path) or len(operands) == len(group.path)
            yield None if whole else operands[len(group.path)]

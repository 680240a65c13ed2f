"""Bodies that begin alike, written once: `a; b; c` and `a; b; d` become `a; b; (c | d)`.

Variables are renamed by the order in which a body first mentions them, so that bodies which differ in names alone
begin alike. Only where the order of solutions does not show, and never across `with`. What OPA's rule index looks at
(codegen.ordering) is moved up as far as to where a body goes on alone; what comes before is evaluated for another's
sake anyway.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from gatewright.codegen.ordering import indexed_first
from gatewright.codegen.renaming import Renaming
from gatewright.records import field, record, replace
from gatewright.syntax.nodes import Body, Term

if TYPE_CHECKING:
    from gatewright.analysis.program import CompiledRule
    from gatewright.codegen.unit import Unit


@record(frozen=True, slots=True)
class Clause:
    """A definition to be written: what must hold, and the head's terms, in common names."""

    rule: CompiledRule
    body: Body
    args: tuple[Term, ...]
    head: tuple[Term, ...]
    names: dict[str, str] = field(default_factory=dict)


@record(frozen=True, slots=True)
class Shared:
    """Expressions that several definitions begin with, and how each goes on."""

    args: tuple[Term, ...]
    names: dict[str, str]
    prefix: Body
    branches: tuple[Shared | Clause, ...]


def clause(unit: Unit, rule: CompiledRule, head: Iterable[Term], *, rename: bool, leading: Body = ()) -> Clause:
    """A rule as a Clause, in common names if it is to be compared with others."""
    args, terms = rule.head.args or (), tuple(head)
    if not rename:
        return Clause(rule, (*leading, *unit.body_of(rule)), args, terms)
    names, body = Renaming(), (*leading, *unit.written(rule))
    new_args = tuple(names.node(t) for t in args)
    new_body = tuple(names.node(e) for e in body)
    new_terms = tuple(names.node(t) for t in terms)
    return Clause(rule, new_body, new_args, new_terms, {new: unit.original(old) for old, new in names.names.items()})


Leading = Callable[["CompiledRule"], Body]


def clauses(
    unit: Unit, rules: list[CompiledRule], heads: list[list[Term]], leading: Leading = lambda _: ()
) -> list[Shared | Clause]:
    """The definitions of a group with their head terms, written together where they begin alike; `leading` is what
    each begins with beside its own body."""
    plain = len(rules) == 1 or unit.watches_order or unit.covering
    made = [
        clause(unit, rule, head, rename=not plain, leading=leading(rule))
        for rule, head in zip(rules, heads, strict=True)
    ]
    return list(made) if plain else share(made, lambda body: indexed_first(unit, body))


def share(clauses: list[Clause], order: Callable[[Body], Body]) -> list[Shared | Clause]:
    """Definitions gathered by what they begin with; the order of first appearance is kept. `order` moves up what OPA
    looks at first in a body that goes on alone."""
    groups: dict[tuple[Any, ...], list[Clause]] = {}
    for one in clauses:
        key = (one.args, one.body[0]) if one.body and not one.body[0].withs else (id(one),)
        groups.setdefault(key, []).append(one)
    found: list[Shared | Clause] = []
    for members in groups.values():
        if all(order(m.body) is not m.body for m in members):
            found += share([replace(m, body=order(m.body)) for m in members], lambda body: body)
            continue
        if len(members) == 1:
            found.append(members[0])
            continue
        length = _common(members)
        prefix = members[0].body[:length]
        rest = [replace(m, body=m.body[length:]) for m in members]
        found.append(Shared(members[0].args, members[0].names, prefix, tuple(share(rest, order))))
    return found


def _common(members: list[Clause]) -> int:
    shortest = min(len(m.body) for m in members)
    first = members[0].body
    for position in range(shortest):
        if first[position].withs or any(m.body[position] != first[position] for m in members):
            return position
    return shortest

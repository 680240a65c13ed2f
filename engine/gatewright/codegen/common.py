"""What the review and the inventory alone decide: computed once, for all rules of all policies that meet the review.

Policies are written apart and say the same: each walks the containers, each has its copy of the same helper. Rules
whose definitions are equal, and equal all the way down, have equal values; so a value is kept, with what belongs to
the review, under a digest of everything that the rule is made of. What the inventory alone decides is kept until that
changes: rules, and what functions give for texts.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from gatewright.codegen import calls, demand, fixed
from gatewright.codegen.reading import is_document, reads_only
from gatewright.codegen.renaming import Renaming
from gatewright.records import field, record
from gatewright.syntax.nodes import (
    ArrayComprehension,
    Call,
    Every,
    Expr,
    ObjectComprehension,
    Ref,
    SetComprehension,
    String,
    Term,
    Value,
    Var,
)
from gatewright.syntax.walk import children

if TYPE_CHECKING:
    from gatewright.codegen.unit import Group, Unit


@record(slots=True)
class Closure:
    """What a group rests on: a digest of all definitions, "" where they read more than the review and the inventory;
    and whether they read the review."""

    digest: str = ""
    reads_review: bool = False


@record(slots=True)
class _Reads:
    """What definitions refer to beside their operands."""

    groups: dict[tuple[Any, ...], Group] = field(default_factory=dict)
    review: bool = False


def key_of(unit: Unit, group: Group) -> str:
    """The name under which the value of a rule, or a function's values, are kept for everyone; "" where they may not
    be, or cost too little."""
    if not unit.parameters or unit.recording or unit.covering or unit.watches_order:
        return ""
    if unit.is_entry(group) or unit.hideable(group) or not _dear(group) or fixed.group_is_fixed(unit, group):
        return ""
    closure = closure_of(unit, group)
    # Most of what functions are asked with is part of the review, and no text.
    if not closure.digest or (group.arity and closure.reads_review):
        return ""
    return f"{group.short_name} {closure.digest[:_LONG_ENOUGH]}"


_LONG_ENOUGH = 32


def closure_of(unit: Unit, group: Group) -> Closure:
    if group.closure is None:
        group.closure = _closure(unit, group)
    return group.closure


def _closure(unit: Unit, group: Group) -> Closure:
    found = sha256(f"{group.kind} {group.arity} {demand.asked(unit, group)}".encode("utf-8", "surrogatepass"))
    reads = _Reads()
    for definition in group.definitions:
        head = definition.head
        parts = (definition.body, head.args, head.key, head.value, definition.ref[len(group.path) + 1 :])
        if not all(part is None or _reads_no_more(unit, part, reads) for part in parts):
            return Closure()
        # Bodies bind what heads use; where a definition is an else or a default is told by its place.
        names = Renaming()
        shape = (*map(names.node, parts), definition.default, definition.is_else)
        found.update(repr(shape).encode("utf-8", "surrogatepass"))
    for path, other in reads.groups.items():
        below = closure_of(unit, other)
        if not below.digest:
            return Closure()
        found.update(f"{path!r} {below.digest}".encode("utf-8", "surrogatepass"))
        reads.review = reads.review or below.reads_review
    return Closure(found.hexdigest(), reads.review)


def _reads_no_more(unit: Unit, node: object, reads: _Reads) -> bool:
    """Whether a node reads only operands, the review, the inventory, and groups, which are gathered."""
    return reads_only(
        node,
        call=lambda operator: _may_call(unit, operator, reads),
        ref=lambda head, operands: not is_document(head) or _may_refer(unit, head, operands, reads),
    )


def _may_call(unit: Unit, operator: Term, reads: _Reads) -> bool:
    name = calls.operator(operator)
    if not name.startswith("data."):
        return fixed.builtin_is_pure(unit, name)
    group = unit.function_group(operator)
    if group is not None:
        reads.groups[group.path] = group
    return group is not None


def _may_refer(unit: Unit, document: Value, operands: Sequence[Term], reads: _Reads) -> bool:
    """Whether a ref reads the review, the inventory or one group of rules."""
    if document == Var("input"):
        reads.review = True
        first = operands[0].value if operands else None
        return isinstance(first, String) and first != String(unit.parameters)
    place, way_out = unit.come_to(operands)
    if way_out:
        # Where rules are, a variable ranges over them; elsewhere is the inventory.
        return way_out == "base" or not place.children
    if place.group is not None:
        reads.groups[place.group.path] = place.group
    return place.group is not None


def _dear(group: Group) -> bool:
    """Whether a rule does more by itself than looking its value up."""
    if group.kind != "complete":
        return True
    stack: list[object] = [part for rule in group.definitions for part in (rule.body, rule.head.value)]
    while stack:
        node = stack.pop()
        match node:
            case Call() | Every() | ArrayComprehension() | SetComprehension() | ObjectComprehension():
                return True
            case Expr(terms=tuple() as call) if calls.operator(call[0]) not in calls.EQUALITY:
                return True
            case Ref(terms=(_, *operands)) if any(isinstance(term.value, Var) for term in operands):
                return True
        if node is not None:
            stack.extend(children(node))
    return False

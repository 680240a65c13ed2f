"""What a review and the inventory alone decide: computed once, for all rules of all policies that meet the review.

Policies are written apart and say the same: each walks the containers, each has its copy of the same helper. Rules
whose definitions are equal, and equal all the way down, have equal values; so a value is kept, with what belongs to
the review, under a digest of everything that the rule is made of.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from gatewright.codegen import calls, fixed, terms
from gatewright.codegen.sharing import Renaming
from gatewright.codegen.writer import NOTHING
from gatewright.runtime.values import to_key
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
    Var,
    With,
)
from gatewright.syntax.walk import children

if TYPE_CHECKING:
    from gatewright.analysis.program import CompiledRule
    from gatewright.codegen.unit import Group, Unit


def key_of(unit: Unit, group: Group) -> str:
    """The name under which the value of a rule is kept for everyone; "" where it may not be, or costs too little."""
    if not unit.parameters or unit.recording or unit.covering or unit.watches_order:
        return ""
    if group.arity or unit.is_entry(group) or unit.hideable(group):
        return ""
    if not _dear(group) or fixed.group_is_fixed(unit, group):
        return ""
    digest = _digest(unit, group)
    return f"{group.short_name} {digest[:_LONG_ENOUGH]}" if digest else ""


_LONG_ENOUGH = 32


def _digest(unit: Unit, group: Group) -> str:
    """Of all definitions that a group rests on; "" where they read more than the review and the inventory."""
    if group.digest is None:
        group.digest = _made(unit, group)
    return group.digest


def _made(unit: Unit, group: Group) -> str:
    found = sha256(f"{group.kind} {group.arity}".encode())
    below: dict[tuple[Any, ...], Group] = {}
    for definition in _definitions(group):
        head = definition.head
        parts = (head.args, head.key, head.value, definition.ref[len(group.path) + 1 :])
        for part in (*parts, definition.body):
            if part is not None and not _reads_no_more(unit, part, below):
                return ""
        names = Renaming()
        # Bodies bind what heads use; where a definition is an else or a default is told by its place.
        shape = names.node(definition.body), *map(names.node, parts), definition.default, definition.is_else
        found.update(repr(shape).encode("utf-8", "surrogatepass"))
    for path, other in below.items():
        digest = _digest(unit, other)
        if not digest:
            return ""
        found.update(f"{path!r} {digest}".encode("utf-8", "surrogatepass"))
    return found.hexdigest()


def _definitions(group: Group) -> Iterator[CompiledRule]:
    for rule in [*group.rules, *([group.default] if group.default else [])]:
        branch: CompiledRule | None = rule
        while branch is not None:
            yield branch
            branch = branch.otherwise


def _reads_no_more(unit: Unit, node: object, below: dict[tuple[Any, ...], Group]) -> bool:
    """Whether a node reads only operands, the review, the inventory, and groups, which are gathered in `below`."""
    stack = [node]
    while stack:
        node = stack.pop()
        match node:
            case With():
                return False
            case Var(name) if name in terms.DOCUMENTS:
                return False
            case Expr(terms=tuple() as call) | Call(terms=call):
                if not _may_call(unit, call[0], below):
                    return False
                stack.extend(call[1:])
                stack.extend(node.withs if isinstance(node, Expr) else ())
                continue
            case Ref(terms=(first, *operands)) if isinstance(first.value, Var) and first.value.name in terms.DOCUMENTS:
                if not _may_refer(unit, first.value.name, operands, below):
                    return False
                stack.extend(operands)
                continue
        stack.extend(children(node))
    return True


def _may_call(unit: Unit, operator: Term, below: dict[tuple[Any, ...], Group]) -> bool:
    name = calls.operator(operator)
    if not name.startswith("data."):
        return fixed.builtin_is_pure(unit, name)
    group = unit.function_group(operator)
    if group is not None:
        below[group.path] = group
    return group is not None


def _may_refer(unit: Unit, document: str, operands: list[Term], below: dict[tuple[Any, ...], Group]) -> bool:
    """Whether a ref reads the review, the inventory or one group of rules."""
    if document == "input":
        first = operands[0].value if operands else None
        return isinstance(first, String) and first != String(unit.parameters)
    place = unit.root
    for term in operands:
        if place.group is not None:
            break
        key = terms.constant(term.value)
        next_place = place.children.get(to_key(key)) if key is not NOTHING else None
        if next_place is None:
            # Where rules are, a variable ranges over them; elsewhere is the inventory.
            return not (key is NOTHING and place.children)
        place = next_place
    if place.group is not None:
        below[place.group.path] = place.group
    return place.group is not None


def _dear(group: Group) -> bool:
    """Whether a rule does more by itself than looking its value up."""
    if group.kind != "complete":
        return True
    stack: list[object] = [part for rule in _definitions(group) for part in (rule.body, rule.head.value)]
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

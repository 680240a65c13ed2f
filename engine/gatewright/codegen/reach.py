"""What the root of a unit can come to: all refs into `data` on the way, and whether `with` changes the input there.

A template is compiled together with rules that it never asks, such as Gatekeeper's own hook, which calls it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from gatewright.codegen import calls
from gatewright.records import field, record
from gatewright.syntax.nodes import Call, Expr, Ref, String, Term, Var, With
from gatewright.syntax.walk import children

if TYPE_CHECKING:
    from gatewright.codegen.unit import Group, Place, Unit


@record(slots=True)
class Reach:
    """`refs` holds what stands behind `data` wherever it is referred to, calls of functions left out."""

    refs: list[tuple[Term, ...]] = field(default_factory=list)
    replaces_input: bool = False


def reach(unit: Unit, root: Group) -> Reach:
    """What a group of rules can come to."""
    found = Reach()
    groups = {root.path: root}
    queue = [root]
    while queue:
        for other in _gather(unit, queue.pop(), found):
            if other.path not in groups:
                groups[other.path] = other
                queue.append(other)
    return found


def _gather(unit: Unit, group: Group, found: Reach) -> Iterator[Group]:
    """The groups that one refers to; what it contributes is added."""
    stack: list[object] = [(*rule.parts, *(rule.head.args or ())) for rule in group.definitions]
    while stack:
        node = stack.pop()
        if isinstance(node, Term):
            node = node.value
        match node:
            case String():
                continue
            case With(target=target):
                found.replaces_input = found.replaces_input or calls.operator(target).partition(".")[0] == "input"
            case Expr(terms=tuple() as call) | Call(terms=call) if calls.operator(call[0]).startswith("data."):
                function = unit.function_group(call[0])
                yield from [function] if function is not None else []
                stack.extend(call[1:])
                stack.extend(node.withs if isinstance(node, Expr) else ())
                continue
            case Ref(terms=(Term(Var("data")), *operands)):
                found.refs.append(tuple(operands))
                place, way_out = unit.come_to(operands)
                yield from _groups(place) if way_out != "base" else ()
                stack.extend(operands)
                continue
            case Var("data"):
                found.refs.append(())
                yield from _groups(unit.root)
        stack.extend(children(node))


def _groups(place: Place) -> Iterator[Group]:
    """The groups at a place and below it."""
    if place.group is not None:
        yield place.group
    for below in place.children.values():
        yield from _groups(below)

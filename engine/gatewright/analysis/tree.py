"""The tree that all rules hang in, by the ground part of their refs, and the look-ups over it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gatewright.analysis._terms import is_constant, sort_key, tree_key
from gatewright.analysis.program import CompiledRule, ModuleUnit, RuleNode
from gatewright.syntax.nodes import Boolean, Null, Number, String, Term


def build_tree(units: Iterable[ModuleUnit]) -> RuleNode:
    """The tree of the rules of `units`; a package without rules has its place too."""
    root = RuleNode()
    ordered = sorted(units, key=lambda unit: (tuple(sort_key(t.value) for t in unit.package), unit.file))
    for unit in ordered:
        if not unit.rules:
            root.ensure(unit.package)
        for rule in unit.rules:
            root.ensure(rule.path).rules.append(rule)
    data = root.children.get(("v", "data"))
    system = data.children.get("system") if data is not None else None
    if system is not None:
        system.hidden = True
    return root


_CONSTANTS = (String, Number, Boolean, Null)


def rules_for(root: RuleNode, terms: Sequence[Term]) -> list[CompiledRule]:
    """All rules that a ref could refer to; operands that are not constant may be anything."""
    found: dict[int, CompiledRule] = {}
    length = len(terms)

    def add(rules: list[CompiledRule], at: int) -> None:
        for rule in rules:
            if id(rule) not in found and (rule.is_ground or _may_meet(rule.ref, terms, at)):
                found[id(rule)] = rule

    def visit(node: RuleNode, at: int) -> None:
        if at >= length:
            for below in node.walk():
                for rule in below.rules:
                    found[id(rule)] = rule
            return
        value = terms[at].value
        if at == 0 or isinstance(value, _CONSTANTS) or is_constant(value):
            child = node.children.get(tree_key(value))
            if child is not None:
                add(child.rules, at + 1)
                visit(child, at + 1)
            return
        for child in node.ordered_children:
            add(child.rules, at + 1)
            visit(child, at + 1)

    visit(root, 0)
    return list(found.values())


def _may_meet(a: Sequence[Term], b: Sequence[Term], start: int) -> bool:
    for i in range(start, min(len(a), len(b))):
        x, y = a[i].value, b[i].value
        if is_constant(x) and is_constant(y) and x != y:
            return False
    return True

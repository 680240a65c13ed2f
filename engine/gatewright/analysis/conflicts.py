"""Rules that cannot stand beside each other: mixed kinds, two defaults, documents inside of documents, packages."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gatewright.analysis._state import TYPE, Compilation, error
from gatewright.analysis._terms import ref_text, sort_key, tree_key
from gatewright.analysis.program import CompiledRule, ModuleUnit, RuleNode
from gatewright.analysis.rename import rename_vars
from gatewright.syntax.nodes import String, Term, Var


def check_conflicts(state: Compilation) -> None:
    """Record every conflict between rules, then those between rules and packages."""
    _check_nodes(state, state.tree)
    _check_packages(state)


def _check_nodes(state: Compilation, root: RuleNode) -> None:
    stack = [root]
    while stack:
        node = stack.pop()
        if node.rules and not _check_node(state, node):
            continue
        stack.extend(reversed(node.ordered_children))


def written_ref(state: Compilation, terms: Sequence[Term]) -> str:
    """A ref with the variables called as they were written."""
    return ref_text([rename_vars(t, state.rewritten) for t in terms])


def _check_node(state: Compilation, node: RuleNode) -> bool:
    """Check the rules at one place; whether to look further below."""
    rules = node.rules
    name = written_ref(state, rules[-1].ref)
    inside: list[CompiledRule] = []
    if node.children:
        if any(rule.is_ground for rule in rules):
            inside = _rules_below(node, lambda _: True)
        if not inside and not all(rule.is_ground for rule in rules):
            inside = _rules_below(node, lambda rule: rule.is_function)
    if inside:
        lines = "\n".join(f"  rule {written_ref(state, rule.ref)} at {rule.location}" for rule in inside)
        return state.err(error(TYPE, rules[0].location, f"rule {name} conflicts with:\n{lines}"))
    if _are_mixed(rules):
        return state.err(error(TYPE, rules[0].location, f"conflicting rules {name} found"))
    defaults = [rule for rule in rules if rule.default]
    if len(defaults) > 1:
        places = ", ".join(str(rule.location) for rule in defaults)
        where = defaults[0].module.package_location
        return state.err(error(TYPE, where, f"multiple default rules {name} found at {places}"))
    return True


def _are_mixed(rules: list[CompiledRule]) -> bool:
    if len({rule.is_multi_value for rule in rules}) > 1 or len({rule.arity for rule in rules}) > 1:
        return True
    complete = [not rule.is_multi_value and rule.is_ground for rule in rules]
    if any(complete) and not all(complete):
        return True
    # `p contains x` makes a set, `p[k] contains x` an object of sets.
    return len({rule.is_ground for rule in rules if rule.is_multi_value}) > 1


def _rules_below(node: RuleNode, wanted: Callable[[CompiledRule], bool]) -> list[CompiledRule]:
    """The rules under a place; of those inside of each other the outermost."""
    found: list[CompiledRule] = []
    for child in node.ordered_children:
        for below in child.walk():
            for rule in below.rules:
                if not wanted(rule) or any(_has_prefix(rule.ref, other.ref) for other in found):
                    continue
                found = [rule, *(other for other in found if not _has_prefix(other.ref, rule.ref))]
    return sorted(found, key=lambda rule: [sort_key(t.value) for t in rule.ref])


def _has_prefix(ref: Sequence[Term], prefix: Sequence[Term]) -> bool:
    return len(prefix) <= len(ref) and all(a.value == b.value for a, b in zip(ref, prefix, strict=False))


def _check_packages(state: Compilation) -> None:
    packages: dict[tuple[object, ...], list[ModuleUnit]] = {}
    for unit in state.units:
        packages.setdefault(tuple(tree_key(t.value) for t in unit.package), []).append(unit)
    for unit in state.units:
        for rule in unit.rules:
            if rule.is_ground and not _check_package(state, unit, rule, packages):
                return


def _check_package(
    state: Compilation, unit: ModuleUnit, rule: CompiledRule, packages: dict[tuple[object, ...], list[ModuleUnit]]
) -> bool:
    # OPA looks the rule's own ref up below the place of its package.
    head = rule.head.ref.terms
    first = head[0].value
    name = first.name if isinstance(first, Var) else first.value if isinstance(first, String) else ""
    path = (*(tree_key(t.value) for t in unit.package), name, *(tree_key(t.value) for t in head[1:]))
    for other in packages.get(path, ()):
        package = f"package {ref_text(other.package[1:])}"
        message = f"{package} conflicts with rule {ref_text(head)} defined at {rule.location}"
        if not state.err(error(TYPE, unit.package_location, message)):
            return False
    return True

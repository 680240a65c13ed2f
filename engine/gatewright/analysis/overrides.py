"""Checks of v1 and of strict mode: imports given twice or never used, names that hide `input` and `data`."""

from __future__ import annotations

from collections.abc import Iterator

from gatewright.analysis._state import COMPILE, Compilation, error
from gatewright.analysis._terms import RESERVED, is_assignment, is_root_ref, ref_text, value_text
from gatewright.analysis.calls import exprs_in_body, exprs_in_rule, imported_dialect, is_v1
from gatewright.analysis.program import ModuleUnit
from gatewright.analysis.resolve import import_path
from gatewright.errors import RegoError
from gatewright.syntax.nodes import Body, Expr, Import, Var


def import_text(node: Import) -> str:
    text = f"import {ref_text(import_path(node))}"
    return f"{text} as {node.alias}" if node.alias else text


def check_rule_names(state: Compilation) -> None:
    """A rule's ref begins with a name: the parser lets `f(x).y if …` pass, as OPA's does (whose compiler crashes)."""
    for rule in state.each_rule:
        if not isinstance(rule.head.ref.terms[0].value, Var):
            state.err(error(COMPILE, rule.location, f"invalid rule head: {ref_text(rule.head.ref.terms)}"))


def check_unused_imports(state: Compilation, unused: list[tuple[ModuleUnit, Import]]) -> None:
    for _, node in unused:
        if not state.warn(error(COMPILE, node.location, f"{import_text(node)} unused")):
            break


def check_imports(state: Compilation) -> None:
    """The dialects imported must be there, and an import may not hide another one of the same module."""
    for unit in state.units:
        for node in unit.imports:
            dialect = imported_dialect(node)
            if dialect and not state.features & _SPEAKING[dialect]:
                state.warn(error(COMPILE, node.location, f"rego.{dialect} import is not supported"))
        if not (state.strict or is_v1(unit)):
            continue
        seen: dict[str, Import] = {}
        for node in unit.imports:
            first = seen.setdefault(node.name, node)
            if first is not node:
                state.warn(error(COMPILE, node.location, f"import must not shadow {import_text(first)}"))


_SPEAKING = {
    "v1": frozenset(("rego_v1_import", "rego_v1", "rego_v2")),
    "v2": frozenset(("rego_v2_import", "rego_v2")),
}


def check_root_overrides(state: Compilation) -> None:
    for unit in state.units:
        if state.strict or is_v1(unit):
            state.warn(*_overrides(unit))


def _overrides(unit: ModuleUnit) -> Iterator[RegoError]:
    for rule in unit.rules:
        first = rule.head.ref.terms[0].value
        name = first.name if isinstance(first, Var) else ""
        if name in RESERVED:
            message = f"rules must not shadow {name} (use a different rule name)"
            yield error(COMPILE, rule.location, message)
        for arg in rule.head.args or ():
            if is_root_ref(arg.value):
                message = f"args must not shadow {value_text(arg.value)} (use a different variable name)"
                yield error(COMPILE, arg.location, message)
    for rule in unit.each_rule:
        for expr in exprs_in_rule(rule):
            yield from _assignment_overrides(expr)


def _assignment_overrides(expr: Expr) -> Iterator[RegoError]:
    if is_assignment(expr) and isinstance(expr.terms, tuple) and len(expr.terms) > 1:
        name = value_text(expr.terms[1].value)
        if name in RESERVED:
            message = f"variables must not shadow {name} (use a different variable name)"
            yield error(COMPILE, expr.location, message)


def body_overrides(body: Body) -> list[RegoError]:
    return [problem for expr in exprs_in_body(body) for problem in _assignment_overrides(expr)]

"""What an expression reads: composited variables, and the names from outside."""

from __future__ import annotations

from gatewright.cel import nodes as ast
from gatewright.cel.checker import Checked
from gatewright.cel.declarations import VARIABLES
from gatewright.cel.types import DYN


def uses_of(node: ast.Node, checked: Checked) -> list[tuple[str, bool, bool]]:
    """The variables an expression names, in order: (name, whether it is certain to be read, whether in a loop)."""
    found: list[tuple[str, bool, bool]] = []
    _collect(node, checked, found, True, False)
    return found


def _collect(node: ast.Node, checked: Checked, found: list[tuple[str, bool, bool]], certain: bool, loop: bool) -> None:
    match node:
        case ast.Select() if checked.types.get(node.operand, DYN) == VARIABLES:
            found.append((node.field, certain, loop))
            return
        case ast.Call(name="_&&_" | "_||_" | "_?_:_"):
            for i, arg in enumerate(node.args):
                _collect(arg, checked, found, certain and i == 0, loop)
            return
        case ast.Comprehension():
            # A loop is taken to run, but for what a filter lets through.
            _collect(node.range, checked, found, certain, loop)
            runs = certain and not (isinstance(node.range, ast.Comprehension) and node.range.filter is not None)
            if node.filter is not None:
                _collect(node.filter, checked, found, runs, True)
            _collect(node.body, checked, found, runs and node.filter is None, True)
            return
        case ast.OptionalMap() | ast.SortBy():
            _collect(node.target, checked, found, certain, loop)
            _collect(node.body, checked, found, False, True)
            return
    for child in ast.children(node):
        _collect(child, checked, found, certain, loop)


def names_used(node: ast.Node, checked: Checked) -> set[str]:
    """The top-level names an expression reads (`object`, `params`, …), comprehension variables aside."""
    if isinstance(node, ast.Ident):
        return {checked.names.get(node, node.name)}
    return {name for child in ast.children(node) for name in names_used(child, checked)}

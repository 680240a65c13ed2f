"""cel-go's AST validators as Kubernetes enables them.

Literal durations, timestamps, patterns and format strings must be valid, and the members of a list or map literal must
have one type.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gatewright.cel import nodes as ast
from gatewright.cel.types import Type
from gatewright.cel.values import CelEvaluationError

if TYPE_CHECKING:
    from gatewright.cel.checker import Checked

Errors = list[tuple[int, str]]


def validate(checked: Checked, *, homogeneous: bool = True) -> Errors:
    """(offset, message) of everything the validators object to; that of literals' members is left out on request."""
    errors: Errors = []
    _visit(checked, checked.root, errors, exempt=not homogeneous)
    return errors


def _visit(checked: Checked, node: ast.Node, errors: Errors, exempt: bool) -> None:
    match node:
        case ast.Call():
            _literals(node, errors)
            if node.name == "format" and node.target is not None:
                exempt = True
                _format(checked, node, errors)
        case ast.ListExpr() if not exempt:
            _list(checked, node, errors)
        case ast.MapExpr() if not exempt:
            _map(checked, node, errors)
        case ast.OptionalMap():
            # The macro copies its target, so cel-go finds each of its faults twice.
            _visit(checked, node.target, errors, exempt)
    for child in ast.children(node):
        _visit(checked, child, errors, exempt)


def _literals(node: ast.Call, errors: Errors) -> None:
    from gatewright.cel.library import times
    from gatewright.cel.library.regex import compile_pattern

    if node.name == "matches" and node.args:
        # The text, not the pattern, where it is called as a function.
        arg = node.args[0]
    elif node.name in ("duration", "timestamp") and len(node.args) == 1:
        arg = node.args[0]
    else:
        return
    if not isinstance(arg, ast.Literal):
        return
    try:
        if node.name == "matches":
            compile_pattern(str(arg.value))
        elif node.name == "duration":
            times.to_duration(arg.value)
        else:
            times.to_timestamp(arg.value)
    except CelEvaluationError:
        errors.append((arg.at, f"invalid {node.name} argument"))


def _list(checked: Checked, node: ast.ListExpr, errors: Errors) -> None:
    first: Type | None = None
    for i, item in enumerate(node.items):
        kind = _inner(checked.types[item], i in node.optional)
        if first is None:
            first = kind
        elif kind != first:
            errors.append((item.at, f"expected type '{first}' but found '{kind}'"))
            return


def _map(checked: Checked, node: ast.MapExpr, errors: Errors) -> None:
    keys: Type | None = None
    values: Type | None = None
    for entry in node.entries:
        key = checked.types[entry.key]
        value = _inner(checked.types[entry.value], entry.optional)
        if keys is None or values is None:
            keys, values = key, value
            continue
        if key != keys:
            errors.append((entry.key.at, f"expected type '{keys}' but found '{key}'"))
        if value != values:
            errors.append((entry.value.at, f"expected type '{values}' but found '{value}'"))


def _inner(kind: Type, optional: bool) -> Type:
    return kind.params[0] if optional and kind.params else kind


def _format(checked: Checked, node: ast.Call, errors: Errors) -> None:
    from gatewright.cel.library.formatting import validate_format

    if isinstance(node.target, ast.Literal) and isinstance(node.target.value, str):
        args = node.args[0] if len(node.args) == 1 else None
        if isinstance(args, ast.ListExpr):
            validate_format(checked, node.target, args, errors)

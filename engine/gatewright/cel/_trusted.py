"""The types that values are certain to have at run time, which is less than what the checker concludes.

To the checker a dynamic value fits everything: it takes `object[?'x'].orValue(true)` for a bool, whatever the object
holds. Generated code may leave out a run-time check only where the value cannot be anything else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from gatewright.cel import nodes as ast
from gatewright.cel.checker import Checked, literal_type
from gatewright.cel.declarations import STRUCTS, VARIABLES
from gatewright.cel.functions import is_function, overloads_of
from gatewright.cel.types import BOOL, BYTES, DOUBLE, DYN, INT, STRING, UINT, Type, list_of, map_of

_SUMS: Final = (STRING, INT, UINT, DOUBLE, BYTES)
_PRODUCTS: Final = (INT, UINT, DOUBLE)
_SAME_LIST: Final = frozenset({"@sortByAssociatedKeys", "distinct", "reverse", "slice", "sort"})


def trusted_types(checked: Checked, variables: Mapping[str, Type]) -> dict[ast.Node, Type]:
    """A type for every node; `variables` are the trusted types of a policy's composited variables."""
    pass_ = _Trust(checked, variables)
    pass_.visit(checked.root)
    return pass_.types


class _Trust:
    def __init__(self, checked: Checked, variables: Mapping[str, Type]) -> None:
        self.checked = checked
        self.variables = variables
        self.scopes: list[dict[str, Type]] = []
        self.types: dict[ast.Node, Type] = {}

    def visit(self, node: ast.Node) -> Type:
        kind = self._infer(node)
        self.types[node] = kind
        return kind

    def _infer(self, node: ast.Node) -> Type:
        match node:
            case ast.Literal():
                return literal_type(node.value)
            case ast.Ident():
                for scope in reversed(self.scopes):
                    if node.name in scope:
                        return scope[node.name]
                return self.checked.types.get(node, DYN)
            case ast.Select():
                return self.select(node)
            case ast.Call():
                return self.call(node)
            case ast.ListExpr():
                kinds = [self.visit(item) for item in node.items]
                return list_of(DYN if node.optional else _common(kinds))
            case ast.MapExpr():
                keys = [self.visit(e.key) for e in node.entries]
                values = [self.visit(e.value) for e in node.entries]
                optional = any(e.optional for e in node.entries)
                return map_of(_common(keys), DYN if optional else _common(values))
            case ast.Comprehension():
                return self.comprehension(node)
            case ast.OptionalMap():
                self.visit(node.target)
                self.within({node.var: DYN}, node.body)
                return DYN
            case ast.SortBy():
                target = self.visit(node.target)
                self.within({node.var: target.params[0] if target.kind in ("list", "map") else DYN}, node.body)
                return target if target.kind == "list" else list_of(DYN)
        for child in ast.children(node):
            self.visit(child)
        return DYN

    def select(self, node: ast.Select) -> Type:
        if node in self.checked.names:
            return self.checked.types[node]
        operand = self.visit(node.operand)
        if node.test:
            return BOOL
        if node.optional:
            return DYN
        if operand == VARIABLES:
            return self.variables.get(node.field, DYN)
        if operand.kind == "map":
            return operand.params[1]
        return STRUCTS.get(operand.name, {}).get(node.field, DYN) if operand.kind == "struct" else DYN

    def call(self, node: ast.Call) -> Type:
        name = self.checked.names.get(node)
        function = name is not None or node.target is None
        parts = node.args if function else (*([node.target] if node.target else []), *node.args)
        kinds = [self.visit(part) for part in parts]
        if node.name == "_?_:_" and any(ast.chosen(b, self.checked.types) is not b for b in node.args[1:]):
            return DYN
        rule = _RULES.get(name or node.name)
        return _declared(name or node.name, not function) if rule is None else rule(kinds)

    def comprehension(self, node: ast.Comprehension) -> Type:
        given = self.visit(node.range)
        first, second = DYN, DYN
        if given.kind == "list":
            first, second = (INT, given.params[0]) if node.var2 else (given.params[0], DYN)
        elif given.kind == "map":
            first, second = given.params
        scope = {node.var: first, node.var2: second} if node.var2 else {node.var: first}
        if node.filter is not None:
            self.within(scope, node.filter)
        body = self.within(scope, node.body)
        if node.kind == "list":
            return list_of(body)
        if node.kind in ("map", "entry"):
            return map_of(first, body) if node.kind == "map" else map_of(DYN, DYN)
        return BOOL

    def within(self, scope: dict[str, Type], node: ast.Node) -> Type:
        self.scopes.append(scope)
        kind = self.visit(node)
        self.scopes.pop()
        return kind


def _common(kinds: list[Type]) -> Type:
    return kinds[0] if kinds and all(kind == kinds[0] for kind in kinds) else DYN


def _declared(name: str, method: bool) -> Type:
    """The result type where every overload has the same one."""
    results = {o.result for o in overloads_of(name) if o.method is method} if is_function(name) else set()
    result = results.pop() if len(results) == 1 else DYN
    return result if _is_ground(result) else DYN


def _is_ground(kind: Type) -> bool:
    return kind.kind != "param" and kind.name != "optional_type" and all(map(_is_ground, kind.params))


def _sum(kinds: list[Type]) -> Type:
    # Operands must be of one type at run time: one that is certain decides for both.
    for kind in _SUMS:
        if kind in kinds:
            return kind
    lists = [kind for kind in kinds if kind.kind == "list"]
    return _common(lists) if len(lists) == len(kinds) and _common(lists) != DYN else list_of(DYN) if lists else DYN


def _product(kinds: list[Type]) -> Type:
    return next((kind for kind in _PRODUCTS if kind in kinds), DYN)


def _element(kinds: list[Type]) -> Type:
    return kinds[0].params[-1] if kinds[0].kind in ("list", "map") else DYN


def _same_list(kinds: list[Type]) -> Type:
    return kinds[0] if kinds[0].kind == "list" else list_of(DYN)


_RULES: Final[dict[str, Callable[[list[Type]], Type]]] = {
    "-_": _product,
    "_%_": _product,
    "_*_": _product,
    "_+_": _sum,
    "_-_": _product,
    "_/_": _product,
    "_?_:_": lambda kinds: _common(kinds[1:]),
    "_[_]": _element,
    "dyn": lambda kinds: DYN,
    **dict.fromkeys(_SAME_LIST, _same_list),
}

"""The syntax tree of a CEL expression: what the parser makes and the checker and the code generator read.

Macros arrive expanded into nodes of their own (Comprehension, OptionalMap, SortBy) instead of cel-go's folds, so that
each can be checked, and turned into the Python construct it resembles. `at` is an offset into the text, in code points.
"""

from __future__ import annotations

from collections.abc import Mapping

from gatewright.records import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gatewright.cel.types import Type


@record(frozen=True, slots=True, eq=False)
class Node:
    """Nodes compare and hash by identity: analysis results are kept in dicts beside the tree."""

    at: int


@record(frozen=True, slots=True, eq=False)
class Literal(Node):
    """A constant: None, bool, int, Uint, float, str or bytes."""

    value: object


@record(frozen=True, slots=True, eq=False)
class Ident(Node):
    name: str


@record(frozen=True, slots=True, eq=False)
class Select(Node):
    """`operand.field`, `operand.?field`, or the presence test `has(operand.field)`."""

    operand: Node
    field: str
    test: bool = False
    optional: bool = False


@record(frozen=True, slots=True, eq=False)
class Call(Node):
    """A function or operator call; operators carry cel-go's names (`_+_`, `_[?_]`, …) and n-ary && and || are flat."""

    name: str
    target: Node | None
    args: tuple[Node, ...]


@record(frozen=True, slots=True, eq=False)
class ListExpr(Node):
    items: tuple[Node, ...]
    optional: frozenset[int] = frozenset()


@record(frozen=True, slots=True, eq=False)
class Entry(Node):
    key: Node
    value: Node
    optional: bool = False


@record(frozen=True, slots=True, eq=False)
class MapExpr(Node):
    entries: tuple[Entry, ...]


@record(frozen=True, slots=True, eq=False)
class Field(Node):
    name: str
    value: Node
    optional: bool = False


@record(frozen=True, slots=True, eq=False)
class StructExpr(Node):
    """`google.protobuf.Name{field: value}`; Kubernetes declares no message types of its own."""

    name: str
    fields: tuple[Field, ...]


@record(frozen=True, slots=True, eq=False)
class Comprehension(Node):
    """A macro over a range. `kind` is all, exists, exists_one, list (map and filter too), map or entry.

    `filter` is None where the macro has none; `body` is the predicate or the transformation.
    """

    kind: str
    range: Node
    var: str
    var2: str
    filter: Node | None
    body: Node


@record(frozen=True, slots=True, eq=False)
class OptionalMap(Node):
    """`target.optMap(var, body)`, or optFlatMap when `flat`."""

    target: Node
    var: str
    body: Node
    flat: bool


@record(frozen=True, slots=True, eq=False)
class SortBy(Node):
    """`target.sortBy(var, key)`."""

    target: Node
    var: str
    body: Node


def children(node: Node) -> tuple[Node, ...]:
    """The direct sub-expressions, in evaluation order."""
    match node:
        case Select():
            return (node.operand,)
        case Call():
            return node.args if node.target is None else (node.target, *node.args)
        case ListExpr():
            return node.items
        case MapExpr():
            return tuple(part for entry in node.entries for part in (entry.key, entry.value))
        case StructExpr():
            return tuple(field.value for field in node.fields)
        case Comprehension():
            return (node.range, node.body) if node.filter is None else (node.range, node.filter, node.body)
        case OptionalMap() | SortBy():
            return (node.target, node.body)
    return ()


def chosen(branch: Node, types: Mapping[Node, Type]) -> Node:
    """What cel-go makes of a branch of a conditional: the presence test of an optional is a selection there."""
    if isinstance(branch, Select) and branch.test and _is_optional(branch.operand, types):
        return Select(branch.at, branch.operand, branch.field, optional=True)
    return branch


def _is_optional(node: Node, types: Mapping[Node, Type]) -> bool:
    """Whether a value is an optional; the type of an index into what has none does not tell."""
    if isinstance(node, Select) and not node.optional:
        return _is_optional(node.operand, types)
    kind = types.get(node)
    return (kind is not None and kind.name == "optional_type") or (isinstance(node, Call) and node.name == "_[?_]")


def is_text(node: Node) -> bool:
    """Whether a node is a literal string."""
    return isinstance(node, Literal) and isinstance(node.value, str)

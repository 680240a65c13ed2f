"""What a whole module decides about the layout of its parts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gatewright.syntax._format_imports import Target, is_future_keyword
from gatewright.syntax._format_shape import (
    is_logical,
)
from gatewright.syntax._terms import operator_name
from gatewright.syntax._tokens import KEYWORDS, VERSION_KEYWORDS
from gatewright.syntax.nodes import (
    Every,
    Expr,
    Head,
    Import,
    LogicalAnd,
    LogicalOr,
    Module,
    Not,
    Ref,
    Rule,
    Term,
    Var,
)
from gatewright.syntax.text import (
    node_text,
)


class Style:
    """What the whole module decides about the layout of each part."""

    def __init__(self, module: Module, target: Target) -> None:
        self.v1 = target.newest != "v0"
        self.v2 = target.newest == "v2"
        self.ifs = self.contains = self.v1
        self.ref_heads = False
        self.has_generated = False
        self.imported: list[str] = []
        self.needed: set[str] = set()
        self.v2_imported = False
        self.wildcards: dict[int, str] = {}
        self._first_wildcard: dict[str, Term | None] = {}
        for node in _visited(module):
            self._see(node)
        if self.v2 or self.v2_imported:
            self.keywords = VERSION_KEYWORDS["v2"]
        elif self.v1:
            self.keywords = VERSION_KEYWORDS["v1"] | frozenset(self.imported)
        else:
            self.keywords = KEYWORDS | frozenset(self.imported)

    def _see(self, node: Any) -> None:
        match node:
            case Term():
                if not node.location.row:
                    self.has_generated = True
                if isinstance(node.value, Var):
                    self.has_generated = self.has_generated or node.value.generated
                    if node.value.wildcard:
                        self._see_wildcard(node, node.value.name)
            case Expr():
                self._see_expr(node)
            case Rule():
                head = node.head
                size = len(head.ref.terms)
                if size > 2 or (size == 2 and head.key is not None and head.value is None):
                    self.ref_heads = True
            case Import():
                self._see_import(node)

    def _see_wildcard(self, term: Term, name: str) -> None:
        """A wildcard met twice is given a name."""
        if name not in self._first_wildcard:
            self._first_wildcard[name] = term
            return
        first = self._first_wildcard[name]
        shown = "_" + name[1:]
        if first is not None:
            self.wildcards[id(first)] = shown
            self._first_wildcard[name] = None
        self.wildcards[id(term)] = shown

    def _see_expr(self, expr: Expr) -> None:
        match expr.terms:
            case tuple() as terms:
                if operator_name(terms[0]) in ("internal.member_2", "internal.member_3"):
                    self.needed.add("in")
            case Every():
                self.needed.add("every")
            case Not():
                self.needed.add("not")
            case LogicalAnd():
                self.needed.add("and")
            case LogicalOr():
                self.needed.add("or")
        if expr.negated and is_logical(expr):
            self.needed.add("not")

    def _see_import(self, statement: Import) -> None:
        path = node_text(statement.path)
        if is_future_keyword(statement):
            self.imported.append(path.rsplit(".", 1)[-1] if "[" not in path else path.split('"')[1])
        name = _plain_path(statement)
        if name in ("rego.v1", "rego.v2", "future.keywords"):
            self.ifs = self.contains = True
            self.v2_imported = self.v2_imported or name == "rego.v2"
        elif name == "future.keywords.contains":
            self.contains = True
        elif name == "future.keywords.if":
            self.ifs = True


def _visited(module: Module) -> Iterator[Any]:
    """The module's nodes in OPA's order; the refs of heads are not among them."""
    from gatewright.syntax.walk import children

    stack: list[Any] = [module]
    while stack:
        node = stack.pop()
        yield node
        if isinstance(node, Head):
            below: list[Any] = [*(node.args or ()), node.key, node.value]
            stack.extend(n for n in reversed(below) if n is not None)
        elif isinstance(node, Rule):
            below = [node.head, *node.body, node.otherwise]
            stack.extend(n for n in reversed(below) if n is not None)
        elif isinstance(node, Module):
            stack.extend(reversed((node.package, *node.imports, *node.rules)))
        else:
            stack.extend(reversed(children(node)))


def _plain(term: Term) -> str:
    value = term.value
    return value.name if isinstance(value, Var) else str(getattr(value, "value", ""))


def _plain_path(statement: Import) -> str:
    assert isinstance(statement.path.value, Ref)
    return ".".join(_plain(t) for t in statement.path.value.terms)

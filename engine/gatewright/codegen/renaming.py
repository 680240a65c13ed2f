"""Copies of nodes with other names for their variables."""

from __future__ import annotations

from typing import Any

from gatewright.records import field_names, is_record, replace
from gatewright.source import Location
from gatewright.syntax.nodes import Call, Expr, Ref, Term, Var, With

_DOCUMENTS = ("data", "input")


class Renaming:
    """Copies nodes with variables numbered as they are first met."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}

    def node(self, node: Any) -> Any:
        match node:
            case Term(Var(name) as var, location):
                return node if name in _DOCUMENTS else Term(Var(self._name(var.name)), location)
            case Term(value, location):
                return Term(self.node(value), location)
            case Expr(terms=tuple() as call):
                new = (call[0], *(self.node(t) for t in call[1:]))
                return replace(node, terms=new, withs=self._all(node.withs), index=0)
            case Expr():
                return replace(node, terms=self.node(node.terms), withs=self._all(node.withs), index=0)
            case With(target, value, location):
                return With(target, self._replacement(value), location)
            case Call(terms):
                return Call((terms[0], *(self.node(t) for t in terms[1:])))
            case Ref(terms):
                return Ref(self._all(terms))
            case tuple():
                return self._all(node)
            case Location() | str() | bool() | int() | None:
                return node
        if not is_record(node):
            return node
        return type(node)(**{name: self.node(getattr(node, name)) for name in field_names(node)})

    def _replacement(self, term: Term) -> Term:
        # The name of a function in another's place is no variable; one that is a variable has been met before.
        head = term.value.terms[0].value if isinstance(term.value, Ref) else term.value
        if isinstance(head, Var) and head.name not in self.names:
            return term
        new: Term = self.node(term)
        return new

    def _all(self, nodes: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(self.node(n) for n in nodes)

    def _name(self, name: str) -> str:
        new = self.names.get(name)
        if new is None:
            mark = "$" if name.startswith("$") else "__v"
            new = self.names[name] = f"{mark}{len(self.names)}"
        return new

"""Bodies that begin alike, written once: `a; b; c` and `a; b; d` become `a; b; (c | d)`.

Variables are renamed by the order in which a body first mentions them, so that bodies which differ in names alone
begin alike. Only where the order of solutions does not show, and never across `with`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from gatewright.records import field, field_names, is_record, record, replace
from gatewright.source import Location
from gatewright.syntax.nodes import Body, Call, Expr, Ref, Term, Var, With

if TYPE_CHECKING:
    from gatewright.analysis.program import CompiledRule
    from gatewright.codegen.unit import Unit

_DOCUMENTS = ("data", "input")


@record(frozen=True, slots=True)
class Clause:
    """A definition to be written: what must hold, and the head's terms, in common names."""

    rule: CompiledRule
    body: Body
    args: tuple[Term, ...]
    head: tuple[Term, ...]
    names: dict[str, str] = field(default_factory=dict)


@record(frozen=True, slots=True)
class Shared:
    """Expressions that several definitions begin with, and how each goes on."""

    args: tuple[Term, ...]
    names: dict[str, str]
    prefix: Body
    branches: tuple[Shared | Clause, ...]


def clause(unit: Unit, rule: CompiledRule, head: Iterable[Term], *, rename: bool, leading: Body = ()) -> Clause:
    """A rule as a Clause, in common names if it is to be compared with others."""
    args, terms, body = rule.head.args or (), tuple(head), (*leading, *unit.body_of(rule))
    if not rename:
        return Clause(rule, body, args, terms)
    names = Renaming()
    new_args = tuple(names.node(t) for t in args)
    new_body = tuple(names.node(e) for e in body)
    new_terms = tuple(names.node(t) for t in terms)
    return Clause(rule, new_body, new_args, new_terms, {new: unit.original(old) for old, new in names.names.items()})


Leading = Callable[["CompiledRule"], Body]


def clauses(
    unit: Unit, rules: list[CompiledRule], heads: list[list[Term]], leading: Leading = lambda _: ()
) -> list[Shared | Clause]:
    """The definitions of a group with their head terms, written together where they begin alike; `leading` is what
    each begins with beside its own body."""
    plain = len(rules) == 1 or unit.watches_order or unit.covering
    made = [
        clause(unit, rule, head, rename=not plain, leading=leading(rule))
        for rule, head in zip(rules, heads, strict=True)
    ]
    return list(made) if plain else share(made)


def share(clauses: list[Clause]) -> list[Shared | Clause]:
    """Definitions gathered by what they begin with; the order of first appearance is kept."""
    groups: dict[tuple[Any, ...], list[Clause]] = {}
    for one in clauses:
        key = (one.args, one.body[0]) if one.body and not one.body[0].withs else (id(one),)
        groups.setdefault(key, []).append(one)
    found: list[Shared | Clause] = []
    for members in groups.values():
        if len(members) == 1:
            found.append(members[0])
            continue
        length = _common(members)
        prefix = members[0].body[:length]
        rest = [replace(m, body=m.body[length:]) for m in members]
        found.append(Shared(members[0].args, members[0].names, prefix, tuple(share(rest))))
    return found


def _common(members: list[Clause]) -> int:
    shortest = min(len(m.body) for m in members)
    first = members[0].body
    for position in range(shortest):
        if first[position].withs or any(m.body[position] != first[position] for m in members):
            return position
    return shortest


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

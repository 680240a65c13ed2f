"""Values inside a test's body: its first expressions asked as a query of their own, with what one wants to know."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from gatewright.errors import GatewrightError
from gatewright.records import record
from gatewright.runtime.json import dumps
from gatewright.runtime.values import UNDEFINED
from gatewright.syntax import nodes, parse_term
from gatewright.syntax.text import node_text

if TYPE_CHECKING:
    from gatewright.compiler import CompiledPolicy, PreparedQuery
    from gatewright.runtime.context import EvalOptions

_NAME = "probed__"
_PRINT = nodes.Ref((nodes.Term(nodes.Var("print")),))
_ASSIGN = nodes.Term(nodes.Ref((nodes.Term(nodes.Var("assign")),)))
_EQUAL = nodes.Term(nodes.Ref((nodes.Term(nodes.Var("equal")),)))


@record(frozen=True, slots=True)
class Probe:
    """What is needed to ask: the compiled policy, and the package and imports that the test's text is read with."""

    policy: CompiledPolicy
    package: str
    imports: tuple[str, ...]
    data: Any
    options: EvalOptions

    def query(self, body: Sequence[nodes.Expr]) -> PreparedQuery | None:
        """The body as a query; None when it does not stand by itself (a variable is bound further down)."""
        text = "\n".join(node_text(expr) for expr in body if not _prints(expr))
        try:
            return self.policy.query(text, package=self.package, imports=self.imports)
        except GatewrightError:
            return None

    def value(self, before: Sequence[nodes.Expr], term: nodes.Term, expr: nodes.Expr | None = None) -> Any:
        """A term's value after the expressions before it; under the `with`s of `expr`, its own. UNDEFINED for none.

        Raises GatewrightError when it cannot be known.
        """
        rows = self.rows([*before, _assigned(term, expr.withs if expr is not None else ())])
        return rows[0][_NAME] if rows else UNDEFINED

    def rows(self, body: Sequence[nodes.Expr]) -> list[dict[str, Any]]:
        """The solutions of a body."""
        query = self.query(body)
        if query is None:
            raise GatewrightError("not a query by itself")
        return query.evaluate(data=self.data, options=self.options)

    def case_names(self, body: nodes.Body, keys: Sequence[nodes.Term]) -> tuple[list[tuple[Any, ...]], int]:
        """The keys that a table's body runs through, and how many of its expressions it takes to know them.

        As `opa test` has it, the fewest expressions after which the keys have values: what fails further down is a
        case that failed. Nothing is found where the body never says its keys.
        """
        array = nodes.Term(nodes.Array(tuple(keys)))
        for count in range(len(body) + 1):
            query = self.query([*body[:count], _assigned(array, ())])
            if query is not None:
                rows = query.evaluate(data=self.data, options=self.options)
                return list({tuple(map(dumps, row[_NAME])): tuple(row[_NAME]) for row in rows}.values()), count
        return [], len(body)


def _assigned(term: nodes.Term, withs: tuple[nodes.With, ...]) -> nodes.Expr:
    return nodes.Expr((_ASSIGN, nodes.Term(nodes.Var(_NAME)), term), withs=withs)


def chosen(keys: Sequence[nodes.Term], values: Sequence[Any]) -> list[nodes.Expr]:
    """Expressions that hold for one case of a table alone."""
    return [nodes.Expr((_EQUAL, key, parse_term(dumps(value)))) for key, value in zip(keys, values, strict=True)]


def _prints(expr: nodes.Expr) -> bool:
    return isinstance(expr.terms, tuple) and expr.terms[0].value == _PRINT

"""Keys that nobody looks at: in `some c in xs` the index has a variable, as in `some i, c in xs`, but no use.

As wildcards they cost nothing: the collection's members are gone through without their keys.
"""

from __future__ import annotations

from gatewright.codegen.renaming import Renaming
from gatewright.syntax.nodes import Body, Every, Ref, Term, Var
from gatewright.syntax.walk import children

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gatewright.analysis.program import CompiledRule


def without_lone_keys(rule: CompiledRule) -> Body:
    """The body of a definition with wildcards for keys that occur but once."""
    head = rule.head
    parts = (rule.body, head.args or (), rule.ref, tuple(t for t in (head.key, head.value) if t is not None))
    times: dict[str, int] = {}
    keys: list[Term] = []
    stack: list[object] = [parts]
    while stack:
        node = stack.pop()
        if isinstance(node, Var):
            times[node.name] = times.get(node.name, 0) + 1
            continue
        if isinstance(node, Ref):
            keys += node.terms[1:]
        elif isinstance(node, Every) and node.key is not None:
            keys.append(node.key)
        stack += children(node)
    variables = {term.value for term in keys if isinstance(term.value, Var)}
    lone = {var.name for var in variables if times[var.name] == 1 and not var.wildcard}
    return tuple(map(_Wildcards(lone).node, rule.body)) if lone else rule.body


class _Wildcards(Renaming):
    """Copies nodes with some variables as wildcards."""

    def __init__(self, names: set[str]) -> None:
        super().__init__()
        self._wild = names

    def _name(self, name: str) -> str:
        return f"${name}" if name in self._wild else name

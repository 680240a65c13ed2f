"""Keys that nobody looks at: in `some c in xs` the index has a variable, as in `some i, c in xs`, but no use.

As wildcards they cost nothing: the collection's members are gone through without their keys.
"""

from __future__ import annotations

from collections import Counter

from gatewright.codegen.sharing import Renaming
from gatewright.syntax.nodes import Body, Every, Ref, Var
from gatewright.syntax.walk import walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gatewright.analysis.program import CompiledRule


def without_lone_keys(rule: CompiledRule) -> Body:
    """The body of a definition with wildcards for keys that occur but once."""
    head = rule.head
    parts = (rule.body, head.args or (), rule.ref, tuple(t for t in (head.key, head.value) if t is not None))
    times: Counter[str] = Counter()
    keys: set[str] = set()
    for node in walk(parts):
        match node:
            case Var(name):
                times[name] += 1
            case Ref(terms=(_, *operands)):
                keys.update(term.value.name for term in operands if isinstance(term.value, Var))
            case Every(key=key) if key is not None and isinstance(key.value, Var):
                keys.add(key.value.name)
    lone = {name for name in keys if times[name] == 1 and not name.startswith("$")}
    return tuple(map(_Wildcards(lone).node, rule.body)) if lone else rule.body


class _Wildcards(Renaming):
    """Copies nodes with some variables as wildcards."""

    def __init__(self, names: set[str]) -> None:
        super().__init__()
        self._wild = names

    def _name(self, name: str) -> str:
        return f"${name}" if name in self._wild else name

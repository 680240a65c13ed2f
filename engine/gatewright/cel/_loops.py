"""Macros as Python loops: what ranges over a list or map, with the filters and maps that make it, in one loop."""

from __future__ import annotations

import ast as py
from typing import TYPE_CHECKING, Final

from gatewright.cel import _python as make
from gatewright.cel import nodes as ast

if TYPE_CHECKING:
    from gatewright.cel._statements import Statements

# The name of the chain of reads in code that records them.
READS: Final = "reads"
# CPython nests twenty blocks.
_DEEPEST: Final = 18


class NoFastFormError(Exception):
    """An expression that only the exact form can say."""


class Loop:
    """A loop being written: a macro's, with the filters and maps that make its range."""

    def __init__(self, emitter: Statements) -> None:
        self.emitter = emitter
        self.mark = ""

    def over(self, node: ast.Comprehension) -> None:
        """Begin the loop of a macro: what the emitter emits from now on is done once a round."""
        e = self.emitter
        inner = node.range
        if isinstance(inner, ast.Comprehension) and self.can_join(node, inner):
            self.over(inner)
            value = e.settled(e.emit(inner.body))
            e.unbind()
            name = value if isinstance(value, py.Name) else e.assigned(value)
            e.locals.append({node.var: name.id})
        else:
            self.begin(node)
        if node.filter is not None:
            self.let_through(node.filter)

    def can_join(self, node: ast.Comprehension, inner: ast.Comprehension) -> bool:
        """Whether a range need not be made first. What is noted of a range comes before the rest."""
        return not self.emitter.recording and not node.var2 and inner.kind == "list"

    def begin(self, node: ast.Comprehension) -> None:
        e = self.emitter
        each = self.each(node)
        self.outer, self.facts = e.block, e.facts
        e.facts.noted = ()
        e.facts = e.facts.copy()
        e.looping += 1
        if e.looping > _DEEPEST:
            raise NoFastFormError
        e.block = []
        path = e.path_of(node.range)
        names = e.bind([node.var, node.var2] if node.var2 else [node.var])
        if path is not None and e.is_foreign(path[0]):
            e.foreign.update(names)
        self.loop = py.For(make.targets(*names), each, e.block, [])
        if e.recording and (node.filter is not None or node.kind in ("all", "exists")):
            self.mark = e.fresh("mark")
            e.block.append(make.assign(self.mark, make.name(READS)))
        e.prepare(node.body if node.filter is None else node.filter)

    def each(self, node: ast.Comprehension) -> py.expr:
        """What Python loops over."""
        e = self.emitter
        given = e.ranged(node)
        known = e.type_of(node.range).kind == "list"
        if node.var2:
            return make.call(make.name("enumerate"), given) if known else e.rt("pairs", given)
        if known:
            return given
        first, again = e.once(given)
        return py.IfExp(make.compare(make.class_of(first), py.Is(), make.name("list")), again, e.rt("items", again))

    def let_through(self, condition: ast.Node) -> None:
        e = self.emitter
        test = e.boolean(condition)
        inner: list[py.stmt] = []
        e.block.append(py.If(test, inner, [self.forget()] if e.recording else []))
        e.block = inner
        e.learn(condition, True)

    def forget(self) -> py.stmt:
        """Drop what was noted in this round."""
        return make.assign(READS, make.name(self.mark))

    def close(self, start: py.stmt) -> None:
        e = self.emitter
        e.unbind()
        e.looping -= 1
        e.block, e.facts = self.outer, self.facts.after(e.facts)
        e.block += [start, self.loop]

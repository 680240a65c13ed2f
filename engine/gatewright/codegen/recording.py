"""Code that records what it reads, so that results can be located: see runtime.trace for what it leaves behind.

All of this writes nothing unless the unit records.
"""

from __future__ import annotations

import ast

from gatewright.codegen import _py
from gatewright.codegen.writer import Val, Writer
from gatewright.records import record


def reads(w: Writer, context: ast.expr_context | None = None) -> ast.expr:
    """The chain of reads so far."""
    return ast.Attribute(_py.attribute(_py.name(w.state), "context"), "reads", context or ast.Load())


def _set(w: Writer, value: ast.expr) -> None:
    w.add(ast.Assign([reads(w, ast.Store())], value))


@record(slots=True)
class Read:
    """Members looked up one below the other, from a container or, where it is None, from the input."""

    base: ast.expr | None
    keys: tuple[ast.expr, ...] = ()
    noted: bool = False

    def below(self, key: Val) -> Read:
        return Read(self.base, (*self.keys, key.expr))


def note(w: Writer, read: Read | None) -> None:
    """Note a read before what may fail on the way."""
    if not w.unit.recording or read is None or read.noted or not read.keys:
        return
    read.noted = True
    _set(w, _py.tuple_of(read.base or _py.const(None), _py.tuple_of(*read.keys), reads(w)))


def mark(w: Writer) -> str:
    """The name of the chain as it is here; "" where nothing is recorded."""
    return w.assign("mark", reads(w)) if w.unit.recording else ""


def reset(w: Writer, mark: str) -> None:
    """Forget what was read since a mark."""
    if mark:
        _set(w, _py.name(mark))


def enter(w: Writer, container: ast.expr, item: ast.expr, mark: str) -> None:
    """Note the member a loop has come to; what was read for those before it is forgotten."""
    if mark:
        _set(w, _py.call("entered", _py.name(w.state), container, item, _py.name(mark)))


def leave(w: Writer, mark: str) -> None:
    """Forget the members that a comprehension's loops came to, not what they ranged over."""
    if mark:
        w.add(ast.Expr(_py.call("left", _py.name(w.state), _py.name(mark))))


def member(w: Writer, item: Val) -> None:
    """Note what led to a member of a partial set: of the root's, as evidence; else for those who loop over the set."""
    if w.unit.gives_evidence:
        result(w, item)
    elif w.unit.recording and item.kind in ("any", "dict", "list"):
        w.add(ast.Expr(_py.call("made", _py.name(w.state), item.expr)))


def result(w: Writer, item: Val) -> None:
    """Note what led to a result of the root."""
    if w.unit.gives_evidence:
        w.add(ast.Expr(_py.call("evidence", _py.name(w.state), item.expr)))


def remembered(key: ast.expr) -> tuple[ast.stmt, ast.stmt]:
    """For a rule whose value is kept within an evaluation: what notes its reads, and what brings them back."""
    state = _py.name("s")
    return (ast.Expr(_py.call("keep_reads", state, key)), ast.Expr(_py.call("bring_reads", state, key)))

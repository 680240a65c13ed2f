"""Code that records what it reads, so that results can be located: see runtime.trace for what it leaves behind.

All of this writes nothing unless the unit records. Where it does not, the trail (codegen.trail) is told the same.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from gatewright.codegen import _py, trail
from gatewright.codegen.writer import Val, Writer
from gatewright.records import record

if TYPE_CHECKING:
    from gatewright.codegen.unit import Group


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
    if read is None or read.noted or not read.keys:
        return
    read.noted = True
    if not w.unit.recording:
        trail.read(w, read.base, read.keys)
        return
    _set(w, _py.tuple_of(read.base or _py.const(None), _py.tuple_of(*read.keys), reads(w)))


@record(frozen=True, slots=True)
class Mark:
    """What was read up to some place: the name of the chain, or the steps of the trail."""

    name: str
    steps: tuple[trail.Step, ...] = ()


def mark(w: Writer) -> Mark | None:
    """What was read so far; None where no one wants to know."""
    if w.unit.recording:
        return Mark(w.assign("mark", reads(w)))
    return Mark("", w.trail.steps) if w.trail is not None else None


def reset(w: Writer, mark: Mark | None) -> None:
    """Forget what was read since a mark."""
    if mark is not None and mark.name:
        _set(w, _py.name(mark.name))
    elif mark is not None and w.trail is not None:
        w.trail.steps = mark.steps


def enter(w: Writer, container: ast.expr, item: str, mark: Mark | None) -> None:
    """Note the member a loop has come to; what was read for those before it is forgotten."""
    if mark is not None and mark.name:
        _set(w, _py.call("entered", _py.name(w.state), container, _py.name(item), _py.name(mark.name)))
    elif mark is not None:
        reset(w, mark)
        trail.loop(w, container, item)


def leave(w: Writer, mark: Mark | None) -> None:
    """Forget the members that a comprehension's loops came to, not what they ranged over."""
    if mark is not None and mark.name:
        w.add(ast.Expr(_py.call("left", _py.name(w.state), _py.name(mark.name))))


def member(w: Writer, group: Group, item: Val) -> None:
    """Note what led to a member of a partial set: of the root's, as evidence; else for those who loop over the set."""
    if not w.unit.recording:
        trail.leave(w, group, item)
    elif w.unit.is_entry(group):
        result(w, group, item)
    elif item.kind in ("any", "dict", "list"):
        w.add(ast.Expr(_py.call("made", _py.name(w.state), item.expr)))


def result(w: Writer, group: Group, item: Val) -> None:
    """Note what led to a result, if it is the root's."""
    if not w.unit.recording:
        trail.result(w, group)
    elif w.unit.is_entry(group):
        w.add(ast.Expr(_py.call("evidence", _py.name(w.state), item.expr)))


def remembered(key: ast.expr, compute: list[ast.stmt]) -> tuple[list[ast.stmt], list[ast.stmt]]:
    """For a rule whose value is kept within an evaluation: its computation with its reads kept apart, and what brings
    them back."""
    state = _py.name("s")
    start = _py.assign("before", _py.call("read_apart", state))
    keep = ast.Expr(_py.call("keep_reads", state, key, _py.name("before")))
    return [start, *compute, keep], [ast.Expr(_py.call("bring_reads", state, key))]

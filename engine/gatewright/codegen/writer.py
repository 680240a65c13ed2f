"""The writer of one Python function: where the next statement goes, what failure means there, and what is bound.

A Rego body is a conjunction, so its code is written in one line of flight: each expression adds statements at the
insertion point, and conditions and loops move that point inwards. What an unmet condition does depends on where the
point stands: inside a loop it continues, at the top of a function that does nothing else it returns, and elsewhere
the rest is nested inside an `if`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from gatewright.codegen import _py
from gatewright.codegen._names import Names
from gatewright.records import record, replace
from gatewright.source import Location

if TYPE_CHECKING:
    from gatewright.codegen.trail import Trail
    from gatewright.codegen.unit import Unit

# CPython allows 20 blocks (for, while, try) within each other in one function.
_MOST_BLOCKS = 12
_MOST_IFS = 8

NOTHING = object()


@record(frozen=True, slots=True)
class Val:
    """A Python expression for a Rego value that is there. `kind` is its Rego type where known, else "any";
    `value` the value itself where it is constant; `fixed` says that it depends on parameters alone, `short` that
    it costs no more than a variable would."""

    expr: ast.expr
    kind: str = "any"
    value: Any = NOTHING
    fixed: bool = False
    whole_input: bool = False
    short: bool = False

    @property
    def constant(self) -> bool:
        return self.value is not NOTHING

    @property
    def atomic(self) -> bool:
        """Whether the expression may stand in several places."""
        return self.short or isinstance(self.expr, ast.Name | ast.Constant)


def text_of(val: Val) -> object:
    """What a value is called where it is looked for again: the variable that holds it, or the constant that it is."""
    if val.constant:
        return (val.kind, repr(val.value))
    return val.expr.id if isinstance(val.expr, ast.Name) else None


@record(slots=True)
class Sink:
    """What a finished solution does, as far as control is concerned.

    `returns`: it returns from the function. `names`: variables it assigns. `found`: the flag it sets before it
    leaves the loops, when one solution is enough.
    """

    returns: bool = False
    names: tuple[str, ...] = ()
    found: str = ""


@record(slots=True)
class _Loop:
    parent: list[ast.stmt]
    in_loop: bool


class Writer:
    """One function being written. See the module's text for how it goes about."""

    def __init__(self, unit: Unit, names: Names, location: Location) -> None:
        self.unit = unit
        self.names = names
        self.stmts: list[ast.stmt] = []
        self.fail = "nest"
        self.fail_value: ast.expr = _py.name(_py.UNDEFINED)
        self.bound: dict[str, Val] = {}
        self.known: dict[tuple[Any, ...], Val] = {}
        # Like `known`, of values that may be undefined.
        self.ahead: dict[tuple[Any, ...], Val] = {}
        # What has been looked up in the statements that a body begins with, whatever comes of it: for those after it.
        self.straight: dict[tuple[Any, ...], Val] = {}
        self.beginning = self.stmts
        # The variables for what calls give that are made by whoever gets there first.
        self.calls: dict[tuple[Any, ...], str] = {}
        self.state = "s"
        self.blocks = 0
        self.ifs = 0
        self.loops: list[_Loop] = []
        self.closers: list[tuple[list[ast.stmt], ast.stmt]] = []
        self.sink = Sink()
        self.ordered = True
        self.repeats = False
        self.splits = 0
        self.caching = False
        self.trail: Trail | None = None
        # How often it was left open whether what follows happens.
        self.doubts = 0
        self.location = location
        # Where a function is called that is being written in place, and how many are, within each other.
        self.site: Location | None = None
        self.inlined = 0

    # --- statements --------------------------------------------------------------------------------------------

    def add(self, stmt: ast.stmt) -> None:
        place = self.site or self.location
        row = place.row or 1
        col = max(place.col - 1, 0)
        stmt.lineno = stmt.end_lineno = row
        stmt.col_offset = stmt.end_col_offset = col
        self.stmts.append(stmt)

    def assign(self, hint: str, value: ast.expr) -> str:
        target = self.names.fresh(hint)
        self.add(_py.assign(target, value))
        return target

    def keep(self, val: Val, hint: str) -> Val:
        """`val` as something that may stand in several places."""
        if val.atomic:
            return val
        return replace(val, expr=_py.name(self.assign(hint, val.expr)))

    def failing(self) -> list[ast.stmt]:
        """The statement an unmet condition executes."""
        match self.fail:
            case "continue":
                return [ast.Continue()]
            case "break":
                return [ast.Break()]
            case "return":
                return [ast.Return(self.fail_value)]
        return [ast.Pass()]

    def guard(self, condition: ast.expr) -> None:
        """What follows happens only if `condition` holds."""
        if _py.always(condition):
            return
        self.doubts += 1
        if self.fail != "nest":
            self.add(ast.If(_py.negate(condition), self.failing(), []))
            return
        if self.ifs >= _MOST_IFS:
            self._flatten()
            self.guard(condition)
            return
        branch = ast.If(condition, [], [])
        self.add(branch)
        self.stmts = branch.body
        self.ifs += 1

    def never(self) -> None:
        """Nothing follows."""
        self.guard(_py.const(False))

    def defined(self, val: Val, hint: str) -> Val:
        """`val`, known to be there from here on."""
        target = self.assign(hint, val.expr)
        self.guard(_py.is_defined(_py.name(target)))
        return replace(val, expr=_py.name(target))

    def attempt(self, hint: str, value: ast.expr, kind: str = "any") -> Val:
        """`value`, computed by subscripts that raise one of ABSENT where it is undefined."""
        if self.blocks >= _MOST_BLOCKS:
            self._split()
        if self.fail == "nest" and self.ifs >= _MOST_IFS:
            self._flatten()
        self.doubts += 1
        target = self.names.fresh(hint)
        handler = ast.ExceptHandler(_py.name("ABSENT"), None, self.failing())
        block = ast.Try([_py.assign(target, value)], [handler], [], [])
        self.add(block)
        if self.fail == "nest":
            self.stmts = block.orelse
            self.ifs += 1
        return Val(_py.name(target), kind)

    def loop(self, target: ast.expr, iterable: ast.expr) -> None:
        """What follows happens for each member of `iterable`."""
        if self.blocks >= _MOST_BLOCKS:
            self._split()
        self.doubts += 1
        block = ast.For(target, iterable, [], [])
        self._enter(block)
        self.fail = "continue"
        self.repeats = True

    def _flatten(self) -> None:
        # A loop that runs once: `break` leaves it, so conditions need not nest.
        if self.blocks >= _MOST_BLOCKS:
            self._split()
            return
        block = ast.While(_py.const(True), [], [])
        self._enter(block)
        self.closers.append((block.body, ast.Break()))
        self.fail = "break"

    def _enter(self, block: ast.For | ast.While) -> None:
        self.add(block)
        self.loops.append(_Loop(self.stmts, self.fail in ("continue", "break")))
        self.stmts = block.body
        self.blocks += 1
        self.ifs = 0

    def _split(self) -> None:
        """Go on in a function of its own, as CPython bounds how deep blocks nest."""
        inner = _py.function(self.names.fresh("rest"), [], [], nonlocals=[*self.sink.names, *self.calls.values()])
        inner.body = inner.body if self.sink.names or self.calls else []
        self.add(inner)
        run = _py.call(inner.name)
        if self.sink.returns:
            result = self.assign("result", run)
            self.add(ast.If(_py.is_defined(_py.name(result)), [ast.Return(_py.name(result))], []))
        else:
            self.add(ast.Expr(run))
            if self.sink.found and self.fail in ("continue", "break"):
                self.add(ast.If(_py.name(self.sink.found), [ast.Break()], []))
        self.splits += 1
        self.stmts = inner.body
        self.closers.append((inner.body, ast.Return(_py.name(_py.UNDEFINED))))
        self.fail = "return"
        self.fail_value = _py.name(_py.UNDEFINED)
        self.blocks = 0
        self.ifs = 0

    def succeed(self, stmts: list[ast.stmt]) -> None:
        """Write what a solution does, and leave the loops if one solution is enough."""
        for stmt in stmts:
            self.add(stmt)
        if self.sink.found and self.fail in ("continue", "break"):
            self.add(ast.Break())
        elif self.sink.found and self.fail == "return":
            self.add(ast.Return(_py.name(_py.UNDEFINED)))

    # --- scopes ------------------------------------------------------------------------------------------------

    @contextmanager
    def body(self, sink: Sink, *, ordered: bool) -> Iterator[None]:
        """A body written at this point, whose variables and loops end with it."""
        saved = (
            self.stmts,
            self.fail,
            self.fail_value,
            self.bound,
            self.known,
            self.ahead,
            self.straight,
            self.beginning,
            self.calls,
            self.state,
            self.blocks,
            self.ifs,
            self.loops,
            self.closers,
            self.sink,
            self.ordered,
            self.repeats,
            self.location,
        )
        steps = self.trail.steps if self.trail is not None else ()
        self.fail = "nest"
        self.bound = dict(self.bound)
        self.known = dict(self.known)
        self.ahead = dict(self.ahead)
        self.calls = dict(self.calls)
        self.straight, self.beginning = {}, self.stmts
        self.loops, self.closers, self.sink, self.ordered = [], [], sink, ordered
        self.ifs = 0
        self.repeats = False
        yield
        self._close()
        if self.trail is not None:
            self.trail.steps = steps
        straight = self.straight
        (
            self.stmts,
            self.fail,
            self.fail_value,
            self.bound,
            self.known,
            self.ahead,
            self.straight,
            self.beginning,
            self.calls,
            self.state,
            self.blocks,
            self.ifs,
            self.loops,
            self.closers,
            self.sink,
            self.ordered,
            self.repeats,
            self.location,
        ) = saved
        self.look_ahead(straight)

    def look_ahead(self, found: dict[tuple[Any, ...], Val]) -> None:
        """Know from here on what has been looked up at this point; it may be undefined."""
        self.ahead |= found
        if self.stmts is self.beginning:
            self.straight |= found

    @contextmanager
    def aside(self, stmts: list[ast.stmt]) -> Iterator[None]:
        """Write elsewhere: what is learned there is not known here."""
        outer, known, around = self.stmts, self.known, self.ahead
        self.stmts, self.known, self.ahead = stmts, dict(known), dict(around)
        yield
        self.stmts, self.known, self.ahead = outer, known, around

    def _close(self) -> None:
        for stmts, stmt in reversed(self.closers):
            if not _py.ends(stmts):
                ast.copy_location(stmt, stmts[-1]) if stmts else None
                stmts.append(stmt)
        if self.sink.found:
            for loop in self.loops[1:] if self.loops else []:
                if loop.in_loop:
                    loop.parent.append(ast.If(_py.name(self.sink.found), [ast.Break()], []))

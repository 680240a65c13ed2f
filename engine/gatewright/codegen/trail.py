"""What is read on the way to a member of a partial set, known while the code that finds it is written.

Code that records (codegen.recording) notes every read as it happens, whatever comes of it. But where the code of a
definition comes to a solution, all that was read on the straight way there is known, and what it was read of stands in
variables. So the writer keeps that trail, and the solution alone leaves it behind: an evaluation that finds nothing
pays nothing. How far a way aside got - into a function, a rule, a negation, a comprehension - is not known; of those
the trail tells what was asked and with which operands, for the recording twin to be asked by who wants to know.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import takewhile
from typing import TYPE_CHECKING, Any, TypeAlias

from gatewright.codegen import _py, calls, common
from gatewright.codegen.reading import reads_only
from gatewright.records import field, record
from gatewright.syntax.nodes import Expr, String, Term, Value, Var
from gatewright.syntax.walk import walk

if TYPE_CHECKING:
    from gatewright.codegen.unit import Group, Unit
    from gatewright.codegen.writer import Val, Writer


@record(frozen=True, slots=True)
class Read:
    """Members were looked up one below the other, in what a variable holds or, where there is none, in the input. Each
    of the `stops` is how many keys were looked up if there was something behind those before."""

    base: str
    keys: tuple[ast.expr, ...]
    stops: tuple[int, ...]

    @property
    def way(self) -> tuple[object, ...]:
        """What it begins at and the keys, told apart as refs do it (writer.text_of); None for those they cannot."""
        return (self.base, *map(_told, self.keys))


@record(frozen=True, slots=True)
class Loop:
    """A loop has come to a member of a collection."""

    collection: ast.expr
    item: str


@record(frozen=True, slots=True)
class Call:
    """A rule or a function was evaluated, or something aside."""

    what: Group | Aside
    operands: tuple[ast.expr, ...]


@record(frozen=True, slots=True)
class Held:
    """A function that is written in place holds, in one of these ways; `names` are those of variables at hand."""

    call: Call
    ways: tuple[tuple[Step, ...], ...]
    names: frozenset[str]


Step: TypeAlias = "Read | Loop | Call | Held | None"


@record(frozen=True, slots=True)
class Aside:
    """What is evaluated aside: a node, with the variables and the values of rules that are known where it stands."""

    node: Any
    bound: dict[str, Val]
    rules: tuple[tuple[Any, Val], ...]
    ordered: bool

    @property
    def operands(self) -> list[Val]:
        """What must be given to evaluate it again: variables without a constant value, then rules."""
        return [*(val for val in self.bound.values() if not val.constant), *(val for _, val in self.rules)]


@record(slots=True)
class Trail:
    """The steps to where the next statement goes; None is one of which nothing can be told. What is evaluated aside
    takes its own steps, `aside`, each with the doubts before it; `taken` are those within a definition that is written
    in place; `reused` are values of rules that were at hand."""

    steps: tuple[Step, ...] = ()
    aside: list[tuple[Step, int]] | None = None
    taken: list[Step] | None = None
    reused: list[tuple[Any, Val]] = field(default_factory=list)


@record(frozen=True, slots=True)
class Left:
    """What a solution leaves behind, to be filled in when all that was called is known."""

    into: ast.Tuple
    steps: tuple[Step, ...]
    shared: bool


def _go(w: Writer, step: Step) -> None:
    trail = w.trail
    assert trail is not None
    if w.state != "s":
        step = None
    if trail.aside is not None:
        trail.aside.append((step, w.doubts))
        return
    trail.steps = (*trail.steps, step)
    if trail.taken is not None:
        trail.taken.append(step)


# --- what writers tell ------------------------------------------------------------------------------------------


def read(w: Writer, base: ast.expr | None, keys: tuple[ast.expr, ...]) -> None:
    """Members were looked up."""
    if w.trail is not None:
        _go(w, Read(base.id if isinstance(base, ast.Name) else "", keys, (len(keys),)))


def loop(w: Writer, collection: ast.expr, item: str) -> None:
    """A loop has come to a member."""
    if w.trail is not None:
        _go(w, Loop(collection, item))


def called(w: Writer, group: Group, operands: list[Val] | tuple[()] = ()) -> None:
    """A rule or a function was evaluated."""
    if w.trail is not None and not reads_nothing(w.unit, group):
        _go(w, Call(group, tuple(val.expr for val in operands)))


def reused(w: Writer, key: Any, val: Val) -> None:
    """A rule's value was at hand."""
    if w.trail is not None:
        w.trail.reused.append((key, val))


def lost(w: Writer) -> None:
    """Something was done of which nothing can be told."""
    if w.trail is not None:
        _go(w, None)


@contextmanager
def aside(w: Writer, node: Any) -> Iterator[None]:
    """While something is written of which it is not known how far its evaluation will get."""
    trail = w.trail
    if trail is None:
        yield
        return
    outer, trail.aside = trail.aside, []
    steps, doubts, before = trail.steps, w.doubts, len(trail.reused)
    yield
    taken, trail.aside, trail.steps = trail.aside, outer, steps
    if outer is not None:
        outer.extend([(None, doubts)] if taken else [])
    elif taken:
        _go(w, _as_far_as_it_got(w, node, taken, doubts) or _as_a_call(w, node, trail.reused[before:]))


def _as_far_as_it_got(w: Writer, node: Any, taken: list[tuple[Step, int]], doubts: int) -> Read | None:
    """Steps aside as one read that may have come to where there is nothing, if they are that: nothing else decided how
    far it got. A comprehension leaves nothing behind of the members that its loops come to."""
    if not isinstance(node, Expr):
        taken = [*takewhile(lambda pair: not isinstance(pair[0], Loop), taken)]
    found = Read("", (), ())
    for step, before in taken:
        if not isinstance(step, Read) or before != doubts:
            return None
        if found.stops and step.way[: len(found.way)] != found.way:
            return None
        found = Read(step.base, step.keys, found.stops + step.stops)
    return found if found.stops and _is_told_by(found, _at_hand(w)) else None


def _is_told_by(read: Read, names: Iterable[str]) -> bool:
    """Whether a read begins at the input or a variable among these, and goes by constants and such variables."""
    return None not in read.way and {"", *names}.issuperset(part for part in read.way if isinstance(part, str))


def _as_a_call(w: Writer, node: Any, reused: list[tuple[Any, Val]]) -> Call:
    names = dict.fromkeys(part.name for part in walk(node) if isinstance(part, Var) and part.name in w.bound)
    rules = {key: val for key, val in reused if w.known.get(key) is val}
    told = Aside(node, {name: w.bound[name] for name in names}, tuple(rules.items()), w.ordered)
    return Call(told, tuple(val.expr for val in told.operands))


Ways: TypeAlias = "list[list[Step]]"


@contextmanager
def definition(w: Writer, ways: Ways) -> Iterator[None]:
    """While one of a function's definitions is written in place, as a condition; its steps are added to the ways."""
    trail = w.trail
    if trail is None:
        yield
    elif trail.aside is not None:
        before = len(trail.aside)
        yield
        ways.append([step for step, _ in trail.aside[before:]])
    else:
        steps, outer, trail.taken = trail.steps, trail.taken, []
        yield
        ways.append(trail.taken)
        trail.steps, trail.taken = steps, outer


def held(w: Writer, group: Group, operands: list[Val], ways: Ways) -> None:
    """A function holds that is written in place, in one of these ways."""
    trail = w.trail
    if trail is None or not any(ways):
        return
    if trail.aside is not None:
        if len(ways) > 1:
            _go(w, None)
        return
    call = Call(group, tuple(val.expr for val in operands))
    _go(w, Held(call, tuple(map(tuple, ways)), frozenset(_at_hand(w))))


def _in_common(ways: Iterable[Iterable[Step]], names: Iterable[str]) -> list[Read] | None:
    """The reads of all these ways, if they are the same and go by the input and these names alone."""
    found: list[Read] | None = None
    for way in ways:
        reads: list[Read] = []
        for step in _needed(None, tuple(way)):
            if not isinstance(step, Read) or not _is_told_by(step, names):
                return None
            reads.insert(0, step)
        if found is not None and [(r.way, r.stops) for r in reads] != [(r.way, r.stops) for r in found]:
            return None
        found = reads
    return found


def _at_hand(w: Writer) -> set[str]:
    """The Python variables of variables that are bound, and of values that were looked up."""
    return {val.expr.id for val in (*w.bound.values(), *w.known.values()) if isinstance(val.expr, ast.Name)}


def _told(key: ast.expr) -> object:
    match key:
        case ast.Constant(value=str() as value):
            return "str", repr(value)
        case ast.Name(id=name):
            return name
    return None


# --- what solutions leave behind --------------------------------------------------------------------------------


def leave(w: Writer, group: Group, item: Val) -> None:
    """Leave behind what led to a member of a set, if someone wants it: as evidence for the root's, for others with
    those who come to the member in a loop."""
    if w.trail is None:
        return
    shared = common.key_of(w.unit, group)
    if w.unit.is_entry(group):
        steps, stmt = _as_evidence(item)
    elif item.kind not in ("any", "dict", "list") or _is_plain(w, item):
        return
    else:
        if shared:
            w.unit.shared_trails[shared] = None
        steps, stmt = _with_the_member(item, shared)
    evidence = _py.attribute(_py.attribute(_py.name("s"), "context"), "evidence")
    w.add(ast.If(_py.is_not(evidence, _py.const(None)), [stmt], []))
    w.unit.left_behind.append(Left(steps, w.trail.steps, bool(shared)))


def _as_evidence(item: Val) -> tuple[ast.Tuple, ast.stmt]:
    evidence = _py.attribute(_py.attribute(_py.name("s"), "context"), "evidence")
    steps = _py.tuple_of()
    return steps, ast.Expr(_py.call(_py.attribute(evidence, "append"), _py.tuple_of(item.expr, steps)))


def _with_the_member(item: Val, shared: str) -> tuple[ast.Tuple, ast.stmt]:
    """A member's trail is kept with the evaluation, or with the value that policies share."""
    kept: ast.expr = _py.attribute(_py.name("s"), "memo")
    if shared:
        review = _py.attribute(_py.attribute(_py.name("s"), "common"), "review")
        kept = _py.call(_py.attribute(review, "setdefault"), _py.const(_trails_of(shared)), ast.Dict([], []))
    steps = _py.tuple_of()
    place = ast.Subscript(kept, _py.call("id", item.expr), ast.Store())
    return steps, _py.assign(place, _py.tuple_of(item.expr, steps))


def _trails_of(shared: str) -> str:
    """What the trails to the members of a set are called that policies share under a name."""
    return f"to {shared}"


def _is_plain(w: Writer, item: Val) -> bool:
    """Whether nothing was read on the way to a member but what is above it in the input."""
    if not isinstance(item.expr, ast.Name) or w.trail is None:
        return False
    sources = {val.expr.id: key for key, val in (w.ahead | w.known).items() if isinstance(val.expr, ast.Name)}
    way = _whole(sources, (item.expr.id,))
    for step in _needed(w.unit, w.trail.steps):
        if isinstance(step, Read):
            read = _whole(sources, step.way)
            if way[: len(read)] != read:
                return False
        elif isinstance(step, Loop) and step.item == way[0] and isinstance(step.collection, ast.Name):
            way = _whole(sources, (step.collection.id,))
        else:
            return False
    return bool(way[0] == "")


def _whole(sources: dict[str, tuple[Any, ...]], way: tuple[Any, ...]) -> tuple[Any, ...]:
    """A way from where its beginning comes from: the input, or a variable that holds no member of another."""
    while (source := sources.get(way[0])) is not None:
        match source:
            case ("s", "input", *keys):
                return ("", *keys, *way[1:])
            case (str() as base, *keys) if all(isinstance(key, tuple | str) for key in keys) and base != "call":
                way = (base, *keys, *way[1:])
            case _:
                break
    return way


def result(w: Writer, group: Group) -> None:
    """A function, or a rule with one value, comes to a value: what is read on the way is known where it is called."""
    if w.trail is not None:
        group.ways.append(w.trail.steps)


def finish(unit: Unit) -> None:
    """Fill in what solutions leave behind, once all that is called has been written."""
    while unit.left_behind:
        left = unit.left_behind.pop()
        steps = _needed(unit, tuple(_resolved(unit, left.steps)))
        left.into.elts = [_written(unit, step, shared=left.shared) for step in steps]


def _resolved(unit: Unit, steps: tuple[Step, ...]) -> Iterator[Step]:
    """The steps, with those of functions in the place of calls where they are known; no function holds any more."""
    for step in steps:
        below: Sequence[Step] | None = None
        if isinstance(step, Held):
            below = _in_common([[*_resolved(unit, way)] for way in step.ways], step.names)
            step = step.call
        elif isinstance(step, Call) and not isinstance(step.what, Aside):
            below = _steps_of(unit, step)
        if below is None:
            yield step
        else:
            yield from below


def _steps_of(unit: Unit, call: Call) -> list[Step] | None:
    """The reads of a function that came to a value, in terms of the operands; None where they are not known."""
    group = call.what
    assert not isinstance(group, Aside)
    known = _known(unit, group)
    if known is None:
        return None
    operands = dict(zip(group.parameters, call.operands, strict=True))
    found: list[Step] = []
    for step in known:
        base = operands.get(step.base)
        if step.base and not isinstance(base, ast.Name):
            return None
        keys = tuple(operands[key.id] if isinstance(key, ast.Name) else key for key in step.keys)
        found.append(Read(base.id if isinstance(base, ast.Name) else "", keys, step.stops))
    return found


def _known(unit: Unit, group: Group) -> list[Read] | None:
    """The reads of a function that came to a value, if they are the same whichever definition it came from."""
    return _in_common([[*_resolved(unit, steps)] for steps in group.ways], group.parameters)


def _needed(unit: Unit | None, steps: tuple[Step, ...]) -> list[Step]:
    """The steps, the last one first, without those that later ones go through."""
    found: list[Step] = []
    for step in reversed(steps):
        if not any(isinstance(later, Read) and _goes_through(unit, later, step) for later in found):
            found.append(step)
    return found


def _goes_through(unit: Unit | None, later: Read, step: Step) -> bool:
    if any(not isinstance(key, tuple) for key in later.way[1:]):
        return False
    if isinstance(step, Loop):
        return later.base == step.item and unit is not None and not unit.has_sets
    return isinstance(step, Read) and len(step.stops) == 1 and later.way[: len(step.way)] == step.way


def _written(unit: Unit, step: Step, *, shared: bool) -> ast.expr:
    """The expression that leaves a step behind. Policies that share a value call the groups within it the same, but not
    what is aside."""
    match step:
        case Read(base, keys, stops):
            below: ast.expr = _py.tuple_of(*keys)
            begin = _py.name(base) if base else _py.const(None)
            if len(stops) > 1:
                start = begin if base else _py.attribute(_py.name("s"), "input")
                below = _py.call("reached", start, below, _py.const(stops))
            return _py.tuple_of(begin, below)
        case Loop(collection, item):
            known = [_py.const(_trails_of(name)) for name in unit.shared_trails]
            led = _py.call("led", _py.name("s"), _py.name(item), *known) if unit.has_sets else _py.const(None)
            return _py.tuple_of(collection, _py.name(item), led)
        case Call(what, operands) if not (shared and isinstance(what, Aside)):
            return _py.tuple_of(_py.tuple_of(*operands), _py.const(unit.called(what)))
    return _py.const(None)


# --- what reads nothing -----------------------------------------------------------------------------------------


def reads_nothing(unit: Unit, group: Group) -> bool:
    """Whether evaluating a group reads no member of anything but parameters."""
    if group.reads_nothing is None:
        parts = (part for definition in group.definitions for part in definition.parts)
        group.reads_nothing = all(_reads_nothing(unit, part) for part in parts)
    return group.reads_nothing


def _reads_nothing(unit: Unit, node: object) -> bool:
    return reads_only(
        node,
        call=lambda operator: _asks_nothing(unit, operator),
        ref=lambda head, operands: _refers_to_nothing(unit, head, operands),
    )


def _asks_nothing(unit: Unit, operator: Term) -> bool:
    name = calls.operator(operator)
    if name in unit.mocked:
        return False
    if not name.startswith("data."):
        return True
    group = unit.function_group(operator)
    return group is None or reads_nothing(unit, group)


def _refers_to_nothing(unit: Unit, head: Value, operands: Sequence[Term]) -> bool:
    if head == Var("input"):
        return bool(operands) and operands[0].value == String(unit.parameters)
    if head != Var("data"):
        return False
    place, way_out = unit.come_to(operands)
    return not way_out and place.group is not None and reads_nothing(unit, place.group)

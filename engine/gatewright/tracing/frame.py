"""The evaluation of one query: its expressions one after another, each solution handed on to what follows.

This is OPA's topdown (topdown/eval.go), function for function, in continuation-passing style: a function calls `then`
for every solution and gives back None, or why the evaluation stops: an `EarlyExit`, or the error that ends it. The
modules for calls, refs, `every` and `with` work on a Frame, which imports them where it hands on to them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from gatewright.errors import RegoEvaluationError
from gatewright.runtime.context import Context
from gatewright.runtime.documents import get
from gatewright.runtime.values import UNDEFINED, RegoSet, equal, from_key, sorted_keys
from gatewright.tracing.caches import MISSING, ComprehensionCache, Mocks, Targets, VirtualCache, cache_key
from gatewright.tracing.events import DUPLICATE, ENTER, EVAL, EXIT, FAIL, INDEX, NOTE, REDO, UNIFY, Event
from gatewright.tracing.program import Expression
from gatewright.tracing.terms import (
    PATTERNS,
    ArrayPattern,
    Bindings,
    Comprehension,
    ObjectPattern,
    Reference,
    SetPattern,
    Variable,
    array_of,
    object_of,
    same,
    set_of,
)

if TYPE_CHECKING:
    from gatewright.source import Location
    from gatewright.tracing.index import Candidates
    from gatewright.tracing.program import Shown, TracedBody, TracedProgram


class EarlyExit:
    """One solution is enough. `deferred`: for a caller, not for the query that found it. `before` is what ended the
    evaluation further in."""

    __slots__ = ("before", "deferred")

    def __init__(self, before: Stop = None, *, deferred: bool = False) -> None:
        self.before = before
        self.deferred = deferred


Stop: TypeAlias = EarlyExit | RegoEvaluationError | None
Then: TypeAlias = Callable[[], Stop]


def without_early_exit(stop: Stop) -> Stop:
    return stop.before if stop.__class__ is EarlyExit else stop


def is_deferred(stop: Stop) -> bool:
    return stop.__class__ is EarlyExit and stop.deferred


class Evaluation:
    """What all queries of one evaluation share."""

    def __init__(self, program: TracedProgram, context: Context, data: Any, *, unifications: bool = False) -> None:
        self.program = program
        self.data = data
        self.context = context
        self.unifications = unifications
        self.trace: list[Event] = []
        self.unplaced = program.program.state.unplaced
        """The locations, by identity, of what stands nowhere for OPA."""
        self.virtual = VirtualCache()
        self.comprehensions = ComprehensionCache()
        self.targets = Targets()
        self.mocks = Mocks()
        self._queries = 0

    def next_query(self) -> int:
        number = self._queries
        self._queries += 1
        return number


class Frame:
    """One query under way: a body, where it has come to, and its variables."""

    __slots__ = (
        "bindings",
        "body",
        "data",
        "defined",
        "find_one",
        "index",
        "input",
        "last_location",
        "parent",
        "query",
        "run",
    )

    def __init__(self, run: Evaluation, body: TracedBody, input: Any, data: Any) -> None:
        self.run = run
        self.body = body
        self.input = input
        """The input, UNDEFINED without one."""
        self.data = data
        """What `with` has put into data, UNDEFINED where it has put nothing."""
        self.index = 0
        self.query = run.next_query()
        self.parent: Frame | None = None
        self.bindings = Bindings(0)
        self.find_one = False
        self.defined = False
        self.last_location: Location | None = None

    def closure(self, body: TracedBody) -> Frame:
        """A query within this one, which shares its variables."""
        new = Frame.__new__(Frame)
        new.run, new.body, new.input, new.data = self.run, body, self.input, self.data
        new.index = 0
        new.query = self.run.next_query()
        new.parent = self
        new.bindings = self.bindings
        new.find_one = False
        new.defined = self.defined and not self.run.program.edition.newer
        new.last_location = self.last_location
        return new

    def child(self, body: TracedBody) -> Frame:
        """A query with variables of its own."""
        new = self.closure(body)
        new.bindings = Bindings(new.query)
        return new

    # --- events ---

    def trace(self, op: str, about: Shown | None, message: str = "", **more: Any) -> None:
        location = about.location if about is not None else None
        if location is None or id(location) in self.run.unplaced:
            location = self.last_location
        else:
            self.last_location = location
        if isinstance(about, Expression):
            about = about.as_seen_by(self.bindings)
        parent = self.parent.query if self.parent is not None else 0
        self.run.trace.append(Event(op, self.query, parent, about, location, message, **more))

    def enter(self, about: Shown) -> None:
        self.trace(ENTER, about)

    def exit(self, about: Shown) -> None:
        self.trace(EXIT, about, "early" if self.find_one else "")

    def redo(self, about: Shown) -> None:
        self.trace(REDO, about)

    def fail(self, about: Shown) -> None:
        self.trace(FAIL, about)

    def duplicate(self, about: Shown) -> None:
        self.trace(DUPLICATE, about)

    def indexed(self, message: str, ref: tuple[Any, ...]) -> None:
        self.trace(INDEX, self.body.exprs[self.index], message, ref=ref)

    def note(self, text: str) -> None:
        parent = self.parent.query if self.parent is not None else 0
        location = self.body.exprs[self.index].location
        self.run.trace.append(Event(NOTE, self.query, parent, None, location, text))

    def unified(self, a: Any, b: Any) -> None:
        if self.run.unifications:
            self.trace(UNIFY, None, sides=(a, b))

    # --- documents ---

    def document(self, path: Sequence[Any]) -> Any:
        """The base document at a path that starts with `data`, with what `with` has put there; UNDEFINED if none."""
        from gatewright.tracing.documents import merged, stored_document

        put = UNDEFINED if self.data is UNDEFINED else stored_in(self.data, path[1:])
        if self.run.targets.cover(path):
            return put
        base = stored_document(self.run.data, path[1:])
        if put is UNDEFINED or base is UNDEFINED:
            return base if put is UNDEFINED else put
        return merged(put, base)

    def candidates(self, path: tuple[Any, ...], args: tuple[Any, ...] | None) -> Candidates | None:
        """The rules at a path that may hold."""
        found = self.run.program.candidates(path, self, args)
        if found is not None:
            count = "1 rule" if len(found.rules) == 1 else f"{len(found.rules)} rules"
            self.indexed(f"(matched {count}{', early exit' if found.early_exit else ''})", path)
        return found

    # --- bodies ---

    def solve(self, then: Then) -> Stop:
        """The body as a query of its own: with its events."""
        self.enter(self.body)

        def found() -> Stop:
            self.exit(self.body)
            stop = then()
            self.redo(self.body)
            return stop

        return self.evaluate(found)

    def evaluate(self, then: Then) -> Stop:
        """The expressions from where the query stands."""
        if self.index >= len(self.body.exprs):
            stop = then()
            if stop is not None:
                if stop.__class__ is EarlyExit:
                    return EarlyExit(stop, deferred=not self.find_one)
                return stop
            return EarlyExit() if self.find_one else None
        expr = self.body.exprs[self.index]
        self.trace(EVAL, expr)
        if expr.withs:
            from gatewright.tracing.withs import under_with

            return under_with(self, expr, then)
        return self.step(lambda: self.next(then))

    def next(self, then: Then) -> Stop:
        self.index += 1
        stop = self.evaluate(then)
        self.index -= 1
        return stop

    def step(self, then: Then) -> Stop:
        """The expression the query stands at, its `with` aside."""
        expr = self.body.exprs[self.index]
        if expr.negated:
            return self._negated(expr, then)
        defined = False

        def found() -> Stop:
            nonlocal defined
            defined = True
            stop = then()
            self.redo(expr)
            return stop

        stop = self._expression(expr, found)
        if stop is None and not defined:
            self.fail(expr)
        return stop

    def _expression(self, expr: Expression, then: Then) -> Stop:
        kind = expr.kind
        if kind == "unify":
            return self.unify(expr.terms[0], expr.terms[1], then)
        if kind == "call":
            from gatewright.tracing.calls import call

            return call(self, expr.name, expr.terms, then)
        if kind == "term":
            return self._term(expr.terms[0], then)
        if kind == "every":
            from gatewright.tracing.every import every

            return every(self, expr, then)
        if kind == "not":
            return self._not(expr, then)
        return self._logical(expr, then)

    def _term(self, term: Any, then: Then) -> Stop:
        held = Variable(f"$_term_{self.query}_{self.index}")

        def found() -> Stop:
            return None if self.bindings.plug(held) is False else then()

        return self.unify(term, held, found)

    def _negated(self, expr: Expression, then: Then) -> Stop:
        stop, defined = self._holds(expr.complement)
        if stop is not None:
            return stop
        if not defined:
            return then()
        self.fail(expr)
        return None

    def _not(self, expr: Expression, then: Then) -> Stop:
        stop, defined = self._holds(expr.bodies[0])
        return then() if stop is None and not defined else stop

    def _holds(self, body: TracedBody, *, find_one: bool = False) -> tuple[Stop, bool]:
        child = self.closure(body)
        child.find_one = find_one
        child.enter(body)

        def found() -> Stop:
            child.exit(body)
            child.redo(body)
            child.defined = True
            return None

        return child.evaluate(found), child.defined

    def _logical(self, expr: Expression, then: Then) -> Stop:
        """`and`, `or`: the second operand is looked at only where the first does not decide."""
        for operand in expr.bodies:
            stop, defined = self._holds(operand, find_one=True)
            stop = without_early_exit(stop)
            if stop is not None:
                return stop
            if defined == (expr.kind == "or"):
                return then() if defined else None
        return then() if expr.kind == "and" else None

    # --- unification ---

    def unify(self, a: Any, b: Any, then: Then) -> Stop:
        return self.biunify(a, b, self.bindings, self.bindings, then)

    def biunify(self, a: Any, b: Any, b1: Bindings, b2: Bindings, then: Then) -> Stop:
        """Make two terms equal, each read with its own bindings."""
        a, b1 = b1.apply(a)
        b, b2 = b2.apply(b)
        self.unified(a, b)
        left, right = a.__class__, b.__class__
        if left is Reference:
            return self._reference(a, b, b1, b2, then)
        if right is Reference:
            return self._reference(b, a, b2, b1, then)
        if left is Comprehension:
            return self._comprehension(a, b, b1, b2, then)
        if right is Comprehension:
            return self._comprehension(b, a, b2, b1, then) if _may_be(left, b) else None
        if left is Variable or right is Variable:
            return _bound(a, b, b1, b2, then)
        if left in (list, ArrayPattern) and right in (list, ArrayPattern):
            return self._arrays(a, b, b1, b2, then)
        if left in (dict, ObjectPattern) and right in (dict, ObjectPattern):
            return self._objects(a, b, b1, b2, then)
        if left is SetPattern or left is RegoSet:
            a, b = b1.plug(a), b2.plug(b)
        return then() if same(a, b) else None

    def unify_all(self, a: list[Any], b: list[Any], b1: Bindings, b2: Bindings, then: Then, at: int = 0) -> Stop:
        """Make two lists of terms equal, member by member."""
        if at == len(a):
            return then()
        return self.biunify(a[at], b[at], b1, b2, lambda: self.unify_all(a, b, b1, b2, then, at + 1))

    def _arrays(self, a: Any, b: Any, b1: Bindings, b2: Bindings, then: Then) -> Stop:
        if not self.run.unifications and a.__class__ is list and b.__class__ is list:
            return then() if equal(a, b) else None
        left = a if a.__class__ is list else a.items
        right = b if b.__class__ is list else b.items
        return self.unify_all(left, right, b1, b2, then) if len(left) == len(right) else None

    def _objects(self, a: Any, b: Any, b1: Bindings, b2: Bindings, then: Then) -> Stop:
        if not self.run.unifications and a.__class__ is dict and b.__class__ is dict:
            return then() if equal(a, b) else None
        left, right = _pairs(a, b1), _pairs(b, b2)
        if len(left) != len(right):
            return None
        return self._values(left, right, b1, b2, then, 0)

    def _values(
        self, left: list[tuple[Any, Any]], right: list[tuple[Any, Any]], b1: Bindings, b2: Bindings, then: Then, at: int
    ) -> Stop:
        if at == len(left):
            return then()
        key, value = left[at]
        for other, item in right:
            if same(key, other):
                return self.biunify(value, item, b1, b2, lambda: self._values(left, right, b1, b2, then, at + 1))
        return None

    def _reference(self, ref: Reference, b: Any, b1: Bindings, b2: Bindings, then: Then) -> Stop:
        from gatewright.tracing.documents import Tree, Within

        head = ref.terms[0]
        if head.__class__ is Variable and head.name == "data":
            return Tree(self, ref.terms, 1, list(ref.terms), b1, b, b2, self.run.program.root).evaluate(then)
        if head.__class__ is Variable and head.name == "input":
            if self.input is UNDEFINED:
                return None
            return Within(self, ref.terms, 1, b1, self.input, b1, b, b2).evaluate(then)
        term, where = b1.apply(head)
        if term is head:
            return None
        return Within(self, ref.terms, 1, b1, term, where, b, b2).evaluate(then)

    # --- comprehensions ---

    def _comprehension(self, a: Comprehension, b: Any, b1: Bindings, b2: Bindings, then: Then) -> Stop:
        if a.keys is not None:
            stop, value = self._filed(a)
            if stop is not None:
                return stop
            if value is not MISSING:
                return self.biunify(value, b, b1, b2, then)
        child = self.closure(a.body)
        made = _Made(a)
        stop = child.solve(lambda: made.add(child.bindings))
        if stop is not None:
            return stop
        return self.biunify(made.value, b, b1, b2, then)

    def _filed(self, a: Comprehension) -> tuple[Stop, Any]:
        """The results of a comprehension for the values that the variables it is filed by have now."""
        assert a.keys is not None
        keys = a.keys
        filed = self.run.comprehensions.get(a)
        if filed is None:
            child = self.child(a.body)
            groups: dict[tuple[Any, ...], _Made] = {}

            def found() -> Stop:
                key = tuple(cache_key(child.bindings.plug(k)) for k in keys)
                return groups.setdefault(key, _Made(a, merge=True)).add(child.bindings)

            stop = child.solve(found)
            if stop is not None:
                return stop, MISSING
            filed = {key: made.value for key, made in groups.items()}
            self.run.comprehensions.put(a, filed)
        key = tuple(cache_key(self.bindings.plug(k)) for k in keys)
        return None, filed.get(key, MISSING)


class _Made:
    """The value of a comprehension while it is made. `merge`: a key that comes again takes the later value."""

    __slots__ = ("_merge", "_of", "_parts")

    def __init__(self, of: Comprehension, *, merge: bool = False) -> None:
        self._of = of
        self._merge = merge
        self._parts: list[Any] = []

    def add(self, bindings: Bindings) -> Stop:
        heads = [bindings.plug(head) for head in self._of.heads]
        if self._of.kind != "object":
            self._parts.append(heads[0])
            return None
        key, value = heads
        if not self._merge:
            for known, there in self._parts:
                if same(known, key) and not same(there, value):
                    return _object_conflict(self._of.node.key.location)
        self._parts.append((key, value))
        return None

    @property
    def value(self) -> Any:
        if self._of.kind == "array":
            return array_of(self._parts)
        return set_of(self._parts) if self._of.kind == "set" else object_of(self._parts)


def _object_conflict(location: Location) -> RegoEvaluationError:
    from gatewright.runtime.conflicts import ConflictError

    return ConflictError("object keys must be unique", location)


def stored_in(value: Any, path: Iterable[Any]) -> Any:
    """The part of a value at a path; UNDEFINED where there is none."""
    for step in path:
        value = get(value, step) if step.__class__ not in PATTERNS else UNDEFINED
    return value


def _bound(a: Any, b: Any, b1: Bindings, b2: Bindings, then: Then) -> Stop:
    """Unify where one side at least is a variable without a value."""
    if a.__class__ is Variable:
        if b.__class__ is Variable and b1 is b2 and a.name == b.name:
            return then()
        variable, where, term, other = a, b1, b, b2
    else:
        variable, where, term, other = b, b2, a, b1
    where.bind(variable, term, other)
    stop = then()
    where.unbind(variable)
    return stop


def _may_be(kind: type, comprehension: Comprehension) -> bool:
    """Whether OPA looks at a comprehension at all that meets a term of this kind."""
    if kind in (list, ArrayPattern):
        return comprehension.kind == "array"
    if kind in (dict, ObjectPattern):
        return comprehension.kind == "object"
    return kind in (Variable, SetPattern, RegoSet)


def _pairs(term: Any, bindings: Bindings) -> list[tuple[Any, Any]]:
    if term.__class__ is dict:
        return [(from_key(key), term[key]) for key in sorted_keys(term)]
    return [(bindings.plug(key), value) for key, value in term.pairs]

"""Documents that rules define: one value, or the members of a set or object."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gatewright.errors import RegoEvaluationError
from gatewright.runtime.conflicts import ConflictError
from gatewright.runtime.values import EMPTY, UNDEFINED, RegoSet, equal, to_key
from gatewright.tracing.caches import MISSING, Scope, cache_key
from gatewright.tracing.conflicts import conflict_of_rule, one_value
from gatewright.tracing.documents import Tree, Within
from gatewright.tracing.frame import without_early_exit
from gatewright.tracing.terms import Bindings, Variable, is_ground, same

if TYPE_CHECKING:
    from gatewright.tracing.frame import Frame, Stop, Then
    from gatewright.tracing.index import Candidates
    from gatewright.tracing.program import TracedRule


def virtual(tree: Tree, then: Then) -> Stop:
    """The document of the rules that a ref has come to."""
    candidates = tree.frame.candidates(tuple(tree.plugged[: tree.at + 1]), None)
    if candidates is None:
        return None
    if candidates.multi_value or not candidates.only_ground_refs:
        return _Partial(tree, candidates).evaluate(then)
    return _Complete(tree, candidates).evaluate(then)


class _Document:
    """What rules define at `tree.at`, read on from there."""

    def __init__(self, tree: Tree, candidates: Candidates) -> None:
        self._tree = tree
        self._frame = tree.frame
        self._at = tree.at
        self._candidates = candidates
        self._path = list(tree.plugged[: tree.at + 1])

    def _within(self, then: Then, at: int, term: Any, bindings: Bindings) -> Stop:
        tree = self._tree
        return Within(
            self._frame, tree.terms, at, tree.bindings, term, bindings, tree.other, tree.other_bindings
        ).evaluate(then)


# --- one value ----------------------------------------------------------------------------------------------------


class _Complete(_Document):
    def evaluate(self, then: Then) -> Stop:
        candidates = self._candidates
        first = candidates.rules[0] if candidates.rules else candidates.default
        if first is None or first.args or (candidates.default is not None and candidates.default.args):
            # Functions have no document.
            return None
        known = self._frame.run.virtual.get(self._path)
        if known is UNDEFINED:
            return None
        if known is not MISSING:
            return self._within(then, self._at + 1, known, self._tree.bindings)
        return without_early_exit(
            one_value(
                self._frame,
                self._candidates,
                lambda rule, before: self._rule(then, rule, before),
                _unbound,
                undefined=lambda: self._frame.run.virtual.put(self._path, UNDEFINED),
            )
        )

    def _rule(self, then: Then, rule: TracedRule, before: Any) -> tuple[Stop, Any]:
        child = self._frame.child(rule.body)
        child.find_one = self._candidates.early_exit
        result: Any = MISSING

        def found() -> Stop:
            nonlocal before, result
            child.exit(rule)
            result = child.bindings.plug(rule.value)
            if before is not MISSING:
                if not same(before, result):
                    return conflict_of_rule(rule)
                child.redo(rule)
                return None
            before = result
            self._frame.run.virtual.put(self._path, result)
            term, bindings = child.bindings.apply(rule.value)
            stop = self._within(then, self._at + 1, term, bindings)
            if stop is None:
                child.redo(rule)
            return stop

        child.enter(rule)
        return child.evaluate(found), result


def _unbound(child: Frame, rule: TracedRule, then: Then) -> Stop:
    return then()


# --- many members -------------------------------------------------------------------------------------------------


class _Partial(_Document):
    """Rules that each add members: to a set, to an object, or to what a ref with variables says."""

    def evaluate(self, then: Then) -> Stop:
        if len(self._tree.terms) == self._at + 1:
            return self._whole(then)
        if self._candidates.empty:
            return None
        return self._members(then)

    @property
    def _nothing(self) -> _Building:
        return _Building(self._at, is_set=self._candidates.multi_value and self._candidates.only_ground_refs)

    def _whole(self, then: Then) -> Stop:
        tree = self._tree
        value = self._frame.run.virtual.get(self._path)
        if value is MISSING:
            stop, value = self._all()
            if stop is not None:
                return stop
            self._frame.run.virtual.put(self._path, value)
        return self._frame.biunify(value, tree.other, tree.bindings, tree.other_bindings, then)

    def _all(self) -> tuple[Stop, Any]:
        building = self._nothing
        for rule in self._candidates.rules:
            child = self._frame.child(rule.body)

            def found(child: Frame = child, rule: TracedRule = rule) -> Stop:
                child.exit(rule)
                stop, _ = building.add(rule, child.bindings)
                if stop is None:
                    child.redo(rule)
                return stop

            child.enter(rule)
            stop = child.evaluate(found)
            if stop is not None:
                return stop, None
        return None, building.value

    def _members(self, then: Then) -> Stop:
        """The document as far as the operands of the ref ask for it."""
        cached = self._cached(then)
        if cached.hit:
            return cached.stop
        if cached.whole:
            stop, value = self._all()
            if stop is not None:
                return stop
            self._frame.run.virtual.put(self._path, value)
            return self._within(then, self._at + 1, value, self._tree.bindings)
        building = self._nothing
        for rule in self._candidates.rules:
            stop = self._asked(rule, building)
            if stop is not None:
                return stop
        value = building.value
        if cached.key is not None:
            part = _find(value, [step for step in cached.key if step.__class__ is not Scope][self._at + 1 :])
            if part is not UNDEFINED:
                self._frame.run.virtual.put(cached.key, part)
        return self._within(then, self._at + 1, value, self._tree.bindings)

    def _cached(self, then: Then) -> _Cached:
        frame, tree = self._frame, self._tree
        known = frame.run.virtual.get(self._path)
        if known is not MISSING:
            return _Cached(hit=True, stop=self._within(then, self._at + 1, known, tree.bindings))
        if tree.bindings.plug(tree.terms[self._at + 1]).__class__ is Variable:
            return _Cached(whole=True)
        key: list[Any] | None = None
        ended = self._at + 1
        scope: list[Any] | None = None
        for position in range(self._at + 1, self._longest()):
            step = tree.bindings.plug(tree.terms[position])
            if is_ground(step) and scope is None:
                ended = position
                key = [*(self._path if key is None else key), step]
            elif key is None:
                break
            else:
                scope = [*(scope or ()), step]
            known = frame.run.virtual.get(_scoped(key, scope))
            if known is not MISSING:
                return _Cached(hit=True, stop=self._within(then, ended + 1, known, tree.bindings))
        if key is None:
            return _Cached()
        reduced = Scope(scope or ()).reduced()
        return _Cached(key=[*key, reduced] if reduced.terms else key)

    def _longest(self) -> int:
        """How many steps of the ref the rules' heads reach."""
        asked = len(self._tree.terms)
        reached = (len(rule.ref) + rule.multi_value for rule in self._candidates.rules)
        return min(asked, max(reached, default=0))

    def _asked(self, rule: TracedRule, building: _Building) -> Stop:
        """Evaluate a rule for the members that the ref asks for."""
        child = self._frame.child(rule.body)

        def found() -> Stop:
            child.exit(rule)
            stop, twice = building.add(rule, child.bindings)
            if twice:
                child.duplicate(rule)
            if stop is None and (self._frame.run.program.edition.newer or not twice):
                child.redo(rule)
            return stop

        bound = False

        def evaluated() -> Stop:
            nonlocal bound
            bound = True
            return child.evaluate(found)

        child.enter(rule)
        stop = self._head(child, rule, self._at + 1, evaluated)
        if stop is None and not bound:
            child.fail(rule)
        return stop

    def _head(self, child: Frame, rule: TracedRule, at: int, then: Then) -> Stop:
        """Unify the operands of the ref with the variables in the rule's head."""
        asked, own, ours = self._tree.terms, rule.ref, self._tree.bindings
        if at < len(asked) and at < len(own):
            return child.biunify(
                asked[at], own[at], ours, child.bindings, lambda: self._head(child, rule, at + 1, then)
            )
        if rule.multi_value and at < len(asked) and len(own) <= len(asked):
            return child.biunify(asked[at], rule.set_key, ours, child.bindings, then)
        return then()


class _Cached:
    """What the cache says of a partial document: `hit` that it was there and has been read, `whole` that all of it is
    to be computed, `key` where what is computed belongs."""

    __slots__ = ("hit", "key", "stop", "whole")

    def __init__(
        self, *, hit: bool = False, stop: Stop = None, whole: bool = False, key: list[Any] | None = None
    ) -> None:
        self.hit = hit
        self.stop = stop
        self.whole = whole
        self.key = key


def _scoped(key: list[Any], scope: list[Any] | None) -> list[Any]:
    return key if scope is None else [*key, Scope(scope)]


def _find(value: Any, path: list[Any]) -> Any:
    from gatewright.runtime.documents import get

    for step in path:
        value = get(value, step)
    return value


class _Building:
    """A document that rules with members build together."""

    def __init__(self, at: int, *, is_set: bool) -> None:
        self._at = at
        self._members: dict[Any, None] | None = {} if is_set else None
        self._object: dict[Any, Any] = {}
        self._visited: list[tuple[Any, ...]] = []

    @property
    def value(self) -> Any:
        if self._members is None:
            return _finished(self._object)
        return RegoSet.of_keys(dict(self._members)) if self._members else EMPTY

    def add(self, rule: TracedRule, bindings: Bindings) -> tuple[Stop, bool]:
        """Add what a solution says; whether it was there already."""
        if self._members is not None:
            return None, _joined(self._members, bindings.plug(rule.key))
        path = [bindings.plug(step) for step in rule.ref[self._at + 1 :]]
        if self._collides(tuple(map(cache_key, path))):
            return _conflict(rule), False
        place: Any = self._object
        for step in path[:-1]:
            place = place.setdefault(to_key(step), {})
            if place.__class__ is not dict:
                return _conflict(rule), False
        leaf = to_key(path[-1])
        if rule.multi_value:
            members = place.setdefault(leaf, _Members())
            if members.__class__ is not _Members:
                return _conflict(rule), False
            return None, _joined(members, bindings.plug(rule.key))
        value = bindings.plug(rule.value)
        there = place.get(leaf, UNDEFINED)
        if there is not UNDEFINED:
            return (None, True) if _agree(there, value) else (_conflict(rule), False)
        place[leaf] = value
        return None, False

    def _collides(self, path: tuple[Any, ...]) -> bool:
        """Whether the path leads through another's value."""
        if any(path[: len(other)] == other and path != other for other in self._visited):
            return True
        self._visited.append(path)
        return False


class _Members(dict[Any, None]):
    """A set at the end of a ref, while it is built."""


def _joined(members: dict[Any, None], value: Any) -> bool:
    key = to_key(value)
    there = key in members
    members[key] = None
    return there


def _agree(there: Any, value: Any) -> bool:
    return there.__class__ is not _Members and equal(_finished(there), value)


def _finished(value: Any) -> Any:
    if value.__class__ is _Members:
        return RegoSet.of_keys(dict(value))
    if value.__class__ is dict and any(item.__class__ in (dict, _Members) for item in value.values()):
        return {key: _finished(item) for key, item in value.items()}
    return value


def _conflict(rule: TracedRule) -> RegoEvaluationError:
    return ConflictError("object keys must be unique", rule.compiled.head.location)

"""Refs: the way through `data` with its rules, and through values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from gatewright.runtime.documents import base_member, get
from gatewright.runtime.values import UNDEFINED, RegoSet, from_key, sorted_keys, to_key
from gatewright.tracing.frame import is_deferred
from gatewright.tracing.program import child_of, key_of
from gatewright.tracing.terms import (
    PATTERNS,
    ArrayPattern,
    Bindings,
    ObjectPattern,
    Reference,
    SetPattern,
    Variable,
    is_ground,
    same,
)

if TYPE_CHECKING:
    from gatewright.analysis.program import RuleNode
    from gatewright.tracing.frame import Frame, Stop, Then


def each(keys: Iterable[Any], step: Callable[[Any], Stop]) -> Stop:
    """Take all the keys: an early exit that is another's does not end them, but is handed on when they are done."""
    deferred: Stop = None
    for key in keys:
        stop = step(key)
        if is_deferred(stop):
            deferred = deferred or stop
        elif stop is not None:
            return stop
    return deferred


# --- data ---------------------------------------------------------------------------------------------------------


class Tree:
    """A ref into `data` that has come to `at`: `node` is the place among the rules, if there is one."""

    __slots__ = ("at", "bindings", "frame", "node", "other", "other_bindings", "plugged", "terms")

    def __init__(
        self,
        frame: Frame,
        terms: tuple[Any, ...],
        at: int,
        plugged: list[Any],
        bindings: Bindings,
        other: Any,
        other_bindings: Bindings,
        node: RuleNode | None,
    ) -> None:
        self.frame = frame
        self.terms = terms
        self.at = at
        self.plugged = plugged
        self.bindings = bindings
        self.other = other
        """What the document is to be unified with."""
        self.other_bindings = other_bindings
        self.node = node

    def evaluate(self, then: Then) -> Stop:
        if self.at == len(self.terms):
            return self._finish(then)
        key = self.bindings.plug(self.terms[self.at])
        if is_ground(key):
            return self._next(key, then)
        return self._enumerate(then)

    def _finish(self, then: Then) -> Stop:
        stop, value = self._extent()
        if stop is not None or value is UNDEFINED:
            return stop
        return self.frame.biunify(self.other, value, self.other_bindings, self.bindings, then)

    def _next(self, key: Any, then: Then) -> Stop:
        from gatewright.tracing.rules import virtual

        self.plugged[self.at] = key
        path = self.plugged[: self.at + 1]
        node = None
        if not self.frame.run.targets.cover(path):
            node = child_of(self.node, key) if self.node is not None else None
            if node is not None and node.rules:
                return virtual(self, then)
        return Tree(
            self.frame,
            self.terms,
            self.at + 1,
            self.plugged,
            self.bindings,
            self.other,
            self.other_bindings,
            node,
        ).evaluate(then)

    def _enumerate(self, then: Then) -> Stop:
        document = self.frame.document(self.plugged[: self.at])

        def step(key: Any) -> Stop:
            here = self.terms[self.at]
            return self.frame.biunify(key, here, self.bindings, self.bindings, lambda: self._next(key, then))

        stop = each(keys_of(document), step)
        if stop is not None or self.node is None:
            return stop
        for child in self.node.ordered_children:
            key = key_of(child)
            if get(document, key) is UNDEFINED:
                stop = step(key)
                if stop is not None:
                    return stop
        return None

    def _extent(self) -> tuple[Stop, Any]:
        """The whole document at a place: base data and the rules below it."""
        base = self.frame.document(self.plugged)
        if self.node is None:
            return None, base
        leaves = _Leaves(self.frame)
        stop, rules = leaves.below(_Path.at(self.plugged), self.node)
        leaves.settle()
        if stop is not None:
            return stop, UNDEFINED
        return None, rules if base is UNDEFINED else merged(base, rules)


class _Leaves:
    """The documents of all rules below a place."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._shown: list[tuple[Reference, _Path]] = []

    def below(self, path: _Path, node: RuleNode) -> tuple[Stop, dict[Any, Any]]:
        result: dict[Any, Any] = {}
        for child in node.ordered_children:
            if child.hidden:
                continue
            key = key_of(child)
            path = path.longer(key)
            stop, value = self._leaf(path) if child.rules else self.below(path, child)
            path = path.shorter()
            if stop is not None:
                return stop, result
            if value is not UNDEFINED:
                result[to_key(key)] = value
        return None, result

    def _leaf(self, path: _Path) -> tuple[Stop, Any]:
        held, value = Variable("$_leaf"), UNDEFINED
        bindings = self._frame.bindings

        def found() -> Stop:
            nonlocal value
            value = bindings.plug(held)
            return None

        ref = Reference(path.steps)
        self._shown.append((ref, path))
        stop = self._frame.unify(ref, held, found)
        return stop, value

    def settle(self) -> None:
        """A trace is printed when all is done, and then the refs of OPA's, which share their memory, show what was put
        there last."""
        for ref, path in self._shown:
            ref.terms = path.steps


class _Path:
    """A Go slice of steps: making it longer writes into memory that others may share, until that is full."""

    __slots__ = ("_cells", "_length", "_room")

    def __init__(self, cells: list[Any], length: int, room: int) -> None:
        self._cells = cells
        self._length = length
        self._room = room

    @classmethod
    def at(cls, steps: list[Any]) -> _Path:
        return cls(list(steps), len(steps), len(steps))

    @property
    def steps(self) -> tuple[Any, ...]:
        return tuple(self._cells[: self._length])

    def longer(self, step: Any) -> _Path:
        cells, room = self._cells, self._room
        if self._length == room:
            cells, room = cells[: self._length], 2 * self._length
            cells += [None] * (room - self._length)
        cells[self._length] = step
        return _Path(cells, self._length + 1, room)

    def shorter(self) -> _Path:
        return _Path(self._cells, self._length - 1, self._room)


def merged(first: Any, second: Any) -> Any:
    """Two documents in one; where both have a value that is no object, the first one's."""
    if first.__class__ is not dict or second.__class__ is not dict:
        return first
    both = {**second, **first}
    for key in first.keys() & second.keys():
        both[key] = merged(first[key], second[key])
    return both


def stored_document(data: Any, path: Sequence[Any]) -> Any:
    """What base data holds at a path below `data`; as a whole it is without what OPA keeps to itself."""
    if not path and data.__class__ is dict:
        return {key: value for key, value in data.items() if key != "system"}
    for step in path:
        if step.__class__ in PATTERNS or step.__class__ in (list, dict, RegoSet):
            return UNDEFINED
        data = base_member(data, step)
        if data is UNDEFINED:
            break
    return data


def keys_of(value: Any) -> Iterator[Any]:
    """The keys of a value in order: of an array its indexes, of a set its members."""
    if value.__class__ is list:
        yield from range(len(value))
    elif value.__class__ is dict:
        for key in sorted_keys(value):
            yield from_key(key)
    elif value.__class__ is RegoSet:
        yield from value.sorted()


# --- values -------------------------------------------------------------------------------------------------------


class Within:
    """A ref into a value, which has come to `at`; the value's own variables have bindings of their own."""

    __slots__ = ("at", "bindings", "frame", "other", "other_bindings", "term", "term_bindings", "terms")

    def __init__(
        self,
        frame: Frame,
        terms: tuple[Any, ...],
        at: int,
        bindings: Bindings,
        term: Any,
        term_bindings: Bindings,
        other: Any,
        other_bindings: Bindings,
    ) -> None:
        self.frame = frame
        self.terms = terms
        self.at = at
        self.bindings = bindings
        self.term = term
        self.term_bindings = term_bindings
        self.other = other
        self.other_bindings = other_bindings

    def evaluate(self, then: Then) -> Stop:
        if self.at == len(self.terms):
            return self.frame.biunify(self.term, self.other, self.term_bindings, self.other_bindings, then)
        key = self.bindings.plug(self.terms[self.at])
        if is_ground(key):
            return self._next(key, then)
        return self._enumerate(then)

    def _next(self, key: Any, then: Then) -> Stop:
        found = self._get(key)
        if found is None:
            return None
        term, bindings = found
        below = Within(
            self.frame, self.terms, self.at + 1, self.bindings, term, bindings, self.other, self.other_bindings
        )
        return below.evaluate(then)

    def _get(self, key: Any) -> tuple[Any, Bindings] | None:
        term = self.term
        if term.__class__ not in PATTERNS:
            value = get(term, key) if key.__class__ not in PATTERNS else UNDEFINED
            return None if value is UNDEFINED else (value, self.term_bindings)
        if term.__class__ is ArrayPattern:
            item = get(list(term.items), key) if key.__class__ not in PATTERNS else UNDEFINED
            return None if item is UNDEFINED else self.term_bindings.apply(item)
        pairs = term.pairs if term.__class__ is ObjectPattern else ()
        if term.__class__ is SetPattern:
            pairs = tuple((item, item) for item in term.items)
        for name, value in pairs:
            if same(self.term_bindings.plug(name), key):
                return self.term_bindings.apply(key if term.__class__ is SetPattern else value)
        return None

    def _enumerate(self, then: Then) -> Stop:
        term = self.term
        if term.__class__ is list:
            return self._indexes(len(term), then)
        if term.__class__ is ArrayPattern:
            return self._indexes(len(term.items), then)
        if term.__class__ is RegoSet and self.at == len(self.terms) - 1:
            wanted = self.other_bindings.plug(self.other)
            if wanted.__class__ not in PATTERNS and self.frame.run.program.edition.newer:
                # The only member that can be meant is looked up.
                return each([wanted] if wanted in term else [], lambda key: self._key(key, then))
        return each(self._keys(), lambda key: self._key(key, then))

    def _keys(self) -> Iterable[Any]:
        term = self.term
        if term.__class__ is ObjectPattern:
            return [key for key, _ in term.pairs]
        return term.items if term.__class__ is SetPattern else keys_of(term)

    def _key(self, key: Any, then: Then) -> Stop:
        def found() -> Stop:
            return self._next(self.term_bindings.plug(key), then)

        return self.frame.biunify(key, self.terms[self.at], self.term_bindings, self.bindings, found)

    def _indexes(self, length: int, then: Then) -> Stop:
        """The indexes of an array for a variable; for anything else that holds variables there are none."""

        def step(index: int) -> Stop:
            here = self.terms[self.at]
            if here.__class__ is not Variable:
                return None
            self.frame.unified(index, here)
            # OPA goes on with the bindings that the variable turned out to live in.
            variable, self.bindings = self.bindings.apply(here)
            if variable.__class__ is not Variable:
                return None
            self.bindings.bind(variable, index, self.bindings)
            stop = self._next(index, then)
            self.bindings.unbind(variable)
            return stop

        return each(range(length), step)

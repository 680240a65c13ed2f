"""Expressions under `with`: the documents and functions they see replaced while they are evaluated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gatewright.runtime.documents import replace_paths
from gatewright.runtime.values import to_key
from gatewright.tracing.terms import Variable, text_of

if TYPE_CHECKING:
    from gatewright.tracing.frame import Frame, Stop, Then
    from gatewright.tracing.program import Expression


class _Replacements:
    """What the `with` clauses of an expression replace, while they do."""

    def __init__(self, frame: Frame, expr: Expression) -> None:
        self._frame = frame
        self._mocks: dict[str, Any] = {}
        self._targets: list[tuple[Any, ...]] = []
        inputs: list[tuple[tuple[Any, ...], Any]] = []
        data: list[tuple[tuple[Any, ...], Any]] = []
        for ref, _, term in expr.withs:
            value = frame.bindings.plug(term)
            head = ref.terms[0]
            root = head.name if head.__class__ is Variable else ""
            self._targets.append(ref.terms)
            if frame.run.program.is_function(ref):
                self._mocks[text_of(ref, {})] = value
            elif root in ("input", "data"):
                path = tuple(map(to_key, ref.terms[1:]))
                (inputs if root == "input" else data).append((path, value))
        self._input = replace_paths(frame.input, inputs) if inputs else frame.input
        self._data = replace_paths(frame.data, data) if data else frame.data
        self._before = (frame.input, frame.data)

    def put(self) -> None:
        frame, run = self._frame, self._frame.run
        self._before = (frame.input, frame.data)
        frame.input, frame.data = self._input, self._data
        run.comprehensions.push()
        run.virtual.push()
        run.targets.push(list(self._targets))
        run.mocks.push(self._mocks)

    def take(self) -> None:
        frame, run = self._frame, self._frame.run
        run.targets.pop()
        run.virtual.pop()
        run.comprehensions.pop()
        run.mocks.pop()
        frame.input, frame.data = self._before


def under_with(frame: Frame, expr: Expression, then: Then) -> Stop:
    """The expression with what it replaces; what comes after it sees the documents as they are."""
    replacements = _Replacements(frame, expr)

    def found() -> Stop:
        replacements.take()
        stop = frame.next(then)
        replacements.put()
        return stop

    replacements.put()
    stop = frame.step(found)
    replacements.take()
    return stop

"""Calls of built-ins, of the policy's own functions, and of what `with` has put in their place."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from gatewright.builtins import declaration, lookup
from gatewright.builtins.registry import BuiltinError
from gatewright.compiler import install_parser
from gatewright.errors import RegoEvaluationError
from gatewright.runtime.context import failed
from gatewright.runtime.values import UNDEFINED
from gatewright.tracing.caches import MISSING
from gatewright.tracing.conflicts import conflict_of_function, one_value
from gatewright.tracing.frame import without_early_exit
from gatewright.tracing.terms import NEEDS_EVALUATION, Reference, is_ground, same, text_of
from gatewright.tracing.walking import walked

if TYPE_CHECKING:
    from gatewright.tracing.frame import Frame, Stop, Then
    from gatewright.tracing.index import Candidates
    from gatewright.tracing.program import TracedRule


def call(frame: Frame, name: str, terms: tuple[Any, ...], then: Then) -> Stop:
    """A call, its operands behind the function's ref; one operand more than the function takes is its result."""
    run = frame.run
    mock = run.mocks.get(name)
    if mock.__class__ is Reference and run.program.is_function(mock):
        return _replaced(frame, mock, terms, then)
    ref = terms[0]
    if text_of(ref.terms[0], {}) == "data":
        if mock is not MISSING:
            return _value(frame, run.program.arity(ref), terms, mock, then)
        candidates = frame.candidates(ref.terms, terms[1:])
        return None if candidates is None else _FunctionCall(frame, terms, candidates).evaluate(then)
    if declaration(name) is None:
        return RegoEvaluationError(f"unsupported built-in: {name}", frame.body.exprs[frame.index].location)
    if mock is not MISSING:
        return _value(frame, run.program.builtin_arity(name), terms, mock, then)
    return _builtin(frame, name, terms[1:], then)


def _replaced(frame: Frame, mock: Reference, terms: tuple[Any, ...], then: Then) -> Stop:
    mocks = frame.run.mocks

    def found() -> Stop:
        mocks.leave()
        stop = then()
        mocks.enter()
        return stop

    mocks.enter()
    stop = call(frame, text_of(mock, {}), (mock, *terms[1:]), found)
    mocks.leave()
    return stop


def _value(frame: Frame, arity: int, terms: tuple[Any, ...], value: Any, then: Then) -> Stop:
    """A value stands in the function's place."""
    if len(terms) == arity + 2:
        return frame.unify(terms[-1], value, then)
    return None if value is False else then()


# --- built-ins ----------------------------------------------------------------------------------------------------


def _builtin(frame: Frame, name: str, terms: tuple[Any, ...], then: Then) -> Stop:
    program = frame.run.program
    arity, void = program.builtin_arity(name), program.is_void(name)
    operands = [frame.bindings.plug(term) for term in terms]
    output = terms[-1] if len(operands) > arity and not void else None
    given = operands if output is None else operands[:-1]
    for position, operand in enumerate(given, 1):
        if operand.__class__ in NEEDS_EVALUATION or not is_ground(operand):
            what = f"operand {position} that requires evaluation: {text_of(operand, {})}"
            message = f"built-in function {name} called with {what}"
            return RegoEvaluationError(message, frame.body.exprs[frame.index].location)
    walking = name == "walk" and output is not None
    results = walked(given[0], operands[-1]) if walking else _results(frame, name, given)
    for result in results:
        if void:
            stop = then()
        elif output is None:
            stop = None if result is False else then()
        else:
            stop = frame.unify(output, result, then)
        if stop is not None:
            return stop
    return None


def _results(frame: Frame, name: str, operands: list[Any]) -> Iterable[Any]:
    """What a built-in gives for these operands; nothing where that is an error, which is noted."""
    function = lookup(name)
    install_parser()
    context = frame.run.context
    place = frame.body.exprs[frame.index].location
    at = ("", 0, 0) if place is None else (place.file, place.row, place.col)
    if name == "trace" and operands[0].__class__ is str:
        frame.note(operands[0])
    context.location = place
    try:
        result = function.function(context, *operands) if function.context else function.function(*operands)
        if function.relation:
            return list(result)
    except BuiltinError as error:
        failed(_Noting(context), error, name, at)  # type: ignore[arg-type]
        return ()
    return () if result is UNDEFINED else (result,)


class _Noting:
    """As much of a state as the runtime needs to note an error."""

    __slots__ = ("context",)

    def __init__(self, context: Any) -> None:
        self.context = context


# --- functions of the policy --------------------------------------------------------------------------------------


class _FunctionCall:
    """A call of a function: its rules are tried one after another, which have to agree."""

    def __init__(self, frame: Frame, terms: tuple[Any, ...], candidates: Candidates) -> None:
        self._frame = frame
        self._operands = list(terms[1:])
        self._candidates = candidates
        first = candidates.rules[0] if candidates.rules else candidates.default
        self._arity = 0 if first is None else len(first.args)
        self._captured = len(self._operands) == self._arity + 1
        self._key = [terms[0], *(frame.bindings.plug(term) for term in self._operands[: self._arity])]

    def evaluate(self, then: Then) -> Stop:
        if self._candidates.empty:
            return None
        known = self._frame.run.virtual.get(self._key)
        if known is not MISSING and known is not UNDEFINED:
            if self._captured:
                return self._frame.unify(self._operands[-1], known, then)
            return None if known is False else then()
        return without_early_exit(
            one_value(self._frame, self._candidates, lambda rule, before: self._rule(then, rule, before), self._bind)
        )

    def _rule(self, then: Then, rule: TracedRule, before: Any) -> tuple[Stop, Any]:
        frame = self._frame
        child = frame.child(rule.body)
        child.find_one = self._candidates.early_exit
        result: Any = MISSING

        def found() -> Stop:
            nonlocal before, result
            child.exit(rule)
            result = child.bindings.plug(rule.value)
            frame.run.virtual.put(self._key, result)
            if not self._captured and result is False:
                if before is not MISSING and not same(before, result):
                    return conflict_of_function(rule)
                before = result
                return None
            if before is not MISSING:
                if not same(before, result):
                    return conflict_of_function(rule)
                child.redo(rule)
                return None
            before = result
            stop = then()
            if stop is None:
                child.redo(rule)
            return stop

        child.enter(rule)
        stop = child.unify_all(
            self._operands, self._heads(rule), frame.bindings, child.bindings, lambda: child.evaluate(found)
        )
        return stop, result

    def _heads(self, rule: TracedRule) -> list[Any]:
        return [*rule.args, rule.value] if len(self._operands) == len(rule.args) + 1 else list(rule.args)

    def _bind(self, child: Frame, rule: TracedRule, then: Then) -> Stop:
        return child.unify_all(self._operands, self._heads(rule), self._frame.bindings, child.bindings, then)

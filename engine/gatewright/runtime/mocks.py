"""Functions that `with` replaces: how replacements are held and how a call finds its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from gatewright.errors import RegoEvaluationError
from gatewright.records import record
from gatewright.runtime.context import At, State, failed
from gatewright.runtime.documents import get
from gatewright.runtime.values import from_key

_ORIGINAL: Final = object()


@record(frozen=True, slots=True)
class Value:
    """A value in a function's place: whatever the operands, it is the result."""

    value: Any


@record(frozen=True, slots=True)
class Later:
    """A document of rules in a function's place: evaluated where the function is called."""

    document: Callable[[State], Any]


def mocked(state: State, name: str, original: Callable[..., Any], *operands: Any) -> Any:
    """Call `name`, or what `with` put in its place; within a replacement's own body nothing is replaced."""
    mock = state.mocks.get(name, _ORIGINAL)
    if mock is _ORIGINAL:
        return original(state, *operands)
    if mock.__class__ is Value:
        return mock.value
    if mock.__class__ is Later:
        return mock.document(state)
    return mock(state.without_mocks(), *operands)


def mocked_holds(state: State, name: str, original: Callable[..., Any], *operands: Any) -> Any:
    """The same where nobody takes the result: OPA does not look at a document in a function's place then."""
    if state.mocks.get(name, _ORIGINAL).__class__ is Later:
        return True
    return mocked(state, name, original, *operands)


def builtin_rule(
    function: Callable[..., Any], name: str, takes_context: bool, error: type[RegoEvaluationError], at: At
) -> Callable[..., Any]:
    """A built-in as a function of state and operands, as the policy's own functions are."""

    def rule(state: State, *operands: Any) -> Any:
        try:
            return function(state.context, *operands) if takes_context else function(*operands)
        except error as raised:
            return failed(state, raised, name, at)

    return rule


def base_value(state: State, path: tuple[Any, ...]) -> Any:
    """The document at `path` of `data` without rules: what `with` put there."""
    value = state.data
    for key in path:
        value = get(value, from_key(key))
    return value

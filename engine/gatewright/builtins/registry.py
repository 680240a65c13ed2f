"""How a built-in function is declared: its signature, its implementation and what it may touch, in one place.

    @builtin("array.concat", "(x: array[any], y: array[any]) -> array[any]")
    def array_concat(x: list[Any], y: list[Any]) -> list[Any]: ...

The signature is written in OPA's own notation of types (`any<number, set[any]>`, `object[string: any]`,
`set[string]`, …), argument names included; analysis parses it, nothing at run time does.
"""

from __future__ import annotations

from collections.abc import Callable

from gatewright.errors import RegoEvaluationError
from gatewright.records import record
from gatewright.runtime.values import type_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeVar

    F = TypeVar("F", bound=Callable[..., Any])


@record(frozen=True, slots=True)
class Builtin:
    """One built-in.

    `context`: the function's first parameter is the evaluation's Context (clock, random source, network
    permissions, caches, strictness). `relation`: it returns an iterable of results (walk). `nondeterministic` and
    `deprecated` are OPA's flags. `infix` is the operator it is written with, if any.
    """

    name: str
    signature: str
    function: Callable[..., Any]
    context: bool = False
    relation: bool = False
    nondeterministic: bool = False
    deprecated: bool = False
    infix: str = ""
    description: str = ""


_REGISTRY: dict[str, Builtin] = {}


def registered(name: str) -> Builtin:
    """The built-in whose module has been imported. KeyError otherwise."""
    return _REGISTRY[name]


def all_registered() -> dict[str, Builtin]:
    """What the modules imported so far declare."""
    return dict(_REGISTRY)


def builtin(
    name: str,
    signature: str,
    *,
    context: bool = False,
    relation: bool = False,
    nondeterministic: bool = False,
    deprecated: bool = False,
    infix: str = "",
) -> Callable[[F], F]:
    """Declare the decorated function as the implementation of the Rego built-in `name`.

    The function receives Rego values and returns one, or UNDEFINED; it raises BuiltinError for what OPA treats as
    a built-in error (the call is then undefined unless built-in errors are strict).
    """

    def register(function: F) -> F:
        _REGISTRY[name] = Builtin(
            name,
            signature,
            function,
            context=context,
            relation=relation,
            nondeterministic=nondeterministic,
            deprecated=deprecated,
            infix=infix,
            description=(function.__doc__ or "").strip(),
        )
        return function

    return register


class BuiltinError(RegoEvaluationError):
    """What OPA calls a built-in error: the call is undefined, or an error when built-in errors are strict.

    The message is prefixed with the built-in's name by the runtime, as OPA does."""

    code = "eval_builtin_error"


class OperandError(BuiltinError):
    """An operand of the wrong type or value (OPA: eval_type_error)."""

    code = "eval_type_error"


def operand_error(position: int, value: Any, *expected: str) -> OperandError:
    """OPA's text: `operand 1 must be string but got number`, or `must be one of {array, set} but got …`."""
    want = expected[0] if len(expected) == 1 else "one of {" + ", ".join(expected) + "}"
    return OperandError(f"operand {position} must be {want} but got {type_name(value)}")

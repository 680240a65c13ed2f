"""OPA's built-in functions: one module a category of OPA's own list, found by name without importing the others.

`signatures` says what there is (from `declared.py`, plain data); `lookup` imports the one module that implements it.
What a host adds to OPA's own stands in `HOSTED`, and is there for compilations that ask for it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache, partial

from gatewright import lazily
from gatewright.builtins.declared import DECLARED, Declaration
from gatewright.builtins.registry import Builtin, BuiltinError, OperandError, registered
from gatewright.errors import RegoEvaluationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

EXTERNAL_DATA: Final = "external_data"
HOSTED: Final[dict[str, Declaration]] = {
    EXTERNAL_DATA: Declaration(EXTERNAL_DATA, "external_data", "(request: any) -> response: any", 1, context=True),
}


def signatures(hosted: Collection[str] = ()) -> Mapping[str, Declaration]:
    """Every built-in by name: signature, arity and flags, without its implementation; `hosted` ones if named."""
    return DECLARED | {name: HOSTED[name] for name in hosted} if hosted else DECLARED


def declaration(name: str) -> Declaration | None:
    """What is known of a built-in, OPA's or a host's."""
    return DECLARED.get(name) or HOSTED.get(name)


@cache
def lookup(name: str) -> Builtin:
    """A built-in with its implementation; one that a capabilities file has made up fails when it is called."""
    found = declaration(name)
    if found is None:
        return Builtin(name, "", partial(_unsupported, name))
    lazily.module(f"gatewright.builtins.{found.module}")
    return registered(name)


def _unsupported(name: str, *_operands: Any) -> Any:
    raise RegoEvaluationError(f"unsupported built-in: {name}")


__all__ = [
    "EXTERNAL_DATA",
    "HOSTED",
    "Builtin",
    "BuiltinError",
    "Declaration",
    "OperandError",
    "declaration",
    "lookup",
    "signatures",
]

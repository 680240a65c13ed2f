"""OPA's built-in functions: one module a category of OPA's own list, found by name without importing the others.

`signatures` says what there is (from `declared.py`, plain data); `lookup` imports the one module that implements it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module

from gatewright.builtins.declared import DECLARED, Declaration
from gatewright.builtins.registry import Builtin, BuiltinError, OperandError, registered


def signatures() -> Mapping[str, Declaration]:
    """Every built-in by name: signature, arity and flags, without its implementation."""
    return DECLARED


@cache
def lookup(name: str) -> Builtin:
    """A built-in with its implementation. KeyError for a name OPA does not know."""
    import_module(f"gatewright.builtins.{DECLARED[name].module}")
    return registered(name)


__all__ = ["Builtin", "BuiltinError", "Declaration", "OperandError", "lookup", "signatures"]

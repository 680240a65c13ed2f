"""Questions about a value's type."""

from __future__ import annotations

from gatewright.builtins.registry import builtin
from gatewright.runtime.numbers import is_number as _is_number
from gatewright.runtime.values import RegoSet
from gatewright.runtime.values import type_name as _type_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


@builtin("is_number", "(x: any) -> result: boolean")
def is_number(x: Any) -> bool:
    """Is it a number? `is_number(1.5) == true`."""
    return _is_number(x)


@builtin("is_string", "(x: any) -> result: boolean")
def is_string(x: Any) -> bool:
    """Is it a string? `is_string("a") == true`."""
    return x.__class__ is str


@builtin("is_boolean", "(x: any) -> result: boolean")
def is_boolean(x: Any) -> bool:
    """Is it a boolean? `is_boolean(false) == true`."""
    return x.__class__ is bool


@builtin("is_array", "(x: any) -> result: boolean")
def is_array(x: Any) -> bool:
    """Is it an array? `is_array([]) == true`."""
    return x.__class__ is list


@builtin("is_set", "(x: any) -> result: boolean")
def is_set(x: Any) -> bool:
    """Is it a set? `is_set(set()) == true`."""
    return x.__class__ is RegoSet


@builtin("is_object", "(x: any) -> result: boolean")
def is_object(x: Any) -> bool:
    """Is it an object? `is_object({}) == true`."""
    return x.__class__ is dict


@builtin("is_null", "(x: any) -> result: boolean")
def is_null(x: Any) -> bool:
    """Is it null? `is_null(null) == true`."""
    return x is None


@builtin("type_name", "(x: any) -> type: string")
def type_name(x: Any) -> str:
    """The name of its type: `type_name({1}) == "set"`."""
    return _type_name(x)

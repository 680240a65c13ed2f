"""Checks of operands, with OPA's words when one is of the wrong type.

Hot built-ins test the class of their operands themselves and come here only to say what is wrong.
"""

from __future__ import annotations

from gatewright.builtins.registry import OperandError, operand_error
from gatewright.runtime.numbers import integer_value, is_number, machine_int
from gatewright.runtime.values import RegoSet, type_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def not_strings(*values: Any) -> OperandError:
    """The error for the first operand that is not a string."""
    for position, value in enumerate(values, 1):
        if value.__class__ is not str:
            return operand_error(position, value, "string")
    raise AssertionError("all operands are strings")


def string(value: Any, position: int) -> str:
    if value.__class__ is not str:
        raise operand_error(position, value, "string")
    return value


def number(value: Any, position: int) -> int | float:
    if not is_number(value):
        raise operand_error(position, value, "number")
    return value  # type: ignore[no-any-return]


def integer(value: Any, position: int) -> int:
    """A machine integer; fractions, exponents and bigger integers are refused in the same words."""
    if value.__class__ is int and -(2**63) <= value < 2**63:
        return value
    result = machine_int(number(value, position))
    if result is None:
        raise OperandError(f"operand {position} must be integer number but got floating-point number")
    return result


def big_integer(value: Any, position: int) -> int:
    """An integer of any size, however it is written."""
    if value.__class__ is int:
        return value
    if not is_number(value):
        raise operand_error(position, value, "integer")
    result = integer_value(value)
    if result is None:
        raise OperandError(f"operand {position} must be integer number but got floating-point number")
    return result


def array(value: Any, position: int) -> list[Any]:
    if value.__class__ is not list:
        raise operand_error(position, value, "array")
    return value


def object_(value: Any, position: int) -> dict[Any, Any]:
    if value.__class__ is not dict:
        raise operand_error(position, value, "object")
    return value


def set_(value: Any, position: int) -> RegoSet:
    if value.__class__ is not RegoSet:
        raise operand_error(position, value, "set")
    return value


def members(value: Any, position: int, *expected: str) -> list[Any]:
    """The elements of an array or a set (in order); `expected` names the types in OPA's order."""
    if value.__class__ is list:
        return value
    if value.__class__ is RegoSet:
        return value.sorted()
    raise operand_error(position, value, *(expected or ("set", "array")))


def strings(value: Any, position: int, *expected: str) -> list[str]:
    """The elements of an array or a set, all strings."""
    items = members(value, position, *(expected or ("array", "set")))
    for item in items:
        if item.__class__ is not str:
            raise element_error(position, value, item, "string")
    return items


def element_error(position: int, composite: Any, element: Any, *expected: str) -> OperandError:
    """OPA's text: `operand 1 must be array of strings but got array containing number`."""
    kind = type_name(composite)
    want = f"{expected[0]}s" if len(expected) == 1 else "(any of) {" + ", ".join(expected) + "}"
    return OperandError(f"operand {position} must be {kind} of {want} but got {kind} containing {type_name(element)}")


def text_bytes(text: str) -> bytes:
    """The bytes of a Rego string; those that are not UTF-8 are kept in it as lone surrogates."""
    return text.encode("utf-8", "surrogateescape")


def bytes_text(data: bytes) -> str:
    """The Rego string of any bytes."""
    return data.decode("utf-8", "surrogateescape")

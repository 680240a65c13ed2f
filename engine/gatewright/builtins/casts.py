"""Conversion to a number, and the deprecated casts, which only check."""

from __future__ import annotations

import re

from gatewright.builtins._operands import members, object_, string
from gatewright.builtins.registry import BuiltinError, OperandError, builtin, operand_error
from gatewright.runtime.numbers import NumberError, check_range, is_number, parse_number
from gatewright.runtime.text import go_quote
from gatewright.runtime.values import NumberText, RegoSet

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_JSON_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?\Z")
# What Go's strconv.ParseFloat reads: also "+5", ".5", "5.", "007", "0x1p-2".
_GO_FLOAT = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?\Z")
_UNDERSCORE = re.compile(r"(?<=[0-9])_(?=[0-9])")
_GO_HEX_FLOAT = re.compile(r"[+-]?0[xX](?:[0-9a-fA-F]+\.?[0-9a-fA-F]*|\.[0-9a-fA-F]+)[pP][+-]?[0-9]+\Z")


@builtin("to_number", "(value: any<null, boolean, number, string>) -> num: number")
def to_number(value: Any) -> int | float:
    """A string, boolean or null as a number: `to_number("1.5") == 1.5`, `to_number(true) == 1`."""
    if value.__class__ is str:
        return _number_of_string(value)
    if value is None or value is False:
        return 0
    if value is True:
        return 1
    if is_number(value):
        return value  # type: ignore[no-any-return]
    raise operand_error(1, value, "null", "boolean", "number", "string")


def _number_of_string(text: str) -> int | float:
    if not _JSON_NUMBER.match(text):
        return _number_of_go_text(text)
    try:
        check_range(text)
    except NumberError as error:
        raise _parse_float_error(text, "value out of range") from error
    if abs(float(text)) == float("inf"):
        raise _parse_float_error(text, "value out of range")
    return parse_number(text)


def _number_of_go_text(text: str) -> int | float:
    """Texts that Go reads as a float though JSON would not; OPA keeps them as they stand."""
    if text.lstrip("+-").lower() in ("inf", "infinity", "nan"):
        raise OperandError("operand 1 must be valid number string but got string")
    text = _UNDERSCORE.sub("", text)
    if _GO_FLOAT.match(text):
        if abs(float(text)) == float("inf"):
            raise _parse_float_error(text, "value out of range")
        return NumberText(text)
    if _GO_HEX_FLOAT.match(text):
        return float.fromhex(text)
    raise _parse_float_error(text, "invalid syntax")


def _parse_float_error(text: str, what: str) -> BuiltinError:
    return BuiltinError(f"strconv.ParseFloat: parsing {go_quote(text)}: {what}")


@builtin("cast_array", "(any) -> array[any]", deprecated=True)
def cast_array(value: Any) -> list[Any]:
    """An array, or a set as an array in order: `cast_array({2, 1}) == [1, 2]`."""
    return members(value, 1, "array", "set")


@builtin("cast_set", "(any) -> set[any]", deprecated=True)
def cast_set(value: Any) -> RegoSet:
    """A set, or an array as a set: `cast_set([1, 1]) == {1}`."""
    return value if value.__class__ is RegoSet else RegoSet(members(value, 1, "array", "set"))


@builtin("cast_string", "(any) -> string", deprecated=True)
def cast_string(value: Any) -> str:
    """The string itself; anything else is an error: `cast_string("a") == "a"`."""
    return string(value, 1)


@builtin("cast_boolean", "(any) -> boolean", deprecated=True)
def cast_boolean(value: Any) -> bool:
    """The boolean itself; anything else is an error: `cast_boolean(true) == true`."""
    if value.__class__ is not bool:
        raise operand_error(1, value, "boolean")
    return value


@builtin("cast_null", "(any) -> null", deprecated=True)
def cast_null(value: Any) -> None:
    """null itself; anything else is an error: `cast_null(null) == null`."""
    if value is not None:
        raise operand_error(1, value, "null")


@builtin("cast_object", "(any) -> object[any: any]", deprecated=True)
def cast_object(value: Any) -> dict[Any, Any]:
    """The object itself; anything else is an error: `cast_object({"a": 1}) == {"a": 1}`."""
    return object_(value, 1)

"""Quantities with units, as Kubernetes and computers write them."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction

from gatewright.builtins._operands import string
from gatewright.builtins.registry import BuiltinError, builtin
from gatewright.runtime.numbers import BigFloat, big_float, int_text, multiply, parse_number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_SI = "kmgtpe"
_MAX_EXPONENT_DIGITS = 6
# The double nearest to 0.001, exactly: what OPA multiplies milli-quantities with.
_MILLI = Fraction(0.001)
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?\Z")


@builtin("units.parse", "(x: string) -> y: number")
def units_parse(x: Any) -> int | float:
    """A quantity with an SI or binary unit; `m` is milli, `M` mega: `units.parse("200m") == 0.2`."""
    text = string(x, 1).replace('"', "")
    if " " in text:
        raise BuiltinError("units.parse: spaces not allowed in resource strings")
    number, unit = _number_and_unit(text, "units.parse", "no amount provided")
    factor = _factor(unit[:1] + unit[1:].lower())
    if factor is None:
        raise BuiltinError(f"units.parse: unit {unit[:1] + unit[1:].lower()} not recognized")
    if not _NUMBER.match(number):
        raise BuiltinError("units.parse: could not parse amount to a number")
    value = Fraction(Decimal(number)) * factor
    return value.numerator if value.denominator == 1 else parse_number(_ten_places(value))


def _factor(unit: str) -> int | Fraction | None:
    if unit == "":
        return 1
    if unit == "m":
        return _MILLI
    power = _SI.find(unit[0].lower()) + 1
    if not power or unit[1:] not in ("", "i"):
        return None
    return 1024**power if unit[1:] else 1000**power  # type: ignore[no-any-return]


def _ten_places(value: Fraction) -> str:
    """Go's Rat.FloatString(10): half away from zero."""
    scaled = abs(value) * 10**10
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    digits = int_text(whole).rjust(11, "0")
    return ("-" if value < 0 else "") + digits[:-10] + "." + digits[-10:]


@builtin("units.parse_bytes", "(x: string) -> y: number")
def units_parse_bytes(x: Any) -> int:
    """A number of bytes: `units.parse_bytes("1KiB") == 1024`, `units.parse_bytes("1kb") == 1000`."""
    text = string(x, 1).lower().replace('"', "")
    if " " in text:
        raise BuiltinError("units.parse_bytes: spaces not allowed in resource strings")
    number, unit = _number_and_unit(text, "units.parse_bytes", "no byte amount provided")
    power = _SI.find(unit[0]) + 1 if unit else 0
    if unit and (not power or unit[1:] not in ("", "b", "i", "ib")):
        raise BuiltinError(f"units.parse_bytes: byte unit {unit} not recognized")
    if not _NUMBER.match(number):
        raise BuiltinError("units.parse_bytes: could not parse byte amount to a number")
    factor = 1024**power if "i" in unit else 1000**power
    return _truncated(multiply(big_float(number), (False, factor, 0)))


def _truncated(value: BigFloat) -> int:
    negative, mantissa, exponent = value
    whole = mantissa << exponent if exponent >= 0 else mantissa >> -exponent
    return -whole if negative else whole


def _number_and_unit(text: str, name: str, missing: str) -> tuple[str, str]:
    """The text before and after the first character that belongs to no number; `e` is an exponent before a digit."""
    end = len(text)
    i = 0
    while i < len(text):
        char = text[i]
        if char not in "0123456789.eE+-":
            end = i
            break
        if char in "eE":
            following = text[i + 1 : i + 2]
            if not following or following not in "0123456789+-":
                end = i
                break
            i += following in "+-"
            digits = re.match(r"[0-9]*", text[i + 1 :])
            if digits and len(digits[0]) > _MAX_EXPONENT_DIGITS:
                raise BuiltinError(f"{name}: exponent too large")
        i += 1
    if end == 0:
        raise BuiltinError(f"{name}: {missing}")
    return text[:end], text[end:]

"""Conversions between CEL's scalar types, with Go's number texts and cel-go's errors."""

from __future__ import annotations

import re
from math import inf, isinf, isnan, nan

from gatewright.cel.runtime import no_overload
from gatewright.cel.values import INT_MAX, INT_MIN, UINT_MAX, CelEvaluationError, Duration, Timestamp, Uint, type_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

_INT: Final = re.compile(r"[+-]?[0-9]+\Z")
_UINT: Final = re.compile(r"[0-9]+\Z")
_DIGITS: Final = "[0-9]+(?:_[0-9]+)*"
_FLOAT: Final = re.compile(rf"[+-]?(?:{_DIGITS}\.?(?:{_DIGITS})?|\.{_DIGITS})(?:[eE][+-]?{_DIGITS})?\Z")
_HEX_FLOAT: Final = re.compile(r"[+-]?0[xX](?:[0-9a-fA-F]+\.?[0-9a-fA-F]*|\.[0-9a-fA-F]+)[pP][+-]?[0-9]+\Z")
_TRUE: Final = frozenset({"1", "t", "T", "TRUE", "true", "True"})
_FALSE: Final = frozenset({"0", "f", "F", "FALSE", "false", "False"})


def _cannot(source: str, target: str) -> CelEvaluationError:
    return CelEvaluationError(f"type conversion error from '{source}' to '{target}'")


def to_int(value: Any) -> int:
    """int('-3') == -3"""
    kind = value.__class__
    if kind is int:
        return value  # type: ignore[no-any-return]
    if kind is str:
        if _INT.match(value) and INT_MIN <= (number := int(value)) <= INT_MAX:
            return number
        raise _cannot("string", "int")
    if kind is float:
        if isnan(value) or isinf(value) or value <= float(INT_MIN) or value >= float(INT_MAX):
            raise CelEvaluationError("integer overflow")
        return int(value)
    if kind is Uint:
        if value > INT_MAX:
            raise CelEvaluationError("integer overflow")
        return int(value)
    if kind is Timestamp:
        return value.nanos // 10**9  # type: ignore[no-any-return]
    if kind is Duration:
        return value.nanos  # type: ignore[no-any-return]
    raise no_overload("int", value)


def to_uint(value: Any) -> Uint:
    """uint('3') == 3u"""
    kind = value.__class__
    if kind is Uint:
        return value  # type: ignore[no-any-return]
    if kind is int:
        if value < 0:
            raise CelEvaluationError("unsigned integer overflow")
        return Uint(value)
    if kind is str:
        if _UINT.match(value) and (number := int(value)) <= UINT_MAX:
            return Uint(number)
        raise _cannot("string", "uint")
    if kind is float:
        if isnan(value) or isinf(value) or value < 0 or value >= float(UINT_MAX):
            raise CelEvaluationError("unsigned integer overflow")
        return Uint(int(value))
    raise no_overload("uint", value)


def to_double(value: Any) -> float:
    """double('1.5') == 1.5"""
    kind = value.__class__
    if kind is float:
        return value  # type: ignore[no-any-return]
    if kind is int or kind is Uint:
        return float(int(value))
    if kind is str:
        number = parse_double(value)
        if number is not None:
            return number
        raise _cannot("string", "double")
    raise no_overload("double", value)


def parse_double(text: str) -> float | None:
    """Go's strconv.ParseFloat; None where it refuses."""
    if _FLOAT.match(text):
        number = float(text)
        return None if isinf(number) else number
    if _HEX_FLOAT.match(text):
        try:
            return float.fromhex(text)
        except OverflowError:
            return None
    word = text.lower().lstrip("+-") if text[:1] in ("+", "-") and text[1:2] not in ("+", "-") else text.lower()
    if word in ("inf", "infinity"):
        return -inf if text[0] == "-" else inf
    return nan if text.lower() == "nan" else None


def to_bool(value: Any) -> bool:
    """bool('t') == true"""
    if value is True or value is False:
        return bool(value)
    if value.__class__ is str:
        if value in _TRUE:
            return True
        if value in _FALSE:
            return False
        raise _cannot("string", "bool")
    raise no_overload("bool", value)


def to_bytes(value: Any) -> bytes:
    """bytes('é') == b'\\xc3\\xa9'"""
    if value.__class__ is bytes:
        return value
    if value.__class__ is str:
        return value.encode("utf-8", "surrogatepass")
    raise no_overload("bytes", value)


def to_string(value: Any) -> str:
    """string(1.0) == '1'"""
    kind = value.__class__
    if kind is str:
        return value  # type: ignore[no-any-return]
    if kind is int:
        return str(value)
    if kind is bool:
        return "true" if value else "false"
    if kind is float:
        return double_text(value)
    if kind is Uint:
        return str(int(value))
    if kind is bytes:
        try:
            return value.decode("utf-8")  # type: ignore[no-any-return]
        except UnicodeDecodeError:
            raise CelEvaluationError("invalid UTF-8 in bytes, cannot convert to string") from None
    if kind is Timestamp or kind is Duration:
        from gatewright.cel.library.times import duration_text, timestamp_text

        return timestamp_text(value) if kind is Timestamp else duration_text(value)
    if type_name(value) in ("net.IP", "net.CIDR"):
        return str(value)
    raise no_overload("string", value)


def double_text(value: float) -> str:
    """A double as Go's %v and strconv's format 'g' print it: 1e+06, 0.001, 1e-07, +Inf."""
    if isnan(value):
        return "NaN"
    if isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    sign, digits, point = decimal_digits(value)
    exponent = point - 1
    if exponent < -4 or exponent >= 6:
        mantissa = digits[0] + ("." + digits[1:] if len(digits) > 1 else "")
        return f"{sign}{mantissa}e{'-' if exponent < 0 else '+'}{abs(exponent):02d}"
    return sign + plain_digits(digits, point)


def decimal_digits(value: float) -> tuple[str, str, int]:
    """Sign, shortest digits and the position of the decimal point in them."""
    mantissa, _, exponent = f"{value!r}".partition("e")
    sign = "-" if mantissa.startswith("-") else ""
    whole, _, fraction = mantissa.lstrip("-").partition(".")
    digits = whole + fraction
    point = len(whole) + int(exponent or 0)
    stripped = digits.lstrip("0")
    point -= len(digits) - len(stripped)
    stripped = stripped.rstrip("0")
    return (sign, stripped, point) if stripped else (sign, "0", 1)


def plain_digits(digits: str, point: int) -> str:
    """Digits without an exponent, as Go's %f with the shortest precision."""
    if point <= 0:
        return "0." + "0" * -point + digits
    if point >= len(digits):
        return digits + "0" * (point - len(digits))
    return digits[:point] + "." + digits[point:]

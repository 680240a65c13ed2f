"""Rego's numbers: reading them, printing them, exact order and OPA's arithmetic.

Integers are exact at any size. Everything else is computed as OPA computes it: binary floating point with a
mantissa of 64 bits, rounded to nearest even, whose result is printed in the fewest decimal digits that identify it.
A binary float is a triple (negative, mantissa, exponent) standing for ±mantissa · 2**exponent.
"""

from __future__ import annotations

import re
from functools import lru_cache

from gatewright.runtime.values import NumberText

TYPE_CHECKING = False
if TYPE_CHECKING:
    from decimal import Decimal
    from typing import Any, Final

Number = int | float
BigFloat = tuple[bool, int, int]

_PRECISION: Final = 64
# CPython refuses to convert integers beyond this many digits in one go.
_CHUNK_DIGITS: Final = 4000
_EXACT_DOUBLE: Final = 2**53
# Go's %g changes to an exponent here when it prints the fewest digits.
_SHORTEST_EXPONENT: Final = 6
_INTEGER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)\Z")
_PARTS: Final = re.compile(r"([+-]?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]+))?\Z")
# OPA's bound on the binary exponent of a number.
_MAX_EXPONENT: Final = 100_000


class NumberError(ValueError):
    """Text that is no number, or a number too large to compute with."""


class DivisionByZeroError(ValueError):
    """`divide by zero`, `modulo by zero`, `modulo on floating-point number`: OPA's words."""


def parse_number(text: str) -> Number:
    """The number a JSON or Rego literal stands for; the text is kept where it says more than the value."""
    if _INTEGER.match(text):
        return int_of_text(text) if text != "-0" else NumberText(text)
    number = float(text)
    if -_EXACT_DOUBLE < number < _EXACT_DOUBLE and float_text(number) == text:
        return number
    return NumberText(text)


def check_range(text: str) -> None:
    """Raises NumberError for a number whose exponent OPA refuses (`1e999999`)."""
    if "e" not in text and "E" not in text:
        return
    match = _PARTS.match(text)
    if match is None:
        raise NumberError("invalid number: invalid float")
    exponent = match[4].lstrip("+-0")
    if len(exponent) < 7:
        _, mantissa, binary = big_float(text)
        if not mantissa or abs(mantissa.bit_length() + binary) <= _MAX_EXPONENT:
            return
    elif not (match[2] + (match[3] or "")).strip("0"):
        return
    raise NumberError("invalid number: number too big")


def int_of_text(text: str) -> int:
    """int(text), at any length."""
    if len(text) <= _CHUNK_DIGITS:
        return int(text)
    if text[0] == "-":
        return -int_of_text(text[1:])
    middle = len(text) // 2
    scale: int = 10 ** (len(text) - middle)
    return int_of_text(text[:middle]) * scale + int_of_text(text[middle:])


def int_text(number: int) -> str:
    """str(number), at any size."""
    if number.bit_length() < 13_000:
        return str(number)
    if number < 0:
        return "-" + int_text(-number)
    digits = number.bit_length() * 30103 // 200_000  # half the decimal digits, about
    high, low = divmod(number, 10**digits)
    return int_text(high) + int_text(low).zfill(digits)


def number_text(number: Number) -> str:
    """A number as OPA prints it."""
    if number.__class__ is int:
        return int_text(number)
    if number.__class__ is NumberText:
        return number.text
    return float_text(number)


def float_text(number: float) -> str:
    """A double in the fewest digits, in Go's %g form: with an exponent below 1e-4 and from 1e+06 up."""
    text = repr(number)
    if "e" not in text and -1e6 < number < 1e6:
        if text.endswith(".0"):
            return text[:-2]
        if abs(number) >= 1e-4 or not number:
            return text
    negative, digits, point = decimal_digits(text)
    return ("-" if negative else "") + general_form(digits, point)


def decimal_digits(text: str) -> tuple[bool, str, int]:
    """Sign, significant digits and position of the decimal point (0.digits · 10**point) of a decimal text."""
    match = _PARTS.match(text)
    if match is None:
        raise NumberError(f"not a number: {text!r}")
    whole, fraction = match[2], match[3] or ""
    digits = (whole + fraction).lstrip("0")
    if not digits:
        return match[1] == "-", "", 0
    point = len(digits) - len(fraction) + int(match[4] or 0)
    return match[1] == "-", digits.rstrip("0"), point


def general_form(digits: str, point: int) -> str:
    """Go's shortest %g of 0.digits · 10**point."""
    if not digits:
        return "0"
    exponent = point - 1
    if exponent < -4 or exponent >= _SHORTEST_EXPONENT:
        mantissa = digits[0] + ("." + digits[1:] if len(digits) > 1 else "")
        return f"{mantissa}e{'-' if exponent < 0 else '+'}{abs(exponent):02d}"
    return plain_form(digits, point)


def plain_form(digits: str, point: int) -> str:
    """Go's shortest %f of 0.digits · 10**point."""
    if not digits:
        return "0"
    if point <= 0:
        return "0." + "0" * -point + digits
    if point >= len(digits):
        return digits + "0" * (point - len(digits))
    return digits[:point] + "." + digits[point:]


def compare_exact(a: Number, b: Number) -> int:
    """The order of two numbers by decimal value."""
    x, y = _decimal(a), _decimal(b)
    return int(x > y) - int(x < y)


def _decimal(number: Number) -> Decimal:
    from decimal import Decimal

    if number.__class__ is int and number.bit_length() < 13_000:
        return Decimal(number)
    return Decimal(number_text(number))


def integer_value(number: Number) -> int | None:
    """The exact integer a number stands for (1.0 and 1e3 included), None for a fraction."""
    if number.__class__ is int:
        return number
    return _integer_of_text(number_text(number))


@lru_cache(maxsize=256)
def _integer_of_text(text: str) -> int | None:
    negative, digits, point = decimal_digits(text)
    if point < len(digits):
        return None
    scale: int = 10 ** (point - len(digits))
    value = int_of_text(digits or "0") * scale
    return -value if negative else value


def machine_int(number: Number) -> int | None:
    """The number where OPA's operands accept it as an int: 64 bits, written without exponent, fraction all zeros."""
    if number.__class__ is not int:
        whole, dot, zeros = number_text(number).partition(".")
        if zeros.strip("0") or not whole.lstrip("+-").isdigit() or (dot and len(whole) + 1 + len(zeros) > 20):
            return None
        number = int_of_text(whole)
    return number if -(2**63) <= number < 2**63 else None


def _is_small(number: Number) -> bool:
    """Is the number in the window where OPA divides with machine ints?"""
    value = machine_int(number)
    return value is not None and -(2**31) <= value < 2**31


# Arithmetic ---------------------------------------------------------------------------------------------------------


def add(a: Number, b: Number) -> Number:
    if a.__class__ is int and b.__class__ is int:
        return a + b
    x, y = integer_value(a), integer_value(b)
    if x is not None and y is not None:
        return x + y
    return number_of_float(_add(to_float(a), to_float(b)))


def sub(a: Number, b: Number) -> Number:
    if a.__class__ is int and b.__class__ is int:
        return a - b
    x, y = integer_value(a), integer_value(b)
    if x is not None and y is not None:
        return x - y
    negative, mantissa, exponent = to_float(b)
    return number_of_float(_add(to_float(a), (not negative, mantissa, exponent)))


def mul(a: Number, b: Number) -> Number:
    if a.__class__ is int and b.__class__ is int:
        return a * b
    x, y = integer_value(a), integer_value(b)
    if x is not None and y is not None:
        return x * y
    return number_of_float(multiply(to_float(a), to_float(b)))


def div(a: Number, b: Number) -> Number:
    """The quotient; an integer where it is one. Raises DivisionByZeroError."""
    if a.__class__ is int and b.__class__ is int:
        if b == 0:
            raise DivisionByZeroError("divide by zero")
        # Integers that a double holds exactly divide exactly; beyond, 64-bit rounding decides.
        if a and not a % b and -_EXACT_DOUBLE < a < _EXACT_DOUBLE:
            return a // b
    elif _is_small(a) and _is_small(b):
        x, y = integer_value(a), integer_value(b)
        if x and y and not x % y:
            return x // y
    divisor = to_float(b)
    if not divisor[1]:
        raise DivisionByZeroError("divide by zero")
    return number_of_float(_quotient(to_float(a), divisor))


def rem(a: Number, b: Number) -> int:
    """The remainder, with the dividend's sign. Raises DivisionByZeroError."""
    x, y = integer_value(a), integer_value(b)
    if x is None or y is None:
        raise DivisionByZeroError("modulo on floating-point number")
    if y == 0:
        raise DivisionByZeroError("modulo by zero")
    remainder = abs(x) % abs(y)
    return -remainder if x < 0 else remainder


def absolute(number: Number) -> Number:
    if number.__class__ is int and -(2**31) <= number < 2**31:
        return abs(number)
    _, mantissa, exponent = to_float(number)
    return number_of_float((False, mantissa, exponent))


def round_(number: Number) -> Number:
    """Half away from zero."""
    if number.__class__ is int and -(2**31) <= number < 2**31:
        return number
    value = to_float(number)
    return _truncated(_add(value, (value[0], 1, -1)))


def ceil(number: Number) -> Number:
    """As OPA's: the ceiling of a number between -1 and 0 is 1."""
    if number.__class__ is int and -(2**31) <= number < 2**31:
        return number
    value = to_float(number)
    whole = _truncated(value)
    return whole if whole < 0 or _is_whole(value) else whole + 1


def floor(number: Number) -> Number:
    """As OPA's: the floor of a number between -1 and 0 is 0."""
    if number.__class__ is int and -(2**31) <= number < 2**31:
        return number
    value = to_float(number)
    whole = _truncated(value)
    return whole if whole >= 0 or _is_whole(value) else whole - 1


# 64-bit binary floating point ---------------------------------------------------------------------------------------


def to_float(number: Number) -> BigFloat:
    """The number rounded to a 64-bit mantissa."""
    if number.__class__ is int:
        mantissa, exponent = rounded(abs(number), 0)
        return number < 0, mantissa, exponent
    return big_float(number_text(number))


@lru_cache(maxsize=256)
def big_float(text: str) -> BigFloat:
    """The binary float of a decimal text, rounded as Go's big.Float reads it."""
    match = _PARTS.match(text)
    if match is None:
        raise NumberError(f"not a number: {text!r}")
    negative, fraction = match[1] == "-", match[3] or ""
    mantissa = int_of_text((match[2] + fraction) or "0")
    scale = int(match[4] or 0) - len(fraction)
    if not mantissa:
        return negative, 0, 0
    if scale == 0:
        return negative, *rounded(mantissa, 0)
    power, power_exponent = _power_of_5(abs(scale))
    if scale > 0:
        return negative, *rounded(mantissa * power, power_exponent + scale)
    return negative, *_divided(mantissa, power, scale - power_exponent)


def _power_of_5(n: int) -> tuple[int, int]:
    """5**n as Go computes it: exact to 128 bits, and rounded at each step beyond."""
    if n <= 27:
        return 5**n, 0
    result, factor = (5**27, 0), (5, 0)
    n -= 27
    while n:
        if n & 1:
            result = rounded(result[0] * factor[0], result[1] + factor[1], 2 * _PRECISION)
        factor = rounded(factor[0] * factor[0], 2 * factor[1], 3 * _PRECISION)
        n >>= 1
    return result


def rounded(mantissa: int, exponent: int, precision: int = _PRECISION, inexact: bool = False) -> tuple[int, int]:
    """mantissa · 2**exponent to `precision` bits, half to even; `inexact` says that more bits follow."""
    excess = mantissa.bit_length() - precision
    if excess <= 0:
        return mantissa, exponent
    kept = mantissa >> excess
    rest = mantissa - (kept << excess)
    half = 1 << (excess - 1)
    if rest > half or (rest == half and (inexact or kept & 1)):
        kept += 1
    return kept, exponent + excess


def _divided(a: int, b: int, exponent: int) -> tuple[int, int]:
    """a / b · 2**exponent, correctly rounded."""
    shift = max(0, _PRECISION + 2 + b.bit_length() - a.bit_length())
    quotient, remainder = divmod(a << shift, b)
    return rounded(quotient, exponent - shift, inexact=bool(remainder))


def _add(a: BigFloat, b: BigFloat) -> BigFloat:
    if not a[1] and not b[1]:
        return (a[0] and b[0], 0, 0)
    exponent = min(a[2], b[2])
    x, y = a[1] << (a[2] - exponent), b[1] << (b[2] - exponent)
    total = (-x if a[0] else x) + (-y if b[0] else y)
    return total < 0, *rounded(abs(total), exponent)


def multiply(a: BigFloat, b: BigFloat, precision: int = _PRECISION) -> BigFloat:
    return a[0] != b[0], *rounded(a[1] * b[1], a[2] + b[2], precision)


def _quotient(a: BigFloat, b: BigFloat) -> BigFloat:
    return a[0] != b[0], *_divided(a[1], b[1], a[2] - b[2])


def add_floats(a: BigFloat, b: BigFloat) -> BigFloat:
    """a + b; what sums of fractions are made of."""
    return _add(a, b)


def _truncated(value: BigFloat) -> int:
    negative, mantissa, exponent = value
    whole = mantissa << exponent if exponent >= 0 else mantissa >> -exponent
    return -whole if negative else whole


def _is_whole(value: BigFloat) -> bool:
    _, mantissa, exponent = value
    return exponent >= 0 or not mantissa & ((1 << -exponent) - 1)


def number_of_float(value: BigFloat, precision: int = _PRECISION) -> Number:
    """The Rego number with the text OPA gives a computed float."""
    negative, mantissa, exponent = value
    if not mantissa:
        return NumberText("-0") if negative else 0
    digits, point = shortest_digits(mantissa, exponent, precision)
    sign = "-" if negative else ""
    if _is_whole(value):
        return int_of_text(sign + plain_form(digits, point))
    return parse_number(sign + general_form(digits, point))


def shortest_digits(mantissa: int, exponent: int, precision: int = _PRECISION) -> tuple[str, int]:
    """The fewest decimal digits that identify a binary float among those of its precision (Go's algorithm)."""
    shift = precision + 1 - mantissa.bit_length()
    half_ulps = mantissa << shift if shift >= 0 else mantissa >> -shift
    scale = exponent - shift
    digits, point = _exact_digits(half_ulps, scale)
    lower, _ = _exact_digits(half_ulps - 1, scale)
    upper, _ = _exact_digits(half_ulps + 1, scale)
    inclusive = not half_ulps & 2
    for i, digit in enumerate(digits):
        low = lower[i] if i < len(lower) else "0"
        high = upper[i] if i < len(upper) else "0"
        may_fall = low != digit or (inclusive and i + 1 == len(lower))
        may_rise = digit != high and (inclusive or int(digit) + 1 < int(high) or i + 1 < len(upper))
        if may_fall or may_rise:
            rise = _rounds_up(digits, i + 1) if may_fall and may_rise else may_rise
            return _cut(digits, i + 1, point, rise)
    return digits, point


def _exact_digits(mantissa: int, exponent: int) -> tuple[str, int]:
    """All decimal digits of mantissa · 2**exponent, and where the point stands."""
    if exponent >= 0:
        text = int_text(mantissa << exponent)
        return text.rstrip("0"), len(text)
    text = int_text(mantissa * 5**-exponent)
    return text.rstrip("0"), len(text) + exponent


def _rounds_up(digits: str, n: int) -> bool:
    if n >= len(digits):
        return False
    if digits[n] == "5" and n + 1 == len(digits):  # exactly halfway: to even
        return int(digits[n - 1]) % 2 == 1
    return digits[n] >= "5"


def _cut(digits: str, n: int, point: int, rise: bool) -> tuple[str, int]:
    kept = digits[:n]
    if rise:
        increased = str(int(kept) + 1)
        point += len(increased) - len(kept)
        kept = increased
    return kept.rstrip("0"), point


def is_number(value: Any) -> bool:
    """Is the value a Rego number (which a boolean, though an int to Python, is not)?"""
    kind = value.__class__
    return kind is int or kind is float or kind is NumberText

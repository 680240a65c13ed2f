"""Go's strconv.FormatFloat for doubles."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal

from gatewright.runtime.numbers import decimal_digits, general_form, plain_form

_WIDE = Context(prec=1200, rounding=ROUND_HALF_EVEN)


def format_float(number: float, form: str, precision: int) -> str:
    """FormatFloat(number, form, precision, 64); the precision -1 means as few digits as identify the number."""
    if number != number:
        return "NaN"
    if number in (float("inf"), float("-inf")):
        return "+Inf" if number > 0 else "-Inf"
    sign = "-" if _is_negative(number) else ""
    value = abs(number)
    if form == "b":
        return sign + _binary(value)
    if form in "xX":
        return sign + _hexadecimal(value, form, precision)
    if precision < 0:
        _, digits, point = decimal_digits(repr(value))
        return sign + _shortest(digits, point, form)
    return sign + _rounded(value, form, precision)


def _is_negative(number: float) -> bool:
    return number < 0 or (number == 0 and str(number)[0] == "-")


def _shortest(digits: str, point: int, form: str) -> str:
    if form == "f":
        return plain_form(digits, point)
    if form in "eE":
        return _with_exponent(digits or "0", point - 1 if digits else 0, form)
    text = general_form(digits, point)
    return text.upper() if form == "G" else text


def _with_exponent(digits: str, exponent: int, form: str) -> str:
    mantissa = digits[0] + ("." + digits[1:] if len(digits) > 1 else "")
    return f"{mantissa}{form}{'-' if exponent < 0 else '+'}{abs(exponent):02d}"


def _rounded(value: float, form: str, precision: int) -> str:
    exact = Decimal(value)
    if form == "f":
        return f"{exact.quantize(Decimal(1).scaleb(-precision), context=_WIDE):f}"
    if form in "eE":
        return _exponent_rounded(exact, precision, form)
    return _general_rounded(exact, precision, form)


def _significant(exact: Decimal, count: int) -> tuple[str, int]:
    """`count` significant digits, half to even, and the exponent of the first."""
    if not exact:
        return "0" * count, 0
    rounded = exact.normalize(Context(prec=count, rounding=ROUND_HALF_EVEN))
    digits = "".join(map(str, rounded.as_tuple().digits))
    return digits.ljust(count, "0"), rounded.adjusted()


def _exponent_rounded(exact: Decimal, precision: int, form: str) -> str:
    digits, exponent = _significant(exact, precision + 1)
    return _with_exponent(digits, exponent, form)


def _general_rounded(exact: Decimal, precision: int, form: str) -> str:
    count = precision or 1
    digits, exponent = _significant(exact, count)
    digits = digits.rstrip("0")
    threshold = count
    if threshold > len(digits) and len(digits) >= exponent + 1:
        threshold = len(digits)
    if not digits:
        return "0"
    if exponent < -4 or exponent >= threshold:
        return _with_exponent(digits, exponent, "E" if form == "G" else "e")
    return plain_form(digits, exponent + 1)


def _binary(value: float) -> str:
    """%b: the mantissa as an integer and the power of two, `4503599627370496p-52`."""
    mantissa, exponent = _mantissa(value)
    return f"{mantissa}p{'-' if exponent < 0 else '+'}{abs(exponent)}"


def _mantissa(value: float) -> tuple[int, int]:
    if not value:
        return 0, -1074
    numerator, denominator = value.as_integer_ratio()
    exponent = 1 - denominator.bit_length()
    shift = 53 - numerator.bit_length()
    if exponent - shift < -1074:
        shift = exponent + 1074
    if shift >= 0:
        return numerator << shift, exponent - shift
    return numerator >> -shift, exponent - shift


def _hexadecimal(value: float, form: str, precision: int) -> str:
    """%x: `0x1.8p+01`, rounded to `precision` digits after the point."""
    if not value:
        text = "0x0" + ("." + "0" * precision if precision > 0 else "") + "p+00"
        return text.upper() if form == "X" else text
    mantissa, exponent = _mantissa(value)
    exponent += mantissa.bit_length() - 1
    mantissa <<= 61 - mantissa.bit_length()  # one digit before the point, 15 after
    if 0 <= precision < 15:
        drop = 4 * (15 - precision)
        rest, mantissa = mantissa & ((1 << drop) - 1), mantissa >> drop
        half = 1 << (drop - 1)
        mantissa += rest > half or (rest == half and mantissa & 1)
        mantissa <<= drop
        if mantissa >> 61:
            mantissa >>= 1
            exponent += 1
    digits = f"{mantissa:x}".rjust(16, "0")
    fraction = digits[1:].rstrip("0") if precision < 0 else digits[1:].ljust(precision, "0")[:precision]
    text = f"0x{digits[0]}" + (f".{fraction}" if fraction else "")
    text += f"p{'-' if exponent < 0 else '+'}{abs(exponent):02d}"
    return text.upper() if form == "X" else text

"""Kubernetes quantities (1.5Gi, 100m, 1e3) as CEL values: parsed, added and compared like resource.Quantity.

An amount is an integer times a power of ten. resource.Quantity keeps it in an int64 where it fits and in a big decimal
elsewhere, which shows: a big decimal never counts as an integer. `big` remembers which it is.
"""

from __future__ import annotations

import re
from fractions import Fraction
from math import inf

from gatewright.cel.runtime import no_overload
from gatewright.cel.values import INT_MAX, INT_MIN, CelEvaluationError, Opaque

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

_DECIMAL: Final = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY: Final = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}
_SHAPE: Final = re.compile(r"([+-]?)0*([0-9]*)(?:\.([0-9]*))?([eEinumkKMGTP]*[-+]?[0-9]*)\Z")
_EXPONENT: Final = re.compile(r"[eE]([+-]?[0-9]+)\Z")
_NANO: Final = -9
_MAX_DIGITS: Final = 18
_BAD_FORMAT: Final = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
_BAD_SUFFIX: Final = "unable to parse quantity's suffix"


class Quantity(Opaque):
    """`value` times ten to the `scale`. Sums are another class to cel-go, whose equality refuses them: `derived`."""

    __slots__ = ("big", "derived", "scale", "value")
    cel_type = "kubernetes.Quantity"

    def __init__(self, value: int, scale: int, *, big: bool = False, derived: bool = False) -> None:
        self.value = value
        self.scale = scale
        self.big = big
        self.derived = derived

    @property
    def amount(self) -> Fraction:
        return Fraction(self.value) * Fraction(10) ** self.scale

    def same(self, other: Any) -> bool:
        if other.derived:
            raise no_overload()
        return bool(self.amount == other.amount)

    def __hash__(self) -> int:
        return hash(("quantity", self.amount))


def parse_quantity(text: str) -> Quantity:
    """resource.ParseQuantity."""
    shape = _SHAPE.match(text)
    if shape is None or not text:
        raise CelEvaluationError(_BAD_FORMAT)
    sign, number, fraction, suffix = shape.groups()
    fraction = fraction or ""
    if not number and not fraction and not suffix:
        return Quantity(0, 0)
    number = number or "0"
    digits = int(number + fraction)
    direction = -1 if sign == "-" else 1
    if suffix in _BINARY:
        return _binary(number, fraction, digits, _BINARY[suffix], direction)
    scale = _DECIMAL[suffix] if suffix in _DECIMAL else _exponent(suffix)
    if len(number) + len(fraction) <= _MAX_DIGITS and scale - len(fraction) >= _NANO:
        return Quantity(direction * digits, scale - len(fraction))
    value, scale = _rounded_up(digits, scale - len(fraction))
    return Quantity(direction * value, scale, big=True)


def _binary(number: str, fraction: str, digits: int, exponent: int, direction: int) -> Quantity:
    value = digits << exponent
    if not fraction and 15 - len(number) - exponent * 3 // 10 - 1 >= 0 and value <= INT_MAX:
        return Quantity(direction * value, 0)
    value, scale = _rounded_up(value, -len(fraction))
    if Fraction(value) * Fraction(10) ** scale > INT_MAX:
        value, scale = INT_MAX, 0
    return Quantity(direction * value, scale, big=True)


def _exponent(suffix: str) -> int:
    found = _EXPONENT.match(suffix)
    if found is None or not INT_MIN <= int(found.group(1)) <= INT_MAX:
        raise CelEvaluationError(_BAD_SUFFIX)
    # Go keeps the low 32 bits.
    return (int(found.group(1)) + (1 << 31)) % (1 << 32) - (1 << 31)


def _rounded_up(value: int, scale: int) -> tuple[int, int]:
    """At nano precision; what is finer counts as one nano more."""
    if scale >= _NANO or not value:
        return value, scale
    return -(-value // 10 ** min(_NANO - scale, 200_000)), _NANO


def _quantities(name: str, *args: Any) -> list[Fraction]:
    if not args or any(not isinstance(a, Quantity) for a in args):
        raise no_overload(name, *args)
    return [a.amount for a in args]


def quantity(*args: Any) -> Quantity:
    """quantity('1.5Gi')"""
    if args[0].__class__ is not str:
        raise no_overload("quantity", *args)
    return parse_quantity(args[0])


def is_quantity(*args: Any) -> bool:
    """isQuantity('1.5Gi')"""
    if args[0].__class__ is not str:
        raise no_overload("isQuantity", *args)
    try:
        parse_quantity(args[0])
    except CelEvaluationError:
        return False
    return True


def _int64(given: Quantity) -> int | None:
    """The amount as an int64 where resource.Quantity finds one: not in a big decimal, nor behind a decimal point."""
    if given.big or given.scale < 0:
        return None
    if given.scale > _MAX_DIGITS:
        return 0 if not given.value else None
    value: int = given.value * 10**given.scale
    return value if INT_MIN <= value <= INT_MAX else None


def is_integer(*args: Any) -> bool:
    """quantity('1.5').isInteger() == false"""
    _quantities("isInteger", *args)
    return _int64(args[0]) is not None


def as_integer(*args: Any) -> int:
    """quantity('1k').asInteger() == 1000"""
    _quantities("asInteger", *args)
    value = _int64(args[0])
    if value is None:
        raise CelEvaluationError("cannot convert value to integer")
    return value


def as_float(*args: Any) -> float:
    """quantity('100m').asApproximateFloat() == 0.1"""
    _quantities("asApproximateFloat", *args)
    given: Quantity = args[0]
    try:
        base = float(given.value)
    except OverflowError:
        return inf if given.value > 0 else -inf
    if not given.scale:
        return base
    power = float(f"1e{given.scale}") if given.scale >= -323 else 0.0
    return base * power


def sign(*args: Any) -> int:
    """sign(quantity('-1')) == -1"""
    amount = _quantities("sign", *args)[0]
    return (amount > 0) - (amount < 0)


def _combined(name: str, factor: int, args: tuple[Any, ...]) -> Quantity:
    if len(args) != 2 or not isinstance(args[0], Quantity):
        raise no_overload(name, *args)
    left, right = args
    if right.__class__ is int:
        right = Quantity(right, 0)
    if not isinstance(right, Quantity):
        raise no_overload(name, *args)
    if not left.big and not right.big:
        if not right.value:
            return Quantity(left.value, left.scale, derived=True)
        if not left.value:
            return Quantity(factor * right.value, right.scale, derived=True)
    scale = min(left.scale, right.scale)
    value = left.value * 10 ** (left.scale - scale) + factor * right.value * 10 ** (right.scale - scale)
    big = left.big or right.big or not INT_MIN <= value <= INT_MAX
    return Quantity(value, scale, big=big, derived=True)


def add(*args: Any) -> Quantity:
    """quantity('1').add(quantity('500m'))"""
    return _combined("add", 1, args)


def sub(*args: Any) -> Quantity:
    """quantity('1').sub(1)"""
    return _combined("sub", -1, args)


def compare_to(*args: Any) -> int:
    """quantity('1').compareTo(quantity('2')) == -1, or of semvers"""
    from gatewright.cel.library import semver

    if isinstance(args[0], semver.Semver):
        return semver.compare_to(*args)
    a, b = _quantities("compareTo", *args)
    return (a > b) - (a < b)


def is_greater_than(*args: Any) -> bool:
    """quantity('2').isGreaterThan(quantity('1')), or of semvers"""
    return _compared("isGreaterThan", args) == 1


def is_less_than(*args: Any) -> bool:
    """quantity('1').isLessThan(quantity('2')), or of semvers"""
    return _compared("isLessThan", args) == -1


def _compared(name: str, args: tuple[Any, ...]) -> int:
    from gatewright.cel.library import semver

    if all(isinstance(a, semver.Semver) for a in args) or all(isinstance(a, Quantity) for a in args):
        return compare_to(*args)
    raise no_overload(name, *args)

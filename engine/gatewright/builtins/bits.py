"""Bitwise operations on integers of any size."""

from __future__ import annotations

from gatewright.builtins._operands import big_integer
from gatewright.builtins.registry import BuiltinError, OperandError, builtin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# A shift that Go would die of (and Python try to carry out) is an error here.
_MAX_SHIFT = 2**26


@builtin("bits.or", "(x: number, y: number) -> z: number")
def bits_or(x: Any, y: Any) -> int:
    """Bitwise or: `bits.or(5, 2) == 7`."""
    return big_integer(x, 1) | big_integer(y, 2)


@builtin("bits.and", "(x: number, y: number) -> z: number")
def bits_and(x: Any, y: Any) -> int:
    """Bitwise and: `bits.and(7, 9) == 1`."""
    return big_integer(x, 1) & big_integer(y, 2)


@builtin("bits.negate", "(x: number) -> z: number")
def bits_negate(x: Any) -> int:
    """All bits flipped: `bits.negate(1) == -2`."""
    return ~big_integer(x, 1)


@builtin("bits.xor", "(x: number, y: number) -> z: number")
def bits_xor(x: Any, y: Any) -> int:
    """Bitwise exclusive or: `bits.xor(7, 9) == 14`."""
    return big_integer(x, 1) ^ big_integer(y, 2)


@builtin("bits.lsh", "(x: number, s: number) -> z: number")
def bits_lsh(x: Any, s: Any) -> int:
    """Shifted left by `s` bits: `bits.lsh(1, 4) == 16`."""
    value, shift = big_integer(x, 1), _shift(s)
    if shift > _MAX_SHIFT:
        raise BuiltinError("shift count too large")
    return value << shift


@builtin("bits.rsh", "(x: number, s: number) -> z: number")
def bits_rsh(x: Any, s: Any) -> int:
    """Shifted right by `s` bits: `bits.rsh(16, 4) == 1`."""
    return big_integer(x, 1) >> _shift(s)


def _shift(value: Any) -> int:
    shift = big_integer(value, 2)
    if shift < 0:
        raise OperandError("operand 2 must be an unsigned integer number but got a negative integer")
    return shift & (2**64 - 1)

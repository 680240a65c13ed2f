"""Arithmetic, rounding, ranges and random numbers."""

from __future__ import annotations

from collections.abc import Callable

from gatewright.builtins._operands import big_integer, integer, number, string
from gatewright.builtins.registry import BuiltinError, builtin, operand_error
from gatewright.errors import LimitError
from gatewright.runtime import numbers as arithmetic
from gatewright.runtime.numbers import DivisionByZeroError, is_number
from gatewright.runtime.values import RegoSet

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from gatewright.runtime.context import Context

Number = int | float

# Made in one step, which no deadline interrupts; OPA would be cancelled somewhere about here.
_MAX_RANGE = 10_000_000


@builtin("plus", "(x: number, y: number) -> z: number", infix="+")
def plus(x: Any, y: Any) -> Number:
    """The sum: `1 + 2 == 3`."""
    if x.__class__ is int and y.__class__ is int:
        return x + y
    return arithmetic.add(number(x, 1), number(y, 2))


@builtin("minus", "(x: any<number, set[any]>, y: any<number, set[any]>) -> z: any<number, set[any]>", infix="-")
def minus(x: Any, y: Any) -> Number | RegoSet:
    """The difference of numbers, or of sets: `3 - 1 == 2`, `{1, 2} - {1} == {2}`."""
    if x.__class__ is int and y.__class__ is int:
        return x - y
    if x.__class__ is RegoSet and y.__class__ is RegoSet:
        return x - y
    if is_number(x) and is_number(y):
        return arithmetic.sub(x, y)
    if not is_number(x) and x.__class__ is not RegoSet:
        raise operand_error(1, x, "number", "set")
    raise operand_error(2, y, "set" if is_number(y) else "number")


@builtin("mul", "(x: number, y: number) -> z: number", infix="*")
def mul(x: Any, y: Any) -> Number:
    """The product: `2 * 3 == 6`."""
    if x.__class__ is int and y.__class__ is int:
        return x * y
    return arithmetic.mul(number(x, 1), number(y, 2))


@builtin("div", "(x: number, y: number) -> z: number", infix="/")
def div(x: Any, y: Any) -> Number:
    """The quotient, never rounded to an integer: `7 / 2 == 3.5`."""
    return _divided(arithmetic.div, number(x, 1), number(y, 2))


@builtin("rem", "(x: number, y: number) -> z: number", infix="%")
def rem(x: Any, y: Any) -> Number:
    """The remainder, with the sign of the dividend: `7 % 3 == 1`."""
    return _divided(arithmetic.rem, number(x, 1), number(y, 2))


def _divided(operation: Callable[[Number, Number], Number], x: Number, y: Number) -> Number:
    try:
        return operation(x, y)
    except DivisionByZeroError as error:
        raise BuiltinError(str(error)) from None


@builtin("ceil", "(x: number) -> y: number")
def ceil(x: Any) -> Number:
    """Rounded up: `ceil(1.2) == 2`."""
    return arithmetic.ceil(number(x, 1))


@builtin("floor", "(x: number) -> y: number")
def floor(x: Any) -> Number:
    """Rounded down: `floor(1.8) == 1`."""
    return arithmetic.floor(number(x, 1))


@builtin("round", "(x: number) -> y: number")
def round_(x: Any) -> Number:
    """Rounded to the nearest integer, half away from zero: `round(2.5) == 3`."""
    return arithmetic.round_(number(x, 1))


@builtin("abs", "(x: number) -> y: number")
def abs_(x: Any) -> Number:
    """Without its sign: `abs(-1) == 1`."""
    return arithmetic.absolute(number(x, 1))


@builtin("numbers.range", "(a: number, b: number) -> range: array[number]")
def numbers_range(a: Any, b: Any) -> list[int]:
    """The integers from one to the other, both included: `numbers.range(3, 1) == [3, 2, 1]`."""
    return _range(big_integer(a, 1), big_integer(b, 2), 1, "numbers.range")


@builtin("numbers.range_step", "(a: number, b: number, step: number) -> range: array[number]")
def numbers_range_step(a: Any, b: Any, step: Any) -> list[int]:
    """The integers from one to the other, in steps: `numbers.range_step(0, 5, 2) == [0, 2, 4]`."""
    first, last, by = big_integer(a, 1), big_integer(b, 2), big_integer(step, 3)
    if by <= 0:
        raise BuiltinError("numbers.range_step: step must be a positive integer")
    return _range(first, last, by, "numbers.range_step")


def _range(first: int, last: int, step: int, name: str) -> list[int]:
    if abs(last - first) // step >= _MAX_RANGE:
        raise LimitError(f"{name}: timed out before generating all numbers in range")
    return list(range(first, last + 1, step) if first <= last else range(first, last - 1, -step))


@builtin("rand.intn", "(str: string, n: number) -> y: number", context=True, nondeterministic=True)
def rand_intn(context: Context, key: Any, n: Any) -> int:
    """A number from 0 to `n` - 1, the same for equal arguments in an evaluation: `rand.intn("die", 6) < 6`."""
    name, bound = string(key, 1), abs(integer(n, 2))
    if bound == 0:
        return 0
    place = ("rand.intn", name, bound)
    if place not in context.cache:
        context.cache[place] = context.random.randrange(bound)
    return context.cache[place]  # type: ignore[no-any-return]

"""Aggregates: counting, sums, products, extremes and order; and the deprecated `all` and `any`."""

from __future__ import annotations

from gatewright.builtins._operands import element_error, members
from gatewright.builtins.registry import builtin, operand_error
from gatewright.runtime.numbers import (
    BigFloat,
    add_floats,
    integer_value,
    is_number,
    multiply,
    number_of_float,
    to_float,
)
from gatewright.runtime.values import KEY_TRUE, UNDEFINED, RegoSet, compare, equal, sort_values

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# OPA multiplies fractions with the precision of a double, though it adds them with 64 bits.
_PRODUCT_PRECISION = 53


@builtin("count", "(collection: any<string, array[any], object[any: any], set[any]>) -> n: number")
def count(collection: Any) -> int:
    """The number of elements of a collection or of characters of a string: `count([7, 8]) == 2`."""
    kind = collection.__class__
    if kind is list or kind is dict or kind is RegoSet or kind is str:
        return len(collection)
    raise operand_error(1, collection, "array", "object", "set", "string")


@builtin("sum", "(collection: any<array[number], set[number]>) -> n: number")
def sum_(collection: Any) -> int | float:
    """The sum of numbers: `sum([1, 2.5]) == 3.5`."""
    items = members(collection, 1)
    total = 0
    for item in items:
        value = integer_value(item) if is_number(item) else None
        if value is None:
            return _sum_of_floats(collection, items)
        total += value
    return total


def _sum_of_floats(collection: Any, items: list[Any]) -> int | float:
    total: BigFloat = (False, 0, 0)
    for item in items:
        if not is_number(item):
            raise element_error(1, collection, item, "number")
        total = add_floats(total, to_float(item))
    return number_of_float(total)


@builtin("product", "(collection: any<array[number], set[number]>) -> n: number")
def product(collection: Any) -> int | float:
    """The product of numbers, 1 for none: `product([2, 3]) == 6`."""
    items = members(collection, 1)
    result = 1
    for item in items:
        value = integer_value(item) if is_number(item) else None
        if value is None:
            return _product_of_floats(collection, items)
        result *= value
    return result


def _product_of_floats(collection: Any, items: list[Any]) -> int | float:
    result: BigFloat = (False, 1, 0)
    for item in items:
        if not is_number(item):
            raise element_error(1, collection, item, "number")
        result = multiply(result, to_float(item), _PRODUCT_PRECISION)
    return number_of_float(result, _PRODUCT_PRECISION)


@builtin("max", "(collection: any<array[any], set[any]>) -> n: any")
def max_(collection: Any) -> Any:
    """The greatest element in Rego's order, undefined for none: `max([3, "a"]) == "a"`."""
    items = members(collection, 1)
    if not items:
        return UNDEFINED
    if collection.__class__ is RegoSet:
        return items[-1]
    greatest = items[0]
    for item in items:
        if compare(greatest, item) <= 0:
            greatest = item
    return greatest


@builtin("min", "(collection: any<array[any], set[any]>) -> n: any")
def min_(collection: Any) -> Any:
    """The least element in Rego's order, undefined for none: `min([3, "a"]) == 3`."""
    items = members(collection, 1)
    if not items:
        return UNDEFINED
    if collection.__class__ is RegoSet:
        return items[0]
    least = items[0]
    for item in items:
        if compare(least, item) >= 0:
            least = item
    return least


@builtin("sort", "(collection: any<array[any], set[any]>) -> n: array[any]")
def sort(collection: Any) -> list[Any]:
    """The elements as an array in Rego's order: `sort({2, 1}) == [1, 2]`."""
    if collection.__class__ is RegoSet:
        return list(collection.sorted())
    return sort_values(members(collection, 1))


@builtin("all", "(any<array[any], set[any]>) -> boolean", deprecated=True)
def all_(collection: Any) -> bool:
    """Are all elements true? `all([true, 1]) == false`."""
    return all(item is True for item in members(collection, 1, "array", "set"))


@builtin("any", "(any<array[any], set[any]>) -> boolean", deprecated=True)
def any_(collection: Any) -> bool:
    """Is an element true? `any([false, true]) == true`."""
    if collection.__class__ is RegoSet:
        return KEY_TRUE in collection.keys
    return any(item is True for item in members(collection, 1, "array", "set"))


def contains_value(collection: Any, value: Any) -> bool:
    """Is the value an element, or a value of the object? What `value in collection` means."""
    kind = collection.__class__
    if kind is RegoSet:
        return value in collection
    if kind is list:
        return any(equal(value, item) for item in collection)
    if kind is dict:
        return any(equal(value, item) for item in collection.values())
    return False

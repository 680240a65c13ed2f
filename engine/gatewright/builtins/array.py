"""Arrays: joining, cutting, turning round."""

from __future__ import annotations

from gatewright.builtins._operands import array, integer
from gatewright.builtins.registry import builtin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


@builtin("array.concat", "(x: array[any], y: array[any]) -> z: array[any]")
def array_concat(x: Any, y: Any) -> list[Any]:
    """The elements of both: `array.concat([1], [2]) == [1, 2]`."""
    return array(x, 1) + array(y, 2)


@builtin("array.flatten", "(arr: array[any]) -> flattened: array[any]")
def array_flatten(arr: Any) -> list[Any]:
    """Elements that are arrays give way to their elements, one level deep: `array.flatten([1, [2]]) == [1, 2]`."""
    flat: list[Any] = []
    for item in array(arr, 1):
        if item.__class__ is list:
            flat += item
        else:
            flat.append(item)
    return flat


@builtin("array.slice", "(arr: array[any], start: number, stop: number) -> slice: array[any]")
def array_slice(arr: Any, start: Any, stop: Any) -> list[Any]:
    """The elements from `start` up to, not including, `stop`: `array.slice([5, 6, 7], 1, 3) == [6, 7]`."""
    items = array(arr, 1)
    first, last = integer(start, 2), integer(stop, 3)
    return items[max(first, 0) : max(last, 0)]


@builtin("array.reverse", "(arr: array[any]) -> rev: array[any]")
def array_reverse(arr: Any) -> list[Any]:
    """The elements, last first: `array.reverse([1, 2]) == [2, 1]`."""
    return array(arr, 1)[::-1]

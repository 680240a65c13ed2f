"""List functions: Kubernetes' isSorted, sum, min, max, indexOf and version 3 of cel-go's lists extension."""

from __future__ import annotations

from collections.abc import Callable
from functools import cmp_to_key

from gatewright.cel.folds import items
from gatewright.cel.runtime import _without_trait, add, no_overload, order
from gatewright.cel.values import (
    NONE,
    CelEvaluationError,
    CelPanicError,
    CostLimitError,
    Duration,
    Optional,
    Timestamp,
    Uint,
    equal,
    go_type,
    type_name,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_COMPARABLE = frozenset({int, Uint, float, bool, str, bytes, Timestamp, Duration})

_LONGEST = 1_000_000
_BUDGET = 1_000_000
_ADDERS = frozenset({int, Uint, float, str, bytes, Timestamp, Duration})
_SUMMABLE = frozenset({int, Uint, float, Duration})


def _afford(cost: int) -> None:
    """Refuse what alone costs more than the API server lets an expression spend; here it may be over in no time."""
    if cost > _BUDGET:
        raise CostLimitError


def _list(name: str, *args: Any) -> list[Any]:
    if args[0].__class__ is not list:
        raise no_overload(name, *args)
    return args[0]


def _list_of(name: str, kinds: frozenset[type], value: Any) -> list[Any]:
    """A list whose first member fits an overload; cel-go looks no further before it calls."""
    if value.__class__ is not list or (value and value[0].__class__ not in kinds):
        raise no_overload(name, value)
    return list(value)


def is_sorted(*args: Any) -> bool:
    """[1, 2, 3].isSorted()"""
    values = _list_of("isSorted", _COMPARABLE, args[0])
    _comparable(values)
    return all(_order(values[i], values[i + 1]) != 1 for i in range(len(values) - 1))


def _comparable(values: list[Any]) -> None:
    for value in values:
        if value.__class__ not in _COMPARABLE:
            raise no_overload()


def _order(a: Any, b: Any) -> int | None:
    # A comparison across types is an error value in cel-go, which equals no order.
    try:
        return order(a, b)
    except CelEvaluationError:
        return None


def total(*args: Any) -> Any:
    """[1, 2, 3].sum() == 6"""
    return _sum(0, args)


def total_doubles(*args: Any) -> Any:
    """`sum` where the checker knows the members for doubles: what is left is what an empty list adds up to."""
    return _sum(0.0, args)


def total_durations(*args: Any) -> Any:
    """`sum` of durations."""
    return _sum(Duration(0), args)


def total_uints(*args: Any) -> Any:
    """`sum` of unsigned integers."""
    return _sum(Uint(0), args)


def _sum(empty: Any, args: tuple[Any, ...]) -> Any:
    values = _list_of("sum", _SUMMABLE, args[0])
    if not values:
        return empty
    result = values[0]
    for value in values[1:]:
        result = add(result, value)
    return result


def _extreme(name: str, args: tuple[Any, ...], wanted: int) -> Any:
    values = _list_of(name, _COMPARABLE, args[0])
    if not values:
        raise CelEvaluationError(f"{name} called on empty list")
    _comparable(values)
    result = values[0]
    for value in values[1:]:
        if _order(result, value) == wanted:
            result = value
    return result


def minimum(*args: Any) -> Any:
    """[3, 1, 2].min() == 1"""
    return _extreme("min", args, 1)


def maximum(*args: Any) -> Any:
    """[3, 1, 2].max() == 3"""
    return _extreme("max", args, -1)


def index_of(*args: Any) -> int:
    """[1, 2].indexOf(2) == 1"""
    if len(args) != 2:
        raise no_overload("indexOf", *args)
    for i, item in enumerate(args[0]):
        if equal(item, args[1]):
            return i
    return -1


def last_index_of(*args: Any) -> int:
    """[1, 2, 2].lastIndexOf(2) == 2"""
    if len(args) != 2:
        raise no_overload("lastIndexOf", *args)
    items = args[0]
    for i in range(len(items) - 1, -1, -1):
        if equal(items[i], args[1]):
            return i
    return -1


def slice_(*args: Any) -> list[Any]:
    """[1, 2, 3].slice(1, 3) == [2, 3]"""
    values = _list("slice", *args)
    start, end = args[1], args[2]
    if start.__class__ is not int or end.__class__ is not int:
        raise no_overload("slice", *args)
    if start < 0 or end < 0:
        raise CelEvaluationError(f"cannot slice({start}, {end}), negative indexes not supported")
    if start > end:
        raise CelEvaluationError(f"cannot slice({start}, {end}), start index must be less than or equal to end index")
    if len(values) < end:
        raise CelEvaluationError(f"cannot slice({start}, {end}), list is length {len(values)}")
    return values[start:end]


def flatten(*args: Any) -> list[Any]:
    """[[1], [2, [3]]].flatten() == [1, 2, [3]]"""
    values = args[0]
    if values.__class__ is not list:
        depth_type = "int" if len(args) > 1 else ""
        raise CelEvaluationError(f"no such overload: {_with_parameters(values)}.flatten({depth_type})")
    depth = args[1] if len(args) > 1 else 1
    if depth.__class__ is not int:
        raise CelPanicError(f"internal error: interface conversion: ref.Val is {go_type(depth)}, not types.Int")
    if depth < 0:
        raise CelEvaluationError("level must be non-negative")
    for _ in range(depth):
        if not any(value.__class__ is list for value in values):
            break
        values = [item for value in values for item in (value if value.__class__ is list else [value])]
    return values


def _with_parameters(value: Any) -> str:
    return {"map": "map(dyn, dyn)", "optional_type": "optional_type(dyn)"}.get(type_name(value), type_name(value))


def sort(*args: Any) -> list[Any]:
    """[3, 1, 2].sort() == [1, 2, 3]"""
    if args[0].__class__ is not list:
        raise _without_trait("sort", args[0])
    values = args[0]
    return sort_by_keys(values, values)


def sort_by_keys(values: Any, keys: Any) -> list[Any]:
    """`values` in the order of `keys`, which pair with them."""
    if values.__class__ is not list or keys.__class__ is not list:
        raise _without_trait("@sortByAssociatedKeys", values)
    if not keys:
        return values
    if keys[0].__class__ not in _COMPARABLE:
        raise CelEvaluationError("list elements must be comparable")
    if len(keys) > 1 and any(key.__class__ is not keys[0].__class__ for key in keys):
        raise CelEvaluationError("list elements must have the same type")
    by_key: Callable[[int], Any] = cmp_to_key(lambda i, j: order(keys[i], keys[j]) or 0)
    return [values[i] for i in sorted(range(len(values)), key=by_key)]


def sort_by(target: Any, key: Callable[[Any], Any]) -> list[Any]:
    """[{'n': 2}, {'n': 1}].sortBy(x, x.n)"""
    return sort_by_keys(target, [key(item) for item in items(target)])


def sort_by_known(target: Any, key: Callable[[Any], Any]) -> list[Any]:
    """`sortBy` with keys of known type: cel-go calls its one overload unseen, with an error for the keys too."""
    try:
        keys = [key(item) for item in items(target)]
    except CelEvaluationError:
        missing = "*types.Err is not traits.Lister: missing method Add"
        raise CelPanicError(f"internal error: interface conversion: {missing}") from None
    return sort_by_keys(target, keys)


def distinct(*args: Any) -> list[Any]:
    """[1, 2, 1].distinct() == [1, 2]"""
    values = args[0]
    if values.__class__ is not list:
        # cel-go takes any value for a list here, and tells of Go's complaint.
        missing = "Contains" if values.__class__ in _ADDERS else "Add"
        refused = f"interface conversion: {go_type(values)} is not traits.Lister: missing method {missing}"
        raise CelPanicError(f"internal error: {refused}")
    _afford(2 * len(values) ** 2)
    kept: list[Any] = []
    for value in values:
        if not any(equal(value, other) for other in kept):
            kept.append(value)
    return kept


def reverse(*args: Any) -> list[Any]:
    """[1, 2].reverse() == [2, 1]"""
    return _list("reverse", *args)[::-1]


def range_(*args: Any) -> list[int]:
    """lists.range(3) == [0, 1, 2]"""
    if args[0].__class__ is not int:
        raise no_overload("lists.range", *args)
    if args[0] < 0:
        raise CelEvaluationError(f"lists.range: size must be non-negative, got {args[0]}")
    if args[0] > _LONGEST:
        raise CelEvaluationError(f"lists.range: size {args[0]} exceeds maximum allowed ({_LONGEST})")
    return list(range(args[0]))


def first(*args: Any) -> Optional:
    """[1, 2].first() == optional.of(1)"""
    values = _list("first", *args)
    return Optional(values[0]) if values else NONE


def last(*args: Any) -> Optional:
    """[1, 2].last() == optional.of(2)"""
    values = _list("last", *args)
    return Optional(values[-1]) if values else NONE


def sets_contains(*args: Any) -> bool:
    """sets.contains([1, 2], [2])"""
    outer, inner = _pair("sets.contains", args)
    _afford(len(outer) * len(inner))
    return all(any(equal(a, b) for b in outer) for a in inner)


def sets_equivalent(*args: Any) -> bool:
    """sets.equivalent([1, 1], [1])"""
    a, b = _pair("sets.equivalent", args)
    _afford(2 * len(a) * len(b))
    return sets_contains(a, b) and sets_contains(b, a)


def sets_intersects(*args: Any) -> bool:
    """sets.intersects([1], [1, 2])"""
    a, b = _pair("sets.intersects", args)
    _afford(len(a) * len(b))
    return any(equal(x, y) for x in a for y in b)


def _pair(name: str, args: tuple[Any, ...]) -> tuple[list[Any], list[Any]]:
    if len(args) != 2 or args[0].__class__ is not list or args[1].__class__ is not list:
        raise no_overload(name, *args)
    return args[0], args[1]

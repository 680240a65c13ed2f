"""What macros run on: ranges, and the folds of the exact form, whose predicates and transforms may fail."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from gatewright.cel.runtime import no_overload, shown, truth
from gatewright.cel.values import CelEvaluationError, CostLimitError, KeyedMap, go_type, map_keys, unwrap_key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def items(value: Any) -> Iterable[Any]:
    """What a macro's variable ranges over: a list's members, a map's keys."""
    kind = value.__class__
    if kind is list:
        return value  # type: ignore[no-any-return]
    if kind is dict or kind is KeyedMap:
        return map_keys(value)
    raise CelEvaluationError(f"got '{go_type(value)}', expected iterable type")


def pairs(value: Any) -> Iterable[tuple[Any, Any]]:
    """What two variables range over: positions and members, keys and values."""
    kind = value.__class__
    if kind is list:
        return enumerate(value)
    if kind is dict:
        return value.items()  # type: ignore[no-any-return]
    if kind is KeyedMap:
        return zip(map_keys(value), value.values(), strict=True)
    raise CelEvaluationError(f"unsupported comprehension range type: {go_type(value)}")


def tuples(value: Any) -> Iterable[tuple[Any]]:
    """The range of a one-variable macro in the shape of `pairs`."""
    return [(item,) for item in items(value)]


_WATCHED = [0]
_PATIENCE = 250_000


def watched(value: Any) -> Any:
    """A range that may be walked very often; a quarter of a million rounds cost more than any budget holds."""
    if value.__class__ in (list, dict, KeyedMap):
        _WATCHED[0] += len(value)
        if _WATCHED[0] > _PATIENCE:
            raise CostLimitError
    return value


def start_watch() -> None:
    """Forget the rounds counted so far."""
    _WATCHED[0] = 0


# -- folds: `each` yields the argument tuples


def fold_all(each: Iterable[tuple[Any, ...]], predicate: Callable[..., Any]) -> bool:
    failure: CelEvaluationError | None = None
    for args in each:
        try:
            if not truth(predicate(*args)):
                return False
        except CelEvaluationError as error:
            failure = failure or error
    if failure is not None:
        raise failure
    return True


def fold_exists(each: Iterable[tuple[Any, ...]], predicate: Callable[..., Any]) -> bool:
    failure: CelEvaluationError | None = None
    for args in each:
        try:
            if truth(predicate(*args)):
                return True
        except CelEvaluationError as error:
            failure = failure or error
    if failure is not None:
        raise failure
    return False


def fold_exists_one(each: Iterable[tuple[Any, ...]], predicate: Callable[..., Any]) -> bool:
    # The condition's own error replaces an earlier one, since it is evaluated first.
    failure: CelEvaluationError | None = None
    count = 0
    for args in each:
        try:
            count += truth(predicate(*args))
        except CelEvaluationError as error:
            failure = error
    if failure is not None:
        raise failure
    return count == 1


def fold_list(
    each: Iterable[tuple[Any, ...]], predicate: Callable[..., Any] | None, transform: Callable[..., Any]
) -> list[Any]:
    failure: CelEvaluationError | None = None
    out = []
    for args in each:
        try:
            if predicate is not None and not truth(predicate(*args)):
                continue
        except CelEvaluationError as error:
            failure = error
            continue
        if failure is None:
            try:
                out.append(transform(*args))
            except CelEvaluationError as error:
                failure = error
    if failure is not None:
        raise failure
    return out


def merge_entries(maps: Iterable[Any]) -> dict[Any, Any]:
    """transformMapEntry's result: each key may come once."""
    out: dict[Any, Any] = {}
    for entries in maps:
        kind = entries.__class__
        if kind is not dict and kind is not KeyedMap:
            raise no_overload("cel.@mapInsert", out, entries)
        if kind is KeyedMap and out.__class__ is dict:
            out = KeyedMap(out)
        for key, value in entries.items():
            if key in out:
                raise CelEvaluationError(f"insert failed: key {shown(unwrap_key(key))} already exists")
            out[key] = value
    return out

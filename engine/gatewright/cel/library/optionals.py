"""The methods of optional values."""

from __future__ import annotations

from datetime import UTC, datetime

from gatewright.cel.runtime import no_overload
from gatewright.cel.values import NONE, CelEvaluationError, Duration, KeyedMap, Optional, Timestamp, Uint

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def none() -> Optional:
    """optional.none()"""
    return NONE


def of(value: Any) -> Optional:
    """optional.of(1)"""
    return Optional(value)


def of_non_zero(value: Any) -> Optional:
    """optional.ofNonZeroValue('') == optional.none()"""
    return NONE if _is_zero(value) else Optional(value)


_YEAR_ONE = int(datetime(1, 1, 1, tzinfo=UTC).timestamp()) * 10**9


def _is_zero(value: Any) -> bool:
    kind = value.__class__
    if kind in (bool, int, Uint, float, str, bytes, list, dict, KeyedMap):
        return not value
    if kind is Duration:
        return value.nanos == 0  # type: ignore[no-any-return]
    if kind is Timestamp:
        return value.nanos == _YEAR_ONE  # type: ignore[no-any-return]
    return value is None  # an optional without a value is no zero value in cel-go


def has_value(*args: Any) -> bool:
    """optional.of(1).hasValue()"""
    if args[0].__class__ is not Optional:
        raise no_overload("hasValue", *args)
    return args[0] is not NONE


def value(*args: Any) -> Any:
    """optional.of(1).value() == 1"""
    if args[0].__class__ is not Optional:
        raise no_overload("value", *args)
    if args[0] is NONE:
        raise CelEvaluationError("optional.none() dereference")
    return args[0].value


def or_(*args: Any) -> Any:
    """optional.none().or(optional.of(1)) == optional.of(1)"""
    if args[0].__class__ is not Optional:
        raise no_overload()
    return args[1] if args[0] is NONE else args[0]


def or_value(*args: Any) -> Any:
    """optional.none().orValue(1) == 1"""
    if args[0].__class__ is not Optional:
        raise no_overload()
    return args[1] if args[0] is NONE else args[0].value


def unwrap_opt(*args: Any) -> list[Any]:
    """[optional.of(1), optional.none()].unwrapOpt() == [1]"""
    return _unwrap("unwrapOpt", args)


def unwrap(*args: Any) -> list[Any]:
    """optional.unwrap([optional.of(1), optional.none()]) == [1]"""
    return _unwrap("optional.unwrap", args)


def _unwrap(name: str, args: tuple[Any, ...]) -> list[Any]:
    items = args[0]
    if items.__class__ is not list or (items and items[0].__class__ is not Optional):
        raise no_overload(name, *args)
    out = []
    for item in items:
        if item.__class__ is not Optional:
            from gatewright.cel.runtime import shown

            raise CelEvaluationError(f"value {shown(item)} is not optional")
        if item is not NONE:
            out.append(item.value)
    return out

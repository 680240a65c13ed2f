"""Objects: looking up, merging, cutting down, comparing."""

from __future__ import annotations

from collections.abc import Iterable

from gatewright.builtins._operands import array, element_error, object_
from gatewright.builtins.registry import OperandError, builtin, operand_error
from gatewright.runtime.numbers import is_number, machine_int
from gatewright.runtime.values import UNDEFINED, RegoSet, equal, to_key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


@builtin("object.get", "(object: object[any: any], key: any, default: any) -> value: any")
def object_get(object: Any, key: Any, default: Any) -> Any:
    """The value at a key, or at an array of keys one below the other; else the default:
    `object.get({"a": {"b": 1}}, ["a", "b"], 0) == 1`."""
    if object.__class__ is not dict:
        raise operand_error(1, object, "object")
    if key.__class__ is str:
        return object.get(key, default)
    if key.__class__ is not list:
        return object.get(to_key(key), default)
    for step in key:
        object = child(object, step)
        if object is UNDEFINED:
            return default
    return object


def child(value: Any, key: Any) -> Any:
    """What a ref finds one step below a value: by key, by index, or a set's member itself."""
    kind = value.__class__
    if kind is dict:
        return value.get(to_key(key), UNDEFINED)
    if kind is list:
        index = machine_int(key) if is_number(key) else None
        return value[index] if index is not None and 0 <= index < len(value) else UNDEFINED
    if kind is RegoSet:
        return key if key in value else UNDEFINED
    return UNDEFINED


@builtin("object.keys", "(object: object[any: any]) -> value: set[any]")
def object_keys(object: Any) -> RegoSet:
    """The keys: `object.keys({"a": 1}) == {"a"}`."""
    return RegoSet.of_keys(dict.fromkeys(object_(object, 1)))


@builtin("object.union", "(a: object[any: any], b: object[any: any]) -> output: object[any: any]")
def object_union(a: Any, b: Any) -> dict[Any, Any]:
    """Both merged, objects within them too; the second wins: `object.union({"a": 1}, {"a": 2}) == {"a": 2}`."""
    return _merged(object_(a, 1), object_(b, 2))


def _merged(a: dict[Any, Any], b: dict[Any, Any]) -> dict[Any, Any]:
    result = {**a, **b}
    for key, value in b.items():
        old = a.get(key)
        if value.__class__ is dict and old.__class__ is dict:
            result[key] = _merged(old, value)
    return result


@builtin("object.union_n", "(objects: array[object[any: any]]) -> output: object[any: any]")
def object_union_n(objects: Any) -> dict[Any, Any]:
    """All merged, later ones winning: `object.union_n([{"a": 1}, {"b": 2}]) == {"a": 1, "b": 2}`."""
    result: dict[Any, Any] = {}
    for item in array(objects, 1):
        if item.__class__ is not dict:
            raise element_error(1, objects, item, "object")
        result = _merged(result, item)
    return result


@builtin(
    "object.remove",
    "(object: object[any: any], keys: any<array[any], object[any: any], set[any]>) -> output: object[any: any]",
)
def object_remove(object: Any, keys: Any) -> dict[Any, Any]:
    """Without the keys: `object.remove({"a": 1, "b": 2}, ["a"]) == {"b": 2}`."""
    source, unwanted = object_(object, 1), _keys(keys)
    return {k: v for k, v in source.items() if k not in unwanted}


@builtin(
    "object.filter",
    "(object: object[any: any], keys: any<array[any], object[any: any], set[any]>) -> filtered: object[any: any]",
)
def object_filter(object: Any, keys: Any) -> dict[Any, Any]:
    """The keys alone: `object.filter({"a": 1, "b": 2}, ["a"]) == {"a": 1}`."""
    source, wanted = object_(object, 1), _keys(keys)
    return {k: v for k, v in source.items() if k in wanted}


def _keys(keys: Any) -> Iterable[Any]:
    """The key forms that an array, a set or an object of keys names."""
    if keys.__class__ is list:
        return {to_key(key) for key in keys}
    if keys.__class__ is RegoSet:
        return keys.keys
    if keys.__class__ is dict:
        return keys
    raise operand_error(2, keys, "object", "set", "array")


@builtin(
    "object.subset",
    "(super: any<array[any], object[any: any], set[any]>, sub: any<array[any], object[any: any], set[any]>) "
    "-> result: boolean",
)
def object_subset(super: Any, sub: Any) -> bool:
    """Is the second within the first, nested objects, sets and runs of elements included?
    `object.subset({"a": {"b": 1, "c": 2}}, {"a": {"b": 1}}) == true`."""
    kind = super.__class__
    if kind in (dict, RegoSet, list) and sub.__class__ is kind:
        return _holds(super, sub)
    if kind is list and sub.__class__ is RegoSet:
        return _array_holds_set(super, sub)
    raise OperandError("both arguments object.subset must be of the same type or array and set")


def _holds(super: Any, sub: Any) -> bool:
    if super.__class__ is not sub.__class__ or super.__class__ not in (dict, RegoSet, list):
        return equal(super, sub)
    if super.__class__ is RegoSet:
        return all(key in super.keys for key in sub.keys)
    if super.__class__ is list:
        return _array_holds(super, sub)
    return _object_holds(super, sub)


def _object_holds(super: Any, sub: Any) -> bool:
    for key, value in sub.items():
        found = super.get(key, UNDEFINED)
        if found is UNDEFINED or not (equal(found, value) or _holds(found, value)):
            return False
    return True


def _array_holds(super: list[Any], sub: list[Any]) -> bool:
    """Is `sub` a run of consecutive elements? (Search as OPA's: a failed run restarts one further on.)"""
    if not sub:
        return True
    return any(
        all(equal(super[start + i], item) for i, item in enumerate(sub)) for start in range(len(super) - len(sub) + 1)
    )


def _array_holds_set(super: list[Any], sub: RegoSet) -> bool:
    """OPA counts down one for each element that is a member, so repeated elements count twice."""
    unmatched = len(sub)
    for item in super:
        unmatched -= item in sub
        if unmatched == 0:
            return True
    return False

"""Reading documents: one operand of a ref, iteration, and the mixture of rules and base data under `data`.

Generated code subscripts directly where it knows the operand is a string; these functions serve the rest.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from gatewright.runtime.values import UNDEFINED, Key, NumberText, RegoSet, from_key, sorted_keys, to_key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final, TypeAlias

ABSENT: Final = (KeyError, IndexError, TypeError)
"""What a subscript raises where Rego says undefined."""

MISSING: Final = object()
"""Marks a result not computed yet; UNDEFINED is a result."""


def at(value: Any, key: Any) -> Any:
    """`value[key]`; raises one of ABSENT where that is undefined."""
    kind = value.__class__
    if kind is dict:
        return value[key if key.__class__ is str else to_key(key)]
    if kind is list:
        if key.__class__ is int and key >= 0:
            return value[key]
        return value[_index(key)]
    if kind is RegoSet:
        return value[key]
    raise KeyError(key)


def _index(key: Any) -> int:
    if _is_index(key):
        return int(key)
    raise KeyError(key)


def stored(value: Any, key: Any) -> Any:
    """`value[key]` in base data, whose keys are paths of text: 2 and "2" are one key, of objects and of arrays."""
    kind = value.__class__
    if kind is RegoSet:
        return value[key]  # `with` put it there
    if key.__class__ is not str:
        if key.__class__ not in (int, float, NumberText):
            raise KeyError(key)
        if kind is list:
            return at(value, key)
        key = _number_text(key)
    if kind is dict:
        return value[key]
    if kind is list and (index := _ARRAY_INDEX(key)):
        return value[int(index[1] or 0)]
    raise KeyError(key)


# What util.Atoi of OPA reads as a number that is not negative.
_ARRAY_INDEX: Final = re.compile(r"(?:\+|-(?=[0.]*\Z))?(?=.{1,19}\Z)([0-9]*)(?:\.0*)?\Z").match


def _number_text(key: Any) -> str:
    from gatewright.runtime.numbers import number_text

    return number_text(key)


def base_member(value: Any, key: Any) -> Any:
    """`value[key]` in base data, or UNDEFINED."""
    try:
        return stored(value, key)
    except ABSENT:
        return UNDEFINED


def get(value: Any, key: Any) -> Any:
    """`value[key]` or UNDEFINED, without raising."""
    kind = value.__class__
    if kind is dict:
        return value.get(key if key.__class__ is str else to_key(key), UNDEFINED)
    if kind is list:
        if key.__class__ is not int:
            return value[int(key)] if _is_index(key) and key < len(value) else UNDEFINED
        return value[key] if 0 <= key < len(value) else UNDEFINED
    if kind is RegoSet:
        return key if key in value else UNDEFINED
    return UNDEFINED


def _is_index(key: Any) -> bool:
    return key.__class__ in (float, NumberText) and key.is_integer() and key >= 0


def values(value: Any) -> Iterable[Any]:
    """The members of a collection in any order; nothing for a scalar."""
    kind = value.__class__
    if kind is list:
        return value  # type: ignore[no-any-return]
    if kind is dict:
        return value.values()  # type: ignore[no-any-return]
    if kind is RegoSet:
        return value.unordered()  # type: ignore[no-any-return]
    return ()


def several(value: Any) -> Iterable[Any]:
    """The members of a collection in any order, where it does no harm if a set's come more than once."""
    kind = value.__class__
    if kind is list:
        return value  # type: ignore[no-any-return]
    if kind is dict:
        return value.values()  # type: ignore[no-any-return]
    if kind is RegoSet:
        return value.several()  # type: ignore[no-any-return]
    return ()


def values_sorted(value: Any) -> Iterable[Any]:
    """The members of a collection in Rego's order of their keys."""
    kind = value.__class__
    if kind is list:
        return value  # type: ignore[no-any-return]
    if kind is dict:
        return [value[k] for k in sorted_keys(value)]
    if kind is RegoSet:
        return value.sorted()  # type: ignore[no-any-return]
    return ()


def items(value: Any) -> Iterable[tuple[Any, Any]]:
    """(key, member) pairs of a collection in any order, a set's perhaps repeated; nothing for a scalar."""
    kind = value.__class__
    if kind is list:
        return enumerate(value)
    if kind is dict:
        if Key in map(type, value):
            return [(from_key(k), v) for k, v in value.items()]
        return value.items()  # type: ignore[no-any-return]
    if kind is RegoSet:
        return [(v, v) for v in value.several()]
    return ()


def held(value: Any) -> RegoSet:
    """The keys of a collection whose members are not false: `{key | value[key]}`."""
    kind = value.__class__
    if kind is dict:
        return RegoSet.of_keys({key: None for key, member in value.items() if member is not False})
    return RegoSet([key for key, member in items(value) if member is not False])


def items_sorted(value: Any) -> Iterable[tuple[Any, Any]]:
    """(key, member) pairs of a collection in Rego's order of keys."""
    kind = value.__class__
    if kind is list:
        return enumerate(value)
    if kind is dict:
        return [(from_key(k), value[k]) for k in sorted_keys(value)]
    if kind is RegoSet:
        return [(v, v) for v in value.sorted()]
    return ()


def is_collection(value: Any) -> bool:
    """Whether `every` can range over the value."""
    kind = value.__class__
    return kind is list or kind is dict or kind is RegoSet


def has_member(collection: Any, value: Any) -> bool:
    """Whether some member (of an object: some value) equals `value`."""
    from gatewright.runtime.values import equal

    if collection.__class__ is RegoSet:
        return value in collection
    return any(equal(v, value) for v in values(collection))


def replace_paths(document: Any, changes: Iterable[tuple[tuple[Any, ...], Any]]) -> Any:
    """`document` with the value at each path replaced; what is not an object on the way becomes one."""
    for path, value in changes:
        document = _replace(document, path, value)
    return document


def _replace(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    below = document.get(path[0], UNDEFINED) if document.__class__ is dict else UNDEFINED
    new = _replace(below, path[1:], value)
    return {**document, path[0]: new} if document.__class__ is dict else {path[0]: new}


# --- rules and base data mixed ------------------------------------------------------------------------------------

Tree: TypeAlias = "dict[Any, Any]"
"""Rules by path: key forms to a Tree, or to the function `(state) -> value` of the rules at that path."""


class Doc:
    """A document under `data` that is not a rule's value itself: rules below it, base data below it, or both."""

    __slots__ = ("base", "path", "tree")

    def __init__(self, path: tuple[Any, ...], tree: Tree | None, base: Any) -> None:
        self.path = path
        self.tree = tree
        self.base = base


def document(state: Any, path: tuple[Any, ...], tree: Tree) -> Doc:
    """The document at a known path of `data`, with the rules below it."""
    base = state.data
    for key in path:
        base = base_member(base, from_key(key))
    return Doc(path, tree, base)


def member(state: Any, place: Any, key: Any) -> Any:
    """One step down from a Doc or a plain value: a Doc, a value, or UNDEFINED."""
    if place.__class__ is not Doc:
        return get(place, key)
    below = place.tree.get(to_key(key)) if place.tree is not None else None
    path = (*place.path, to_key(key))
    if below is not None and state.targets and state.hides(path):
        below = None
    base = base_member(place.base, key)
    if below is None:
        return UNDEFINED if base is UNDEFINED else Doc(path, None, base)
    if below.__class__ is dict:
        return Doc(path, below, base)
    return below(state)


def members(state: Any, place: Any) -> Iterator[tuple[Any, Any]]:
    """(key, place) pairs one step down: base data in Rego's order, then rules that base data has no key for."""
    if place.__class__ is not Doc:
        yield from items_sorted(place)
        return
    seen = set()
    for key, _ in items_sorted(place.base):
        seen.add(to_key(key))
        below = member(state, place, key)
        if below is not UNDEFINED:
            yield key, below
    for key in sorted_keys(place.tree or {}):
        if key not in seen:
            below = member(state, place, from_key(key))
            if below is not UNDEFINED:
                yield from_key(key), below


def extent(state: Any, place: Any) -> Any:
    """The whole value of a Doc: base data with every rule's value merged in; a plain value is itself."""
    if place.__class__ is not Doc:
        return place
    if state.targets and state.hides(place.path):
        return place.base
    if place.tree is None:
        return place.base
    virtual = _leaves(state, place.tree, place.path)
    if place.base is UNDEFINED:
        return virtual
    return _merge(place.base, virtual)


def _leaves(state: Any, tree: Tree, path: tuple[Any, ...]) -> Any:
    result: dict[Any, Any] = {}
    for key in sorted_keys(tree):
        below: Any = tree[key]
        at_key = (*path, key)
        if state.targets and state.hides(at_key):
            continue
        value = _leaves(state, below, at_key) if below.__class__ is dict else below(state)
        if value is not UNDEFINED:
            result[key] = value
    return result


def _merge(base: Any, virtual: Any) -> Any:
    # Where base data and rules meet in a value that is no object, base data stays.
    if base.__class__ is not dict or virtual.__class__ is not dict:
        return base
    merged = dict(base)
    for key, value in virtual.items():
        merged[key] = _merge(merged[key], value) if key in merged else value
    return merged


Rule: TypeAlias = "Callable[[Any], Any]"

__all__ = [
    "ABSENT",
    "MISSING",
    "Doc",
    "NumberText",
    "at",
    "document",
    "extent",
    "get",
    "has_member",
    "is_collection",
    "items",
    "items_sorted",
    "member",
    "members",
    "replace_paths",
    "several",
    "stored",
    "values",
    "values_sorted",
]

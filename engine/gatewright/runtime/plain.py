"""Results as plain Python: what a Rego value is in the types of Python's json."""

from __future__ import annotations

import re

from gatewright.errors import RegoEvaluationError
from gatewright.runtime.values import Key, NumberText, RegoSet

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final


def to_python(value: Any) -> Any:
    """A Rego value in the types of Python's json: sets as lists in Rego order, other keys as their JSON text.

    Numbers stay what they are, NumberText included (it is a float); one whose text JSON does not know (`+5`, which
    to_number makes) is refused, as OPA refuses to print it.
    """
    try:
        return _converted(value)
    except RecursionError:
        return _converted_deep(value)


def _converted(value: Any) -> Any:
    kind = value.__class__
    if kind is str:
        return value if value.isascii() else _plain_leaf(value)
    if kind is list:
        return [v if v.__class__ in _THEMSELVES else _converted(v) for v in value]
    if kind is dict:
        if _STRINGS.issuperset(map(type, value)):
            return {k: v if v.__class__ in _THEMSELVES else _converted(v) for k, v in value.items()}
        from gatewright.runtime.json import in_order, json_key

        return {json_key(k): _converted(value[k]) for k in in_order(value)}
    if kind is RegoSet:
        return [_converted(v) for v in value.sorted()]
    return _plain_leaf(value)


_STRINGS: Final = frozenset({str})
_THEMSELVES: Final = frozenset({bool, int, float, type(None)})


def _converted_deep(value: Any) -> Any:
    """The same without recursion."""
    if value.__class__ not in _COMPOSITE:
        return _plain_leaf(value)
    from gatewright.runtime.json import in_order, json_key

    root: list[Any] = [None]
    todo: list[tuple[Any, Any, Any]] = [(root, 0, value)]
    while todo:
        target, place, item = todo.pop()
        kind = item.__class__
        if kind is dict:
            made: Any = {}
            entries = [(json_key(k), item[k]) for k in in_order(item)]
        else:
            members = item if kind is list else item.sorted()
            made = [None] * len(members)
            entries = list(enumerate(members))  # type: ignore[arg-type]
        target[place] = made
        for key, child in entries:
            if child.__class__ in _COMPOSITE:
                made[key] = None  # keeps the order of the keys
                todo.append((made, key, child))
            else:
                made[key] = _plain_leaf(child)
    return root[0]


_COMPOSITE: Final = frozenset({list, dict, RegoSet, Key})


def _plain_leaf(value: Any) -> Any:
    """Bytes that are not UTF-8 (kept as lone surrogates) become U+FFFD, as when Go prints them."""
    if value.__class__ is str:
        return value if value.isascii() else re.sub("[\ud800-\udfff]", "\ufffd", value)
    if value.__class__ is NumberText:
        from gatewright.runtime.json import is_number_text

        if not is_number_text(value.text):
            raise RegoEvaluationError(f'json: invalid number literal "{value.text}"')
    return value

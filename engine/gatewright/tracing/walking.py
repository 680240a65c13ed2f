"""`walk`, lazily and no further than its result is looked at, as OPA does it (topdown/walk.go): a trace shows the
members it is unified with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gatewright.runtime.documents import get
from gatewright.runtime.values import UNDEFINED
from gatewright.tracing.documents import keys_of
from gatewright.tracing.terms import PATTERNS, ArrayPattern, Variable, is_ground


def walked(value: Any, output: Any) -> Iterator[Any]:
    """The members of a value as `[path, member]`, as far as the output asks for them."""
    path = _path_of(output)
    if path.__class__ is Variable and path.name.startswith("$"):
        # OPA uses one array for all members, so that a trace, printed at the end, shows the last of them each time.
        yield from _members([[], value])
    else:
        items = path if path.__class__ is list else path.items if path.__class__ is ArrayPattern else ()
        yield from _paths(list(items), [], value)


def _path_of(output: Any) -> Any:
    """What a call's output has where the path stands."""
    items = output if output.__class__ is list else output.items if output.__class__ is ArrayPattern else ()
    return items[0] if len(items) == 2 else None


def _members(pair: list[Any]) -> Iterator[list[Any]]:
    yield pair
    value = pair[1]
    for key in keys_of(value):
        pair[1] = get(value, key)
        yield from _members(pair)


def _paths(asked: list[Any], path: list[Any], value: Any) -> Iterator[list[Any]]:
    if not asked:
        yield [path, value]
    elif asked[0].__class__ not in PATTERNS or is_ground(asked[0]):
        member = get(value, asked[0])
        if member is not UNDEFINED:
            yield from _paths(asked[1:], [*path, asked[0]], member)
        return
    for key in keys_of(value):
        yield from _paths(asked[1:], [*path, key], get(value, key))

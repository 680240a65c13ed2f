"""What traced code records: the lines it ran, and which parts of the input a result rests on.

Reads are pairs (container, key). A loop forgets the reads of the member before, so that what is left when a
solution is found are the reads that led to it.
"""

from __future__ import annotations

from typing import Any

from gatewright.runtime.context import At, State
from gatewright.runtime.documents import at


def cover(state: State, place: At) -> None:
    """Note that the expression at `place` was evaluated."""
    state.context.covered.add(place[:2])


def read(state: State, container: Any, key: Any) -> Any:
    """`container[key]`, noted; raises one of ABSENT where it is undefined."""
    state.context.reads.append((container, key))
    return at(container, key)


def note(state: State, container: Any, item: Any) -> None:
    """Note that a loop over `container` has come to `item`; what was read for the members before is forgotten."""
    reads = state.context.reads
    for position in range(len(reads) - 1, -1, -1):
        if reads[position][0] is container and reads[position][1].__class__ is _Member:
            del reads[position:]
            break
    reads.append((container, _Member(item)))


class _Member:
    """Stands for the key of the member a loop is at."""

    __slots__ = ("item",)

    def __init__(self, item: Any) -> None:
        self.item = item


def evidence(state: State, result: Any) -> None:
    """Note the reads that led to a result."""
    state.context.evidence.append((result, tuple(state.context.reads)))


def paths_of(document: Any, reads: tuple[tuple[Any, Any], ...]) -> list[tuple[Any, ...]]:
    """The reads that fall into `document`, as paths from its root, in order and each once."""
    places = _places(document)
    found: dict[tuple[Any, ...], None] = {}
    for container, key in reads:
        base = places.get(id(container))
        if base is None:
            continue
        if key.__class__ is _Member:
            step = _key_of(container, key.item)
            if step is not None:
                found[(*base, step)] = None
        else:
            found[(*base, key)] = None
    return list(found)


def _key_of(container: Any, item: Any) -> Any:
    pairs = container.items() if container.__class__ is dict else enumerate(container)
    return next((key for key, member in pairs if member is item), None)


def _places(document: Any) -> dict[int, tuple[Any, ...]]:
    """Where each object and array of a document stands, by identity."""
    found: dict[int, tuple[Any, ...]] = {}
    stack: list[tuple[Any, tuple[Any, ...]]] = [(document, ())]
    while stack:
        value, path = stack.pop()
        if value.__class__ is dict:
            found.setdefault(id(value), path)
            stack.extend((v, (*path, k)) for k, v in value.items())
        elif value.__class__ is list:
            found.setdefault(id(value), path)
            stack.extend((v, (*path, i)) for i, v in enumerate(value))
    return found

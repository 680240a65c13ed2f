"""What traced code records: the lines it ran, and which parts of the input a result rests on.

Reads form a chain, the latest first, so that keeping what led to a result is keeping a reference. A link is
(container, key, before) for a member that was looked up, (container, item, before, kept) for a member that a loop
came to: `kept` is the chain that led to the item, where it is a member of a partial set made in this evaluation. A
loop forgets the reads of the member before; so what is left when a solution is found are the reads that led to it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gatewright.runtime.context import At, Reads, State

Path = tuple[Any, ...]


def cover(state: State, place: At) -> None:
    """Note that the expression at `place` was evaluated."""
    state.context.covered.add(place[:2])


def entered(state: State, container: Any, item: Any, mark: Reads) -> Reads:
    """The chain when a loop over `container` has come to `item`; `mark` is the chain before the loop."""
    kept = state.context.kept_reads
    if kept:
        found = kept.get(id(item))
        if found is not None and found[0] is item:
            return (container, item, mark, found[1])
    return (container, item, mark, None)


def left(state: State, mark: Reads) -> None:
    """Cut the chain, back to `mark`, at the first loop after it."""
    context = state.context
    link = context.reads
    cut = link
    while link is not None and link is not mark:
        if len(link) == 4:
            cut = link[2]
        link = link[2]
    context.reads = cut


def made(state: State, member: Any) -> None:
    """Note what led to a member of a partial set, for those who come to it in a loop."""
    context = state.context
    context.kept_reads[id(member)] = (member, context.reads)


def keep_reads(state: State, rule: str) -> None:
    """Note what was read for a rule whose value will be used again."""
    context = state.context
    context.kept_reads[rule] = (None, context.reads)


def bring_reads(state: State, rule: str) -> None:
    """What was read for a rule's value was read again."""
    context = state.context
    context.reads = (None, None, context.reads, context.kept_reads[rule][1])


def evidence(state: State, result: Any) -> None:
    """Note the reads that led to a result."""
    context = state.context
    context.evidence.append((result, context.reads))


_FAR_ENOUGH = 1000


def _links(reads: Reads) -> Iterator[tuple[Any, ...]]:
    """The links of a chain, the latest first, with the chains kept at its loops."""
    later: list[Reads] = []
    seen: set[int] = set()
    for _ in range(_FAR_ENOUGH):
        while reads is None or id(reads) in seen:
            if not later:
                return
            reads = later.pop()
        seen.add(id(reads))
        yield reads
        if len(reads) == 4 and reads[3] is not None:
            later.append(reads[2])
            reads = reads[3]
        else:
            reads = reads[2]


class Places:
    """Where the objects and arrays of a document stand, by identity; made once for all that is to be located in it."""

    __slots__ = ("_above", "_root")

    def __init__(self, document: Any) -> None:
        self._root = id(document)
        # A container's identity → that of the container above it, and its key there.
        self._above: dict[int, tuple[int, Any]] = {}
        above = self._above
        stack = [document]
        while stack:
            container = stack.pop()
            here = id(container)
            for key, value in container.items() if container.__class__ is dict else enumerate(container):
                if (value.__class__ is dict or value.__class__ is list) and id(value) not in above:
                    above[id(value)] = (here, key)
                    stack.append(value)

    def ends(self, reads: Reads) -> list[tuple[int, Any]]:
        """The reads in the document that are not on the way to others, the last one first, for `path`."""
        above, root = self._above, self._root
        found: dict[tuple[int, Any], None] = {}
        ways: set[tuple[int, Any]] = set()
        for link in _links(reads):
            container = link[0]
            here = id(container)
            if here != root and here not in above:
                continue
            key = link[1] if len(link) == 3 else _key_of(container, link[1])
            if key is not None and key.__class__ in (str, int):
                found[here, key] = None
            while (step := above.get(here)) is not None and step not in ways:
                ways.add(step)
                here = step[0]
        return [end for end in found if end not in ways]

    def path(self, end: tuple[int, Any]) -> Path:
        """The way from the root to a read."""
        here, key = end
        steps = [key]
        while (step := self._above.get(here)) is not None:
            here, key = step
            steps.append(key)
        return tuple(reversed(steps))


def _key_of(container: Any, item: Any) -> Any:
    pairs = container.items() if container.__class__ is dict else enumerate(container)
    return next((key for key, member in pairs if member is item), None)

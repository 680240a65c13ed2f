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
    context.reads = ((), None, context.reads, context.kept_reads[rule][1])


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
    """Where reads stand in a document, told by the identity of its objects and arrays."""

    __slots__ = ("_document", "_everywhere")

    def __init__(self, document: Any) -> None:
        self._document = document
        self._everywhere: dict[int, _Step] | None = None

    def ends(self, reads: Reads) -> Iterator[Path]:
        """The paths of the reads in the document that later ones did not go through, the last one first.

        Where no read tells how its container was reached, all of the document is searched for the containers.
        """
        links = list(_links(reads))
        steps: dict[int, _Step] = {}
        for link in links:
            child = link[1] if len(link) == 4 else _member(link[0], link[1])
            if child.__class__ is dict or child.__class__ is list:
                steps.setdefault(id(child), link)
        found = False
        for path in self._paths(links, steps):
            found = True
            yield path
        if not found and links:
            if self._everywhere is None:
                self._everywhere = _everywhere(self._document)
            yield from self._paths(links, self._everywhere)

    def _paths(self, links: list[_Step], steps: dict[int, _Step]) -> Iterator[Path]:
        above = self._above(steps)
        ways: set[tuple[int, Any]] = set()
        for link in links:
            container = link[0]
            if id(container) in above:
                continue
            key = _key(link)
            if key is None or (id(container), key) in ways:
                continue
            path = self._path(container, steps, ways)
            if path is not None:
                yield (*path, key)

    def _above(self, steps: dict[int, _Step]) -> set[int]:
        """What holds the document itself, by identity."""
        found: set[int] = set()
        step = steps.get(id(self._document))
        while step is not None and id(step[0]) not in found:
            found.add(id(step[0]))
            step = steps.get(id(step[0]))
        return found

    def _path(self, container: Any, steps: dict[int, _Step], ways: set[tuple[int, Any]]) -> Path | None:
        """The path of a container by the steps that led there, which are added to `ways`; None outside the document."""
        found: list[Any] = []
        for _ in range(len(steps) + 1):
            if container is self._document:
                return tuple(reversed(found))
            step = steps.get(id(container))
            key = None if step is None else _key(step)
            if step is None or key is None:
                return None
            container = step[0]
            found.append(key)
            ways.add((id(container), key))
        return None


_Step = tuple[Any, ...]


def _everywhere(document: Any) -> dict[int, _Step]:
    """For each object and array of a document the one that holds it, and its key there."""
    found: dict[int, _Step] = {}
    stack = [document]
    while stack:
        container = stack.pop()
        for key, value in container.items() if container.__class__ is dict else enumerate(container):
            if (value.__class__ is dict or value.__class__ is list) and id(value) not in found:
                found[id(value)] = (container, key)
                stack.append(value)
    return found


def _member(container: Any, key: Any) -> Any:
    if container.__class__ is dict:
        return container.get(key) if key.__class__ is str else None
    if container.__class__ is list and key.__class__ is int:
        return container[key] if 0 <= key < len(container) else None
    return None


def _key(link: tuple[Any, ...]) -> Any:
    """The key of a link's member; None where it is none that a path may have."""
    container, key = link[0], link[1]
    if len(link) == 4:
        if container.__class__ is not dict and container.__class__ is not list:
            return None
        pairs = container.items() if container.__class__ is dict else enumerate(container)
        key = next((k for k, member in pairs if member is link[1]), None)
    return key if key.__class__ is str or key.__class__ is int else None

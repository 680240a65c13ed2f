"""What traced code records: the lines it ran, and which parts of the input a result rests on.

Reads form a chain, the latest first, so that keeping what led to a result is keeping a reference. A link is
(container, keys, before) for members looked up one below the other, from the input where the container is None;
(container, item, before, kept) for a member that a loop came to: `kept` is the chain that led to the item, where it is
a member of a partial set made in this evaluation. A loop forgets the reads of the member before; so what is left when
a solution is found are the reads that led to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
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
        self._everywhere: dict[int, tuple[Any, Any]] | None = None

    def ends(self, reads: Reads) -> Iterator[Path]:
        """The paths of the reads in the document that later ones did not go through, the last one first.

        Where no read tells how its container was reached, all of the document is searched for the containers.
        """
        links = list(_links(reads))
        known: dict[int, Path | None] = {id(None): (), id(self._document): ()}
        found = False
        for path in self._paths(links, lambda position: self._told(links, position, known)):
            found = True
            yield path
        if not found and links:
            if self._everywhere is None:
                self._everywhere = _everywhere(self._document)
            yield from self._paths(links, lambda position: self._searched(links[position]))

    def _paths(self, links: list[_Link], find: Callable[[int], Path | None]) -> Iterator[Path]:
        ways: set[Path] = set()
        for position in range(len(links)):
            path = find(position)
            if path is None or path in ways or not _STEPS.issuperset(map(type, path)):
                continue
            yield path
            ways.update([path[:i] for i in range(1, len(path))])

    def _told(self, links: list[_Link], position: int, known: dict[int, Path | None]) -> Path | None:
        """The path of a read, by the earlier ones that led to its container; `known` are those of containers."""
        link = links[position]
        keys = _keys(link)
        if keys is None:
            return None
        container = link[0]
        way = known.get(id(container), _ASK)
        if way is _ASK:
            way = known[id(container)] = None
            for earlier in range(position + 1, len(links)):
                if self._result(links[earlier]) is container:
                    way = known[id(container)] = self._told(links, earlier, known)
                    break
        return None if way is None else way + keys  # type: ignore[operator]

    def _result(self, link: _Link) -> Any:
        """What a read found."""
        if len(link) == 4:
            return link[1]
        here = self._document if link[0] is None else link[0]
        for key in link[1]:
            here = _member(here, key)
        return here

    def _searched(self, link: _Link) -> Path | None:
        """The same, by where each container of the document stands."""
        assert self._everywhere is not None
        path = _keys(link)
        container = link[0]
        while path is not None and container is not self._document:
            step = self._everywhere.get(id(container))
            if step is None:
                return None
            container = step[0]
            path = (step[1], *path)
        return path


_ASK = object()
_Link = tuple[Any, ...]
_STEPS = frozenset((str, int))


def _everywhere(document: Any) -> dict[int, tuple[Any, Any]]:
    """For each object and array of a document the one that holds it, and its key there."""
    found: dict[int, tuple[Any, Any]] = {}
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


def _keys(link: _Link) -> Path | None:
    """The keys that a link goes through; None for members of sets, and where values were brought back."""
    if len(link) == 3:
        keys: Path = link[1]
        return keys
    container, item = link[0], link[1]
    if container.__class__ is dict:
        return next(((key,) for key, member in container.items() if member is item), None)
    if container.__class__ is list:
        return next(((key,) for key, member in enumerate(container) if member is item), None)
    return None

"""What traced code records: the lines it ran, and which parts of the input a result rests on.

Reads form a chain, the latest first, so that keeping what led to a result is keeping a reference. A link is
(container, keys, before) for members looked up one below the other, from the input where the container is None;
(container, item, before, kept) for a member that a loop came to: `kept` is the chain that led to the item, where it is
a member of a partial set made in this evaluation. A loop forgets the reads of the member before; so what is left when
a solution is found are the reads that led to it.

Trails are what code that does not record leaves behind with a solution (codegen.trail), the last step first: the same
(container, keys) and (container, item, trail that led to the item); (operands, name) for what the recording twin must
be asked; None where nothing can be told.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

from gatewright.runtime.context import At, Reads, State
from gatewright.runtime.documents import get
from gatewright.runtime.values import UNDEFINED, RegoSet

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, TypeAlias

Path: TypeAlias = "tuple[Any, ...]"
_Link: TypeAlias = "tuple[Any, ...]"
Trail: TypeAlias = "tuple[tuple[Any, ...] | None, ...]"
# What the recording twin reads for operands and a name of a trail.
Ask: TypeAlias = "Callable[[tuple[Any, ...], str], Reads]"
# By the identity of an object or array: its line, what holds it, and its key or index there, and more.
Origins: TypeAlias = "Mapping[int, tuple[Any, ...]]"
_STEPS = frozenset((str, int))
_CONTAINERS = frozenset((dict, list, RegoSet))


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


def read_apart(state: State) -> Reads:
    """Begin a chain of its own for a rule; gives the one it was called in."""
    context = state.context
    before, context.reads = context.reads, None
    return before


def keep_reads(state: State, rule: str, before: Reads) -> None:
    """Note what was read for a rule whose value will be used again, and go on with the chain it was called in."""
    context = state.context
    context.kept_reads[rule] = (None, context.reads)
    context.reads = ((), None, before, context.reads)


def bring_reads(state: State, rule: str) -> None:
    """What was read for a rule's value was read again."""
    context = state.context
    context.reads = ((), None, context.reads, context.kept_reads[rule][1])


def led(state: State, item: Any, *shared: str) -> Trail | None:
    """The trail to a member of a partial set of the policy, or of one that it shares with others."""
    found = state.memo.get(id(item))
    if found is None and state.common is not None:
        kept = state.common.review
        found = next((trails[id(item)] for name in shared if id(item) in (trails := kept.get(name, _NO_TRAILS))), None)
    return found[1] if found is not None and found[0] is item else None


_NO_TRAILS: dict[int, Any] = {}


def reached(container: Any, keys: Path, stops: tuple[int, ...]) -> Path:
    """The keys that were looked up, if each lookup of as many as a stop says was made where the one before had found
    something."""
    here = container
    at = 0
    for position, stop in enumerate(stops[:-1]):
        for key in keys[at:stop]:
            here = get(here, key)
            if here is UNDEFINED:
                return keys[: stops[position]]
        at = stop
    return keys


def evidence(state: State, result: Any) -> None:
    """Note the reads that led to a result."""
    context = state.context
    if context.evidence is not None:
        context.evidence.append((result, context.reads))


class UntoldError(Exception):
    """A trail comes to where it does not tell enough: the recording twin knows."""


def chained(trail: Trail, ask: Ask) -> Reads:
    """The chain of reads that a trail stands for."""
    reads: Reads = None
    for step in reversed(trail):
        if step is None:
            raise UntoldError
        if len(step) == 3:
            container, item, led = step
            reads = (container, item, reads, None if led is None else chained(led, ask))
        elif step[0].__class__ is tuple:
            reads = ((), None, reads, ask(*step))
        else:
            reads = (*step, reads)
    return reads


_FAR_ENOUGH = 1000


def _links(reads: Reads) -> Iterator[_Link]:
    """The links of a chain, the latest first, with the chains kept at its loops."""
    later: list[Reads] = []
    told = 0
    while told < _FAR_ENOUGH:
        while reads is not None:
            yield reads
            told += 1
            if len(reads) == 4 and reads[3] is not None:
                later.append(reads[2])
                reads = reads[3]
            else:
                reads = reads[2]
        if not later:
            break
        reads = later.pop()


class Places:
    """Where reads stand in a document, told by the identity of its objects and arrays."""

    __slots__ = ("_document", "_known", "_origins", "_searched")

    def __init__(self, document: Any, origins: Origins | None = None, known: dict[int, Path] | None = None) -> None:
        """`origins` tells of all parts of the document that matter, by their identity, what holds them and by which
        key; `known` where those stand that nothing holds."""
        self._document = document
        self._origins = origins or {}
        # The paths of containers of the document that reads have led to, by identity.
        self._known: dict[int, Path] = {id(document): (), id(None): (), **(known or {})}
        self._searched = False

    def ends(self, reads: Reads) -> Iterator[Path]:
        """The paths of the reads in the document that later ones did not go through, the last one first.

        Where no read tells how its container was reached, all of the document is searched for the containers.
        """
        chain = _Chain(reads, self._document)
        found = False
        for path in self._paths(chain):
            found = True
            yield path
        if not found and reads is not None and not self._searched:
            self.search()
            yield from self._paths(chain)

    def along(self, trail: Trail, ask: Ask) -> Iterator[Path]:
        """The paths that a trail goes along in the document, the last one first; UntoldError where it cannot tell."""
        if not self._origins:
            yield from self.ends(chained(trail, ask))
            return
        for step in trail:
            if step is None:
                raise UntoldError
            if len(step) == 3:
                container, item, led = step
                path = self._member(container, item)
                if path is not None:
                    yield path
                if led is not None:
                    yield from self.along(led, ask)
            elif step[0].__class__ is tuple:
                for link in _links(ask(*step)):
                    path = self._member(link[0], link[1]) if len(link) == 4 else self._read(link[0], link[1])
                    if path is not None:
                        yield path
            else:
                path = self._read(*step)
                if path is not None:
                    yield path

    def _read(self, container: Any, keys: Path) -> Path | None:
        """The path of members, read one below the other."""
        way = self._known.get(id(container))
        if way is None and (way := self._reach(container)) is None:
            return None
        for key in keys:
            if key.__class__ is not str and key.__class__ is not int:
                return None
        return way + keys

    def _member(self, container: Any, item: Any) -> Path | None:
        """The path of a member that a loop came to."""
        way = self._known.get(id(container))
        if way is None and (way := self._reach(container)) is None:
            return None
        key = _member_key(container, item)
        return None if key is None else (*way, key)

    def _reach(self, container: Any) -> Path | None:
        """The path of a container by what holds it; what holds a text or a number, no one can tell."""
        way = self._way_up(container)
        if way is None and container.__class__ not in _CONTAINERS and container.__class__ is not tuple:
            raise UntoldError
        return way

    def search(self) -> None:
        """Learn where every container of the document is, for reads that do not tell how they came to theirs."""
        if not self._searched:
            self._searched = True
            self._known |= _everywhere(self._document)

    def _paths(self, chain: _Chain) -> Iterator[Path]:
        told: list[Path] = []
        for position, link in enumerate(_links(chain.reads)):
            path = self._path(chain, position, link)
            if path is None:
                continue
            length = len(path)
            for later in told:
                if later[:length] == path:
                    break
            else:
                yield path
                told.append(path)

    def _path(self, chain: _Chain, position: int, link: _Link) -> Path | None:
        """The path of a read, by the earlier ones that led to its container; None outside the document."""
        container = link[0]
        way = self._known.get(id(container))
        if way is None:
            way = self._way(chain, position, container)
            if way is None:
                return None
            self._known[id(container)] = way
        keys = _keys(link)
        return way + keys if keys is not None and _STEPS.issuperset(map(type, keys)) else None

    def _way(self, chain: _Chain, position: int, container: Any) -> Path | None:
        way = self._way_up(container)
        if way is not None or (self._origins and container.__class__ in _CONTAINERS):
            return way  # one without an origin was made by the policy
        earlier = chain.leading_to(container, position)
        way = None if earlier is None else self._path(chain, earlier, chain.links[earlier])
        if way is None and container.__class__ in _CONTAINERS:
            self.search()
            way = self._known.get(id(container))
        return way

    def _way_up(self, container: Any) -> Path | None:
        """The path of a container by its origins, up to one whose path is known; those between are known then, too."""
        up: list[tuple[int, str | int]] = []
        way: Path | None = None
        while way is None:
            origin = self._origins.get(id(container))
            if origin is None:
                return None
            up.append((id(container), origin[2]))
            container = origin[1]
            way = self._known.get(id(container))
        for below, key in reversed(up):
            way = self._known[below] = (*way, key)
        return way


class _Chain:
    """A chain of reads of a document, and what each of its links led to."""

    __slots__ = ("_document", "_led", "links", "reads")

    def __init__(self, reads: Reads, document: Any) -> None:
        self.reads = reads
        self._document = document
        # The positions of the links by the identity of what they led to; chains may be long, and most need none.
        self._led: dict[int, list[int]] | None = None
        self.links: list[_Link] = []

    def leading_to(self, container: Any, position: int) -> int | None:
        """The position of the last link before the one at `position` that led to a container."""
        if self._led is None:
            self._led = {}
            self.links = list(_links(self.reads))
            for earlier, link in enumerate(self.links):
                result = link[1] if len(link) == 4 else self._result(link)
                self._led.setdefault(id(result), []).append(earlier)
        positions = self._led.get(id(container), [])
        first = bisect_right(positions, position)
        return positions[first] if first < len(positions) else None

    def _result(self, link: _Link) -> Any:
        """What a lookup found."""
        here = self._document if link[0] is None else link[0]
        for key in link[1]:
            if here.__class__ is dict:
                here = here.get(key) if key.__class__ is str else None
            elif here.__class__ is list and key.__class__ is int and 0 <= key < len(here):
                here = here[key]
            else:
                return None
        return here


def _everywhere(document: Any) -> dict[int, Path]:
    """The paths of all objects and arrays of a document, by identity."""
    found: dict[int, Path] = {id(document): ()}
    stack = [document]
    while stack:
        container = stack.pop()
        path = found[id(container)]
        for key, value in container.items() if container.__class__ is dict else enumerate(container):
            if (value.__class__ is dict or value.__class__ is list) and id(value) not in found:
                found[id(value)] = (*path, key)
                stack.append(value)
    return found


def _keys(link: _Link) -> Path | None:
    """The keys that a link goes through; None for members of sets, and where values were brought back."""
    if len(link) == 3:
        keys: Path = link[1]
        return keys
    key = _member_key(link[0], link[1])
    return None if key is None else (key,)


def _member_key(container: Any, item: Any) -> Any:
    """The key of a member of an object or an array; None where it has none."""
    if container.__class__ is dict:
        return next((key for key, member in container.items() if member is item), None)
    if container.__class__ is list:
        return next((key for key, member in enumerate(container) if member is item), None)
    return None

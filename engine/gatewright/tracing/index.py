"""Which rules of a document can hold at all, by what their bodies demand of input, data and arguments.

Traces show how many rules an index left over, so it is OPA's (ast/index.go), of either edition; but where OPA walks a
trie for speed, here each rule is tested by itself. `constraints` reads the demands out of a rule's body.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from gatewright.runtime.documents import get, values_sorted
from gatewright.runtime.values import UNDEFINED, equal
from gatewright.tracing.constraints import Demand, Membership, Reader, is_scalar, split_escaped
from gatewright.tracing.frame import stored_in
from gatewright.tracing.terms import ArrayPattern, Reference, is_ground, same

if TYPE_CHECKING:
    from gatewright.tracing.frame import Frame
    from gatewright.tracing.program import Edition, TracedRule


class Candidates:
    """The rules that an index leaves over, and what is known of all of them."""

    __slots__ = ("_branches", "default", "early_exit", "multi_value", "only_ground_refs", "rules")

    def __init__(self, index: RuleIndex, found: list[list[TracedRule]]) -> None:
        self.rules = [branches[0] for branches in found]
        self._branches = {id(branches[0]): branches[1:] for branches in found}
        self.default = index.default
        self.multi_value = index.multi_value
        self.only_ground_refs = index.only_ground_refs
        self.early_exit = agree([rule for branches in found for rule in branches])

    @property
    def empty(self) -> bool:
        return not self.rules and self.default is None

    def branches(self, rule: TracedRule) -> list[TracedRule]:
        """The else branches that go with a rule."""
        return self._branches[id(rule)]


def agree(rules: list[TracedRule]) -> bool:
    """Whether the first rule that holds says what all of them would."""
    value: Any = UNDEFINED
    for rule in rules:
        if not rule.complete or not is_ground(rule.value):
            return False
        if value is not UNDEFINED and not same(value, rule.value):
            return False
        value = rule.value
    return True


class _Path:
    """One way to reach a rule: what has to hold, ref by ref."""

    __slots__ = ("levels",)

    def __init__(self, levels: list[tuple[Reference, list[Demand]]]) -> None:
        self.levels = levels


class RuleIndex:
    """The index of the rules that define one document."""

    def __init__(self, rules: list[TracedRule], is_virtual: Callable[[Any], bool], edition: Edition) -> None:
        self._edition = edition
        self._rules: list[list[TracedRule]] = []
        self.default: TracedRule | None = None
        self.multi_value = rules[0].multi_value
        self.only_ground_refs = True
        reader = Reader(is_virtual, edition)
        for rule in rules:
            if rule.default:
                self.default = rule
                continue
            self._rules.append(list(rule.branches))
            for branch in rule.branches:
                self.only_ground_refs = self.only_ground_refs and branch.ground_ref
                reader.read(branch)
        self._paths: dict[int, list[_Path]] = {}
        self._mappers: dict[str, set[str]] = {}
        self._memberships: dict[int, list[Membership]] = {}
        for branches in self._rules:
            for branch in branches:
                self._add(branch, reader)
        self._consults = not agree([branch for branches in self._rules for branch in branches])

    def _add(self, rule: TracedRule, reader: Reader) -> None:
        paths = [_Path(reader.levels(demands)) for demands in reader.paths(rule)]
        self._paths[id(rule)] = paths
        self._memberships[id(rule)] = reader.memberships.get(id(rule), [])
        for path in paths:
            for _, demands in path.levels:
                for demand in demands:
                    if demand.delimiter is not None:
                        self._mappers.setdefault(demand.key, set()).add(demand.delimiter)

    def lookup(self, frame: Frame, args: tuple[Any, ...] | None) -> Candidates:
        look = _Lookup(frame, args)
        found: list[tuple[_Rank, list[TracedRule]]] = []
        for branches in self._rules:
            ranks = [(self._rank(branch, look), branch) for branch in branches]
            left = [(rank, branch) for rank, branch in ranks if rank is not None]
            if left:
                found.append((min(rank for rank, _ in left), [branch for _, branch in left]))
        if not self._edition.newer:
            # The older index gives the rules in the order in which it comes across them.
            found.sort(key=itemgetter(0))
        return Candidates(self, [branches for _, branches in found])

    def _rank(self, rule: TracedRule, look: _Lookup) -> _Rank | None:
        """Where in the index a rule is found that may hold; None for others."""
        ranks = [rank for path in self._paths[id(rule)] if (rank := self._found(path, look)) is not None]
        if not ranks:
            return None
        if self._consults and not all(_held(member, look) for member in self._memberships[id(rule)]):
            return None
        return min(ranks)

    def _found(self, path: _Path, look: _Lookup) -> _Rank | None:
        rank: list[_Place] = []
        for ref, demands in path.levels:
            if not demands:
                rank.append(_UNASKED)
                continue
            key = demands[0].key
            value = look.value(ref, key)
            if value is _UNKNOWN:
                rank.append(_ANYTHING)
                continue
            mappers = sorted(self._mappers.get(key, ()))
            places = [self._place(value, demand, mappers) for demand in demands] if value is not UNDEFINED else []
            met = [place for place in places if place is not None]
            if not met:
                return None
            rank.append(min(met))
        return tuple(rank)

    def _place(self, value: Any, demand: Demand, mappers: list[str]) -> _Place | None:
        """Where among the values of a ref a demand is met."""
        if demand.is_variable:
            return _ANYTHING
        if demand.affix:
            return (_AFFIX,) if _has_affix(value, demand) else None
        if demand.member:
            return (_MEMBER,) if _position(value, demand.value) is not None else None
        place = self._equal(value, demand.value)
        if place is not None or value.__class__ is not str:
            return place
        for number, delimiter in enumerate(mappers):
            place = self._equal(split_escaped(value, delimiter), demand.value)
            if place is not None:
                return (_MAPPED + number, *place)
        return None

    def _equal(self, value: Any, wanted: Any) -> _Place | None:
        if wanted.__class__ is list or wanted.__class__ is ArrayPattern:
            return _array_place(value, wanted) if value.__class__ is list else None
        if not is_scalar(wanted):
            return _ANYTHING
        if is_scalar(value):
            return (_SCALAR,) if equal(value, wanted) else None
        # The older index takes a collection for whatever it holds.
        position = None if self._edition.newer else _position(value, wanted)
        return None if position is None else (_SCALAR, position)


_Place: TypeAlias = tuple[int, ...]
_Rank: TypeAlias = tuple[_Place, ...]
_UNKNOWN: Final = object()
"""The value of an argument of a function that is not called, but read as a document."""
_UNASKED: Final = (0,)
_ANYTHING: Final = (1,)
_ARRAY, _SCALAR, _MEMBER, _AFFIX, _MAPPED = range(2, 7)


def _array_place(value: list[Any], wanted: Any) -> _Place | None:
    items = wanted if wanted.__class__ is list else wanted.items
    if len(items) != len(value):
        return None
    place = [_ARRAY]
    for item, there in zip(items, value, strict=True):
        if is_scalar(item) and not (is_scalar(there) and equal(item, there)):
            return None
        place.append(int(is_scalar(item)))
    return tuple(place)


def _has_affix(value: Any, demand: Demand) -> bool:
    strings = [value] if value.__class__ is str else values_sorted(value)
    test = str.startswith if demand.affix == "prefix" else str.endswith
    return any(text.__class__ is str and test(text, demand.value) for text in strings)


def _position(value: Any, member: Any) -> int | None:
    """Where a collection holds a scalar."""
    for position, item in enumerate(values_sorted(value)):
        if is_scalar(item) and equal(item, member):
            return position
    return None


def _held(member: Membership, look: _Lookup) -> bool:
    key = look.value(member.key, "")
    collection = look.value(member.collection, "")
    if key is UNDEFINED or collection is UNDEFINED:
        return False
    if key is _UNKNOWN:
        return True
    return collection.__class__ is list or get(collection, key) is not UNDEFINED


class _Lookup:
    """The values that one look-up asks for, each once."""

    def __init__(self, frame: Frame, args: tuple[Any, ...] | None) -> None:
        self._frame = frame
        self._args = args or ()
        self._known: dict[str, Any] = {}

    def value(self, ref: Reference, key: str) -> Any:
        if not key:
            return self._find(ref)
        if key not in self._known:
            self._known[key] = self._find(ref)
        return self._known[key]

    def _find(self, ref: Reference) -> Any:
        head = ref.terms[0].name
        if head == "args":
            at = ref.terms[1]
            return self._frame.bindings.plug(self._args[at]) if at < len(self._args) else _UNKNOWN
        if head == "input":
            given = self._frame.input
            return UNDEFINED if given is UNDEFINED else stored_in(given, ref.terms[1:])
        return self._frame.document(ref.terms)

"""What the body of a rule demands of input, data and arguments, as far as OPA's index reads it (ast/index.go)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Final

from gatewright.runtime.values import RegoSet
from gatewright.tracing.terms import (
    PATTERNS,
    ArrayPattern,
    ObjectPattern,
    Reference,
    SetPattern,
    Variable,
    is_ground,
    same,
    text_of,
)

if TYPE_CHECKING:
    from gatewright.tracing.program import Edition, Expression, TracedBody, TracedRule

ANY: Final = Variable("__any__")
"""Demanded where a ref has to have a value, whichever."""
_MOST_PATHS: Final = 32
_UNINDEXED: Final = frozenset(("internal.print", "internal.test_case"))
_AFFIXES: Final = {
    "startswith": "prefix",
    "endswith": "suffix",
    "strings.any_prefix_match": "prefix",
    "strings.any_suffix_match": "suffix",
}
_ARGUMENTS: Final = Variable("args")


class Demand:
    """A ref has to have a value: this one, or one that starts or ends with it (`affix`), or a collection that holds it
    (`member`). `delimiter`: the value is an array that the text at the ref is split into."""

    __slots__ = ("affix", "delimiter", "key", "member", "ref", "value")

    def __init__(
        self, ref: Reference, value: Any, *, affix: str = "", member: bool = False, delimiter: str | None = None
    ) -> None:
        self.ref = ref
        self.key = text_of(ref, {})
        self.value = value
        self.affix = affix
        self.member = member
        self.delimiter = delimiter

    @property
    def is_variable(self) -> bool:
        return self.value.__class__ is Variable

    def like(self, other: Demand) -> bool:
        return self.affix == other.affix and self.member == other.member and same(self.value, other.value)


class Membership:
    """The value at one ref has to be a key of the collection at another."""

    __slots__ = ("collection", "key")

    def __init__(self, key: Reference, collection: Reference) -> None:
        self.key = key
        self.collection = collection


class _Counted:
    """How often rules demand something of a ref, and what it costs that one of them has alternatives."""

    __slots__ = ("alternatives", "count", "number", "ref")

    def __init__(self, ref: Reference, number: int) -> None:
        self.ref = ref
        self.number = number
        self.count = 0
        self.alternatives = 0


_CONVERGING, _TERMINAL = 1, 2


class Reader:
    """Reads the demands of all rules of a document."""

    def __init__(self, is_virtual: Callable[[Any], bool], edition: Edition) -> None:
        self._is_virtual = is_virtual
        self.newer = edition.newer
        self.memberships: dict[int, list[Membership]] = {}
        self._demands: dict[int, list[Demand]] = {}
        self._choices: dict[int, list[list[list[Demand]]]] = {}
        self._counted: dict[str, _Counted] = {}

    def read(self, rule: TracedRule) -> None:
        scope = _Scope(self, rule)
        if not self._skips(rule.body):
            for expr in rule.body.exprs:
                scope.read(expr)
        self._demands[id(rule)] = scope.demands
        self._choices[id(rule)] = scope.choices
        if scope.memberships:
            self.memberships[id(rule)] = scope.memberships

    def _skips(self, body: TracedBody) -> bool:
        exprs: Iterable[Expression] = body.expressions if self.newer else body.exprs
        return any(expr.name in _UNINDEXED for expr in exprs)

    def is_index_ref(self, ref: Reference) -> bool:
        head = ref.terms[0]
        if head.__class__ is not Variable or head.name not in ("data", "input"):
            return False
        if any(term.__class__ is Reference for term in ref.terms) or not is_ground(ref):
            return False
        return not self._is_virtual(ref.terms)

    def is_virtual(self, ref: Reference) -> bool:
        return self._is_virtual(ref.terms)

    def counted(self, ref: Reference) -> _Counted:
        key = text_of(ref, {})
        if key not in self._counted:
            self._counted[key] = _Counted(ref, len(self._counted))
        return self._counted[key]

    # --- ways to a rule ---

    def paths(self, rule: TracedRule) -> list[list[Demand]]:
        """Every set of demands that leads to a rule."""
        return combined(self._demands[id(rule)], self._choices[id(rule)])

    def levels(self, demands: list[Demand]) -> list[tuple[Reference, list[Demand]]]:
        """The demands ref by ref, in the order of the index; one of those for a ref has to be met."""
        found: list[tuple[Reference, list[Demand]]] = []
        remaining = len(demands)
        for counted in self._order():
            here = [demand for demand in demands if demand.key == text_of(counted.ref, {})]
            if not here:
                if demands and not self.newer:
                    found.append((counted.ref, []))
                continue
            remaining -= len(here)
            here, ends = self._alternatives(here, remaining)
            found.append((counted.ref, here))
            if ends:
                break
        return found

    def _order(self) -> list[_Counted]:
        """The refs that rules demand most of first; those with alternatives behind the others in the newer index."""

        def rank(counted: _Counted) -> tuple[Any, ...]:
            place = counted.ref.location
            where = (not place.file and not place.row, place.file, place.row, place.col)
            return (counted.alternatives if self.newer else 0, -counted.count, where, counted.number)

        return sorted((c for c in self._counted.values() if c.count), key=rank)

    def _alternatives(self, here: list[Demand], remaining: int) -> tuple[list[Demand], bool]:
        """The demands for one ref of which one has to be met, and whether the index looks no further."""
        if len(here) > 1 and self.newer:
            here = [demand for demand in here if not demand.is_variable] or here
        if len(here) == 1:
            return here, False
        if any(demand.is_variable for demand in here):
            return [Demand(here[0].ref, ANY), *(d for d in here if d.delimiter is not None)], False
        if not self.newer:
            return here, True
        if any(demand.affix for demand in here):
            return _one_end(here), True
        return here, remaining == 0 or any(not is_scalar(demand.value) for demand in here)


def combined(demands: list[Demand], choices: list[list[list[Demand]]]) -> list[list[Demand]]:
    paths = [demands]
    for choice in choices:
        if len(paths) * len(choice) > _MOST_PATHS:
            return [demands]
        paths = [[*path, *way] for path in paths for way in choice]
    return paths


def _one_end(here: list[Demand]) -> list[Demand]:
    """Where both ends of a text are demanded, only the end with the longer shortest demand is tested."""
    lengths = {
        end: min((len(d.value.encode()) for d in here if d.affix == end), default=-1) for end in ("prefix", "suffix")
    }
    if min(lengths.values()) < 0:
        return here
    dropped = "prefix" if lengths["suffix"] > lengths["prefix"] else "suffix"
    return [demand for demand in here if demand.affix != dropped]


class _Scope:
    """A rule's body, or the body of an operand of `and` and `or` in it, while its demands are read."""

    def __init__(self, reader: Reader, rule: TracedRule, outer: _Scope | None = None) -> None:
        self._reader = reader
        self._rule = rule
        self._outer = outer
        self._constants: dict[str, Any] = dict(outer._constants) if outer is not None else {}
        self.demands: list[Demand] = []
        self.choices: list[list[list[Demand]]] = []
        self.memberships: list[Membership] = []

    def read(self, expr: Expression) -> None:
        if expr.withs or expr.negated:
            return
        newer = self._reader.newer
        terms = tuple(map(self._plugged, expr.terms)) if newer else expr.terms
        operands = terms[1:] if expr.kind == "call" else terms
        if expr.kind == "and":
            for body in expr.bodies:
                self._require(self._operand(body))
        elif expr.kind == "or":
            self._either(expr.bodies)
        elif expr.kind == "term":
            if terms[0].__class__ is Reference and not (newer and self._key_of_collection(terms[0])):
                self._equality(terms[0], ANY)
        elif expr.kind == "unify" or (expr.name == "equal" and len(operands) == 2):
            self._equal(operands[0], operands[1])
        elif expr.kind == "call":
            self._call(expr.name, operands)

    def _call(self, name: str, operands: tuple[Any, ...]) -> None:
        if name == "glob.match" and len(operands) == 3:
            self._glob(operands)
        elif name == "internal.member_2" and len(operands) == 2:
            self._member(operands[0], operands[1])
        elif self._reader.newer and name in _AFFIXES and len(operands) == 2:
            self._affix(operands[0], operands[1], _AFFIXES[name], several=name.startswith("strings."))

    def _plugged(self, term: Any) -> Any:
        """A ref with the constants that its variables are bound to."""
        if term.__class__ is not Reference or not self._constants:
            return term
        terms = list(term.terms)
        for at in range(1, len(terms)):
            if terms[at].__class__ is Variable:
                value = self._constants.get(terms[at].name, terms[at])
                terms[at] = value if is_scalar(value) else terms[at]
        return Reference(tuple(terms), term.location)

    # --- and, or ---

    def _either(self, bodies: tuple[TracedBody, ...]) -> None:
        ways: list[list[Demand]] = []
        for body in bodies:
            found = self._operand(body)
            if not found:
                return
            ways += found
        self._require(ways)

    def _operand(self, body: TracedBody) -> list[list[Demand]]:
        """The ways in which an operand can hold; none where nothing is known of it."""
        scope = _Scope(_Scratch(self._reader), self._rule, self)
        for expr in body.exprs:
            scope.read(expr)
        ways = combined(scope.demands, scope.choices)
        if len(ways) == 1 and not ways[0]:
            return []
        return [[Demand(d.ref, ANY, delimiter=d.delimiter) if d.is_variable else d for d in way] for way in ways]

    def _require(self, ways: list[list[Demand]]) -> None:
        if len(ways) == 1:
            for demand in ways[0]:
                self._insert(demand)
        elif ways:
            for way in ways:
                for demand in way:
                    self._reader.counted(demand.ref).count += 1
            self.choices.append(ways)

    # --- equality ---

    def _equal(self, a: Any, b: Any) -> None:
        if not (self._iterated(a, b) or self._iterated(b, a)):
            self._equality(a, b)

    def _equality(self, a: Any, b: Any) -> None:
        if not self._side(a, b):
            self._side(b, a)

    def _iterated(self, a: Any, b: Any) -> bool:
        """`input.xs[_] == 1`."""
        ref = self._with_root(a) if a.__class__ is Reference else None
        if ref is None:
            return False
        prefix = _ground_prefix(ref)
        if len(prefix.terms) != len(ref.terms) - 1 or not self._reader.is_index_ref(prefix):
            return False
        value = self._constants.get(b.name, b) if b.__class__ is Variable else b
        if not is_scalar(value):
            return False
        self._insert(Demand(prefix, value, member=self._reader.newer))
        return True

    def _side(self, a: Any, b: Any) -> bool:
        if a.__class__ is Variable:
            return self._of_variable(a, b)
        if a.__class__ is not Reference:
            return False
        ref = self._with_root(a)
        if ref is None or not self._reader.is_index_ref(ref):
            return False
        if b.__class__ is Variable:
            b = self._constants.get(b.name, b)
        elif not is_indexable(b):
            return False
        self._insert(Demand(ref, b))
        return True

    def _of_variable(self, a: Variable, b: Any) -> bool:
        if b.__class__ not in PATTERNS:
            self._constants[a.name] = b
        elif self._reader.newer and b.__class__ is Variable and b.name in self._constants:
            self._constants[a.name] = self._constants[b.name]
        ref = self._ref_of(a) if is_indexable(b) else None
        if ref is None:
            return False
        self._insert(Demand(ref, b))
        return True

    def _with_root(self, ref: Reference) -> Reference | None:
        """The ref, whose head may be a variable that stands for a ref itself."""
        head = ref.terms[0]
        if not self._reader.newer or (head.__class__ is Variable and head.name in ("data", "input")):
            return ref
        resolved = self._ref_of(head) if head.__class__ is Variable else None
        return None if resolved is None else Reference((*resolved.terms, *ref.terms[1:]), resolved.location)

    def _ref_of(self, variable: Variable) -> Reference | None:
        """What a variable was bound to before: a ref, or an argument."""
        scope: _Scope | None = self
        while scope is not None:
            for demand in scope.demands:
                if demand.is_variable and demand.value.name == variable.name:
                    return demand.ref
            scope = scope._outer
        for at, arg in enumerate(self._rule.args):
            if arg.__class__ is Variable and arg.name == variable.name:
                return Reference((_ARGUMENTS, at))
        return None

    # --- calls ---

    def _glob(self, operands: tuple[Any, ...]) -> None:
        pattern, delimiters, match = operands
        delimiter = _delimiter(delimiters)
        if delimiter is None or match.__class__ is not Variable:
            return
        parts = _glob_parts(pattern, delimiter)
        ref = self._ref_of(match) if parts is not None else None
        if ref is not None:
            self._insert(Demand(ref, parts, delimiter=delimiter))

    def _member(self, value: Any, collection: Any) -> None:
        if value.__class__ is Variable:
            ref = self._ref_of(value)
            if ref is not None:
                self._one_of(ref, collection)
                return
            value = self._constants.get(value.name, value)
            if self._reader.newer and value.__class__ is not Variable and not is_scalar(value):
                return
        elif not is_scalar(value):
            return
        found = self._index_ref(collection)
        if found is not None:
            is_member = self._reader.newer and value.__class__ is not Variable
            self._insert(Demand(found, value, member=is_member))

    def _one_of(self, ref: Reference, collection: Any) -> None:
        if collection.__class__ is Variable:
            collection = self._constants.get(collection.name, collection)
        members = _members(collection)
        if self._reader.newer and any(member.__class__ is Variable for member in members):
            return
        for member in members:
            self._insert(Demand(ref, member))

    def _affix(self, text: Any, base: Any, affix: str, *, several: bool) -> None:
        ref = self._index_ref(text)
        if ref is None:
            return
        if base.__class__ is Variable:
            base = self._constants.get(base.name, base)
        bases = [base]
        if several and base.__class__ is not str:
            bases = list(base) if base.__class__ is list else base.sorted() if base.__class__ is RegoSet else []
        if all(part.__class__ is str for part in bases):
            for part in bases:
                self._insert(Demand(ref, part, affix=affix))

    def _index_ref(self, term: Any) -> Reference | None:
        ref = term if term.__class__ is Reference else self._ref_of(term) if term.__class__ is Variable else None
        return ref if ref is not None and self._reader.is_index_ref(ref) else None

    def _key_of_collection(self, ref: Reference) -> bool:
        """`data.groups.g1[input.user]`."""
        head = ref.terms[0]
        if len(ref.terms) < 2 or head.__class__ is not Variable or head.name != "data":
            return False
        prefix = Reference(ref.terms[:-1], ref.location)
        if not is_ground(prefix) or self._reader.is_virtual(prefix):
            return False
        last = ref.terms[-1]
        key = last if last.__class__ is Reference and is_ground(last) else None
        if last.__class__ is Variable:
            key = self._ref_of(last)
        if key is None or self._reader.is_virtual(key):
            return False
        self.memberships.append(Membership(key, prefix))
        self._reader.counted(key).count += 1
        return True

    # --- the demands so far ---

    def _insert(self, new: Demand) -> None:
        counted = self._reader.counted(new.ref)
        seen = False
        if not self._reader.newer:
            counted.count += 1
        for at, other in enumerate(self.demands):
            if other.key != new.key:
                continue
            seen = True
            if new.like(other):
                return
            if not new.is_variable and not new.affix and other.is_variable:
                self.demands[at] = new
                return
            if not new.is_variable and not other.is_variable:
                kind = _TERMINAL if new.affix or other.affix else _CONVERGING
                counted.alternatives = max(counted.alternatives, kind)
        if self._reader.newer and not seen:
            counted.count += 1
        self.demands.append(new)


class _Scratch(Reader):
    """For the operands of `and` and `or`, whose demands count only when the rule takes them over."""

    def __init__(self, reader: Reader) -> None:
        self._is_virtual = reader._is_virtual
        self.newer = reader.newer
        self._counted = {}


# --- terms --------------------------------------------------------------------------------------------------------


def is_scalar(value: Any) -> bool:
    return value.__class__ not in PATTERNS and value.__class__ not in (list, dict, RegoSet)


def is_indexable(term: Any) -> bool:
    """Scalars, variables, and arrays of them."""
    if term.__class__ is Variable or is_scalar(term):
        return True
    items = term if term.__class__ is list else term.items if term.__class__ is ArrayPattern else None
    return items is not None and all(item.__class__ is Variable or is_scalar(item) for item in items)


def _ground_prefix(ref: Reference) -> Reference:
    for at in range(1, len(ref.terms)):
        if not is_ground(ref.terms[at]):
            return Reference(ref.terms[:at], ref.location)
    return ref


def _members(collection: Any) -> list[Any]:
    kind = collection.__class__
    if kind is list:
        return list(collection)
    if kind is RegoSet:
        return collection.sorted()  # type: ignore[no-any-return]
    if kind is dict:
        return list(collection.values())
    if kind is ObjectPattern:
        return [value for _, value in collection.pairs]
    return list(collection.items) if kind in (ArrayPattern, SetPattern) else []


def _delimiter(delimiters: Any) -> str | None:
    if delimiters.__class__ is not list:
        return None
    if any(part.__class__ is not str for part in delimiters):
        return None
    return "".join(delimiters) if delimiters else "."


def _glob_parts(pattern: Any, delimiter: str) -> Any:
    """A glob as an array of its parts, `*` being anything; None for globs of other kinds."""
    if pattern.__class__ is not str:
        return None
    parts: list[Any] = []
    for part in split_escaped(pattern, delimiter):
        if part == "*":
            parts.append(ANY)
        elif _is_plain_glob(part):
            parts.append(part)
        else:
            return None
    return ArrayPattern(tuple(parts)) if ANY in parts else parts


def _is_plain_glob(part: str) -> bool:
    escaped = False
    for char in part:
        if char == "\\":
            escaped = not escaped
            continue
        if not escaped and char in "[?{*":
            return False
        escaped = False
    return True


def split_escaped(text: str, delimiter: str) -> list[str]:
    parts, last, escaped = [], 0, False
    for at, char in enumerate(text):
        if char == "\\" or escaped:
            escaped = not escaped
        elif char in delimiter:
            parts.append(text[last:at])
            last = at + 1
    return [*parts, text[last:]]

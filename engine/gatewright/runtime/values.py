"""Rego values in Python: what generated code, built-ins and callers pass around.

    null, boolean, string, array, object  →  None, bool, str, list, dict
    number                                →  int; float; NumberText where the text says more than the float
    set                                   →  RegoSet
    no value                              →  UNDEFINED

Values are never changed once made. Python conflates what Rego keeps apart (True and 1) and cannot hash lists,
dicts or booleans apart from numbers, so object keys and set members are stored in *key form*: strings, numbers
and null as they are, everything else inside a `Key`. `to_key` and `from_key` convert.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cmp_to_key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final


class Undefined:
    """The absence of a value; a singleton, falsy, equal only to itself."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "undefined"


UNDEFINED: Final = Undefined()


class NumberText(float):
    """A number whose decimal text OPA preserves (`1.0`, `1.10`, `1e3`, more digits than a double holds).

    As a float it is the nearest double, so plain Python arithmetic and comparison with ints and floats work;
    `text` is what is printed, and what exact comparison uses.
    """

    __slots__ = ("text",)
    text: str

    def __new__(cls, text: str) -> NumberText:
        self = super().__new__(cls, text)
        self.text = text
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return (NumberText, (self.text,))

    def __repr__(self) -> str:
        return self.text


class Key:
    """The hashable stand-in for a boolean, array, object or set where Python needs a dict key."""

    __slots__ = ("_hash", "value")

    def __init__(self, value: Any) -> None:
        self.value = value
        self._hash = _hash(value)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return other.__class__ is Key and self._hash == other._hash and equal(self.value, other.value)

    def __repr__(self) -> str:
        return f"Key({self.value!r})"


KEY_TRUE: Final = Key.__new__(Key)
KEY_FALSE: Final = Key.__new__(Key)

_PLAIN: Final = frozenset({str, int, float, NumberText, type(None)})


def to_key(value: Any) -> Any:
    """The key form of a value."""
    if value.__class__ in _PLAIN:
        return value
    if value is True:
        return KEY_TRUE
    if value is False:
        return KEY_FALSE
    return Key(value)


def from_key(key: Any) -> Any:
    """The value of a key form."""
    return key.value if key.__class__ is Key else key


class RegoSet:
    """A set of Rego values. Iterates in Rego's order, which is computed once, when first asked for."""

    __slots__ = ("_hash", "_members", "_sorted", "keys")
    keys: dict[Any, None]

    def __init__(self, values: Iterable[Any] = ()) -> None:
        self.keys = {to_key(v): None for v in values}
        self._members: list[Any] | None = None
        self._sorted: list[Any] | None = None
        self._hash: int | None = None

    @classmethod
    def of_keys(cls, keys: dict[Any, None]) -> RegoSet:
        """A set over a dict of key forms, which it takes over."""
        self = cls.__new__(cls)
        self.keys = keys
        self._members = None
        self._sorted = None
        self._hash = None
        return self

    @classmethod
    def of_members(cls, members: list[Any]) -> RegoSet:
        """A set over a list of values, in which one may stand several times. They are not compared with each other
        until someone asks what only a set can answer; many sets are just iterated."""
        if not members:
            return EMPTY
        self = cls.__new__(cls)
        self._members = members
        self._sorted = None
        self._hash = None
        return self

    def __getattr__(self, name: str) -> Any:
        # Only `keys` of a set made by `of_members` can be missing.
        if name != "keys":
            raise AttributeError(name)
        assert self._members is not None
        if _ONLY_STRINGS.issuperset(map(type, self._members)):
            self.keys = keys = dict.fromkeys(self._members)
        else:
            self.keys = keys = {to_key(v): None for v in self._members}
        self._members = None
        return keys

    def sorted(self) -> list[Any]:
        """The members in Rego's order; the list is shared, do not change it."""
        if self._sorted is None:
            self._sorted = sort_values([k.value if k.__class__ is Key else k for k in self.keys])
        return self._sorted

    def unordered(self) -> Iterable[Any]:
        """The members in whatever order is cheapest."""
        if self._sorted is not None:
            return self._sorted
        return [k.value if k.__class__ is Key else k for k in self.keys]

    def several(self) -> Iterable[Any]:
        """The members in any order, some perhaps more than once."""
        return self.unordered() if self._members is None else self._members

    def __iter__(self) -> Iterator[Any]:
        return iter(self.sorted())

    def __len__(self) -> int:
        members = self._members
        if members is not None and len(members) < 2:
            return len(members)
        return len(self.keys)

    def __contains__(self, value: Any) -> bool:
        return to_key(value) in self.keys

    def __getitem__(self, value: Any) -> Any:
        """`s[x]` is x when x is a member, as a ref into a set is; KeyError otherwise."""
        if to_key(value) in self.keys:
            return value
        raise KeyError(value)

    def __eq__(self, other: object) -> bool:
        return other.__class__ is RegoSet and self.keys.keys() == other.keys.keys()

    def __hash__(self) -> int:
        if self._hash is None:
            self._hash = hash(frozenset(self.keys))
        return self._hash

    def __or__(self, other: RegoSet) -> RegoSet:
        return RegoSet.of_keys({**self.keys, **other.keys})

    def __and__(self, other: RegoSet) -> RegoSet:
        theirs = other.keys
        return RegoSet.of_keys({k: None for k in self.keys if k in theirs})

    def __sub__(self, other: RegoSet) -> RegoSet:
        ours, theirs = self.keys, other.keys
        if ours.keys() <= theirs.keys():
            return EMPTY
        return RegoSet.of_keys({k: None for k in ours if k not in theirs})

    def __repr__(self) -> str:
        return f"RegoSet({self.sorted()!r})"


_ONLY_STRINGS = frozenset((str,))
EMPTY: Final = RegoSet()
"""The empty set, of which one is enough: sets do not change."""


def _hash(value: Any) -> int:
    kind = value.__class__
    if kind is list:
        return hash(("array", *map(to_key, value)))
    if kind is dict:
        return hash(("object", frozenset((k, to_key(v)) for k, v in value.items())))
    if kind is RegoSet:
        return hash(("set", hash(value)))
    if kind is bool:
        return hash(("boolean", value))
    raise TypeError(f"not a Rego value: {value!r}")


for _key, _value in ((KEY_TRUE, True), (KEY_FALSE, False)):
    Key.__init__(_key, _value)
del _key, _value


def type_name(value: Any) -> str:
    """Rego's name of a value's type: null, boolean, number, string, array, object or set."""
    return _TYPE_NAMES[value.__class__]


_TYPE_NAMES: Final = {
    type(None): "null",
    bool: "boolean",
    int: "number",
    float: "number",
    NumberText: "number",
    str: "string",
    list: "array",
    dict: "object",
    RegoSet: "set",
}

# Rego's order across types: null < boolean < number < string < array < object < set.
_RANK: Final = {
    type(None): 0,
    bool: 1,
    int: 2,
    float: 2,
    NumberText: 2,
    str: 3,
    list: 4,
    dict: 5,
    RegoSet: 6,
}


def equal(a: Any, b: Any) -> bool:
    """Rego's equality: across number forms by value, never across types."""
    kind = a.__class__
    if kind is str:
        return bool(a == b)
    other = b.__class__
    if kind is bool or other is bool:
        return a is b
    if kind is list:
        return other is list and len(a) == len(b) and all(map(equal, a, b))
    if kind is dict:
        if other is not dict or len(a) != len(b):
            return False
        for k, v in a.items():
            w = b.get(k, UNDEFINED)
            if w is UNDEFINED or not equal(v, w):
                return False
        return True
    if kind is NumberText or other is NumberText:
        return _RANK[kind] == _RANK[other] and compare_numbers(a, b) == 0
    return bool(a == b)


def compare(a: Any, b: Any) -> int:
    """Rego's total order: -1, 0 or 1 (OPA: ast.Compare)."""
    kind, other = a.__class__, b.__class__
    if kind is not other or kind is NumberText:
        left, right = _RANK[kind], _RANK[other]
        if left != right:
            return -1 if left < right else 1
        return compare_numbers(a, b)
    if kind is list:
        for x, y in zip(a, b, strict=False):
            if x is not y and (order := compare(x, y)):
                return order
        return (len(a) > len(b)) - (len(a) < len(b))
    if kind is dict:
        return _compare_objects(a, b)
    if kind is RegoSet:
        return compare(a.sorted(), b.sorted())
    if kind is type(None):
        return 0
    return int(a > b) - int(a < b)


def _compare_objects(a: dict[Any, Any], b: dict[Any, Any]) -> int:
    for x, y in zip(sorted_keys(a), sorted_keys(b), strict=False):
        if x is not y and (order := compare(from_key(x), from_key(y))):
            return order
        if order := compare(a[x], b[y]):
            return order
    return (len(a) > len(b)) - (len(a) < len(b))


def compare_numbers(a: int | float, b: int | float) -> int:
    """The order of two numbers by value; texts beyond double precision are compared exactly."""
    if a.__class__ is NumberText or b.__class__ is NumberText:
        from gatewright.runtime.numbers import compare_exact

        return compare_exact(a, b)
    return int(a > b) - int(a < b)


_by_order: Final = cmp_to_key(compare)


def sort_values(values: Iterable[Any]) -> list[Any]:
    """Values in Rego's order. Lists of strings, or of plain numbers, take Python's own sort."""
    items = list(values)
    if len(items) < 2:
        return items
    kinds = {v.__class__ for v in items}
    if len(kinds) == 1:
        kind = next(iter(kinds))
        if kind is str or kind is int or kind is float:
            items.sort()
            return items
    elif kinds == {int, float}:
        items.sort()
        return items
    items.sort(key=_by_order)
    return items


def sorted_keys(obj: dict[Any, Any]) -> list[Any]:
    """The keys (in key form) of an object in Rego's order."""
    try:
        keys = sorted(obj)  # all strings, nearly always
    except TypeError:
        pass
    else:
        # Strings compare with strings alone, so one speaks for all.
        if not keys or keys[0].__class__ is str:
            return keys
    return sorted(obj, key=lambda k: _by_order(from_key(k)))

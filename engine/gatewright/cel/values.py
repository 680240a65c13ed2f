"""CEL values in Python: what generated code passes around, and the classes for what JSON does not know.

    null, bool, int, double, string, bytes, list, map  →  None, bool, int, float, str, bytes, list, dict
    uint                                               →  Uint, an int that remembers its kind
    timestamp, duration, optional, type                →  Timestamp, Duration, Optional, TypeValue

Maps read from manifests are plain dicts. A map whose keys include booleans is a `KeyedMap` and keeps those keys
wrapped, because Python's True is 1. Kubernetes' own values (quantities, addresses, …) live beside their functions in
`library`.
"""

from __future__ import annotations

from collections.abc import Iterator

from gatewright.errors import CelError
from gatewright.runtime.values import KEY_FALSE, KEY_TRUE, Key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

INT_MIN: Final = -(1 << 63)
INT_MAX: Final = (1 << 63) - 1
UINT_MAX: Final = (1 << 64) - 1
_DOUBLE_INT_MIN: Final = float(INT_MIN)
_DOUBLE_INT_MAX: Final = float(INT_MAX)
_DOUBLE_UINT_MAX: Final = float(UINT_MAX)


class CelEvaluationError(CelError):
    """An expression failed; the message is cel-go's."""

    def __init__(self, message: str) -> None:
        super().__init__(message)


class CelPanicError(CelError):
    """Go panics inside cel-go: nothing absorbs it, and the whole expression has failed. The message is cel-go's."""


class CostLimitError(CelError):
    """An evaluation goes on longer than the API server lets it; nothing absorbs this."""

    def __init__(self) -> None:
        super().__init__("operation cancelled: actual cost limit exceeded")


class Uint(int):
    """An unsigned integer. Equal to the int of the same value, as CEL has it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"{int(self)}u"


class KeyedMap(dict):  # type: ignore[type-arg]
    """A map with keys that it holds wrapped: booleans, and lists and maps; `map_keys` gives them back."""

    __slots__ = ()


class AggregateKey:
    """A list or map as a map's key, which cel-go takes and never finds again: it is equal to itself alone."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


def wrap_key(key: Any) -> Any:
    """A map key in the form dicts hold it; not for lists and maps, which no key is equal to."""
    if key is True:
        return KEY_TRUE
    return KEY_FALSE if key is False else key


def unwrap_key(key: Any) -> Any:
    """A map key as a CEL value."""
    return key.value if key.__class__ is Key or key.__class__ is AggregateKey else key


def map_keys(mapping: dict[Any, Any]) -> Iterator[Any]:
    """The keys of a map as CEL values."""
    if mapping.__class__ is KeyedMap:
        return map(unwrap_key, mapping)
    return iter(mapping)


class Duration:
    """A span of time in nanoseconds, within int64."""

    __slots__ = ("nanos",)

    def __init__(self, nanos: int) -> None:
        self.nanos = nanos

    def __eq__(self, other: object) -> bool:
        return other.__class__ is Duration and self.nanos == other.nanos

    def __lt__(self, other: Duration) -> bool:
        return self.nanos < other.nanos

    def __le__(self, other: Duration) -> bool:
        return self.nanos <= other.nanos

    def __hash__(self) -> int:
        return hash(("duration", self.nanos))

    def __repr__(self) -> str:
        return f"Duration({self.nanos})"


class Timestamp:
    """An instant: nanoseconds since 1970-01-01T00:00:00Z, between the years 1 and 9999.

    `offset`, seconds east of Greenwich, is how the instant was written; only its text shows it.
    """

    __slots__ = ("nanos", "offset")

    def __init__(self, nanos: int, offset: int = 0) -> None:
        self.nanos = nanos
        self.offset = offset

    def __eq__(self, other: object) -> bool:
        return other.__class__ is Timestamp and self.nanos == other.nanos

    def __lt__(self, other: Timestamp) -> bool:
        return self.nanos < other.nanos

    def __le__(self, other: Timestamp) -> bool:
        return self.nanos <= other.nanos

    def __hash__(self) -> int:
        return hash(("timestamp", self.nanos))

    def __repr__(self) -> str:
        return f"Timestamp({self.nanos})"


class Optional:
    """A value or none; NONE is the only one without."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __repr__(self) -> str:
        return "optional.none()" if self is NONE else f"optional.of({self.value!r})"


NONE: Final = Optional(None)


class TypeValue:
    """A type as a value: equal to another of the same name."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __eq__(self, other: object) -> bool:
        return other.__class__ is TypeValue and self.name == other.name

    def __hash__(self) -> int:
        return hash(("type", self.name))

    def __repr__(self) -> str:
        return f"TypeValue({self.name!r})"


class Opaque:
    """Base of Kubernetes' values: each class names its CEL type and says when two of it are the same.

    Beside anything else but null they refuse to be compared.
    """

    __slots__ = ()
    cel_type = ""

    def same(self, other: Any) -> bool:
        raise NotImplementedError

    def __eq__(self, other: object) -> bool:
        if other.__class__ is self.__class__:
            return self.same(other)
        if other is None:
            return False
        raise CelEvaluationError("no such overload")

    def __hash__(self) -> int:
        raise TypeError("not a map key")


_TYPE_NAMES: Final = {
    type(None): "null_type",
    bool: "bool",
    int: "int",
    Uint: "uint",
    float: "double",
    str: "string",
    bytes: "bytes",
    list: "list",
    dict: "map",
    KeyedMap: "map",
    Timestamp: "google.protobuf.Timestamp",
    Duration: "google.protobuf.Duration",
    Optional: "optional_type",
    TypeValue: "type",
}


def type_name(value: Any) -> str:
    """CEL's name of a value's type."""
    name = _TYPE_NAMES.get(value.__class__)
    return str(value.cel_type) if name is None else name


_GO_NAMES: Final = {
    type(None): "types.Null",
    bool: "types.Bool",
    int: "types.Int",
    Uint: "types.Uint",
    float: "types.Double",
    str: "types.String",
    bytes: "types.Bytes",
    Timestamp: "types.Timestamp",
    Duration: "types.Duration",
    Optional: "*types.Optional",
    TypeValue: "*types.Type",
    list: "*types.baseList",
    dict: "*types.baseMap",
    KeyedMap: "*types.baseMap",
}


def go_type(value: Any) -> str:
    """Go's name of the class of a value, which some of cel-go's messages show."""
    return str(_GO_NAMES.get(value.__class__, f"cel.{value.__class__.__name__.removeprefix('Named')}"))


_NUMBERS: Final = frozenset({int, float, Uint})


def equal(a: Any, b: Any) -> bool:
    """CEL's equality: numbers across kinds by value, everything else within its type; never an error."""
    kind = a.__class__
    other = b.__class__
    if kind is other:
        if kind is list:
            return len(a) == len(b) and all(map(equal, a, b))
        if kind is dict:
            return _equal_maps(a, b)
        if kind is Optional:
            return (a is NONE) is (b is NONE) and equal(a.value, b.value)
        return bool(a == b)
    if kind in _NUMBERS and other in _NUMBERS:
        return compare_numbers(a, b) == 0
    if isinstance(a, dict) and isinstance(b, dict):
        return _equal_maps(a, b)
    if isinstance(a, Opaque) and b is not None:
        raise CelEvaluationError("no such overload")
    return False


def _equal_maps(a: dict[Any, Any], b: dict[Any, Any]) -> bool:
    if len(a) != len(b):
        return False
    return all(key in b and equal(value, b[key]) for key, value in a.items())


def compare_numbers(a: int | float, b: int | float) -> int | None:
    """-1, 0 or 1; None beside NaN. An int in a double's range is compared as a double, as in cel-go."""
    if a.__class__ is float:
        if b.__class__ is not float:
            return _compare_double(a, int(b), b.__class__ is Uint)
        if a != a or b != b:
            return None
    elif b.__class__ is float:
        order = _compare_double(b, int(a), a.__class__ is Uint)
        return None if order is None else -order
    return (a > b) - (a < b)


def _compare_double(double: float, integer: int, unsigned: bool) -> int | None:
    if double != double:
        return None
    if double < (0.0 if unsigned else _DOUBLE_INT_MIN):
        return -1
    if double > (_DOUBLE_UINT_MAX if unsigned else _DOUBLE_INT_MAX):
        return 1
    other = float(integer)
    return (double > other) - (double < other)

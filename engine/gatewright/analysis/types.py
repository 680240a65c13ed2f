"""OPA's static types: values of these classes, the operations the checker needs on them, and their notation.

A type that is not known is None. `any` without members is the type of everything; `set` without an element type is
the empty set. Types print as OPA prints them; `notation` reads that back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import cmp_to_key
from typing import Any, TypeAlias

from gatewright.records import field, record


class NumberKey(Decimal):
    """A number as a key: equal by its value, printed as it was written."""

    __slots__ = ("text",)
    text: str

    def __new__(cls, text: str) -> NumberKey:
        key = super().__new__(cls, text)
        key.text = text
        return key

    def __str__(self) -> str:
        return self.text


@record(frozen=True, slots=True)
class NullType:
    def __str__(self) -> str:
        return "null"


@record(frozen=True, slots=True)
class BooleanType:
    def __str__(self) -> str:
        return "boolean"


@record(frozen=True, slots=True)
class NumberType:
    def __str__(self) -> str:
        return "number"


@record(frozen=True, slots=True)
class StringType:
    def __str__(self) -> str:
        return "string"


@record(frozen=True, slots=True, eq=False)
class ArrayType:
    static: tuple[Type | None, ...] = ()
    dynamic: Type | None = None

    def __str__(self) -> str:
        text = "array"
        if self.static:
            text += "<" + ", ".join(map(text_of, self.static)) + ">"
        if self.dynamic is not None:
            text += f"[{self.dynamic}]"
        return text

    def select(self, position: int) -> Type | None:
        if position < 0:
            return None
        return self.static[position] if position < len(self.static) else self.dynamic


@record(frozen=True, slots=True, eq=False)
class SetType:
    of: Type | None = None

    def __str__(self) -> str:
        return "set" if self.of is None else f"set[{self.of}]"


@record(frozen=True, slots=True, eq=False)
class ObjectType:
    """`static` are the known keys in order, with their types; `dynamic` is the type of other keys and their values."""

    static: tuple[tuple[Any, Type | None], ...] = ()
    dynamic: tuple[Type | None, Type | None] | None = None

    def __str__(self) -> str:
        text = "object"
        if self.static:
            text += "<" + ", ".join(f"{key_text(k)}: {text_of(v)}" for k, v in self.static) + ">"
        if self.dynamic is not None:
            text += f"[{text_of(self.dynamic[0])}: {text_of(self.dynamic[1])}]"
        return text

    def select(self, key: Any) -> Type | None:
        for name, value in self.static:
            if _same_key(name, key):
                return value
        if self.dynamic is not None and contains(self.dynamic[0], type_of_key(key)):
            return self.dynamic[1]
        return None


@record(frozen=True, slots=True, eq=False)
class AnyType:
    """The union of `of`, sorted; of everything when empty."""

    of: tuple[Type, ...] = ()

    def __str__(self) -> str:
        return "any<" + ", ".join(map(str, self.of)) + ">" if self.of else "any"


@record(frozen=True, slots=True, eq=False)
class FunctionType:
    args: tuple[Type | None, ...] = ()
    result: Type | None = None
    variadic: Type | None = None

    def __str__(self) -> str:
        return f"{arguments_text(self.plain_args, unnamed(self.variadic))} => {text_of(unnamed(self.result))}"

    @property
    def plain_args(self) -> tuple[Type | None, ...]:
        return tuple(map(unnamed, self.args))


@record(frozen=True, slots=True, eq=False)
class NamedType:
    """An argument or result of a built-in, with its name."""

    name: str
    type: Type

    def __str__(self) -> str:
        return f"{self.name}: {self.type}"


@record(slots=True, eq=False)
class RecursiveType:
    """A JSON schema that refers to itself; `type` is set once the definition has been read."""

    name: str
    type: Type | None = None

    def __str__(self) -> str:
        return f"recursive({self.name})"


Type: TypeAlias = (
    NullType
    | BooleanType
    | NumberType
    | StringType
    | ArrayType
    | SetType
    | ObjectType
    | AnyType
    | FunctionType
    | NamedType
    | RecursiveType
)

NULL = NullType()
BOOLEAN = BooleanType()
NUMBER = NumberType()
STRING = StringType()
ANY = AnyType()


def text_of(tpe: Type | None) -> str:
    """The text of a type; `???` when it is not known."""
    return "???" if tpe is None else str(tpe)


def key_text(key: Any) -> str:
    """An object key as Go's %v prints it."""
    if key is True:
        return "true"
    if key is False:
        return "false"
    if key is None:
        return "<nil>"
    if isinstance(key, list):
        return "[" + " ".join(map(key_text, key)) + "]"
    if isinstance(key, dict):
        return "map[" + " ".join(f"{k}:{key_text(v)}" for k, v in sorted(key.items())) + "]"
    return str(key)


def arguments_text(args: Sequence[Type | None], variadic: Type | None = None) -> str:
    parts = [text_of(arg) for arg in args]
    if variadic is not None:
        parts.append(f"{variadic}...")
    return "(" + ", ".join(parts) + ")"


def unnamed(tpe: Type | None) -> Type | None:
    return tpe.type if type(tpe) is NamedType else tpe


def bare(tpe: Type | None) -> Type | None:
    """The type behind a name or a recursive definition."""
    if type(tpe) is NamedType:
        tpe = tpe.type
    return tpe.type if type(tpe) is RecursiveType else tpe


def object_type(
    static: Iterable[tuple[Any, Type | None]], dynamic: tuple[Type | None, Type | None] | None = None
) -> ObjectType:
    """An object type with its keys in order."""
    pairs = tuple(static)
    if len(pairs) > 1:
        pairs = tuple(sorted(pairs, key=lambda pair: key_order(pair[0])))
    return ObjectType(pairs, dynamic)


def key_order(key: Any) -> tuple[Any, ...]:
    if key is None:
        return (0,)
    if isinstance(key, bool):
        return (1, key)
    if isinstance(key, int | NumberKey):
        return (2, key)
    if isinstance(key, str):
        return (3, key)
    if isinstance(key, list):
        return (4, *map(key_order, key))
    return (5, *((k, key_order(v)) for k, v in sorted(key.items())))


def _same_key(a: Any, b: Any) -> bool:
    return bool(a == b) if a.__class__ is str else key_order(a) == key_order(b)


def type_of_key(key: Any) -> Type:
    """The type of a constant value in Python's form."""
    if isinstance(key, str):
        return STRING
    if isinstance(key, bool):
        return BOOLEAN
    if key is None:
        return NULL
    if isinstance(key, int | NumberKey):
        return NUMBER
    if isinstance(key, list):
        return ArrayType(tuple(map(type_of_key, key)))
    return object_type((k, type_of_key(v)) for k, v in key.items())


# --- order and union ----------------------------------------------------------------------------------------------

_RANK: dict[type, int] = {
    type(None): -1,
    NullType: 0,
    BooleanType: 1,
    NumberType: 2,
    StringType: 3,
    ArrayType: 4,
    ObjectType: 5,
    SetType: 6,
    AnyType: 7,
    FunctionType: 8,
}


def compare(a: Type | None, b: Type | None) -> int:
    """-1, 0 or 1 as OPA orders types."""
    a, b = bare(a), bare(b)
    if a is b:
        return 0
    x, y = _RANK[type(a)], _RANK[type(b)]
    if x != y:
        return 1 if x > y else -1
    match a, b:
        case ArrayType(), ArrayType():
            return _compare_optional(a.dynamic, b.dynamic) or _compare_all(a.static, b.static)
        case ObjectType(), ObjectType():
            return _compare_objects(a, b)
        case SetType(), SetType():
            return _compare_optional(a.of, b.of)
        case AnyType(), AnyType():
            return _compare_all(a.of, b.of)
        case FunctionType(), FunctionType():
            if len(a.args) != len(b.args):
                return -1 if len(a.args) < len(b.args) else 1
            return _compare_all(a.args, b.args) or compare(a.result, b.result) or compare(a.variadic, b.variadic)
    return 0


def _compare_optional(a: Type | None, b: Type | None) -> int:
    if a is None or b is None:
        return (a is not None) - (b is not None)
    return compare(a, b)


def _compare_all(a: Sequence[Type | None], b: Sequence[Type | None]) -> int:
    for x, y in zip(a, b, strict=False):
        order = compare(x, y)
        if order:
            return order
    return (len(a) > len(b)) - (len(a) < len(b))


def _compare_objects(a: ObjectType, b: ObjectType) -> int:
    if a.dynamic is None or b.dynamic is None:
        order = (a.dynamic is not None) - (b.dynamic is not None)
    else:
        order = compare(a.dynamic[0], b.dynamic[0]) or compare(a.dynamic[1], b.dynamic[1])
    if order:
        return order
    for (key_a, value_a), (key_b, value_b) in zip(a.static, b.static, strict=False):
        x, y = key_order(key_a), key_order(key_b)
        if x != y:
            return 1 if x > y else -1
        order = compare(value_a, value_b)
        if order:
            return order
    return (len(a.static) > len(b.static)) - (len(a.static) < len(b.static))


_sorting = cmp_to_key(compare)


def union_of(members: Iterable[Type]) -> AnyType:
    """The union that has just these members."""
    return AnyType(tuple(sorted(members, key=_sorting)))


def contains(a: Type | None, b: Type | None) -> bool:
    """Whether `a` is a superset of `b`."""
    a = unnamed(a)
    if type(a) is AnyType:
        return _any_contains(a, b)
    return compare(a, b) == 0


def _any_contains(a: AnyType, b: Type | None) -> bool:
    if type(b) is FunctionType:
        return False
    return not a.of or any(compare(member, b) == 0 for member in a.of)


def union(a: Type | None, b: Type | None) -> Type | None:
    """The type of what is an `a` or a `b`."""
    a, b = unnamed(a), unnamed(b)
    if a is None:
        return b
    if b is None or a is b:
        return a
    if type(a) is FunctionType or type(b) is FunctionType:
        return _union_functions(a, b) if type(a) is FunctionType and type(b) is FunctionType else None
    if type(a) is AnyType:
        return _merge(a, b)
    if type(b) is AnyType:
        return _merge(b, a)
    if compare(a, b) == 0:
        return a
    return AnyType(tuple(sorted((a, b), key=_sorting)))


def _merge(a: AnyType, b: Type) -> AnyType:
    if not a.of:
        return a
    if type(b) is AnyType:
        if not b.of:
            return b
        members = list(a.of)
        members += [m for m in b.of if not _any_contains(a, m)]
    elif _any_contains(a, b):
        return a
    else:
        members = [*a.of, b]
    return AnyType(tuple(sorted(members, key=_sorting)))


def _union_functions(a: FunctionType, b: FunctionType) -> FunctionType | None:
    if len(a.args) != len(b.args) or (a.variadic is None) != (b.variadic is None):
        return None
    args = tuple(union(x, y) for x, y in zip(a.plain_args, b.plain_args, strict=True))
    return FunctionType(args, union(unnamed(a.result), unnamed(b.result)), union(a.variadic, b.variadic))


# --- parts --------------------------------------------------------------------------------------------------------


def select(tpe: Type | None, key: Any) -> Type | None:
    """The type of the member of `tpe` at the constant `key`; None when there is none."""
    tpe = bare(tpe)
    match tpe:
        case ArrayType():
            position = _position(key)
            return None if position is None else tpe.select(position)
        case ObjectType():
            return tpe.select(key)
        case SetType(of):
            have = type_of_key(key)
            if compare(of, have) == 0:
                return of
            return have if isinstance(of, AnyType) and _any_contains(of, have) else None
        case AnyType(of):
            if not of:
                return ANY
            found: Type | None = None
            for member in of:
                found = union(select(member, key), found)
            return found
    return None


def _position(key: Any) -> int | None:
    """The position that a key means in an array: a number written without a fraction that fits a machine's word."""
    if key.__class__ is NumberKey and key.text == "-0":
        return 0
    return key if key.__class__ is int and key < 1 << 63 else None


def keys_of(tpe: Type | None) -> Type | None:
    """The type of the keys that can be enumerated."""
    tpe = bare(tpe)
    found: Type | None = None
    match tpe:
        case ArrayType():
            return NUMBER
        case ObjectType(static, dynamic):
            for key, _ in static:
                found = union(found, type_of_key(key))
            return union(found, dynamic[0]) if dynamic is not None else found
        case SetType(of):
            return of
        case AnyType(members):
            if not members:
                return ANY
            for member in members:
                found = union(keys_of(member), found)
    return found


def values_of(tpe: Type | None) -> Type | None:
    """The type of the values that can be enumerated."""
    tpe = bare(tpe)
    found: Type | None = None
    match tpe:
        case ArrayType(static, dynamic):
            for item in static:
                found = union(found, item)
            return union(found, dynamic)
        case ObjectType(pairs, extra):
            for _, value in pairs:
                found = union(found, value)
            return union(found, extra[1]) if extra is not None else found
        case SetType(of):
            return of
        case AnyType(members):
            if not members:
                return ANY
            for member in members:
                found = union(values_of(member), found)
    return found


def is_unknown(tpe: Type | None) -> bool:
    """Whether the type, or any part of it, is not known."""
    return _unknown(tpe, set())


def _unknown(tpe: Type | None, seen: set[int]) -> bool:
    tpe = bare(tpe)
    if tpe is None:
        return True
    match tpe:
        case ArrayType(static, dynamic):
            if id(tpe) in seen:
                return False
            seen.add(id(tpe))
            return any(_unknown(t, seen) for t in static) or (dynamic is not None and _unknown(dynamic, seen))
        case ObjectType(pairs, extra):
            if id(tpe) in seen:
                return False
            seen.add(id(tpe))
            if any(_unknown(v, seen) for _, v in pairs):
                return True
            return extra is not None and (_unknown(extra[0], seen) or _unknown(extra[1], seen))
        case SetType(of):
            return _unknown(of, seen)
        case FunctionType(args, result):
            return any(_unknown(t, seen) for t in args) or _unknown(result, seen)
    return False


def is_empty_collection(tpe: Type | None) -> bool:
    """Whether `tpe` is the type of a collection that can hold nothing."""
    match bare(tpe):
        case ObjectType(static, dynamic):
            return not static and dynamic is None
        case ArrayType(items, rest):
            return not items and rest is None
        case SetType(of):
            return of is None
    return False


_SCALAR_TYPES = frozenset((NullType, BooleanType, NumberType, StringType))


def unifies(a: Type | None, b: Type | None) -> bool:
    """Whether a value can be of both types."""
    if a is None or b is None:
        return False
    if a is b and type(a) in _SCALAR_TYPES:
        return True
    if type(a) is RecursiveType:
        a = a.type
    if type(b) is RecursiveType:
        b = b.type
    if type(a) is AnyType:
        if _unifies_any(a, b):
            return True
        if type(b) is not AnyType:
            return False
    if type(b) is AnyType:
        return _unifies_any(b, a)
    match a, b:
        case ArrayType(), ArrayType():
            return _unifies_arrays(a, b)
        case ObjectType(), ObjectType():
            return _unifies_objects(a, b)
        case SetType(), SetType():
            return a.of is None or b.of is None or unifies(a.of, b.of)
        case FunctionType(), FunctionType():
            return len(a.args) == len(b.args) and all(map(unifies, a.plain_args, b.plain_args))
    return type(a) is type(b)


def _unifies_any(a: AnyType, b: Type | None) -> bool:
    if type(b) is FunctionType:
        return False
    return not a.of or any(unifies(member, b) for member in a.of)


def _unifies_arrays(a: ArrayType, b: ArrayType) -> bool:
    for i, item in enumerate(a.static):
        if not unifies(item, b.select(i)):
            return False
    for i, item in enumerate(b.static):
        if not unifies(item, a.select(i)):
            return False
    return a.dynamic is None or b.dynamic is None or unifies(a.dynamic, b.dynamic)


def _unifies_objects(a: ObjectType, b: ObjectType) -> bool:
    if not _unifies_static(a, b) or not _unifies_static(b, a):
        return False
    x = a.dynamic[1] if a.dynamic else None
    y = b.dynamic[1] if b.dynamic else None
    return x is None or y is None or unifies(x, y)


def _unifies_static(a: ObjectType, b: ObjectType) -> bool:
    for key, value in a.static:
        other = b.select(key)
        if other is None:
            if (a.dynamic and a.dynamic[1] is not None) or (b.dynamic and b.dynamic[1] is not None):
                continue
            return False
        if not unifies(value, other):
            return False
    return True


# --- functions -------------------------------------------------------------------------------------------------------


@record(frozen=True, slots=True)
class Signature:
    """What analysis must know of a function that is not written in Rego."""

    name: str
    type: FunctionType
    relation: bool = False
    deprecated: bool = False
    nondeterministic: bool = False
    infix: str = field(default="", compare=False)

    @property
    def arity(self) -> int:
        return len(self.type.args)

    @property
    def is_void(self) -> bool:
        return self.type.result is None

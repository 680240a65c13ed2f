"""The types of the checker: immutable terms, their printing, and unification as cel-go's checker does it."""

from __future__ import annotations

from functools import cache

from gatewright.records import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final


@record(frozen=True, slots=True)
class Type:
    """`kind` is basic, struct, opaque, list, map, type, param, dyn, null or error; `name` the printed head."""

    kind: str
    name: str
    params: tuple[Type, ...] = ()

    def __str__(self) -> str:
        if not self.params or self.kind == "param":
            return self.name
        return f"{self.name}({', '.join(map(str, self.params))})"


DYN: Final = Type("dyn", "dyn")
ERROR: Final = Type("error", "!error!")
NULL: Final = Type("null", "null")
BOOL: Final = Type("basic", "bool")
INT: Final = Type("basic", "int")
UINT: Final = Type("basic", "uint")
DOUBLE: Final = Type("basic", "double")
STRING: Final = Type("basic", "string")
BYTES: Final = Type("basic", "bytes")
TIMESTAMP: Final = Type("basic", "timestamp")
DURATION: Final = Type("basic", "duration")

_BASIC: Final = {
    t.name: t for t in (DYN, NULL, BOOL, INT, UINT, DOUBLE, STRING, BYTES, TIMESTAMP, DURATION)
}  # fmt: skip
_NULLABLE: Final = frozenset({"struct", "opaque", "wrapper"})


def list_of(item: Type) -> Type:
    return Type("list", "list", (item,))


def map_of(key: Type, value: Type) -> Type:
    return Type("map", "map", (key, value))


def optional_of(value: Type) -> Type:
    return Type("opaque", "optional_type", (value,))


def wrapper_of(value: Type) -> Type:
    """The type of protobuf's boxed scalars: the scalar, or null."""
    return Type("wrapper", "wrapper", (value,))


def type_of(value: Type | None) -> Type:
    return Type("type", "type", () if value is None else (value,))


def output_name(t: Type) -> str:
    """A type as Gatekeeper names it when an expression has the wrong one (types.Type.String)."""
    names = {"timestamp": "google.protobuf.Timestamp", "duration": "google.protobuf.Duration", "null": "null_type"}
    head = names.get(t.name, t.name)
    if t.kind == "param" or not t.params:
        return head
    return f"{head}({', '.join(map(output_name, t.params))})"


@cache
def read_type(text: str) -> Type:
    """A type from the notation of the declarations: `list(A)`, `map(string, dyn)`, `net.IP`, …"""
    text = text.strip()
    if "(" not in text:
        if text in _BASIC:
            return _BASIC[text]
        if len(text) == 1 and text.isupper():
            return Type("param", text)
        # Kubernetes' own types are objects without fields to cel-go, those of the network library opaque.
        return Type("struct" if text.startswith("kubernetes.") else "opaque", text)
    head, rest = text.split("(", 1)
    params = tuple(read_type(p) for p in _split(rest[:-1]))
    return Type(head if head in ("list", "map", "type") else "opaque", head, params)


def notation(t: Type) -> str:
    """A type as `read_type` reads it."""
    return f"{t.name}({', '.join(map(notation, t.params))})" if t.params else t.name


def _split(text: str) -> list[str]:
    parts, depth, start = [], 0, 0
    for i, c in enumerate(text):
        depth += (c == "(") - (c == ")")
        if c == "," and depth == 0:
            parts.append(text[start:i])
            start = i + 1
    return [*parts, text[start:]]


Substitutions = dict[Type, Type]


def substitute(subs: Substitutions, t: Type, to_dyn: bool = False) -> Type:
    """`t` with bound parameters replaced, and free ones by dyn when `to_dyn`."""
    if t.kind == "param":
        bound = subs.get(t)
        if bound is not None:
            return substitute(subs, bound, to_dyn)
        return DYN if to_dyn else t
    if not t.params:
        return t
    return Type(t.kind, t.name, tuple([substitute(subs, p, to_dyn) for p in t.params]))


def assignable(subs: Substitutions, left: list[Type], right: list[Type]) -> Substitutions | None:
    """The substitutions under which the types on the left can be given to those on the right, or None."""
    attempt = dict(subs)
    if len(left) != len(right):
        return None
    for a, b in zip(left, right, strict=True):
        if not _assign(attempt, a, b):
            return None
    return attempt


def _assign(subs: Substitutions, a: Type, b: Type) -> bool:
    if b.kind == "param":
        valid, bound = _bind(subs, a, b)
        if valid:
            return True
        if bound:
            return False
    if a.kind == "param":
        return _bind(subs, b, a)[0]
    if a.kind in ("dyn", "error") or b.kind in ("dyn", "error"):
        return True
    if a.kind == "null" or b.kind == "null":
        other = b if a.kind == "null" else a
        return other.kind in _NULLABLE or other.kind == "null" or other in (TIMESTAMP, DURATION)
    if "wrapper" in (a.kind, b.kind):
        plain_a = a.params[0] if a.kind == "wrapper" else a
        return plain_a == (b.params[0] if b.kind == "wrapper" else b)
    if a.kind != b.kind:
        return False
    if a.kind == "type":
        return True
    if a.name != b.name or len(a.params) != len(b.params):
        return False
    return all(_assign(subs, x, y) for x, y in zip(a.params, b.params, strict=True))


def _bind(subs: Substitutions, value: Type, param: Type) -> tuple[bool, bool]:
    """Whether `value` can stand for `param`, and whether something already does."""
    if value == param:
        return True, True
    bound = subs.get(param)
    if bound is not None:
        if value == bound:
            return True, True
        if _assign(subs, value, bound):
            general = most_general(value, bound)
            if _absent(subs, param, general):
                subs[param] = general
            return True, True
        return False, True
    if _absent(subs, param, value):
        subs[param] = value
        return True, False
    return False, False


def _absent(subs: Substitutions, param: Type, within: Type) -> bool:
    if param == within:
        return False
    if within.kind == "param":
        bound = subs.get(within)
        return bound is None or _absent(subs, param, bound)
    return all(_absent(subs, param, p) for p in within.params)


def most_general(a: Type, b: Type) -> Type:
    """The more general of two types that are known to unify."""
    return a if _less_specific(a, b) else b


def _less_specific(a: Type, b: Type) -> bool:
    if a.kind in ("dyn", "param"):
        return True
    if b.kind in ("dyn", "param") or a.kind != b.kind:
        return False
    if a.kind == "type":
        return True
    if a.kind in ("list", "map", "opaque"):
        return (
            a.name == b.name
            and len(a.params) == len(b.params)
            and all(_less_specific(x, y) for x, y in zip(a.params, b.params, strict=True))
        )
    return a == b

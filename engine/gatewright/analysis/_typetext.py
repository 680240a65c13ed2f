"""Types in the detail lines of errors: in full where they fit, else only what tells the two sides apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gatewright.analysis.types import (
    AnyType,
    ArrayType,
    FunctionType,
    NamedType,
    ObjectType,
    SetType,
    Type,
    arguments_text,
    is_unknown,
    key_order,
    key_text,
    text_of,
    unifies,
    unnamed,
)

_DOTS = "..."
# Wider lines are shortened, and types wider than the second are then cut to their outermost constructor.
_LINE_WIDTH = 80
_TYPE_WIDTH = 32
_DEPTH = 8

_DOCS = "https://www.openpolicyagent.org/docs/errors/rego-type-error/match-error"


def argument_details(
    have: Sequence[Type | None], want: Sequence[Type | None], variadic: Type | None
) -> tuple[list[str], bool]:
    """The have and want lines of an argument error, and whether the types given are partly unknown."""
    lines = [f"have: {arguments_text(have)}", f"want: {arguments_text(want, variadic)}"]
    unknown = any(map(is_unknown, have))
    if all(len(line) <= _LINE_WIDTH for line in lines):
        return lines, unknown
    left, right = list(map(_short, have)), list(map(_short, want))
    for i in range(min(len(left), len(right))):
        left[i], right[i] = _differing_argument(have[i], want[i])
    if variadic is not None:
        right.append(_short(variadic) + _DOTS)
    return [f"have: ({', '.join(left)})", f"want: ({', '.join(right)})"], unknown


def _differing_argument(have: Type | None, want: Type | None) -> tuple[str, str]:
    if have is not None and want is not None and unifies(unnamed(have), unnamed(want)):
        return _short(have), _short(want)
    return _difference(have, want, 0)


def match_details(left: Type | None, right: Type | None) -> list[str]:
    """The lines of a match error: two types that no value can have at once."""
    lines = [f"left  : {text_of(left)}", f"right : {text_of(right)}"]
    if any(len(line) > _LINE_WIDTH for line in lines):
        a, b = _difference(left, right, 0)
        lines = [f"left  : {a}", f"right : {b}"]
    kind = _shared_kind(left, right)
    if kind:
        advice = "but their types differ, so they can never be equal"
        lines.append(f"hint  : both sides are {kind} {advice} (see {_DOCS})")
    return lines


def _shared_kind(a: Type | None, b: Type | None) -> str:
    a, b = unnamed(a), unnamed(b)
    for kind, name in ((ObjectType, "objects"), (ArrayType, "arrays"), (SetType, "sets")):
        if isinstance(a, kind) and isinstance(b, kind):
            return name
    return ""


def _short(tpe: Type | None) -> str:
    text = text_of(tpe)
    return text if len(text) <= _TYPE_WIDTH else _elided(tpe, 0)


def _elided(tpe: Type | None, depth: int) -> str:
    """A type with everything deeper than `depth` levels left out; in full below zero."""
    if depth < 0 or tpe is None:
        return text_of(tpe)
    match tpe:
        case NamedType(name, inner):
            return f"{name}: {_elided(inner, depth)}"
        case SetType(of):
            if of is None:
                return "set"
            return f"set[{_DOTS if depth == 0 else _elided(of, depth - 1)}]"
        case ArrayType(static, dynamic):
            items = [_DOTS] if depth == 0 and static else [_elided(t, depth - 1) for t in static]
            rest = "" if dynamic is None else _DOTS if depth == 0 else _elided(dynamic, depth - 1)
            return _composite("array", items, rest)
        case ObjectType(pairs, extra):
            props = [_DOTS] if depth == 0 and pairs else [_property(k, _elided(v, depth - 1)) for k, v in pairs]
            rest = ""
            if extra is not None:
                rest = _DOTS if depth == 0 else f"{_elided(extra[0], depth - 1)}: {_elided(extra[1], depth - 1)}"
            return _composite("object", props, rest)
        case AnyType(members):
            if not members:
                return "any"
            return _any([_DOTS] if depth == 0 else [_elided(t, depth - 1) for t in members])
        case FunctionType():
            return _elided_function(tpe, depth)
    return str(tpe)


def _elided_function(tpe: FunctionType, depth: int) -> str:
    args, variadic, result = tpe.plain_args, unnamed(tpe.variadic), unnamed(tpe.result)
    if depth == 0:
        params = [_DOTS] if args or variadic is not None else []
        return _function(params, text_of(None) if result is None else _DOTS)
    params = [_elided(t, depth - 1) for t in args]
    if variadic is not None:
        params.append(_elided(variadic, depth - 1) + _DOTS)
    return _function(params, _elided(result, depth - 1))


def _difference(a: Type | None, b: Type | None, depth: int) -> tuple[str, str]:
    """Two types side by side, without what is the same in both."""
    if isinstance(a, NamedType):
        left, right = _difference(a.type, b, depth)
        return f"{a.name}: {left}", right
    if isinstance(b, NamedType):
        left, right = _difference(a, b.type, depth)
        return left, f"{b.name}: {right}"
    if depth >= _DEPTH or a is None or b is None or text_of(a) == text_of(b):
        return _short(a), _short(b)
    match a, b:
        case SetType(), SetType() if a.of is not None and b.of is not None:
            left, right = _difference(a.of, b.of, depth + 1)
            return f"set[{left}]", f"set[{right}]"
        case ArrayType(), ArrayType():
            return _array_difference(a, b, depth)
        case ObjectType(), ObjectType():
            return _object_difference(a, b, depth)
        case AnyType(), AnyType():
            return _any_difference(a, b)
        case FunctionType(), FunctionType() if len(a.args) == len(b.args):
            return _function_difference(a, b, depth)
    return _short(a), _short(b)


def _array_difference(a: ArrayType, b: ArrayType, depth: int) -> tuple[str, str]:
    if len(a.static) != len(b.static) or (a.dynamic is None) != (b.dynamic is None):
        return _elided(a, 1), _elided(b, 1)
    pairs = [_difference(x, y, depth + 1) for x, y in zip(a.static, b.static, strict=True)]
    rest = ("", "")
    if a.dynamic is not None:
        rest = _difference(a.dynamic, b.dynamic, depth + 1)
    return _composite("array", [x for x, _ in pairs], rest[0]), _composite("array", [y for _, y in pairs], rest[1])


def _object_difference(a: ObjectType, b: ObjectType, depth: int) -> tuple[str, str]:
    left: list[str] = []
    right: list[str] = []
    same = False
    i = j = 0
    while i < len(a.static) or j < len(b.static):
        order = _static_order(a, i, b, j)
        if order < 0:
            left.append(_property(a.static[i][0], _short(a.static[i][1])))
            i += 1
        elif order > 0:
            right.append(_property(b.static[j][0], _short(b.static[j][1])))
            j += 1
        else:
            (key, mine), (_, other) = a.static[i], b.static[j]
            if text_of(mine) == text_of(other):
                same = True
            else:
                x, y = _difference(mine, other, depth + 1)
                left.append(_property(key, x))
                right.append(_property(key, y))
            i += 1
            j += 1
    rest = _dynamic_difference(a.dynamic, b.dynamic, depth)
    dots = [_DOTS] if same else []
    return _composite("object", left + dots, rest[0]), _composite("object", right + dots, rest[1])


def _static_order(a: ObjectType, i: int, b: ObjectType, j: int) -> int:
    """Which of two properties comes first; those of the other side when one has no more."""
    if j == len(b.static):
        return -1
    if i == len(a.static):
        return 1
    x, y = key_order(a.static[i][0]), key_order(b.static[j][0])
    return (x > y) - (x < y)


_Dynamic = tuple[Type | None, Type | None] | None


def _dynamic_difference(a: _Dynamic, b: _Dynamic, depth: int) -> tuple[str, str]:
    if a is not None and b is not None:
        key = _difference(a[0], b[0], depth + 1)
        value = _difference(a[1], b[1], depth + 1)
        return f"{key[0]}: {value[0]}", f"{key[1]}: {value[1]}"
    if a is not None:
        return f"{_short(a[0])}: {_short(a[1])}", ""
    if b is not None:
        return "", f"{_short(b[0])}: {_short(b[1])}"
    return "", ""


def _any_difference(a: AnyType, b: AnyType) -> tuple[str, str]:
    in_a, in_b = set(map(text_of, a.of)), set(map(text_of, b.of))
    dots = [_DOTS] if in_a & in_b else []
    left = [_short(t) for t in a.of if text_of(t) not in in_b]
    right = [_short(t) for t in b.of if text_of(t) not in in_a]
    return _any(left + dots), _any(right + dots)


def _function_difference(a: FunctionType, b: FunctionType, depth: int) -> tuple[str, str]:
    pairs = [_difference(x, y, depth + 1) for x, y in zip(a.plain_args, b.plain_args, strict=True)]
    left, right = [x for x, _ in pairs], [y for _, y in pairs]
    x, y = unnamed(a.variadic), unnamed(b.variadic)
    if x is not None and y is not None:
        more = _difference(x, y, depth + 1)
        left.append(more[0] + _DOTS)
        right.append(more[1] + _DOTS)
    elif x is not None:
        left.append(_short(x) + _DOTS)
    elif y is not None:
        right.append(_short(y) + _DOTS)
    results = _difference(unnamed(a.result), unnamed(b.result), depth + 1)
    return _function(left, results[0]), _function(right, results[1])


def _property(key: Any, value: str) -> str:
    return f"{key_text(key)}: {value}"


def _composite(name: str, static: list[str], dynamic: str) -> str:
    text = name
    if static:
        text += f"<{', '.join(static)}>"
    if dynamic:
        text += f"[{dynamic}]"
    return text


def _any(members: list[str]) -> str:
    return f"any<{', '.join(members)}>" if members else "any"


def _function(args: list[str], result: str) -> str:
    return f"({', '.join(args)}) => {result}"

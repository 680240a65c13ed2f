"""Types read back from text: the notation they print in, and the JSON of OPA's capabilities files."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from gatewright.analysis.types import (
    BOOLEAN,
    NULL,
    NUMBER,
    STRING,
    ArrayType,
    FunctionType,
    NamedType,
    SetType,
    Type,
    object_type,
    union_of,
)


@lru_cache(maxsize=1024)
def parse_signature(text: str) -> FunctionType:
    """Read `(x: array[any], y: number) -> z: any<number, string>`; no result means a void function."""
    reader = _Reader(text)
    args, variadic = reader.arguments()
    result: Type | None = None
    if reader.accept("->") or reader.accept("=>"):
        result = reader.named()
    reader.finish()
    return FunctionType(tuple(args), result, variadic)


def parse_type(text: str) -> Type:
    """Read one type in OPA's notation."""
    reader = _Reader(text)
    tpe = reader.type()
    reader.finish()
    if tpe is None:
        raise ValueError(f"void is not a type of values: {text!r}")
    return tpe


# The names of a few arguments hold spaces.
_NAME = re.compile(r"\s*([A-Za-z_][\w /-]*?)\s*:\s*")


class _Reader:
    """A recursive-descent reader of the notation of types."""

    _ATOMS: Mapping[str, Type | None] = {
        "null": NULL,
        "boolean": BOOLEAN,
        "number": NUMBER,
        "string": STRING,
        "void": None,
        "???": None,
    }

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def accept(self, token: str) -> bool:
        self._space()
        if self._text.startswith(token, self._at):
            self._at += len(token)
            return True
        return False

    def finish(self) -> None:
        self._space()
        if self._at != len(self._text):
            raise self._wrong("the end")

    def arguments(self) -> tuple[list[Type | None], Type | None]:
        self._expect("(")
        args: list[Type | None] = []
        variadic: Type | None = None
        while not self.accept(")"):
            arg = self.named()
            if self.accept("..."):
                variadic = arg
            else:
                args.append(arg)
            if not self.accept(","):
                self._expect(")")
                break
        return args, variadic

    def named(self) -> Type | None:
        name = _NAME.match(self._text, self._at)
        if name is None:
            return self.type()
        self._at = name.end()
        tpe = self.type()
        return NamedType(name[1], tpe) if tpe is not None else None

    def type(self) -> Type | None:
        word = self._word()
        if word in self._ATOMS:
            return self._ATOMS[word]
        build = getattr(self, f"_read_{word}", None)
        if build is None:
            raise self._wrong("a type")
        return build()  # type: ignore[no-any-return]

    def _read_any(self) -> Type:
        members = self._list("<", ">")
        return union_of(m for m in members if m is not None)

    def _read_set(self) -> Type:
        return SetType(self._dynamic())

    def _read_array(self) -> Type:
        return ArrayType(tuple(self._list("<", ">")), self._dynamic())

    def _read_object(self) -> Type:
        static: list[tuple[Any, Type | None]] = []
        if self.accept("<"):
            while not self.accept(">"):
                key = self._word()
                self._expect(":")
                static.append((key, self.type()))
                self.accept(",")
        dynamic = None
        if self.accept("["):
            key_type = self.type()
            self._expect(":")
            dynamic = (key_type, self.type())
            self._expect("]")
        return object_type(static, dynamic)

    def _read_function(self) -> Type:
        args, variadic = self.arguments()
        return FunctionType(tuple(args), self.type() if self.accept("=>") else None, variadic)

    def _dynamic(self) -> Type | None:
        if not self.accept("["):
            return None
        tpe = self.type()
        self._expect("]")
        return tpe

    def _list(self, opening: str, closing: str) -> list[Type | None]:
        found: list[Type | None] = []
        if self.accept(opening):
            while not self.accept(closing):
                found.append(self.type())
                self.accept(",")
        return found

    def _word(self) -> str:
        self._space()
        start = self._at
        text = self._text
        while self._at < len(text) and (text[self._at].isalnum() or text[self._at] in "_-?./"):
            if text.startswith(("->", "..."), self._at):
                break
            self._at += 1
        return text[start : self._at]

    def _space(self) -> None:
        while self._at < len(self._text) and self._text[self._at].isspace():
            self._at += 1

    def _expect(self, token: str) -> None:
        if not self.accept(token):
            raise self._wrong(repr(token))

    def _wrong(self, expected: str) -> ValueError:
        return ValueError(f"expected {expected} at {self._at} in signature {self._text!r}")


def type_from_json(data: Mapping[str, Any]) -> Type | None:
    """A type as OPA's capabilities files write it."""
    build = _JSON_TYPES.get(data.get("type", ""))
    if build is None:
        raise ValueError(f"unknown type {data.get('type')!r}")
    tpe = build(data)
    return NamedType(data["name"], tpe) if "name" in data and tpe is not None else tpe


def _json_optional(data: Mapping[str, Any] | None) -> Type | None:
    return None if data is None else type_from_json(data)


def _json_object(data: Mapping[str, Any]) -> Type:
    dynamic = data.get("dynamic")
    return object_type(
        ((p["key"], type_from_json(p["value"])) for p in data.get("static") or ()),
        (type_from_json(dynamic["key"]), type_from_json(dynamic["value"])) if dynamic else None,
    )


def _json_function(data: Mapping[str, Any]) -> Type:
    args = tuple(type_from_json(arg) for arg in data.get("args") or ())
    return FunctionType(args, _json_optional(data.get("result")), _json_optional(data.get("variadic")))


def _json_any(data: Mapping[str, Any]) -> Type:
    return union_of(t for t in map(type_from_json, data.get("of") or ()) if t is not None)


_JSON_TYPES: dict[str, Callable[[Mapping[str, Any]], Type]] = {
    "null": lambda _: NULL,
    "boolean": lambda _: BOOLEAN,
    "number": lambda _: NUMBER,
    "string": lambda _: STRING,
    "any": _json_any,
    "array": lambda d: ArrayType(
        tuple(type_from_json(t) for t in d.get("static") or ()), _json_optional(d.get("dynamic"))
    ),
    "set": lambda d: SetType(_json_optional(d.get("of"))),
    "object": _json_object,
    "function": _json_function,
}

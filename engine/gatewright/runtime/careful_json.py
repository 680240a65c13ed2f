"""JSON text read with care: what CPython's parser cannot say exactly, in the words of Go's scanner.

Lone surrogates, deep nesting and the wording of errors; no Python stack is kept.
"""

from __future__ import annotations

import re

from gatewright.runtime.json import JsonError, decimal, dumps
from gatewright.runtime.numbers import NumberError
from gatewright.runtime.text import go_quote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

# Go refuses to nest deeper.
_MAX_DEPTH: Final = 10_000
_SPACE: Final = re.compile(r"[ \t\n\r]*")
_PLAIN_STRING: Final = re.compile(r'[^"\\\x00-\x1f]*')
NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_LITERALS: Final = {"t": ("true", True), "f": ("false", False), "n": ("null", None)}
_ESCAPES: Final = {
    '"': '"',
    "\\": "\\",
    "/": "/",
    "b": "\b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
}
_VALUE: Final = "looking for beginning of value"
_KEY: Final = "looking for beginning of object key string"


class Decoder:
    """Reads one text; position and text are all it knows. Errors are those of Go's scanner."""

    def __init__(self, text: str, *, check_numbers: bool = True) -> None:
        self.text = text
        self.at = 0
        self.check_numbers = check_numbers

    def document(self) -> Any:
        """One value and nothing after it, but for what Go's decoder lets pass (a `null`)."""
        value = self.value()
        if not self.at_end():
            self._refuse_rest()
        return value

    def at_end(self) -> bool:
        self._skip()
        return self.at >= len(self.text)

    def _refuse_rest(self) -> None:
        char = self.text[self.at]
        if char in "[{":
            raise JsonError(f"error: invalid character '{char}' after top-level value")
        value = self.value()
        if value is not None:
            shown = value if isinstance(value, str) else dumps(value)
            raise JsonError(f"error: invalid character '{shown}' after top-level value")

    def value(self) -> Any:
        """One value, nested or not, without recursion: `stack` holds the containers still open."""
        stack: list[Any] = []
        keys: list[str] = []
        while True:
            value = self._scalar_or_opening(stack, keys)
            if value is _OPENED:
                continue
            while stack:
                container = stack[-1]
                if container.__class__ is list:
                    container.append(value)
                    closed = self._separator("]", "after array element")
                else:
                    container[keys.pop()] = value
                    closed = self._separator("}", "after object key:value pair")
                    if not closed:
                        keys.append(self._key())
                if not closed:
                    break
                value = stack.pop()
            else:
                return value

    def _scalar_or_opening(self, stack: list[Any], keys: list[str]) -> Any:
        char = self._next(_VALUE)
        if char == "[":
            self.at += 1
            if self._peek() == "]":
                self.at += 1
                return []
            self._push(stack, [])
            return _OPENED
        if char == "{":
            self.at += 1
            if self._peek() == "}":
                self.at += 1
                return {}
            self._push(stack, {})
            keys.append(self._key())
            return _OPENED
        if char == '"':
            return self._string()
        if char in _LITERALS:
            return self._literal(*_LITERALS[char])
        if char in _NUMBER_START:
            return self._number()
        raise self._invalid(_VALUE)

    def _push(self, stack: list[Any], container: Any) -> None:
        stack.append(container)
        if len(stack) > _MAX_DEPTH:
            raise JsonError("exceeded max depth")

    def _skip(self) -> None:
        self.at = _SPACE.match(self.text, self.at).end()  # type: ignore[union-attr]

    def _peek(self) -> str:
        self._skip()
        return self.text[self.at : self.at + 1]

    def _next(self, expecting: str) -> str:
        self._skip()
        if self.at >= len(self.text):
            raise JsonError("unexpected EOF" if self.text.strip(" \t\n\r") else "EOF")
        return self.text[self.at]

    def _invalid(self, context: str) -> JsonError:
        if self.at >= len(self.text):
            return JsonError("unexpected EOF")
        byte = self.text[self.at].encode("utf-8", "replace")[0]
        return JsonError(f"invalid character {_quoted_char(byte)} {context}")

    def _separator(self, closing: str, context: str) -> bool:
        """Consumes `,` or the closing bracket; True for the latter."""
        char = self._next(context)
        if char not in (",", closing):
            raise self._invalid(context)
        self.at += 1
        return char == closing

    def _key(self) -> str:
        if self._next(_KEY) != '"':
            raise self._invalid(_KEY)
        key = self._string()
        if self._next("after object key") != ":":
            raise self._invalid("after object key")
        self.at += 1
        return key

    def _literal(self, word: str, value: Any) -> Any:
        for i, char in enumerate(word):
            if self.text[self.at : self.at + 1] != char:
                raise self._invalid(f"in literal {word} (expecting {_quoted_char(ord(word[i]))})")
            self.at += 1
        return value

    def _number(self) -> int | float:
        match = NUMBER.match(self.text, self.at)
        start = self.at
        self.at = match.end() if match else start + 1
        following = self.text[self.at : self.at + 1]
        if match is None:
            raise self._invalid("in numeric literal")
        text = match[0]
        if following == "." and "." not in text and "e" not in text and "E" not in text:
            self.at += 1
            raise self._invalid("after decimal point in numeric literal")
        if following in ("e", "E") and "e" not in text and "E" not in text:
            self.at += 1
            if self.text[self.at : self.at + 1] in ("+", "-"):
                self.at += 1
            raise self._invalid("in exponent of numeric literal")
        if not self.check_numbers:
            return 0
        try:
            return decimal(text)
        except NumberError as error:
            raise JsonError(str(error)) from None

    def _string(self) -> str:
        self.at += 1
        pieces = []
        while True:
            match = _PLAIN_STRING.match(self.text, self.at)
            pieces.append(match[0])  # type: ignore[index]
            self.at = match.end()  # type: ignore[union-attr]
            char = self.text[self.at : self.at + 1]
            if char == '"':
                self.at += 1
                return "".join(pieces)
            if char != "\\":
                raise self._invalid("in string literal")
            self.at += 1
            pieces.append(self._escape())

    def _escape(self) -> str:
        char = self.text[self.at : self.at + 1]
        if char in _ESCAPES and char:
            self.at += 1
            return _ESCAPES[char]
        if char != "u":
            raise self._invalid("in string escape code")
        self.at += 1
        unit = self._hex4()
        if 0xD800 <= unit < 0xDC00 and self.text[self.at : self.at + 2] == "\\u":
            after_first = self.at
            self.at += 2
            low = self._hex4()
            if 0xDC00 <= low < 0xE000:
                return chr(0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00))
            self.at = after_first
        return "\ufffd" if 0xD800 <= unit < 0xE000 else chr(unit)

    def _hex4(self) -> int:
        start = self.at
        while self.at < start + 4:
            if self.text[self.at : self.at + 1] not in _HEX:
                raise self._invalid("in \\u hexadecimal character escape")
            self.at += 1
        return int(self.text[start : self.at], 16)


_NUMBER_START: Final = frozenset("-0123456789")
_HEX: Final = frozenset("0123456789abcdefABCDEF")
_OPENED: Final = object()


def _quoted_char(byte: int) -> str:
    if byte == ord("'"):
        return "'\\''"
    if byte == ord('"'):
        return "'\"'"
    return "'" + go_quote(chr(byte))[1:-1] + "'"

"""JSON text to Rego values and back, as Go's encoding/json reads and writes it.

Well-formed text goes through CPython's own parser. Whatever that cannot say exactly (lone surrogates, very deep
nesting, the wording of errors) is read by a decoder here that keeps no Python stack.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from math import isfinite

from gatewright.runtime.numbers import NumberError, check_range, int_of_text, number_text, parse_number
from gatewright.runtime.text import go_quote
from gatewright.runtime.values import NumberText, RegoSet, from_key, sorted_keys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

# Go refuses to nest deeper.
_MAX_DEPTH: Final = 10_000


class JsonError(ValueError):
    """Text that is not JSON; the message is encoding/json's."""


def loads(text: str | bytes) -> Any:
    """The Rego value of a JSON text. Of equal keys the last counts. Raises JsonError."""
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    if not _NEEDS_CARE.search(text):
        try:
            return _DECODER.decode(text)
        except NumberError as error:
            raise JsonError(str(error)) from None
        except (ValueError, RecursionError):
            pass  # the careful decoder says what is wrong, or reads it after all
    return _Decoder(text).document()


def is_valid(text: str) -> bool:
    """Is the text one JSON value (numbers of any size)?"""
    try:
        decoder = _Decoder(text, check_numbers=False)
        decoder.value()
    except JsonError:
        return False
    return decoder.at_end()


# `-0` keeps its sign and escaped surrogates may be unpaired: CPython's parser loses both.
_NEEDS_CARE: Final = re.compile(r"\\u[dD][89a-fA-F]|-0(?![.0-9eE])")


def _decimal(text: str) -> int | float:
    check_range(text)
    return parse_number(text)


def _constant(text: str) -> Any:
    raise ValueError(text)


_DECODER: Final = json.JSONDecoder(parse_float=_decimal, parse_constant=_constant)
_SPACE: Final = re.compile(r"[ \t\n\r]*")
_PLAIN_STRING: Final = re.compile(r'[^"\\\x00-\x1f]*')
_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
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


class _Decoder:
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
        match = _NUMBER.match(self.text, self.at)
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
            return _decimal(text)
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


# Writing ------------------------------------------------------------------------------------------------------------

_SPECIAL: Final = re.compile(r'["\\<>&\x00-\x1f\u2028\u2029\ud800-\udfff]')
_SPECIAL_PLAIN: Final = re.compile(r'["\\\x00-\x1f\u2028\u2029\ud800-\udfff]')
_SHORT: Final = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}


def _escaped(match: re.Match[str]) -> str:
    char = match[0]
    if char in _SHORT:
        return _SHORT[char]
    code = ord(char)
    return "\\ufffd" if 0xD800 <= code < 0xE000 else f"\\u{code:04x}"


def dump_string(text: str, *, escape_html: bool = True) -> str:
    """A JSON string as Go writes it: `<`, `>` and `&` escaped unless told otherwise."""
    special = _SPECIAL if escape_html else _SPECIAL_PLAIN
    return '"' + special.sub(_escaped, text) + '"'


def dumps(value: Any, *, escape_html: bool = True) -> str:
    """The compact JSON text Go's json.Marshal gives for a Rego value: keys sorted, sets as arrays in Rego order."""
    pieces: list[str] = []
    todo: list[Any] = [value]  # values, and text to copy in 1-tuples
    while todo:
        item = todo.pop()
        kind = item.__class__
        if kind is tuple:
            pieces.append(item[0])
        elif kind is str:
            pieces.append(dump_string(item, escape_html=escape_html))
        elif item is None:
            pieces.append("null")
        elif kind is bool:
            pieces.append("true" if item else "false")
        elif kind is list or kind is RegoSet:
            _push_array(todo, item if kind is list else item.sorted())
        elif kind is dict:
            _push_object(todo, item, escape_html)
        else:
            pieces.append(number_text(item))
    return "".join(pieces)


def _push_array(todo: list[Any], items: list[Any]) -> None:
    todo.append(("]",))
    for i in range(len(items) - 1, -1, -1):
        todo.append(items[i])
        if i:
            todo.append((",",))
    todo.append(("[",))


def _push_object(todo: list[Any], item: dict[Any, Any], escape_html: bool) -> None:
    named = {json_key(k): item[k] for k in in_order(item)}
    todo.append(("}",))
    keys = sorted(named, reverse=True)
    for i, key in enumerate(keys):
        todo.append(named[key])
        comma = "," if i + 1 < len(keys) else ""
        todo.append((f"{comma}{dump_string(key, escape_html=escape_html)}:",))
    todo.append(("{",))


def in_order(item: dict[Any, Any]) -> Iterable[Any]:
    """The keys of an object, in key form, in Rego's order."""
    return item if all(k.__class__ is str for k in item) else sorted_keys(item)


def is_number_text(text: str) -> bool:
    """Whether JSON has such a number."""
    return _NUMBER.fullmatch(text) is not None


def json_key(key: Any) -> str:
    """The text an object key (in key form) has in JSON: itself, or its JSON text."""
    return key if key.__class__ is str else dumps(from_key(key))


def indent(text: str, prefix: str, step: str) -> str:
    """A compact JSON text over several lines, as Go's json.MarshalIndent lays it out."""
    pieces: list[str] = []
    depth = 0
    tokens = _TOKEN.findall(text)
    for i, token in enumerate(tokens):
        if token in ("[", "{"):
            pieces.append(token)
            depth += 1
            if tokens[i + 1] not in ("]", "}"):
                pieces.append("\n" + prefix + step * depth)
        elif token in ("]", "}"):
            depth -= 1
            if tokens[i - 1] not in ("[", "{"):
                pieces.append("\n" + prefix + step * depth)
            pieces.append(token)
        elif token == ",":
            pieces.append(",\n" + prefix + step * depth)
        else:
            pieces.append(": " if token == ":" else token)
    return "".join(pieces)


_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{},:]|[^\[\]{},:"]+')


# Results as plain Python --------------------------------------------------------------------------------------------


def from_python(value: Any) -> Any:
    """The Rego value of what Python's json (or a caller) gives: floats and ints as they are, tuples as arrays.

    Raises TypeError for what Rego has no value for, ValueError for floats that are no numbers.
    """
    kind = value.__class__
    if kind is dict:
        return {k: from_python(v) for k, v in value.items()}
    if kind is list or kind is tuple:
        return [from_python(v) for v in value]
    if kind is set or kind is frozenset:
        return RegoSet(from_python(v) for v in value)
    if kind is float and not isfinite(value):
        raise ValueError(f"not a value Rego can hold: {value!r}")
    if kind in (str, int, float, bool, NumberText, RegoSet) or value is None:
        return value
    raise TypeError(f"not a value Rego can hold: {value!r}")


__all__ = [
    "JsonError",
    "dump_string",
    "dumps",
    "from_python",
    "in_order",
    "indent",
    "int_of_text",
    "is_number_text",
    "is_valid",
    "json_key",
    "loads",
]

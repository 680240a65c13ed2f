"""What encoding/json's decoder says of a text that is no JSON."""

from __future__ import annotations

import re
from collections.abc import Callable

from gatewright.gatekeeper._gotext import quote
from gatewright.records import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final, NoReturn

END: Final = "unexpected EOF"
_SPACE: Final = re.compile(r"[ \t\r\n]*")
_LITERALS: Final = {"t": "true", "f": "false", "n": "null"}
_DEEPEST: Final = 10000


class _SyntaxError(Exception):
    """The message says what is wrong."""


@record(frozen=True, slots=True)
class JsonFault:
    """What is wrong, after how many bytes, and how many values were read before."""

    message: str
    offset: int
    values: int


def json_fault(text: str) -> JsonFault | None:
    """The first fault of one or more JSON values in a row, in Go's words; None when there is none."""
    scanner = _Scanner(text)
    values = 0
    try:
        scanner.space()
        while scanner.at < len(text):
            scanner.value(0)
            scanner.space()
            values += 1
    except _SyntaxError as error:
        return JsonFault(str(error), len(text[: scanner.at].encode("utf-8", "surrogatepass")) + 1, values)
    return None


class _Scanner:
    """Walks through a text; each method eats what it is named after."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def space(self) -> None:
        match = _SPACE.match(self.text, self.at)
        self.at = match.end() if match else self.at

    def _next(self) -> str:
        if self.at >= len(self.text):
            raise _SyntaxError(END)
        return self.text[self.at]

    def _refuse(self, where: str) -> NoReturn:
        # Go looks at bytes: it names the first one of a character.
        char = chr(self._next().encode("utf-8", "surrogatepass")[0])
        shown = {"'": r"'\''", '"': "'\"'"}.get(char) or f"'{quote(char)[1:-1]}'"
        raise _SyntaxError(f"invalid character {shown} {where}")

    def _take(self, chars: str, where: str) -> str:
        char = self._next()
        if char not in chars:
            self._refuse(where)
        self.at += 1
        return char

    def value(self, depth: int) -> None:
        if depth > _DEEPEST:
            raise _SyntaxError("exceeded max depth")
        char = self._next()
        if char == "{":
            self._items("}", "after object key:value pair", lambda: self._entry(depth + 1))
        elif char == "[":
            self._items("]", "after array element", lambda: self.value(depth + 1))
        elif char == '"':
            self._string()
        elif char in _LITERALS:
            self._literal(_LITERALS[char])
        elif char in "-0123456789":
            self._number()
        else:
            self._refuse("looking for beginning of value")

    def _items(self, end: str, after: str, item: Callable[[], None]) -> None:
        self.at += 1
        self.space()
        if self._next() == end:
            self.at += 1
            return
        while True:
            item()
            self.space()
            if self._take("," + end, after) == end:
                return
            self.space()

    def _entry(self, depth: int) -> None:
        if self._next() != '"':
            self._refuse("looking for beginning of object key string")
        self._string()
        self.space()
        self._take(":", "after object key")
        self.space()
        self.value(depth)

    def _string(self) -> None:
        self.at += 1
        while (char := self._next()) != '"':
            if char < " ":
                self._refuse("in string literal")
            self.at += 1
            if char == "\\" and self._take('bfnrt\\/"u', "in string escape code") == "u":
                for _ in range(4):
                    self._take("0123456789abcdefABCDEF", "in \\u hexadecimal character escape")
        self.at += 1

    def _literal(self, word: str) -> None:
        self.at += 1
        for char in word[1:]:
            self._take(char, f"in literal {word} (expecting '{char}')")

    def _number(self) -> None:
        if self._next() == "-":
            self.at += 1
        if self._take("0123456789", "in numeric literal") != "0":
            self._digits()
        if self.text[self.at : self.at + 1] == ".":
            self.at += 1
            self._take("0123456789", "after decimal point in numeric literal")
            self._digits()
        if self.text[self.at : self.at + 1] in ("e", "E"):
            self.at += 1
            if self._next() in "+-":
                self.at += 1
            self._take("0123456789", "in exponent of numeric literal")
            self._digits()

    def _digits(self) -> None:
        while self.text[self.at : self.at + 1].isdigit():
            self.at += 1

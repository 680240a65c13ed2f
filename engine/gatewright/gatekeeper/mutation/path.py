"""The location grammar of mutators: `spec.containers[name: *].image`.

path   = object { "." object } | empty        object = name [ list ]
list   = "[" name ":" ( name | digits | "*" ) "]"
name   = letters, digits, _ and -, not beginning with a digit, or anything in quotes with \\ as escape
"""

from __future__ import annotations

from typing import Final, TypeAlias

from gatewright.errors import MutationError
from gatewright.gatekeeper._gotext import quote
from gatewright.records import record


@record(frozen=True, slots=True)
class Token:
    """A piece of a path: IDENT, INT, SEPARATOR, LBRACKET, RBRACKET, GLOB, COLON, EOF or ERROR."""

    type: str
    literal: str

    def __str__(self) -> str:
        return f"{self.type}: {quote(self.literal)}"


@record(frozen=True, slots=True)
class ObjectNode:
    """A field of an object."""

    reference: str

    def __str__(self) -> str:
        return _quoted(self.reference)


@record(frozen=True, slots=True)
class ListNode:
    """The elements of a list whose key field has a value; any value when `glob`."""

    key_field: str
    key_value: str | int | None = None
    glob: bool = False

    def __str__(self) -> str:
        value = "*" if self.glob else self.key_value
        shown = _quoted(value) if isinstance(value, str) and not self.glob else f"{'' if value is None else value}"
        return f"[{_quoted(self.key_field)}: {shown}]"


Node: TypeAlias = ObjectNode | ListNode


@record(frozen=True, slots=True)
class Path:
    nodes: tuple[Node, ...]

    def __str__(self) -> str:
        """The canonical text."""
        out = ""
        for i, node in enumerate(self.nodes):
            out += f".{node}" if i and isinstance(node, ObjectNode) else str(node)
        return out

    @property
    def last(self) -> Node | None:
        return self.nodes[-1] if self.nodes else None

    def starts_with(self, prefix: Path) -> bool:
        return self.nodes[: len(prefix.nodes)] == prefix.nodes


_SPECIAL: Final = frozenset("'\"\t\n \\*[]:.")


def _quoted(name: str) -> str:
    if not name:
        return '""'
    if _SPECIAL.intersection(name) or name[0] in "0123456789":
        escaped = name.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    return name


_DIGITS: Final = frozenset("0123456789")
_NAME: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")
_MARKS: Final = {".": "SEPARATOR", "[": "LBRACKET", "]": "RBRACKET", "*": "GLOB", ":": "COLON"}


def tokens(text: str) -> list[Token]:
    """The tokens of a path, up to and including EOF or the first ERROR."""
    found: list[Token] = []
    at = 0
    while not found or found[-1].type not in ("EOF", "ERROR"):
        token, at = _next(text, at)
        found.append(token)
    return found


def _next(text: str, at: int) -> tuple[Token, int]:
    while at < len(text) and text[at] in " \t\r\n":
        at += 1
    if at == len(text):
        return Token("EOF", ""), at
    c = text[at]
    if c in _DIGITS:
        end = _run(text, at, _DIGITS)
        return Token("INT", text[at:end]), end
    if c in _NAME:
        end = _run(text, at, _NAME)
        return Token("IDENT", text[at:end]), end
    if c in _MARKS:
        return Token(_MARKS[c], c), at + 1
    if c in "\"'":
        return _string(text, at)
    return Token("ERROR", c), at + 1


def _run(text: str, at: int, allowed: frozenset[str]) -> int:
    while at < len(text) and text[at] in allowed:
        at += 1
    return at


def _string(text: str, at: int) -> tuple[Token, int]:
    mark, out = text[at], ""
    at += 1
    while at < len(text):
        c = text[at]
        if c == mark:
            return Token("IDENT", out), at + 1
        if c == "\\":
            at += 1
            out += text[at : at + 1]
        else:
            out += c
        at += 1
    return Token("ERROR", out), at


def parse_path(text: str) -> Path:
    """The path of a text; MutationError says what was expected."""
    return _Parser(text).parse()


class _Parser:
    """One token of look-ahead; the first error counts."""

    __slots__ = ("_at", "_tokens")

    def __init__(self, text: str) -> None:
        self._tokens = tokens(text)
        self._at = 0

    def _peek(self) -> Token:
        return self._tokens[min(self._at, len(self._tokens) - 1)]

    def _take(self, kind: str) -> Token | None:
        token = self._peek()
        if token.type != kind:
            return None
        self._at += 1
        return token

    def parse(self) -> Path:
        """path = [ object { "." object } ]"""
        nodes: list[Node] = []
        while (name := self._take("IDENT")) is not None:
            nodes.append(ObjectNode(name.literal))
            if self._take("LBRACKET"):
                nodes.append(self._list())
            if self._take("SEPARATOR"):
                if self._peek().type == "EOF":
                    raise MutationError("trailing separators are forbidden")
            elif self._peek().type != "EOF":
                raise _unexpected("'.' or eof", self._peek())
        if self._peek().type != "EOF":
            raise _unexpected("field name or eof", self._peek())
        return Path(tuple(nodes))

    def _list(self) -> ListNode:
        """list = "[" name ":" ( name | digits | "*" ) "]" """
        key = self._take("IDENT")
        if key is None:
            raise _unexpected("keyField in listSpec", self._peek())
        if not self._take("COLON"):
            raise _unexpected(f"':' following keyField {key.literal}", self._peek())
        node = self._value(key.literal)
        if not self._take("RBRACKET"):
            raise _unexpected("']' following listSpec", self._peek())
        return node

    def _value(self, key: str) -> ListNode:
        if self._take("GLOB"):
            return ListNode(key, glob=True)
        if (name := self._take("IDENT")) is not None:
            return ListNode(key, name.literal)
        if (number := self._take("INT")) is not None:
            return ListNode(key, _integer(number.literal, key))
        raise _unexpected("key value or glob in listSpec", self._peek())


def _integer(digits: str, key: str) -> int:
    value = 0
    for digit in digits:
        # An int64 that has wrapped around is noticed only while it is negative.
        value = (value * 10 + int(digit) + 2**63) % 2**64 - 2**63
        if value < 0:
            raise MutationError(
                f"invalid integer: overflow in integer string: {digits}: parsing key value for key: {key}"
            )
    return value


def _unexpected(expected: str, token: Token) -> MutationError:
    return MutationError(f"unexpected token: expected {expected}, got: {token}")

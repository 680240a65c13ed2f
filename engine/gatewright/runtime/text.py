"""Values as OPA prints them in messages, `print` and `sprintf`: Rego term syntax, strings quoted as Go quotes them."""

from __future__ import annotations

import re

from gatewright.runtime.numbers import number_text
from gatewright.runtime.values import RegoSet, from_key, sorted_keys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

_QUOTED: Final = {
    "\\": "\\\\",
    "\a": "\\a",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\v": "\\v",
}
_PLAIN: Final = re.compile(r"[ !#-\[\]-~]*\Z")


def go_quote(text: str, *, ascii_only: bool = False) -> str:
    """strconv.Quote (or QuoteToASCII)."""
    if _PLAIN.match(text):
        return f'"{text}"'
    return '"' + "".join([quoted_char(c, '"', ascii_only=ascii_only) for c in text]) + '"'


def quoted_char(char: str, quote: str, *, ascii_only: bool) -> str:
    """One character inside a Go string or character literal."""
    if char == quote:
        return "\\" + char
    if char in _QUOTED:
        return _QUOTED[char]
    code = ord(char)
    if code < 0x80:
        return char if 0x20 <= code < 0x7F else f"\\x{code:02x}"
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    if not ascii_only and char.isprintable():
        return char
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


_MOST_NESTED = 40


def term_text(value: Any) -> str:
    """A value as a Rego term: `{"a": 1}`, `{1, 2}`, `set()`. Values may nest as deep as they like."""
    if value.__class__ is str:
        return go_quote(value)
    return _shallow(value, 0)


def _shallow(value: Any, depth: int) -> str:
    """The text by plain recursion, which is fastest for what nests as values usually do."""
    kind = value.__class__
    if kind is str:
        return go_quote(value)
    if depth > _MOST_NESTED:
        return _deep(value)
    below = depth + 1
    if kind is dict:
        pairs = [f"{_shallow(from_key(k), below)}: {_shallow(value[k], below)}" for k in sorted_keys(value)]
        return "{" + ", ".join(pairs) + "}"
    if kind is list:
        return "[" + ", ".join([_shallow(v, below) for v in value]) + "]"
    if kind is RegoSet:
        return "{" + ", ".join([_shallow(v, below) for v in value.sorted()]) + "}" if value.keys else "set()"
    if value is None:
        return "null"
    if kind is bool:
        return "true" if value else "false"
    return number_text(value)


def _deep(value: Any) -> str:
    """The same without Python's stack."""
    pieces: list[str] = []
    todo: list[Any] = [value]  # values, and text to copy in 1-tuples
    while todo:
        item = todo.pop()
        kind = item.__class__
        if kind is tuple:
            pieces.append(item[0])
        elif kind is str:
            pieces.append(go_quote(item))
        elif item is None:
            pieces.append("null")
        elif kind is bool:
            pieces.append("true" if item else "false")
        elif kind is list:
            _push(todo, item, "[", "]")
        elif kind is RegoSet:
            if item.keys:
                _push(todo, item.sorted(), "{", "}")
            else:
                pieces.append("set()")
        elif kind is dict:
            _push_object(todo, item)
        else:
            pieces.append(number_text(item))
    return "".join(pieces)


def _push(todo: list[Any], items: list[Any], opening: str, closing: str) -> None:
    todo.append((closing,))
    for i in range(len(items) - 1, -1, -1):
        todo.append(items[i])
        if i:
            todo.append((", ",))
    todo.append((opening,))


def _push_object(todo: list[Any], item: dict[Any, Any]) -> None:
    todo.append(("}",))
    keys = sorted_keys(item)
    for i in range(len(keys) - 1, -1, -1):
        todo += (item[keys[i]], (": ",), from_key(keys[i]))
        if i:
            todo.append((", ",))
    todo.append(("{",))

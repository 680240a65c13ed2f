"""Rego values as YAML, laid out and quoted as go-yaml v3 does with an indent of two."""

from __future__ import annotations

import re
from typing import Any, Final

from gatewright.builtins._strconv import format_float
from gatewright.builtins._yaml_read import _resolved
from gatewright.runtime.numbers import number_text
from gatewright.runtime.plain import to_python

_OLD_BOOLEANS: Final = frozenset(
    word for base in ("y", "yes", "on", "n", "no", "off") for word in (base, base.capitalize(), base.upper())
)
_BASE_60: Final = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?\Z")
_TIMESTAMP: Final = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt ][ \t]*[0-9:.]+.*)?\Z")
_ESCAPES: Final = {
    "\0": "\\0", "\a": "\\a", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\v": "\\v", "\f": "\\f", "\r": "\\r",
    "\x1b": "\\e", '"': '\\"', "\\": "\\\\", "\x85": "\\N", "\xa0": "\\_", "\u2028": "\\L", "\u2029": "\\P",
}  # fmt: skip
_FIRST_INDICATORS: Final = frozenset("#,[]{}&*!|>'\"%@`")
_UNPRINTABLE: Final = re.compile(r"[^\n\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]")


def dump_yaml(value: Any) -> str:
    """The document, ending in a line break."""
    lines = _lines(to_python(value), 0)
    if lines[0].startswith("|"):
        lines = [lines[0], *("  " + line if line else line for line in lines[1:])]
    return "\n".join(lines) + "\n"


def _lines(value: Any, depth: int) -> list[str]:
    """A block value's lines, indented for themselves; `depth` is the indentation of its container's entries."""
    if isinstance(value, dict) and value:
        return _mapping(value, depth)
    if isinstance(value, list) and value:
        return _sequence(value, depth)
    return _scalar(value, depth)


def _mapping(mapping: dict[str, Any], depth: int) -> list[str]:
    lines: list[str] = []
    for key in sorted(mapping, key=_Natural):
        head = _simple(key) + ":"
        value = mapping[key]
        if isinstance(value, dict | list) and value:
            lines.append(head)
            lines += ["  " + line if line else line for line in _lines(value, depth + 2)]
        else:
            body = _scalar(value, depth)
            lines.append(f"{head} {body[0]}")
            lines += ["  " + line if line else line for line in body[1:]]
    return lines


def _sequence(items: list[Any], depth: int) -> list[str]:
    lines: list[str] = []
    for item in items:
        body = _lines(item, depth + 2)
        lines.append("- " + body[0])
        lines += ["  " + line if line else line for line in body[1:]]
    return lines


def _scalar(value: Any, depth: int) -> list[str]:
    if isinstance(value, str):
        return _literal(value) if "\n" in value and _can_be_literal(value) else [_simple(value)]
    if isinstance(value, dict):
        return ["{}"]
    if isinstance(value, list):
        return ["[]"]
    if value is None:
        return ["null"]
    if isinstance(value, bool):
        return ["true" if value else "false"]
    return [_number(value)]


def _number(value: int | float) -> str:
    """As go-yaml prints what it read from the JSON: integers of 64 bits, or doubles."""
    text = number_text(value)
    number = _resolved(text)
    return str(number) if isinstance(number, int) else format_float(float(number), "g", -1)


def _literal(text: str) -> list[str]:
    """A `|` block; the sign after the bar tells the line breaks at the end."""
    body = text.rstrip("\n")
    breaks = len(text) - len(body)
    chomp = "-" if breaks == 0 else "" if breaks == 1 and body else "+"
    hint = "2" if text[0] in " \n" else ""
    lines = text.split("\n")
    return [f"|{hint}{chomp}", *(lines if chomp == "-" else lines[:-1])]


def _can_be_literal(text: str) -> bool:
    """Spaces before a line break, or at the end, would be lost to the eye."""
    return not (_UNPRINTABLE.search(text) or " \n" in text or text.endswith(" "))


def _simple(text: str) -> str:
    """A scalar on one line: plain, single-quoted or double-quoted."""
    plain_type = text == "<<" or (isinstance(_resolved(text), str) if text else False)
    plain_type = plain_type and not (text in _OLD_BOOLEANS or _BASE_60.match(text) or _TIMESTAMP.match(text))
    if not plain_type or "\n" in text or _needs_escapes(text):
        return _double_quoted(text)
    return text if _can_be_plain(text) else "'" + text.replace("'", "''") + "'"


def _needs_escapes(text: str) -> bool:
    return _UNPRINTABLE.search(text) is not None or "\x85" in text or "\u2028" in text or "\u2029" in text


def _can_be_plain(text: str) -> bool:
    if text[0] == " " or text[-1] == " ":
        return False
    if text.startswith(("---", "...")):
        return False
    if text[0] in _FIRST_INDICATORS or (text[0] in "-?:" and (len(text) == 1 or text[1] in " \t")):
        return False
    return not (": " in text or " #" in text or text.endswith(":"))


def _double_quoted(text: str) -> str:
    pieces = []
    for char in text:
        if char in _ESCAPES:
            pieces.append(_ESCAPES[char])
        elif _UNPRINTABLE.match(char) or char == "\ufeff":
            pieces.append(_escaped(char))
        else:
            pieces.append(char)
    return '"' + "".join(pieces) + '"'


def _escaped(char: str) -> str:
    code = ord(char)
    if code <= 0xFF:
        return f"\\x{code:02X}"
    return f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"


class _Natural:
    """go-yaml's order of keys: digits within compare as numbers, letters come after what is no letter."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    def __lt__(self, other: _Natural) -> bool:
        return _natural_less(self.text, other.text)


def _natural_less(a: str, b: str) -> bool:
    digits = False
    for i, (x, y) in enumerate(zip(a, b, strict=False)):
        if x == y:
            digits = x.isdigit()
            continue
        if x.isalpha() and y.isalpha():
            return x < y
        if x.isalpha() or y.isalpha():
            return x.isalpha() if digits else y.isalpha()
        m, n = _run(a, i), _run(b, i)
        lead = "1" if (x == "0" or y == "0") and a[:i].rstrip("0")[-1:].isdigit() and a[i - 1 : i].isdigit() else ""
        first, second = int(lead + m or "0"), int(lead + n or "0")
        if first != second:
            return first < second
        return len(m) < len(n) if len(m) != len(n) else x < y
    return len(a) < len(b)


def _run(text: str, start: int) -> str:
    """The ASCII digits from a position on."""
    match = re.compile("[0-9]*").match(text, start)
    return match[0] if match else ""

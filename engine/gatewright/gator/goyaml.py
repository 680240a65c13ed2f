"""YAML as Go's yaml.v3 and yaml.v2 write it: which scalars are quoted, what is indented, how keys are ordered."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from gatewright.gatekeeper._gotext import float_text

# fmt: off
_V3_WORDS: Final = frozenset({
    "", "~", "<<", "null", "Null", "NULL", "true", "True", "TRUE", "false", "False", "FALSE",
    "y", "Y", "yes", "Yes", "YES", "on", "On", "ON", "n", "N", "no", "No", "NO", "off", "Off", "OFF",
    ".nan", ".NaN", ".NAN", ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF",
})
# fmt: on
_NUMBER: Final = re.compile(
    r"[-+]?(0b[01_]+|0o?[0-7_]+|0x[0-9a-fA-F_]+|[0-9][0-9_]*|(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?)"
)
_BASE_60: Final = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?")
_TIME: Final = re.compile(r"\d{4}-\d\d?-\d\d?([Tt ]\s*\d\d?:\d\d?:\d\d?(\.\d*)?\s*(Z|[-+]\d\d?(:\d\d)?)?)?")


class Ordered(dict[str, Any]):
    """A mapping that is written in its own order, as Go's structs are."""


def dump_v3(value: Any) -> str:
    """A document in yaml.v3's form: four spaces, lists indented below their key."""
    return "\n".join(_Writer(4).document(value)) + "\n"


def dump_v2(value: Any) -> str:
    """A document in yaml.v2's form: two spaces, lists flush with their key."""
    return "\n".join(_Writer(2, flush_lists=True, width=80).document(value)) + "\n"


class _Writer:
    def __init__(self, step: int, *, flush_lists: bool = False, width: int = 0) -> None:
        self._step = step
        self._flush = flush_lists
        self._width = width

    def document(self, value: Any) -> Iterator[str]:
        if isinstance(value, dict) and value:
            yield from self._mapping(value, 0)
        elif isinstance(value, list) and value:
            yield from self._list(value, 0)
        else:
            yield from self._scalar(value, "", 0)

    def _deeper(self, column: int) -> int:
        # Indentation goes on to the next multiple of the step, whatever a list's dash has shifted.
        return self._step * ((column + self._step) // self._step)

    def _mapping(self, value: dict[str, Any], column: int) -> Iterator[str]:
        for key in value if isinstance(value, Ordered) else sorted(value, key=key_order):
            lead = " " * column + _key(key) + ":"
            child = value[key]
            if isinstance(child, dict) and child:
                yield lead
                yield from self._mapping(child, self._deeper(column))
            elif isinstance(child, list) and child:
                yield lead
                yield from self._list(child, column if self._flush else self._deeper(column))
            else:
                yield from self._scalar(child, lead + " ", self._deeper(column))

    def _list(self, value: list[Any], column: int) -> Iterator[str]:
        for child in value:
            inner = column + 2
            if isinstance(child, dict) and child:
                lines = self._mapping(child, inner)
            elif isinstance(child, list) and child:
                lines = self._list(child, inner)
            else:
                yield from self._scalar(child, " " * column + "- ", inner)
                continue
            first = next(lines)
            yield " " * column + "- " + first[inner:]
            yield from lines

    def _scalar(self, value: Any, lead: str, column: int) -> Iterator[str]:
        if isinstance(value, str) and "\n" in value and _literal(value):
            yield lead + "|" + _chomping(value, self._step)
            for line in value.removesuffix("\n").split("\n") if value.strip("\n") else value[:-1].split("\n"):
                yield " " * column + line if line else ""
            return
        text = _text(value)
        if self._width and isinstance(value, str) and " " in text:
            yield from _folded(lead, text, column, self._width)
            return
        yield lead + text


def key_order(key: str) -> tuple[Any, ...]:
    """Go's order of keys: numbers inside them by value, letters after everything else."""
    parts: list[tuple[int, Any]] = []
    for run in re.findall(r"\d+|\D", key):
        if run[0].isdigit():
            parts.append((0, (int(run), len(run))))
        else:
            parts.append((2 if run.isalpha() else 1, run))
    return tuple(parts)


def _key(key: str) -> str:
    return _text(key)


def _text(value: Any) -> str:
    if value is None:
        return "null"
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, float):
        return float_text(value)
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, dict):
        return "{}"
    return "[]" if isinstance(value, list) else str(value)


def _resolves(text: str) -> bool:
    """Whether a plain scalar would not read back as this text."""
    if text in _V3_WORDS:
        return True
    if text[:1] in "+-.0123456789":
        plain = text.replace("_", "")
        if _NUMBER.fullmatch(plain) or _BASE_60.fullmatch(text) or _TIME.fullmatch(text):
            return True
    return False


def _string(text: str) -> str:
    if _resolves(text):
        return _double(text)
    if not _printable(text) or "\n" in text:
        return _double(text)
    if _plain(text):
        return text
    return "'" + text.replace("'", "''") + "'"


def _printable(text: str) -> bool:
    return all(c.isprintable() or c in "\t " or (c > "\x9f" and c != "\ufeff") for c in text)


def _plain(text: str) -> bool:
    if text != text.strip(" ") or ("\t" in text and text.strip("\t") != text):
        return False
    if text[0] in "#,[]{}&*!|>'\"%@`" or text.startswith(("---", "...")):
        return False
    if text[0] in "-?:" and (len(text) == 1 or text[1] in " \t"):
        return False
    if ": " in text or " #" in text or text.endswith(":") or ":\t" in text:
        return False
    return "\t#" not in text


def _double(text: str) -> str:
    marks = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r", "\0": "\\0", "\x07": "\\a", "\x08": "\\b"}
    out = []
    for c in text:
        if c in marks:
            out.append(marks[c])
        elif c.isprintable():
            out.append(c)
        elif ord(c) < 0x100:
            out.append(f"\\x{ord(c):02X}")
        else:
            out.append(f"\\u{ord(c):04X}" if ord(c) < 0x10000 else f"\\U{ord(c):08X}")
    return '"' + "".join(out) + '"'


def _literal(text: str) -> bool:
    """Whether a text can be a block: no line of it may end in a space, and all of it must be printable."""
    return _printable(text.replace("\n", "")) and " \n" not in text and not text.endswith(" ")


def _chomping(text: str, step: int) -> str:
    hint = str(step) if text[0] in " \n" else ""
    if not text.endswith("\n"):
        return hint + "-"
    return hint + "+" if text.endswith("\n\n") or text == "\n" else hint


def _folded(lead: str, text: str, column: int, width: int) -> Iterator[str]:
    """Plain and quoted scalars broken at spaces once a line has passed the width."""
    line = lead
    words = text.split(" ")
    for i, word in enumerate(words):
        if i and len(line) > width and word and words[i - 1]:
            yield line
            line = " " * column + word
        else:
            line += (" " if i else "") + word
    yield line

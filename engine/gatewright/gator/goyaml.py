"""YAML as Go's yaml.v3 and yaml.v2 write it: which scalars are quoted, what is indented, how keys are ordered.

A port of what their emitter does with plain data; the two differ in indentation, line width, tabs and the order of
keys that hold digits.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cmp_to_key, lru_cache

from gatewright.gatekeeper._gotext import float_text
from gatewright.records import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final, Literal


class Ordered(dict):  # type: ignore[type-arg]
    """A mapping that is written in its own order, as Go's structs are."""


@record(frozen=True, slots=True)
class Flow:
    """A collection that is written on one line, in brackets or braces."""

    value: Any


@record(frozen=True, slots=True)
class InFlow:
    """A text that is written as it would be inside brackets: never as a block."""

    text: str


@record(frozen=True, slots=True)
class _Dialect:
    """`flush`: lists stand below their key without indentation. `width`: where scalars are broken at spaces."""

    step: int
    flush: bool
    width: int
    tabs: bool
    digits_first: bool


_V3: Final = _Dialect(4, False, 1 << 31, tabs=True, digits_first=True)
_V2: Final = _Dialect(2, True, 80, tabs=False, digits_first=False)


def dump_v3(value: Any) -> str:
    """A document in yaml.v3's form: four spaces, lists indented below their key."""
    return _Emitter(_V3).document(value)


def dump_v2(value: Any) -> str:
    """A document in yaml.v2's form: two spaces, lists flush with their key."""
    return _Emitter(_V2).document(value)


class _Emitter:
    """Writes one document. `_fresh` is libyaml's "indention": nothing but indicators stand on the line so far."""

    def __init__(self, dialect: _Dialect) -> None:
        self._dialect = dialect
        self._out: list[str] = []
        self._column = 0
        self._blank = True
        self._fresh = True
        self._flow = 0

    def document(self, value: Any) -> str:
        self._node(value, -1)
        if self._column:
            self._break()
        return "".join(self._out)

    # --- characters ---

    def _put(self, text: str) -> None:
        self._out.append(text)
        self._column += len(text)

    def _break(self) -> None:
        self._out.append("\n")
        self._column = 0
        self._fresh = True

    def _indent(self, indent: int) -> None:
        indent = max(indent, 0)
        if not self._fresh or self._column > indent or (self._column == indent and not self._blank):
            self._break()
        self._put(" " * (indent - self._column))
        self._blank = True

    def _indicator(self, text: str, *, apart: bool = False, blank: bool = False, fresh: bool = False) -> None:
        """`apart` puts a space before it, `blank` stands for one itself, `fresh` leaves the line as it was."""
        if apart and not self._blank:
            self._put(" ")
        self._put(text)
        self._blank = blank
        self._fresh = self._fresh and fresh

    def _deeper(self, indent: int, in_list: bool, flow: bool = False) -> int:
        step = self._dialect.step
        if indent < 0:
            return step if flow else 0
        # A list's dash takes two columns; all else goes on to the next multiple of the step.
        return indent + 2 if in_list else step * ((indent + step) // step)

    # --- nodes ---

    def _node(self, value: Any, indent: int, *, in_list: bool = False, in_mapping: bool = False) -> None:
        if isinstance(value, InFlow):
            self._flow += 1
            self._scalar(value.text, self._deeper(indent, in_list, flow=True), key=False)
            self._flow -= 1
            return
        flow = isinstance(value, Flow)
        if flow:
            value = value.value
        if isinstance(value, dict):
            if flow or self._flow or not value:
                self._flow_items("{}", self._ordered(value), value, self._deeper(indent, in_list, flow=True))
            else:
                self._mapping(value, self._deeper(indent, in_list))
        elif isinstance(value, (list, tuple)):
            if flow or self._flow or not value:
                self._flow_items("[]", value, None, self._deeper(indent, in_list, flow=True))
            else:
                flush = self._dialect.flush and in_mapping and not self._fresh
                self._list(value, indent if flush else self._deeper(indent, in_list))
        elif self._flow or not self._short(value, key=False):
            self._scalar(value, self._deeper(indent, in_list, flow=True), key=False)

    def _ordered(self, value: dict[str, Any]) -> Iterable[str]:
        if isinstance(value, Ordered):
            return list(value)
        return _sorted(tuple(value), self._dialect.digits_first)

    def _mapping(self, value: dict[str, Any], indent: int) -> None:
        for key in self._ordered(value):
            self._indent(indent)
            if self._short(key, key=True):
                self._indicator(":")
            elif _simple(key):
                self._scalar(key, self._deeper(indent, False, flow=True), key=True)
                self._indicator(":")
            else:
                self._indicator("?", apart=True, fresh=True)
                self._node(key, indent, in_mapping=True)
                self._indent(indent)
                self._indicator(":", apart=True, fresh=True)
            self._node(value[key], indent, in_mapping=True)

    def _list(self, value: Iterable[Any], indent: int) -> None:
        for item in value:
            self._indent(indent)
            self._indicator("-", apart=True, fresh=True)
            self._node(item, indent, in_list=True)

    def _flow_items(self, ends: str, items: Iterable[Any], values: dict[str, Any] | None, indent: int) -> None:
        self._indicator(ends[0], apart=True, blank=True)
        self._flow += 1
        for i, item in enumerate(items):
            if i:
                self._indicator(",")
            if self._column > self._dialect.width:
                self._indent(indent)
            if values is None:
                self._node(item, indent)
            else:
                self._flow_entry(item, values[item], indent)
        self._flow -= 1
        self._indicator(ends[1])

    def _flow_entry(self, key: str, value: Any, indent: int) -> None:
        if _simple(key):
            self._scalar(key, indent, key=True)
            self._indicator(":")
        else:
            self._indicator("?", apart=True)
            self._node(key, indent)
            self._indicator(":", apart=True)
        self._node(value, indent)

    # --- scalars ---

    def _short(self, value: Any, *, key: bool) -> bool:
        """Write a short text outside flow collections, if it stands on one line: most do, and are met again."""
        if value.__class__ is not str or len(value) > _SHORT:
            return False
        text = _on_one_line(value, self._dialect.tabs, key)
        if text is None or not (key or self._column + 1 + len(text) <= self._dialect.width):
            return False
        self._put(text if self._blank else " " + text)
        self._blank = self._fresh = False
        return True

    def _scalar(self, value: Any, indent: int, *, key: bool) -> None:
        if not isinstance(value, str):
            self._plain(_text(value), indent, fold=not key)
            return
        style = _style(value, self._dialect.tabs, key, bool(self._flow))
        if style == "literal":
            self._literal(value, indent)
        elif style == "double":
            self._double(value, indent, fold=not key)
        elif style == "plain":
            self._plain(value, indent, fold=not key)
        else:
            self._single(value, indent, fold=not key)

    def _plain(self, text: str, indent: int, *, fold: bool) -> None:
        if text and not self._blank:
            self._put(" ")
        self._words(text, indent, fold=fold, escape_spaces=False)
        self._blank = self._blank and not text
        self._fresh = False

    def _single(self, text: str, indent: int, *, fold: bool) -> None:
        self._indicator("'", apart=True)
        self._words(text.replace("'", "''"), indent, fold=fold, escape_spaces=False)
        self._indicator("'")

    def _double(self, text: str, indent: int, *, fold: bool) -> None:
        self._indicator('"', apart=True)
        self._words("".join(map(_escaped, text)), indent, fold=fold, escape_spaces=True)
        self._indicator('"')

    def _words(self, text: str, indent: int, *, fold: bool, escape_spaces: bool) -> None:
        """A text on one line, or broken at single spaces once the line is too wide."""
        if not fold or len(text) + self._column <= self._dialect.width:
            self._put(text)
            return
        spaced = False
        for i, char in enumerate(text):
            inside = 0 < i < len(text) - 1
            following = text[i + 1 : i + 2] == " "
            if char != " " or spaced or self._column <= self._dialect.width or not inside:
                self._put(char)
            elif escape_spaces or not following:
                self._fresh = False
                self._indent(indent)
                if following:
                    self._put("\\")
            else:
                self._put(char)
            spaced = char == " "

    def _literal(self, text: str, indent: int) -> None:
        hint = str(self._dialect.step) if text[0] in " \n" else ""
        if not text.endswith("\n"):
            hint += "-"
        elif text == "\n" or text.endswith("\n\n"):
            hint += "+"
        self._indicator("|" + hint, apart=True)
        self._break()
        self._blank = True
        lines = text.split("\n")
        for i, line in enumerate(lines):
            if line:
                self._indent(indent)
                self._put(line)
                self._fresh = False
            if i < len(lines) - 1:
                self._break()


# --- what a scalar may look like ---------------------------------------------------------------------------------

_AT_START: Final = frozenset("#,[]{}&*!|>'\"%@`")
_IN_FLOW: Final = frozenset(",?[]{}:")
_BREAKS: Final = "\r\n\x85\u2028\u2029"


def _style(text: str, tabs: bool, key: bool, flow: bool) -> Literal["literal", "double", "plain", "single"]:
    analysed = _Analysed(text, tabs=tabs)
    if "\n" in text and analysed.block and not flow and not key:
        return "literal"
    if "\n" in text or _resolves(text) or not analysed.single:
        return "double"
    return "plain" if (analysed.flow_plain if flow else analysed.block_plain) else "single"


_SHORT: Final = 128


@lru_cache(maxsize=16384)
def _on_one_line(text: str, tabs: bool, key: bool) -> str | None:
    """How a text is written outside flow collections; None when it takes more lines or may not stand before a colon."""
    style = _style(text, tabs, key, False)
    if style == "literal" or (key and not _simple(text)):
        return None
    if style == "double":
        return '"' + "".join(map(_escaped, text)) + '"'
    return text if style == "plain" else "'" + text.replace("'", "''") + "'"


class _Analysed:
    """Which styles a text allows: plain in flow or in blocks, single quotes, a block of its own."""

    __slots__ = ("block", "block_plain", "flow_plain", "single")

    def __init__(self, text: str, *, tabs: bool) -> None:
        if not text:
            self.flow_plain, self.block_plain, self.single, self.block = False, True, True, False
            return
        special = any(not _printable(c) and not (tabs and c == "\t") for c in text)
        edges = text[0] in _BREAKS or text[-1] in _BREAKS or text[0] == " " or text[-1] == " "
        broken = any(c in _BREAKS for c in text)
        in_flow, in_block = _indicators(text)
        self.block = not (text[-1] == " " or special or re.search(f" [{_BREAKS}]", text))
        self.single = not (special or "\t" in text or re.search(f" [{_BREAKS}]|[{_BREAKS}] ", text))
        plain = self.single and not edges and not broken
        self.flow_plain = plain and not in_flow
        self.block_plain = plain and not in_block


def _indicators(text: str) -> tuple[bool, bool]:
    """Whether a plain text would read as something else, in flow and in blocks."""
    if text.startswith(("---", "...")) or text[0] in _AT_START:
        return True, True
    if re.search(f"[ \t\0{_BREAKS}]#", text) or re.match(r"-(?:[ \t]|\Z)", text):
        return True, True
    in_flow = text[0] in "?:" or any(c in _IN_FLOW for c in text[1:])
    return in_flow, re.search(r"(?:\A\?|:)(?:[ \t]|\Z)", text) is not None


def _printable(char: str) -> bool:
    return char == "\n" or " " <= char <= "~" or "\xa0" <= char <= "\ud7ff" or _in_private(char)


def _in_private(char: str) -> bool:
    return "\ue000" <= char <= "\ufffd" and char != "\ufeff"


def _simple(key: str) -> bool:
    """Whether a key may stand before its colon on one line."""
    return len(key.encode()) <= 128 and not any(c in _BREAKS for c in key)


_ESCAPES: Final = {
    '"': '\\"',
    "\\": "\\\\",
    "\0": "\\0",
    "\a": "\\a",
    "\b": "\\b",
    "\t": "\\t",
    "\n": "\\n",
    "\v": "\\v",
    "\f": "\\f",
    "\r": "\\r",
    "\x1b": "\\e",
    "\x85": "\\N",
    "\u2028": "\\L",
    "\u2029": "\\P",
}


def _escaped(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    if _printable(char):
        return char
    code = ord(char)
    if code <= 0xFF:
        return f"\\x{code:02X}"
    return f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"


def _text(value: Any) -> str:
    if value is None:
        return "null"
    if value is True or value is False:
        return "true" if value else "false"
    return float_text(value) if isinstance(value, float) else str(value)


# --- what a plain scalar would read as ---------------------------------------------------------------------------

# fmt: off
_WORDS: Final = frozenset({
    "", "~", "null", "Null", "NULL", "true", "True", "TRUE", "false", "False", "FALSE",
    "y", "Y", "yes", "Yes", "YES", "on", "On", "ON", "n", "N", "no", "No", "NO", "off", "Off", "OFF",
    ".nan", ".NaN", ".NAN", ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF",
})
# fmt: on
_NUMBER: Final = re.compile(
    r"[-+]?(0b[01_]+|0o?[0-7_]+|0x[0-9a-fA-F_]+|[0-9][0-9_]*|(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?)"
)
_BASE_60: Final = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?")
_TIME: Final = re.compile(r"\d{4}-\d\d?-\d\d?([Tt ]\s*\d\d?:\d\d?:\d\d?(\.\d*)?\s*(Z|[-+]\d\d?(:\d\d)?)?)?")


def _resolves(text: str) -> bool:
    """Whether a plain scalar would not read back as this text."""
    if text in _WORDS:
        return True
    if text[:1] in "+-.0123456789":
        plain = text.replace("_", "")
        if _NUMBER.fullmatch(plain) or _BASE_60.fullmatch(text) or _TIME.fullmatch(text):
            return True
    return False


# --- the order of keys -------------------------------------------------------------------------------------------


@lru_cache(maxsize=1024)
def _sorted(keys: tuple[str, ...], digits_first: bool) -> list[str]:
    return sorted(keys, key=cmp_to_key(_order_digits_first if digits_first else _order))


def _order(a: str, b: str) -> int:
    return _compare(a, b, after_digits=False)


def _order_digits_first(a: str, b: str) -> int:
    return _compare(a, b, after_digits=True)


def _compare(a: str, b: str, *, after_digits: bool) -> int:
    """Go's order of keys: numbers inside them by value, letters after everything else.

    With `after_digits`, which yaml.v3 has and yaml.v2 has not, a letter that follows a digit comes first.
    """
    digits = False
    for i, (x, y) in enumerate(zip(a, b, strict=False)):
        if x == y:
            digits = x.isdigit()
            continue
        if x.isalpha() and y.isalpha():
            return -1 if x < y else 1
        if x.isalpha() or y.isalpha():
            first = x.isalpha() if digits and after_digits else y.isalpha()
            return -1 if first else 1
        one, other = _number(a, i, b), _number(b, i, a)
        return -1 if (*one, x) < (*other, y) else 1
    return len(a) - len(b)


def _number(text: str, at: int, other: str) -> tuple[int, int]:
    """The value and the end of the digits from a place on; both get a leading 1 where they go on a number."""
    lead = "0" in (text[at], other[at]) and text[:at].rstrip("0")[-1:].isdigit()
    run = re.match(r"\d*", text[at:])
    digits = run[0] if run else ""
    return int(f"1{digits}" if lead else digits or "0"), at + len(digits)

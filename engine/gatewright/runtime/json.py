"""JSON text to Rego values and back, as Go's encoding/json reads and writes it.

Well-formed text goes through CPython's own parser, and whatever that cannot say exactly through `careful_json`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import cache
from math import isfinite

from gatewright.runtime.numbers import NumberError, check_range, int_of_text, number_text, parse_number
from gatewright.runtime.values import NumberText, RegoSet, from_key, sorted_keys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final


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
    from gatewright.runtime.careful_json import Decoder

    return Decoder(text).document()


def is_valid(text: str) -> bool:
    """Is the text one JSON value (numbers of any size)?"""
    from gatewright.runtime.careful_json import Decoder

    try:
        decoder = Decoder(text, check_numbers=False)
        decoder.value()
    except JsonError:
        return False
    return decoder.at_end()


# `-0` keeps its sign and escaped surrogates may be unpaired: CPython's parser loses both.
_NEEDS_CARE: Final = re.compile(r"\\u[dD][89a-fA-F]|-0(?![.0-9eE])")


def decimal(text: str) -> int | float:
    """The value of a number; NumberError beyond the range of Go's."""
    check_range(text)
    return parse_number(text)


def _constant(text: str) -> Any:
    raise ValueError(text)


_DECODER: Final = json.JSONDecoder(parse_float=decimal, parse_constant=_constant)


# Writing ------------------------------------------------------------------------------------------------------------

_SPECIAL: Final = re.compile(r'["\\<>&\x00-\x1f\u2028\u2029\ud800-\udfff]')
_SHORT: Final = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}


@cache
def _special_plain() -> re.Pattern[str]:
    return re.compile(r'["\\\x00-\x1f\u2028\u2029\ud800-\udfff]')


def _escaped(match: re.Match[str]) -> str:
    char = match[0]
    if char in _SHORT:
        return _SHORT[char]
    code = ord(char)
    return "\\ufffd" if 0xD800 <= code < 0xE000 else f"\\u{code:04x}"


def dump_string(text: str, *, escape_html: bool = True) -> str:
    """A JSON string as Go writes it: `<`, `>` and `&` escaped unless told otherwise."""
    special = _SPECIAL if escape_html else _special_plain()
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
    from gatewright.runtime.careful_json import NUMBER

    return NUMBER.fullmatch(text) is not None


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

"""The fast route: block YAML as manifests are written, read line by line; everything else is left to the exact reader.

`read_fast` answers only for documents whose every line has one of a few shapes (`key: value`, `- value`,
`- key: value`, quoted scalars on one line, literal blocks, flat flow sequences, comments) and whose indentation nests.
For those the YAML grammar leaves one meaning, which the loop below builds directly; scalars go through the exact
resolver. At the
first line it cannot prove it gives up and returns NOT_PROVEN: tabs, anchors, tags, merge keys, folded and multi-line
scalars, escapes beyond the commonest, anything that is an error.

A line means the same wherever it stands (outside literal blocks), so its shape is computed once and remembered.
"""

from __future__ import annotations

import re
from functools import lru_cache

from gatewright.errors import ManifestError
from gatewright.manifests._scalars import key_text, resolve, settled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final, TypeAlias

NOT_PROVEN: Final = object()

# The shape of a line: column, column of what follows "- " (-1 without a dash), key, value. A negative column says
# that there is nothing on the line or that it has no provable shape.
_Shape: TypeAlias = "tuple[int, int, str | None, Any]"

_NOTHING: Final[_Shape] = (-1, -1, None, None)
_UNPROVEN: Final[_Shape] = (-2, -1, None, None)


class _Special:
    """A value that a line does not give by itself: none yet, a literal block, or a flow collection to copy."""

    __slots__ = ("flow",)

    def __init__(self, flow: Any = None) -> None:
        self.flow = flow


_UNSET: Final = _Special()
_LITERAL: Final = _Special()
_LITERAL_STRIPPED: Final = _Special()

_MAX_SHAPES = 1 << 15

_shapes: dict[str, _Shape] = {}
# What stands before ": ", by itself: few lines are the same in two documents, but these are.
_heads: dict[str, tuple[int, int, str]] = {}

# Whatever YAML refuses or gives a meaning of its own between lines: tabs, carriage returns, control characters,
# Unicode line breaks, byte order marks.
# (Hardly ever needed; one class of all of them would take longer to compile than an object to check.)
_ODD = "[\0-\t\v-\x1f\x7f-\x9f]|[\u2028\u2029]|[\ud800-\udfff]|\ufeff|[\ufffe\uffff]"

_LINE = re.compile(
    r"""
    (?P<indent>\ *)
    (?P<dash>-\ +)?
    (?:(?P<key>[A-Za-z0-9_.$/][A-Za-z0-9_.$/-]{0,120}|"[^"\\]{0,120}"|'[^']{0,120}'):(?=\ |$)\ *)?
    (?:
        (?P<plain>(?:[A-Za-z0-9_./$(+~<=\\^;]|-(?=[^\ ]))(?:[^:\ ]|:(?=[^\ ])|\ +(?=[^\#\ ]))*)
      | (?P<single>'(?:[^']|'')*')
      | (?P<double>"(?:[^"\\]|\\[nt"\\])*")
      | (?P<flow>\{\}|\[.*?\])
      | (?P<literal>\|-?)
    )?
    (?:\ +(?:\#.*)?)?
    """,
    re.VERBOSE,
)
_HEAD = re.compile(r" *(?:- +)?[A-Za-z0-9_.$/-]+")
_WORD = re.compile(r"[A-Za-z0-9_./][A-Za-z0-9_./-]*(?::[A-Za-z0-9_./-]+)*")
_NO_CONTENT = re.compile(r" *(?:#.*)?")
_FLOW_ITEM = r"""(?:[A-Za-z0-9_./][A-Za-z0-9_./-]*|"[^"\\]*"|'[^']*')"""
_FLOW = rf"\[{_FLOW_ITEM}(?:, *{_FLOW_ITEM})*\]"
# First letters of scalars that cannot be anything but strings.
_WORDLY = frozenset("abcdeghijklmpqrsuvwxzABCDEGHIJKLMPQRSUVWXZ_/$(<=\\^;")
_ESCAPE = r'\\([nt"\\])'
_ESCAPES = {"n": "\n", "t": "\t", '"': '"', "\\": "\\"}


# Where an object or array comes from: the line (from 0) on which it begins, -1 for one that is written within a line;
# the object or array that holds it; and its key or index there.
Origin: TypeAlias = "tuple[int, Any, str | int]"


def read_fast(text: str, origins: dict[int, Origin] | None = None) -> Any:
    """The value of a document whose lines end in newlines, or NOT_PROVEN.

    `origins` is told where each object and array of the value comes from, by its identity.
    """
    origins = {} if origins is None else origins
    if _is_odd(text) or text[-1:] != "\n":
        return NOT_PROVEN
    shapes = _shapes
    lines = text.split("\n")
    count = len(lines)
    root: dict[str, Any] = {}
    top: Any = root
    indent = -1
    in_list = False
    stack: list[tuple[Any, int, bool]] = []
    pending: str | None = ""
    at = 0
    while at < count:
        line = lines[at]
        at += 1
        shape = shapes.get(line)
        if shape is None:
            shape = _shape(line)
        column, inner, key, value = shape
        if column < 0:
            if column == -1:
                continue
            return NOT_PROVEN
        if pending is not None:
            if column > indent or (inner >= 0 and column == indent):
                child: Any = [] if inner >= 0 else {}
                origins[id(child)] = at - 1, top, pending
                top[pending] = child
                stack.append((top, indent, False))
                top, indent, in_list = child, column, inner >= 0
            else:
                top[pending] = None
            pending = None
        if indent != column or in_list is not (inner >= 0):
            while indent > column or (in_list and inner < 0 and indent == column):
                top, indent, in_list = stack.pop()
            if indent != column or in_list is not (inner >= 0):
                return NOT_PROVEN
        if inner >= 0 and key is not None:
            child = {}
            origins[id(child)] = at - 1, top, len(top)
            top.append(child)
            stack.append((top, indent, True))
            top, indent, in_list = child, inner, False
        if value.__class__ is _Special:
            if value is _UNSET:
                pending = key
                continue
            value, at = _special(lines, at, indent, value)
            if value is NOT_PROVEN:
                return NOT_PROVEN
            if value.__class__ is not str:
                origins[id(value)] = -1, top, len(top) if key is None else key
        if key is None:
            top.append(value)
        else:
            top[key] = value
    if pending is not None:
        top[pending] = None
    return root[""]


def _is_odd(text: str) -> bool:
    # What is printable to Python is so to YAML, and far quicker to see.
    return not text.replace("\n", " ").isprintable() and re.search(_ODD, text) is not None


def _special(lines: list[str], at: int, parent: int, value: _Special) -> tuple[Any, int]:
    """The value of a literal block or a flow collection, and the line after it."""
    if value is _LITERAL or value is _LITERAL_STRIPPED:
        return _literal(lines, at, parent, value)
    return value.flow.copy(), at


# A node of a document by its lines: the line (from 0) of its key or of its dash, whether it is an item, and the nodes
# within it, by key or by index. A list and not a class, for there is one for every line.
Place: TypeAlias = "list[Any]"


def read_places(text: str) -> Place | None:
    """The nodes of a document that `read_fast` has read, found in the same way; None for any other."""
    if _is_odd(text) or text[-1:] != "\n":
        return None
    shapes = _shapes
    lines = text.split("\n")
    count = len(lines)
    root: Place = [0, False, None]
    parts: Any = None
    indent, in_list = -1, False
    stack: list[tuple[Any, int, bool]] = []
    pending: Place | None = root
    at = 0
    while at < count:
        row = at
        at += 1
        column, inner, key, value = shapes.get(lines[row]) or _shape(lines[row])
        if column < 0:
            if column == -1:
                continue
            return None
        if pending is not None:
            if column > indent or (inner >= 0 and column == indent):
                stack.append((parts, indent, False))
                indent, in_list = column, inner >= 0
                parts = pending[2] = [] if in_list else {}
            pending = None
        while indent > column or (in_list and inner < 0 and indent == column):
            parts, indent, in_list = stack.pop()
        if indent != column or in_list is not (inner >= 0):
            return None
        if inner >= 0:
            place: Place = [row, True, None]
            parts.append(place)
            if key is not None:
                stack.append((parts, indent, True))
                indent, in_list = inner, False
                parts = place[2] = {}
        if key is not None:
            parts[key] = place = [row, False, None]
            if value is _UNSET:
                pending = place
        if value is _LITERAL or value is _LITERAL_STRIPPED:
            value, at = _literal(lines, at, indent, value)
            if value is NOT_PROVEN:
                return None
    return root


def columns(line: str) -> tuple[int, int, str | None]:
    """The column of a line, that of what follows its dash (-1 without one), and its key."""
    column, inner, key, _ = _shapes.get(line) or _shape(line)
    return column, inner, key


@lru_cache(maxsize=4096)
def span(line: str, *, item: bool) -> tuple[int, int]:
    """Where on its line a node stands: an entry's key with its quotes, an item's content, if it is a scalar."""
    match = _LINE.fullmatch(line)
    assert match is not None
    if not item:
        return match.span("key")
    start = match.end("dash")
    return next(
        (match.span(kind) for kind in ("key", "plain", "single", "double", "flow", "literal") if match[kind]),
        (start, start),
    )


def is_flow(line: str) -> bool:
    """Whether the value on a line is a flow collection, whose parts have no lines of their own."""
    match = _LINE.fullmatch(line)
    return match is not None and match["flow"] is not None


def _literal(lines: list[str], at: int, parent: int, style: object) -> tuple[Any, int]:
    """The literal block whose lines start at `at` inside a block indented by `parent`, and where it ends."""
    start = at
    count = len(lines)
    while at < count and not lines[at]:
        at += 1
    if at == count:
        return "", at
    first = lines[at]
    indent = len(first) - len(first.lstrip(" "))
    if indent == len(first):
        return NOT_PROVEN, at
    if indent <= parent:
        return "", at
    content = [""] * (at - start)
    prefix = first[:indent]
    while at < count:
        line = lines[at]
        if line.startswith(prefix):
            content.append(line[indent:])
        elif not line.strip(" "):
            content.append("")
        else:
            break
        at += 1
    while content and not content[-1]:
        content.pop()
    text = "\n".join(content)
    return (text if style is _LITERAL_STRIPPED else text + "\n"), at


def _shape(line: str) -> _Shape:
    if len(_shapes) >= _MAX_SHAPES:
        _shapes.clear()
    try:
        shape = _computed_shape(line)
    except ManifestError:
        shape = _UNPROVEN
    _shapes[line] = shape
    return shape


def _computed_shape(line: str) -> _Shape:
    head, colon, tail = line.partition(": ")
    known = _heads.get(head) if colon else None
    if known is not None and _WORD.fullmatch(tail):
        column, inner, key = known
        return column, inner, key, _plain(tail)
    if _NO_CONTENT.fullmatch(line):
        return _NOTHING
    shape = _content_shape(line)
    if colon and shape[2] is not None and len(_heads) < _MAX_SHAPES and _HEAD.fullmatch(head):
        _heads[head] = shape[0], shape[1], shape[2]
    return shape


def _content_shape(line: str) -> _Shape:
    match = _LINE.fullmatch(line)
    if match is None or line.startswith(("---", "...")):
        return _UNPROVEN
    value = _value(match)
    if value is NOT_PROVEN:
        return _UNPROVEN
    key = _key(match["key"])
    column = len(match["indent"])
    inner = column + len(match["dash"]) if match["dash"] else -1
    if key is None and (inner < 0 or value is _UNSET):
        return _UNPROVEN
    return column, inner, key, value


def _key(text: str | None) -> str | None:
    if text is None:
        return None
    if text[0] in "\"'":
        return text[1:-1]
    return key_text(*resolve(text, ""))


def _value(match: re.Match[str]) -> Any:
    if (text := match["plain"]) is not None:
        return _plain(text)
    if (text := match["single"]) is not None:
        return text[1:-1].replace("''", "'")
    if (text := match["double"]) is not None:
        return re.sub(_ESCAPE, lambda escape: _ESCAPES[escape[1]], text[1:-1])
    if (text := match["flow"]) is not None:
        return _Special(_flow(text)) if text in ("[]", "{}") or re.fullmatch(_FLOW, text) else NOT_PROVEN
    if (text := match["literal"]) is not None:
        return _LITERAL if text == "|" else _LITERAL_STRIPPED
    return _UNSET


def _plain(text: str) -> Any:
    if text[0] in _WORDLY:
        return text
    value = resolve(text, "")[1]
    return settled(value) if value.__class__ in (int, float) else value


def _flow(text: str) -> Any:
    if text == "{}":
        return {}
    return [item[1:-1] if item[0] in "\"'" else _plain(item) for item in re.findall(_FLOW_ITEM, text)]

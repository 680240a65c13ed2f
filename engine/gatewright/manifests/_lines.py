"""What a line of block YAML says by itself: where it stands, its key, its value.

Outside literal blocks a line means the same wherever it stands, so its *shape* is found out once and remembered by its
text. It has one if the YAML grammar leaves it one meaning: `key: value`, `- value`, `- key: value`, with quoted scalars
on one line, the heads of literal blocks, flat flow sequences and comments. Tabs, anchors, tags, merge keys, folded and
multi-line scalars, escapes beyond the commonest and all that is an error have none. Scalars go through the exact
resolver.
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

# The depth of a line, its kind, its key and its value. Depth is twice the column, and one more for an item of an array:
# so an array in the column of its key is deeper than the object. Where a key follows the dash, OPENS is added to the
# kind, and the value is (depth of the key, value).
Shape: TypeAlias = "tuple[int, int, str | None, Any]"

# A scalar with a key or a dash before it; a key without a value; a value that is to be read (`Literal` and such).
SCALAR, ITEM, HEAD, OTHER, OPENS = 0, 1, 2, 3, 4
# What stands for the depth of a line that holds nothing, and of one without a shape.
EMPTY, UNPROVEN = -1, -2
_EMPTY: Final[Shape] = (EMPTY, SCALAR, None, None)
_UNPROVEN: Final[Shape] = (UNPROVEN, SCALAR, None, None)


class Literal:
    """The head of a literal block, whose last newline is stripped or kept."""

    __slots__ = ("stripped",)
    large = False

    def __init__(self, *, stripped: bool) -> None:
        self.stripped = stripped

    def read(self, lines: list[str], at: int, parent: int) -> tuple[Any, int]:
        """The text of the lines from `at` on that are indented by more than `parent`, and where it ends."""
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
        if _is_odd(text):
            return NOT_PROVEN, at
        return (text if self.stripped else text + "\n"), at


class Flow:
    """A flow collection without others in it."""

    __slots__ = ("_value", "large")

    def __init__(self, value: Any) -> None:
        self._value = value
        self.large = any(map(_is_large, value))

    def read(self, _lines: list[str], at: int, _parent: int) -> tuple[Any, int]:
        """A copy, for nobody else."""
        return self._value.copy(), at


class Large:
    """An integer of seven or more digits, of which readers take note (`Origins.large`)."""

    __slots__ = ("_value",)
    large = True

    def __init__(self, value: int) -> None:
        self._value = value

    def read(self, _lines: list[str], at: int, _parent: int) -> tuple[Any, int]:
        return self._value, at


def _is_large(value: Any) -> bool:
    return value.__class__ is int and not -_LARGE < value < _LARGE


# From here on Go's shortest form of a float64 has an exponent.
_LARGE: Final = 1_000_000

_LITERALS: Final = {"|": Literal(stripped=False), "|-": Literal(stripped=True)}

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
_NO_CONTENT = re.compile(r" *(?:#.*)?")
_FLOW_ITEM = r"""(?:[A-Za-z0-9_./][A-Za-z0-9_./-]*|"[^"\\]*"|'[^']*')"""
_FLOW = rf"\[{_FLOW_ITEM}(?:, *{_FLOW_ITEM})*\]"
# First letters of plain scalars, and of those that cannot be anything but strings.
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./$(+~<=\\^;")
_WORDLY = frozenset("abcdeghijklmpqrsuvwxzABCDEGHIJKLMPQRSUVWXZ_/$(<=\\^;")
_ESCAPE = r'\\([nt"\\])'
_ESCAPES = {"n": "\n", "t": "\t", '"': '"', "\\": "\\"}

_MAX_SHAPES = 1 << 14
# When there are plenty, one in so many of the lines with known keys is kept: most values come but once, and those that
# come often are kept soon.
_PLENTY = 1 << 13
_KEPT = 16


class Shapes(dict[str, Shape]):
    """The shapes of lines by their text, each found out when it is first asked for."""

    __slots__ = ("_heads", "_passed")

    def __init__(self) -> None:
        # Depth, kind, key, and depth of the key after a dash, by what stands before ": ": few lines are the same in two
        # documents, but these are.
        self._heads: dict[str, tuple[int, int, str, int]] = {}
        self._passed = 0

    def __missing__(self, line: str) -> Shape:
        head, colon, tail = line.partition(": ")
        known = self._heads.get(head)
        if known is not None and tail:
            value = _simple(tail)
            if value is not NOT_PROVEN:
                depth, kind, key, inner = known
                shape: Shape = depth, kind, key, value if inner < 0 else (inner, value)
                self._passed += 1
                if len(self) < _PLENTY or not self._passed % _KEPT:
                    self._keep(line, shape)
                return shape
        shape = _shape(line)
        if colon and shape[2] is not None and len(self._heads) < _MAX_SHAPES and _HEAD.fullmatch(head):
            opens = shape[1] & OPENS
            self._heads[head] = shape[0], opens, shape[2], shape[3][0] if opens else -1
        self._keep(line, shape)
        return shape

    def _keep(self, line: str, shape: Shape) -> None:
        if len(self) >= _MAX_SHAPES:
            self.clear()
        self[line] = shape


shapes: Final = Shapes()


def _simple(text: str) -> Any:
    """The value of what follows `key: `, if it is a plain scalar or a quoted one that takes no more than a look."""
    first = text[0]
    if first in _PLAIN:
        if (" " in text and (": " in text or " #" in text)) or text[-1] in ": " or not text.isprintable():
            return NOT_PROVEN
        if first in _WORDLY:
            return text
        value = resolve(text, "")[1]
        return NOT_PROVEN if value.__class__ is float or _is_large(value) else value
    if first == '"' and text[-1] == '"' and text.count('"') == 2 and "\\" not in text and text.isprintable():
        return text[1:-1]
    return NOT_PROVEN


def _shape(line: str) -> Shape:
    if _NO_CONTENT.fullmatch(line) and not _is_odd(line):
        return _EMPTY
    match = _LINE.fullmatch(line)
    if match is None or line.startswith(("---", "...")) or _is_odd(line):
        return _UNPROVEN
    try:
        key, (kind, value) = _key(match["key"]), _value(match)
    except ManifestError:
        return _UNPROVEN
    if value is NOT_PROVEN or (key is None and (not match["dash"] or kind == HEAD)):
        return _UNPROVEN
    depth = 2 * len(match["indent"])
    if not match["dash"]:
        return depth, kind, key, value
    if key is None:
        return depth + 1, ITEM if kind == SCALAR else kind, None, value
    return depth + 1, kind + OPENS, key, (depth + 2 * len(match["dash"]), value)


def _is_odd(text: str) -> bool:
    # What is printable to Python is so to YAML, and far quicker to see.
    return not text.isprintable() and re.search(_ODD, text) is not None


def _key(text: str | None) -> str | None:
    if text is None:
        return None
    if text[0] in "\"'":
        return text[1:-1]
    return key_text(*resolve(text, ""))


def _value(match: re.Match[str]) -> tuple[int, Any]:
    if (text := match["plain"]) is not None:
        value = _plain(text)
        return (OTHER, Large(value)) if _is_large(value) else (SCALAR, value)
    if (text := match["single"]) is not None:
        return SCALAR, text[1:-1].replace("''", "'")
    if (text := match["double"]) is not None:
        return SCALAR, re.sub(_ESCAPE, lambda escape: _ESCAPES[escape[1]], text[1:-1])
    if (text := match["flow"]) is not None:
        proven = text in ("[]", "{}") or re.fullmatch(_FLOW, text)
        return OTHER, Flow(_flow(text)) if proven else NOT_PROVEN
    if (text := match["literal"]) is not None:
        return OTHER, _LITERALS[text]
    return HEAD, None


def _plain(text: str) -> Any:
    if text[0] in _WORDLY:
        return text
    value = resolve(text, "")[1]
    return settled(value) if value.__class__ in (int, float) else value


def _flow(text: str) -> Any:
    if text == "{}":
        return {}
    return [item[1:-1] if item[0] in "\"'" else _plain(item) for item in re.findall(_FLOW_ITEM, text)]


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

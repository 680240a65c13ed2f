"""Go's regexp package over RE2: compiled patterns, Go's way through all matches, its templates and its errors."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

import re2

from gatewright.builtins._operands import bytes_text, text_bytes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

Span = tuple[int, int]
Match = tuple[Span, ...]

_CACHED_PATTERNS: Final = 1024
_NO_SPAN: Final = (-1, -1)


class RegexpError(ValueError):
    """A pattern that Go refuses, in Go's words."""


def _options() -> Any:
    options = re2.Options()
    options.log_errors = False
    return options


_OPTIONS: Final = _options()
_UNANCHORED: Final = re2._Anchor.UNANCHORED

# RE2's words for a fault, and Go's.
_ERRORS: Final = {
    "missing )": "missing closing )",
    "missing ]": "missing closing ]",
    "trailing \\": "trailing backslash at end of expression",
    "no argument for repetition operator": "missing argument to repetition operator",
    "invalid repetition size": "invalid repeat count",
    "bad repetition operator": "invalid nested repetition operator",
    "invalid perl operator": "invalid or unsupported Perl syntax",
    "invalid named capture group": "invalid named capture",
}


class Regexp:
    """One compiled pattern. `matches` tells whether a text holds a match; positions elsewhere count UTF-8 bytes."""

    __slots__ = ("_has_text", "_names", "_search", "matches")

    def __init__(self, pattern: str) -> None:
        compiled = _re2_compiled(pattern)
        # The wrapper's own `search` converts offsets on every call, which costs ten times the search.
        self._search = compiled._regexp.Match
        self._has_text = bool(pattern)
        self._names = {bytes_text(name): index for name, index in compiled.groupindex.items()}
        self.matches: Callable[[str], bool] = self._linear
        if plain := _plain_search(pattern):

            def matches(text: str) -> bool:
                return plain(text) is not None if len(text) < _SHORT else self._linear(text)

            self.matches = matches

    def _linear(self, text: str) -> bool:
        try:
            data = text.encode()
        except UnicodeEncodeError:
            data = text_bytes(text)
        return self._search(_UNANCHORED, data, 0, len(data))[0] != _NO_SPAN  # type: ignore[no-any-return]

    def all_matches(self, data: bytes, limit: int = -1) -> Iterator[Match]:
        """Matches from left to right as Go finds them: no empty match right after another match."""
        at, previous_end, found = 0, -1, 0
        while at <= len(data) and (limit < 0 or found < limit):
            spans = self._search(_UNANCHORED, data, at, len(data))
            start, end = spans[0]
            if start < 0:
                return
            accepted = True
            if end == at:
                accepted = start != previous_end
                at += _width(data, at)
            else:
                at = end
            previous_end = end
            if accepted:
                found += 1
                yield spans

    def split(self, text: str) -> list[str]:
        data = text_bytes(text)
        if not data:
            return [""] if self._has_text else []
        pieces, start, end = [], 0, 0
        for spans in self.all_matches(data):
            end = spans[0][0]
            if spans[0][1]:
                pieces.append(data[start:end])
            start = spans[0][1]
        if end != len(data):
            pieces.append(data[start:])
        return [bytes_text(piece) for piece in pieces]

    def replace(self, text: str, template: str) -> str:
        """Every match replaced by the template, in which `$1` and `${name}` stand for groups."""
        data = text_bytes(text)
        parts = _template(template)
        pieces, end = [], 0
        for spans in self.all_matches(data):
            pieces.append(data[end : spans[0][0]])
            pieces += [self._expanded(part, data, spans) for part in parts]
            end = spans[0][1]
        pieces.append(data[end:])
        return bytes_text(b"".join(pieces))

    def _expanded(self, part: bytes | str, data: bytes, spans: Match) -> bytes:
        if isinstance(part, bytes):
            return part
        group = int(part) if _GROUP_NUMBER.match(part) else self._names.get(part, -1)
        if not 0 <= group < len(spans) or spans[group] == _NO_SPAN:
            return b""
        return data[slice(*spans[group])]


def _width(data: bytes, at: int) -> int:
    """The bytes of the character at a position; one past the end at the end."""
    if at >= len(data) or data[at] < 0x80:
        return 1
    for width in (2, 3, 4):
        try:
            data[at : at + width].decode()
        except UnicodeDecodeError:
            continue
        return width
    return 1


_GROUP_NUMBER: Final = re.compile(r"[0-9]{1,8}\Z")
_TEMPLATE: Final = re.compile(r"\$(?:(\$)|\{(\w+)\}|(\w+))")


@lru_cache(maxsize=256)
def _template(template: str) -> tuple[bytes | str, ...]:
    """Literal bytes and names of groups, in order."""
    parts: list[bytes | str] = []
    end = 0
    for match in _TEMPLATE.finditer(template):
        parts.append(text_bytes(template[end : match.start()]))
        parts.append(b"$" if match[1] else match[2] or match[3])
        end = match.end()
    parts.append(text_bytes(template[end:]))
    return tuple(parts)


@lru_cache(maxsize=_CACHED_PATTERNS)
def compile_regexp(pattern: str) -> Regexp:
    """The compiled pattern, kept for the next caller. Raises RegexpError."""
    return Regexp(pattern)


def quote_meta(text: str) -> str:
    """regexp.QuoteMeta."""
    return re.sub(r"[\\.+*?()|\[\]{}^$]", r"\\\g<0>", text)


def _re2_compiled(pattern: str) -> Any:
    r"""RE2's pattern. Its `\C`, a single byte, is no escape in Go: it is read as one that neither knows."""
    unknown = ""
    if r"\C" in pattern:
        unknown = next(f"\\{c}" for c in "yijm" if f"\\{c}" not in pattern)
        pattern = _ESCAPES.sub(lambda match: unknown if match[0] == r"\C" else match[0], pattern)
    try:
        return re2.compile(text_bytes(pattern), _OPTIONS)
    except re2.error as error:
        message = _go_error(error.args[0], pattern)
        raise RegexpError(message.replace(unknown, r"\C") if unknown else message) from None


_ESCAPES: Final = re.compile(r"\\Q.*?(?:\\E|\Z)|\\.", re.DOTALL)
_TOO_OFTEN: Final = re.compile(r"\{[0-9]{4,}(?:,[0-9]*)?\}\Z|\{[0-9]*,[0-9]{4,}\}\Z")


def _go_error(message: bytes | str, pattern: str) -> str:
    text = bytes_text(message) if isinstance(message, bytes) else message
    what, _, where = text.partition(": ")
    if what == "invalid perl operator" and where.startswith("(?<"):
        # Go takes lookbehind for the beginning of a name.
        name, end, _ = pattern[pattern.index(where) :].partition(">")
        return f"error parsing regexp: invalid named capture: `{name}{end}`"
    if what.startswith("pattern too large"):
        return "error parsing regexp: expression too large"
    if what == "bad repetition operator" and (count := _TOO_OFTEN.search(where)):
        # Go reads the count before it minds what is repeated.
        return f"error parsing regexp: invalid repeat count: `{count[0]}`"
    return f"error parsing regexp: {_ERRORS.get(what, what)}: `{where}`"


# Plain patterns -----------------------------------------------------------------------------------------------------

# A pattern of literals and character classes with at most two repetitions means the same to Python's re, costs no
# more than quadratic time there, and needs no conversion to bytes.
_CLASS_CHAR: Final = r"(?:[^\]\\\[^&~|\-]|\\[dw.\-/\[\]\\^$*+?(){}|])"
_PLAIN: Final = re.compile(
    rf"(?P<start>\^?)(?P<body>(?:(?:[A-Za-z0-9 _/:@%,;=!<>\"'#&~`-]|\\[dw.\-/\[\]\\^$*+?(){{}}|]|\."
    rf"|\[\^?{_CLASS_CHAR}(?:-?{_CLASS_CHAR})*-?\])(?:[*+?]|\{{[0-9]{{1,2}}(?:,[0-9]{{0,2}})?\}})?)+)(?P<end>\$?)\Z",
    re.ASCII,
)
_REPETITION: Final = re.compile(r"(?<!\\)[*+]|(?<!\\)\{[0-9]+,[0-9]*\}")


# Nothing stops Python's re once it runs, so longer texts are RE2's.
_SHORT: Final = 2_000


def _plain_search(pattern: str) -> Callable[[str], Any] | None:
    match = _PLAIN.match(pattern)
    if match is None or len(_REPETITION.findall(pattern)) > 2 or "\n" in pattern:
        return None
    end = r"\Z" if match["end"] else ""
    try:
        search = re.compile(match["start"] + match["body"] + end, re.ASCII).search
    except (re.error, OverflowError):
        return None

    return search

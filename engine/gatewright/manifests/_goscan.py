"""go-yaml's scanner: the characters of a YAML stream to tokens, one function for each of scannerc.go's.

Go's YAML is a port of an old libyaml, which has grown apart from the one Python has: in tags, escapes, flow
collections, byte order marks and limits. This reads what Go reads and refuses, in Go's words, what Go refuses. It is
many times slower than the C parser, and is asked only where the two may differ (see _compose.parse_as_go).
"""

from __future__ import annotations

import re
from typing import NoReturn

import yaml.error

from gatewright.records import field, record

MAX_DEPTH = 10_000
_KEY_LENGTH = 1024

_BLANKZ = " \t\r\n\x85\u2028\u2029\0"
_BREAKS = "\r\n\x85\u2028\u2029"
_DIGITS = "0123456789"

_SPACES = re.compile(" *")
_SPACES_AND_TABS = re.compile("[ \t]*")
_TO_BREAK = re.compile("[^\r\n\x85\u2028\u2029\0]*")
_WORD = re.compile("[0-9A-Za-z_-]*")
_URI = re.compile(r"[0-9A-Za-z_;/?:@&=+$,.!~*'()\[\]-]+")
_HEX = re.compile("[0-9A-Fa-f]*")
_SINGLE = re.compile("[^' \t\r\n\x85\u2028\u2029\0]+")
_DOUBLE = re.compile('[^"\\\\ \t\r\n\x85\u2028\u2029\0]+')
_PLAIN = re.compile("[^: \t\r\n\x85\u2028\u2029\0]+")
_FLOW_PLAIN = re.compile("[^:,?\\[\\]{} \t\r\n\x85\u2028\u2029\0]+")
_CONTROL = re.compile("[\0-\b\v\f\x0e-\x1f\x7f-\x84\x86-\x9f]|[\ud800-\udfff]|[\ufffe\uffff]")

_ESCAPES = {
    "0": "\0", "a": "\a", "b": "\b", "t": "\t", "\t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r", "e": "\x1b",
    " ": " ", '"': '"', "'": "'", "\\": "\\", "N": "\x85", "_": "\xa0", "L": "\u2028", "P": "\u2029",
}  # fmt: skip
_CODE_LENGTHS = {"x": 2, "u": 4, "U": 8}


class Mark(yaml.error.Mark):
    """A place in the text, all counted from 0."""

    def __init__(self, index: int, line: int, column: int) -> None:
        super().__init__("", index, line, column, None, 0)


class GoYamlError(Exception):
    """What go-yaml's parser says of a text it does not read, where it was then, and where that had begun."""

    def __init__(self, problem: str, mark: Mark, context: Mark | None = None) -> None:
        super().__init__(problem)
        self.problem = problem
        self.problem_mark = mark
        self.context_mark = context or mark

    def words(self, *, v3: bool = False) -> str:
        """go-yaml's text. It names no first line; v3 names that of the beginning where v2 names that of the problem."""
        line = self.problem_mark.line
        if v3:
            line = self.context_mark.line or line
        return f"yaml: line {self._shown(line)}: {self.problem}" if line else f"yaml: {self.problem}"

    def _shown(self, line: int) -> int:
        return line  # counted from zero


class GoScanError(GoYamlError):
    """One that its scanner has found, which counts lines from one."""

    def _shown(self, line: int) -> int:
        return line + 1


class GoReadError(GoYamlError):
    """One that its reader has found, which knows no lines."""

    def words(self, *, v3: bool = False) -> str:
        return f"yaml: {self.problem}"


@record(slots=True)
class Token:
    """`kind` is go-yaml's name of it; `value` a scalar's text, a name, a tag's handle; `rest` a scalar's style, a tag's
    suffix or a directive's prefix."""

    kind: str
    start: Mark
    end: Mark
    value: str = ""
    rest: str = ""


@record(slots=True)
class _SimpleKey:
    possible: bool
    required: bool = False
    number: int = 0
    mark: Mark = field(default_factory=lambda: Mark(0, 0, 0))


class Scanner:
    """Tokens on demand: `peek` shows the next one, `take` takes it. `ahead` more are always made, as go-yaml v3 makes
    two for the sake of comments, so that their faults come first."""

    def __init__(self, text: str, *, ahead: int = 0) -> None:
        text = text.removeprefix("\ufeff")
        if control := _CONTROL.search(text):
            start = text.rfind("\n", 0, control.start()) + 1
            mark = Mark(control.start(), text.count("\n", 0, start), control.start() - start)
            raise GoReadError("control characters are not allowed", mark)
        self._text = text + "\0\0\0\0"
        self._skips = text.startswith("\ufeff")
        self._at = 0
        self._line = 0
        self._line_start = 0
        self._ahead = ahead
        self._tokens: list[Token] = []
        self._head = 0
        self._taken = 0
        self._ended = False
        self._indent = -1
        self._indents: list[int] = []
        self._flow = 0
        self._key_allowed = True
        self._keys = [_SimpleKey(False)]
        self._keys_by_token: dict[int, int] = {}

    def peek(self) -> Token:
        """The next token; the last one, stream end, stays."""
        while self._head + self._ahead >= len(self._tokens) or self._may_be_key():
            if self._ended:
                self._may_be_key()  # one that had to be is a fault now
                break
            self._fetch()
        return self._tokens[self._head]

    def take(self) -> Token:
        """The next token, past which this goes."""
        token = self.peek()
        if token.kind != "stream end":
            self._head += 1
            self._taken += 1
            if self._head > 1000:
                del self._tokens[: self._head]
                self._head = 0
        return token

    # --- the text ---

    def mark(self) -> Mark:
        """Where the scanner is."""
        return Mark(self._at, self._line, self._at - self._line_start)

    @property
    def _column(self) -> int:
        return self._at - self._line_start

    def _fail(self, problem: str, began: Mark | None = None) -> NoReturn:
        raise GoScanError(problem, self.mark(), began)

    def _run(self, pattern: re.Pattern[str]) -> str:
        """What the pattern takes from here; it takes no line break."""
        match = pattern.match(self._text, self._at)
        if match is None:
            return ""
        self._at = match.end()
        return match[0]

    def _line_break(self) -> str:
        """Pass a line break: what it means in a scalar."""
        character = self._text[self._at]
        self._at += 2 if self._text.startswith("\r\n", self._at) else 1
        self._line += 1
        self._line_start = self._at
        return character if character in "\u2028\u2029" else "\n"

    def _blankz(self, ahead: int = 0) -> bool:
        return self._text[self._at + ahead] in _BLANKZ

    def _at_document_indicator(self) -> bool:
        text, at = self._text, self._at
        return at == self._line_start and text[at : at + 3] in ("---", "...") and self._blankz(3)

    # --- tokens ---

    def _add(self, kind: str, start: Mark, value: str = "", rest: str = "") -> None:
        self._tokens.append(Token(kind, start, self.mark(), value, rest))

    def _insert(self, number: int, kind: str, mark: Mark) -> None:
        self._tokens.insert(self._head + number - self._taken, Token(kind, mark, mark))

    def _may_be_key(self) -> bool:
        level = self._keys_by_token.get(self._taken)
        return level is not None and self._is_valid(self._keys[level])

    def _fetch(self) -> None:
        self._to_next_token()
        self._unroll(self._column)
        character = self._text[self._at]
        if character == "\0" and self._at >= len(self._text) - 4:
            self._stream_end()
        elif character == "%" and self._column == 0:
            self._indicator_resets()
            self._directive()
        elif self._at_document_indicator():
            self._indicator_resets()
            start = self.mark()
            self._at += 3
            self._add("document start" if character == "-" else "document end", start)
        elif character in "[{":
            self._flow_start("flow sequence start" if character == "[" else "flow mapping start")
        elif character in "]}":
            self._flow_end("flow sequence end" if character == "]" else "flow mapping end")
        elif character == ",":
            self._remove_key()
            self._key_allowed = True
            self._one("flow entry")
        elif character == "-" and self._blankz(1):
            self._block_entry()
        elif character == "?" and (self._flow or self._blankz(1)):
            self._key()
        elif character == ":" and (self._flow or self._blankz(1)):
            self._value()
        else:
            self._content(character)

    def _content(self, character: str) -> None:
        following = self._text[self._at + 1]
        if character in "*&":
            self._may_start_key()
            self._anchor("alias" if character == "*" else "anchor")
        elif character == "!":
            self._may_start_key()
            self._tag()
        elif character in "|>" and not self._flow:
            self._remove_key()
            self._key_allowed = True
            self._block_scalar(character)
        elif character in "'\"":
            self._may_start_key()
            self._quoted(character)
        elif (
            character not in "-?:,[]{}#&*!|>'\"%@`" + _BLANKZ
            or (character == "-" and following not in " \t")
            or (not self._flow and character in "?:" and following not in _BLANKZ)
        ):
            self._may_start_key()
            self._plain()
        else:
            self._fail("found character that cannot start any token")

    def _one(self, kind: str) -> None:
        start = self.mark()
        self._at += 1
        self._add(kind, start)

    def _to_next_token(self) -> None:
        while True:
            if self._skips and self._column == 0 and (not self._at or self._at < len(self._text) - 8):
                # Meant to pass byte order marks; go-yaml looks for one at the start of its buffer, wherever it is.
                self._at += 1
            self._run(_SPACES_AND_TABS if self._flow or not self._key_allowed else _SPACES)
            if self._text[self._at] == "#":
                self._run(_TO_BREAK)
            if self._text[self._at] not in _BREAKS:
                return
            self._line_break()
            if not self._flow:
                self._key_allowed = True

    # --- simple keys and indentation ---

    def _is_valid(self, key: _SimpleKey) -> bool:
        if not key.possible:
            return False
        if key.mark.line < self._line or key.mark.index + _KEY_LENGTH < self._at:
            if key.required:
                self._fail("could not find expected ':'", key.mark)
            key.possible = False
            return False
        return True

    def _may_start_key(self) -> None:
        if self._key_allowed:
            required = not self._flow and self._indent == self._column
            number = self._taken + len(self._tokens) - self._head
            self._remove_key()
            self._keys[-1] = _SimpleKey(True, required, number, self.mark())
            self._keys_by_token[number] = len(self._keys) - 1
        self._key_allowed = False

    def _remove_key(self) -> None:
        key = self._keys[-1]
        if key.possible:
            if key.required:
                self._fail("could not find expected ':'", key.mark)
            key.possible = False
            self._keys_by_token.pop(key.number, None)

    def _roll(self, column: int, number: int, kind: str, mark: Mark) -> None:
        if self._flow or self._indent >= column:
            return
        self._indents.append(self._indent)
        self._indent = column
        if len(self._indents) > MAX_DEPTH:
            self._fail(f"exceeded max depth of {MAX_DEPTH}", self._keys[-1].mark)
        if number < 0:
            self._tokens.append(Token(kind, mark, mark))
        else:
            self._insert(number, kind, mark)

    def _unroll(self, column: int) -> None:
        if not self._flow:
            while self._indent > column:
                self._add("block end", self.mark())
                self._indent = self._indents.pop()

    # --- indicators ---

    def _stream_end(self) -> None:
        if self._column:
            self._line += 1
            self._line_start = self._at
        self._unroll(-1)
        self._remove_key()
        self._key_allowed = False
        self._ended = True
        self._add("stream end", self.mark())

    def _indicator_resets(self) -> None:
        self._unroll(-1)
        self._remove_key()
        self._key_allowed = False

    def _flow_start(self, kind: str) -> None:
        self._may_start_key()
        # Go numbers this key like the bracket's own, so that `{}` and `[]` forget on closing that they may be keys.
        self._keys.append(_SimpleKey(False, False, self._taken + len(self._tokens) - self._head, self.mark()))
        self._flow += 1
        if self._flow > MAX_DEPTH:
            self._fail(f"exceeded max depth of {MAX_DEPTH}")
        self._key_allowed = True
        self._one(kind)

    def _flow_end(self, kind: str) -> None:
        self._remove_key()
        if self._flow:
            self._flow -= 1
            self._keys_by_token.pop(self._keys.pop().number, None)
        self._key_allowed = False
        self._one(kind)

    def _block_entry(self) -> None:
        if not self._flow:
            if not self._key_allowed:
                self._fail("block sequence entries are not allowed in this context")
            self._roll(self._column, -1, "block sequence start", self.mark())
        self._remove_key()
        self._key_allowed = True
        self._one("block entry")

    def _key(self) -> None:
        if not self._flow:
            if not self._key_allowed:
                self._fail("mapping keys are not allowed in this context")
            self._roll(self._column, -1, "block mapping start", self.mark())
        self._remove_key()
        self._key_allowed = not self._flow
        self._one("key")

    def _value(self) -> None:
        key = self._keys[-1]
        if self._is_valid(key):
            self._insert(key.number, "key", key.mark)
            self._roll(key.mark.column, key.number, "block mapping start", key.mark)
            key.possible = False
            self._keys_by_token.pop(key.number, None)
            self._key_allowed = False
        else:
            if not self._flow:
                if not self._key_allowed:
                    self._fail("mapping values are not allowed in this context")
                self._roll(self._column, -1, "block mapping start", self.mark())
            self._key_allowed = not self._flow
        self._one("value")

    # --- directives, anchors, tags ---

    def _directive(self) -> None:
        start = self.mark()
        self._at += 1
        name = self._run(_WORD)
        if not name:
            self._fail("could not find expected directive name")
        if not self._blankz():
            self._fail("found unexpected non-alphabetical character")
        self._run(_SPACES_AND_TABS)
        if name == "YAML":
            value, rest = self._version(), ""
        elif name == "TAG":
            value, rest = self._tag_directive()
        else:
            self._fail("found unknown directive name")
        self._add(name, start, value, rest)
        self._run(_SPACES_AND_TABS)
        if self._text[self._at] == "#":
            self._run(_TO_BREAK)
        if self._text[self._at] not in _BREAKS + "\0":
            self._fail("did not find expected comment or line break")
        if self._text[self._at] in _BREAKS:
            self._line_break()

    def _version(self) -> str:
        major = self._version_number()
        if self._text[self._at] != ".":
            self._fail("did not find expected digit or '.' character")
        self._at += 1
        return f"{major}.{self._version_number()}"

    def _version_number(self) -> int:
        start = self._at
        while self._text[self._at] in _DIGITS:
            self._at += 1
            if self._at - start > 2:
                self._fail("found extremely long version number")
        if start == self._at:
            self._fail("did not find expected version number")
        return int(self._text[start : self._at])

    def _tag_directive(self) -> tuple[str, str]:
        handle = self._tag_handle(directive=True)
        if self._text[self._at] not in " \t":
            self._fail("did not find expected whitespace")
        self._run(_SPACES_AND_TABS)
        prefix = self._tag_uri("")
        if not self._blankz():
            self._fail("did not find expected whitespace or line break")
        return handle, prefix

    def _anchor(self, kind: str) -> None:
        start = self.mark()
        self._at += 1
        name = self._run(_WORD)
        if not name or self._text[self._at] not in _BLANKZ + "?:,]}%@`":
            self._fail("did not find expected alphabetic or numeric character")
        self._add(kind, start, name)

    def _tag(self) -> None:
        start = self.mark()
        if self._text[self._at + 1] == "<":
            self._at += 2
            handle, suffix = "", self._tag_uri("")
            if self._text[self._at] != ">":
                self._fail("did not find the expected '>'")
            self._at += 1
        else:
            handle = self._tag_handle(directive=False)
            if len(handle) > 1 and handle.endswith("!"):
                suffix = self._tag_uri("")
            else:
                suffix = self._tag_uri(handle)
                handle = "!"
                if not suffix:
                    handle, suffix = suffix, handle
        if not self._blankz():
            self._fail("did not find expected whitespace or line break")
        self._add("tag", start, handle, suffix)

    def _tag_handle(self, *, directive: bool) -> str:
        if self._text[self._at] != "!":
            self._fail("did not find expected '!'")
        self._at += 1
        handle = "!" + self._run(_WORD)
        if self._text[self._at] == "!":
            self._at += 1
            return handle + "!"
        if directive and handle != "!":
            self._fail("did not find expected '!'")
        return handle

    def _tag_uri(self, head: str) -> str:
        uri = head[1:].encode()
        start = self._at
        while True:
            if self._text[self._at] == "%":
                uri += self._uri_escape()
            elif part := self._run(_URI):
                uri += part.encode()
            else:
                break
        if not head and start == self._at:
            self._fail("did not find expected tag URI")
        return uri.decode("utf-8", "replace")

    def _uri_escape(self) -> bytes:
        """One character written as the octets of its UTF-8."""
        octets = b""
        width = 1
        while len(octets) < width:
            digits = self._text[self._at + 1 : self._at + 3]
            if self._text[self._at] != "%" or _HEX.fullmatch(digits) is None or len(digits) < 2:
                self._fail("did not find URI escaped octet")
            octet = int(digits, 16)
            if not octets:
                width = _utf8_width(octet)
                if not width:
                    self._fail("found an incorrect leading UTF-8 octet")
            elif octet & 0xC0 != 0x80:
                self._fail("found an incorrect trailing UTF-8 octet")
            octets += bytes((octet,))
            self._at += 3
        return octets

    # --- scalars ---

    def _block_scalar(self, style: str) -> None:
        start = self.mark()
        self._at += 1
        chomping, increment = self._block_header()
        self._run(_SPACES_AND_TABS)
        if self._text[self._at] == "#":
            self._run(_TO_BREAK)
        if self._text[self._at] not in _BREAKS + "\0":
            self._fail("did not find expected comment or line break")
        if self._text[self._at] in _BREAKS:
            self._line_break()
        indent = max(self._indent, 0) + increment if increment else 0
        indent, trailing = self._block_breaks(indent, start)
        parts: list[str] = []
        leading = ""
        was_blank = False
        while self._column == indent and self._text[self._at] != "\0":
            is_blank = self._text[self._at] in " \t"
            if style == ">" and not was_blank and not is_blank and leading == "\n":
                if not trailing:
                    parts.append(" ")
            else:
                parts.append(leading)
            parts += trailing
            was_blank = is_blank
            parts.append(self._run(_TO_BREAK))
            leading = self._line_break() if self._text[self._at] != "\0" else ""
            indent, trailing = self._block_breaks(indent, start)
        if chomping != "-":
            parts.append(leading)
        if chomping == "+":
            parts += trailing
        self._add("scalar", start, "".join(parts), style)

    def _block_header(self) -> tuple[str, int]:
        chomping, increment = "", 0
        for _ in range(2):
            character = self._text[self._at]
            if character in "+-" and not chomping:
                chomping = character
            elif character in _DIGITS and not increment:
                if character == "0":
                    self._fail("found an indentation indicator equal to 0")
                increment = int(character)
            else:
                break
            self._at += 1
        return chomping, increment

    def _block_breaks(self, indent: int, start: Mark) -> tuple[int, list[str]]:
        """Pass indentation and empty lines: the indentation, found out if it was 0, and the breaks."""
        breaks: list[str] = []
        deepest = 0
        while True:
            spaces = _SPACES.match(self._text, self._at)
            assert spaces is not None
            end = spaces.end()
            self._at = min(end, max(self._line_start + indent, self._at)) if indent else end
            deepest = max(deepest, self._column)
            if (not indent or self._column < indent) and self._text[self._at] == "\t":
                self._fail("found a tab character where an indentation space is expected", start)
            if self._text[self._at] not in _BREAKS:
                break
            breaks.append(self._line_break())
        return indent or max(deepest, self._indent + 1, 1), breaks

    def _quoted(self, quote: str) -> None:
        start = self.mark()
        self._at += 1
        parts: list[str] = []
        pattern = _SINGLE if quote == "'" else _DOUBLE
        while True:
            if self._at_document_indicator():
                self._fail("found unexpected document indicator", start)
            if self._text[self._at] == "\0":
                self._fail("found unexpected end of stream", start)
            escaped_break = False
            while not self._blankz():
                if run := self._run(pattern):
                    parts.append(run)
                elif quote == "'":
                    if self._text[self._at + 1] != "'":
                        break
                    parts.append("'")
                    self._at += 2
                elif self._text[self._at] == '"':
                    break
                elif self._text[self._at + 1] in _BREAKS:
                    self._at += 1
                    self._line_break()
                    escaped_break = True
                    break
                else:
                    parts.append(self._escape(start))
            if self._text[self._at] == quote:
                break
            parts += self._folded(escaped_break)
        self._at += 1
        self._add("scalar", start, "".join(parts), quote)

    def _escape(self, start: Mark) -> str:
        character = self._text[self._at + 1]
        if character in _ESCAPES:
            self._at += 2
            return _ESCAPES[character]
        length = _CODE_LENGTHS.get(character)
        if length is None:
            self._fail("found unknown escape character", start)
        self._at += 2
        digits = self._text[self._at : self._at + length]
        if _HEX.fullmatch(digits) is None:
            self._fail("did not find expected hexdecimal number", start)
        code = int(digits, 16)
        if 0xD800 <= code <= 0xDFFF or code > 0x10FFFF:
            self._fail("found invalid Unicode character escape code", start)
        self._at += length
        return chr(code)

    def _folded(self, broken: bool) -> list[str]:
        """Pass blanks and breaks inside a quoted scalar: what they become."""
        blanks, leading = "", ""
        trailing: list[str] = []
        while self._text[self._at] in " \t" + _BREAKS:
            if self._text[self._at] in " \t":
                run = self._run(_SPACES_AND_TABS)
                blanks += "" if broken else run
            elif not broken:
                leading, broken = self._line_break(), True
            else:
                trailing.append(self._line_break())
        if not broken:
            return [blanks]
        if leading == "\n":
            return trailing or [" "]
        return [leading, *trailing]

    def _plain(self) -> None:
        start, end = self.mark(), self.mark()
        indent = self._indent + 1
        parts: list[str] = []
        gap: list[str] = []
        broken = False
        while not self._at_document_indicator() and self._text[self._at] != "#":
            while not self._blankz():
                if self._flow and self._text[self._at] in ",?[]{}":
                    break
                if self._text[self._at] == ":" and self._blankz(1):
                    break
                parts += gap
                gap, broken = [], False
                parts.append(self._run(_FLOW_PLAIN if self._flow else _PLAIN) or self._colon())
                end = self.mark()
            if self._text[self._at] not in " \t" + _BREAKS:
                break
            gap, broken = self._plain_gap(indent, start)
            if not self._flow and self._column < indent:
                break
        self._tokens.append(Token("scalar", start, end, "".join(parts)))
        if broken:
            self._key_allowed = True

    def _colon(self) -> str:
        self._at += 1
        return ":"

    def _plain_gap(self, indent: int, start: Mark) -> tuple[list[str], bool]:
        """Pass blanks and breaks inside a plain scalar: what they become before more of it, and if lines broke."""
        blanks, leading, broken = "", "", False
        trailing: list[str] = []
        while self._text[self._at] in " \t" + _BREAKS:
            if self._text[self._at] in " \t":
                if broken and self._column < indent and self._text[self._at] == "\t":
                    self._fail("found a tab character that violates indentation", start)
                blanks += "" if broken else self._text[self._at]
                self._at += 1
            elif not broken:
                leading, broken = self._line_break(), True
            else:
                trailing.append(self._line_break())
        if not broken:
            return [blanks], False
        if leading == "\n":
            return trailing or [" "], True
        return [leading, *trailing], True


def _utf8_width(octet: int) -> int:
    if octet & 0x80 == 0:
        return 1
    if octet & 0xE0 == 0xC0:
        return 2
    if octet & 0xF0 == 0xE0:
        return 3
    return 4 if octet & 0xF8 == 0xF0 else 0

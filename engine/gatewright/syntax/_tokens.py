"""Rego text to tokens: one pass with one regular expression, the whole text at once.

A token's kind is what it is in the text (`"{"`, `":="`, `"every"`) or, where the text says more than the kind, one of
the names below. Faults of the text (an open string, a bad escape) travel on the token: whether they matter is for the
parser to say, which meets them in order.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from gatewright.records import field, record

IDENT = "identifier"
NUMBER = "number"
STRING = "string"
EOF = "eof"
ILLEGAL = "illegal"
WHITESPACE = "whitespace"
TEMPLATE_PART = "template-string-part"
TEMPLATE_END = "template-string-end"
RAW_TEMPLATE_PART = "raw-template-string-part"
RAW_TEMPLATE_END = "raw-template-string-end"

# How OPA names the operators in messages; every other kind names itself.
OPERATOR_NAMES = {
    "+": "plus",
    "-": "minus",
    "*": "mul",
    "/": "div",
    "%": "rem",
    "&": "and",
    "|": "or",
    "=": "eq",
    "==": "equal",
    ":=": "assign",
    "!=": "neq",
    ">": "gt",
    "<": "lt",
    ">=": "gte",
    "<=": "lte",
}

KEYWORDS = frozenset(
    ("package", "import", "as", "default", "else", "not", "some", "with", "null", "true", "false"),
)
FUTURE_V0 = frozenset(("in", "every", "contains", "if"))
FUTURE_V1 = frozenset(("not", "and", "or"))
FUTURE = FUTURE_V0 | FUTURE_V1
ALL_KEYWORDS = KEYWORDS | FUTURE
VERSION_KEYWORDS = {
    "v0": KEYWORDS,
    "v0v1": KEYWORDS | FUTURE_V0,
    "v1": KEYWORDS | FUTURE_V0,
    "v2": KEYWORDS | FUTURE_V0 | FUTURE_V1,
}

# What stands between a token and the one before it.
GAP_NONE = 0
GAP_SPACE = 1
GAP_LINE = 2


class Token(NamedTuple):
    """`lit` is the text of words and literals. `start` and `end` are offsets in characters; `gap` tells about the space
    in front; `faults` are messages."""

    kind: str
    lit: str
    start: int
    end: int
    row: int
    col: int
    gap: int
    faults: tuple[str, ...]


class RawComment(NamedTuple):
    text: str
    start: int
    row: int
    col: int


@record(slots=True)
class Lexed:
    """The tokens of a text, ending with EOF, its comments, and where its lines start."""

    text: str
    tokens: list[Token]
    comments: list[RawComment]
    line_starts: list[int] = field(default_factory=list)


_TOKEN = re.compile(
    r"""
    [ \t\r\n]*(?:\#[^\n]*[ \t\r\n]*)*
    (?:
      ([A-Za-z_][A-Za-z_\d]*)
    | (:=|==|!=|<=|>=|[\[\]{}(),:+\-*/%&|=<>;.])
    | ("[^"\\\n]*(?:\\(?:["\\/bfnrt]|u[^"\\\n]{4})[^"\\\n]*)*")
    | ([0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?(?![A-Za-z_.0-9]))
    | (`[^`]*`)
    | ([0-9])
    | (["`])
    | (\$["`])
    | (\Z)
    | (.)
    )
    """,
    re.VERBOSE | re.DOTALL,
)
_WORD, _SIGN, _STRING, _NUMBER, _RAW, _ODD_DIGIT, _ODD_QUOTE, _TEMPLATE, _END, _OTHER = range(1, 11)
_ODD_NUMBER = re.compile(r"[0-9]+(?P<fraction>\.[0-9]*)?(?P<exponent>[eE][+-]?[0-9]*)?(?P<tail>[A-Za-z_][A-Za-z_\d]*)?")
_ESCAPES = frozenset('\\"/bfnrt')
# Characters that spoil the token in front of them, for OPA's scanner reads one character ahead.
_SPOILER = re.compile("[\0\ufeff\udc80-\udcff]")

_NBSP_FAULT = "illegal non-breaking space character, use a regular space instead"


def tokenize(text: str, keywords: frozenset[str]) -> Lexed:
    """All tokens of `text`, identifiers in `keywords` having that keyword's kind."""
    return _Lexer(text, keywords).run()


def spilled(text: str, end: int) -> str:
    """What OPA's scanner takes of a wide character behind a token: all its bytes but the last."""
    return "\ufffd" * (len(text[end : end + 1].encode("utf-8", "surrogateescape")) - 1)


def plain_tokens(text: str, keywords: frozenset[str], after: Token) -> list[Token]:
    """The tokens behind `after`, a sign, as they would be outside of any template string."""
    lexer = _Lexer(text, keywords)
    lexer.row, lexer.line_start = after.row, after.start - after.col + 1
    pos: int | None = after.end
    while pos is not None:
        pos = lexer._plain_run(pos)
    return lexer.tokens


class _Lexer:
    def __init__(self, text: str, keywords: frozenset[str]) -> None:
        self.text = text
        self.keywords = keywords
        self.tokens: list[Token] = []
        self.comments: list[RawComment] = []
        self.row = 1
        self.line_start = 0
        self.line_starts = [0]
        # Open template strings: the brace depth inside the expression, and whether the string is a raw one.
        self.templates: list[list[int]] = []

    def run(self) -> Lexed:
        text = self.text
        pos: int | None = 1 if text.startswith("\ufeff") else 0
        while pos is not None:
            pos = self._plain_run(pos)
        if _SPOILER.search(text):
            self._spoil()
        return Lexed(text, self.tokens, self.comments, self.line_starts)

    def _plain_run(self, pos: int) -> int | None:
        """Tokens from `pos` on; stops behind one that needs a closer look, and with None at the end of the text."""
        text, keywords = self.text, self.keywords
        append = self.tokens.append
        new = tuple.__new__
        row, line_start = self.row, self.line_start
        for found in _TOKEN.finditer(text, pos):
            group = found.lastindex or _OTHER
            start, end = found.span(group)
            gap = GAP_NONE
            if start != pos:
                gap = GAP_SPACE
                between = text[pos:start]
                if "\n" in between or "#" in between:
                    gap = self._gap(pos, start)
                    row, line_start = self.row, self.line_start
            pos = end
            col = start - line_start + 1
            if group == _WORD:
                lit = text[start:end]
                kind = lit if lit in keywords else IDENT
                if text[end : end + 1] > "\x7f":
                    # OPA's scanner takes a byte of a wide character behind a word for a part of it.
                    kind = IDENT
                    lit += spilled(text, end)
                append(new(Token, (kind, lit, start, end, row, col, gap, ())))
            elif group == _SIGN:
                kind = text[start:end]
                append(new(Token, (kind, "", start, end, row, col, gap, ())))
                if self.templates and kind in "{}" and self._template_brace(kind):
                    return self._template_part(end - 1, end, GAP_NONE)
            elif group == _STRING:
                append(new(Token, (STRING, text[start:end], start, end, row, col, gap, ())))
            elif group == _NUMBER:
                lit = text[start:end]
                if text[end : end + 1] > "\x7f":
                    lit += spilled(text, end)
                append(new(Token, (NUMBER, lit, start, end, row, col, gap, ())))
            elif group == _RAW:
                append(new(Token, (STRING, text[start:end], start, end, row, col, gap, ())))
                if self._lines(start, end):
                    row, line_start = self.row, self.line_start
            elif group == _END:
                append(Token(EOF, "", start, start, row, col - 1, gap, ()))
                return None
            else:
                return self._odd(group, start, gap)
        raise AssertionError("unreachable: the end of the text is a token")

    def _push(self, kind: str, start: int, end: int, gap: int, faults: tuple[str, ...]) -> None:
        lit = self.text[start:end]
        self.tokens.append(Token(kind, lit, start, end, self.row, start - self.line_start + 1, gap, faults))

    def _lines(self, start: int, end: int) -> bool:
        """Counts the line ends between two offsets; whether there are any."""
        found = self.text.find("\n", start, end)
        if found < 0:
            return False
        while found >= 0:
            self.row += 1
            self.line_start = found + 1
            self.line_starts.append(found + 1)
            found = self.text.find("\n", found + 1, end)
        return True

    def _gap(self, start: int, end: int) -> int:
        text = self.text
        hash_at = text.find("#", start, end)
        if hash_at < 0:
            return GAP_LINE if self._lines(start, end) else GAP_SPACE
        spaces = hash_at > start
        lines = self._lines(start, hash_at)
        while hash_at >= 0:
            stop = text.find("\n", hash_at, end)
            if stop < 0:
                stop = end
            self.comments.append(
                RawComment(_comment_text(text[hash_at + 1 : stop]), hash_at, self.row, hash_at - self.line_start + 1)
            )
            hash_at = text.find("#", stop, end)
            if stop < end:
                spaces = True
                lines = self._lines(stop, hash_at if hash_at >= 0 else end) or lines
        if lines:
            return GAP_LINE
        return GAP_SPACE if spaces else GAP_NONE

    def _odd(self, group: int, pos: int, gap: int) -> int:
        if group == _ODD_DIGIT:
            return self._number(pos, gap)
        if group == _ODD_QUOTE:
            return self._raw_string(pos, gap) if self.text[pos] == "`" else self._string(pos, gap)
        if group == _TEMPLATE:
            return self._template_part(pos + 1, pos + 2, gap, start=pos)
        char = self.text[pos]
        faults: tuple[str, ...] = ()
        if char == "!":
            faults = ("illegal ! character",)
        elif char == "$":
            faults = ("illegal $ character",)
        elif char == "\xa0":
            faults = (_NBSP_FAULT,)
        self._push(ILLEGAL, pos, pos + 1, gap, faults)
        return pos + 1

    def _number(self, pos: int, gap: int) -> int:
        found = _ODD_NUMBER.match(self.text, pos)
        assert found is not None
        faults = []
        if found["fraction"] == ".":
            faults.append("expected fraction")
        if found["exponent"] and not found["exponent"][-1].isdigit():
            faults.append("expected exponent")
        if found["tail"]:
            faults.append("illegal number format")
        self._push(NUMBER, pos, found.end(), gap, tuple(faults))
        return found.end()

    def _string(self, pos: int, gap: int) -> int:
        faults: list[str] = []
        end, _ = _scan_string(self.text, pos + 1, '"', faults)
        self._push(STRING, pos, end, gap, tuple(faults))
        self._lines(pos, end)
        return end

    def _raw_string(self, pos: int, gap: int) -> int:
        end = len(self.text)
        self._push(STRING, pos, end, gap, ("non-terminated string",))
        self._lines(pos, end)
        return end

    # --- template strings ---------------------------------------------------------------------------------------

    def _template_brace(self, lit: str) -> bool:
        """Follows braces inside a template's expression; true when the expression ends here."""
        top = self.templates[-1]
        if lit == "{":
            top[0] += 1
            return False
        top[0] -= 1
        return top[0] < 0

    def _template_part(self, open_at: int, pos: int, gap: int, start: int | None = None) -> int:
        """Reads a part that starts after the quote or brace at `open_at`; its `lit` keeps both delimiters."""
        text = self.text
        first = start is not None
        begin = pos if start is None else start
        raw = text[open_at] == "`" if first else bool(self.templates[-1][1])
        faults: list[str] = []
        if raw:
            end, removed = _scan_raw_template(text, pos, faults)
        else:
            end, removed = _scan_string(text, pos, '"', faults, template=True)
        ends = faults != [] or text[end - 1] != "{" or end - 1 < pos
        lit = text[open_at:end]
        for at in reversed(removed):
            lit = lit[: at - open_at] + lit[at - open_at + 1 :]
        if ends:
            kind = RAW_TEMPLATE_END if raw else TEMPLATE_END
            if not first:
                self.templates.pop()
        else:
            kind = RAW_TEMPLATE_PART if raw else TEMPLATE_PART
            if first:
                self.templates.append([0, int(raw)])
            else:
                self.templates[-1][0] = 0
        row, col = self.row, begin - self.line_start + 1
        if text[begin : begin + 1] == "\n":
            row, col = row + 1, 0
        elif begin == len(text):
            col -= 1
        self.tokens.append(Token(kind, lit, begin, end, row, col, gap, tuple(faults)))
        self._lines(begin, end)
        return end

    # --- spoiled text -------------------------------------------------------------------------------------------

    def _spoil(self) -> None:
        """Blames the token, comment or space in front of each NUL, byte-order mark or undecodable byte."""
        text = self.text
        blamed: dict[int, list[str]] = {}
        for found in _SPOILER.finditer(text):
            at = found.start()
            char = found.group()
            if char == "\ufeff" and at == 0:
                continue
            if char == "\0":
                fault = "illegal null character"
            elif char == "\ufeff":
                fault = "illegal byte-order mark"
            else:
                fault = "illegal utf-8 character"
            blamed.setdefault(self._blamed(at), []).append(fault)
        result: list[Token] = []
        before = 0
        for token in self.tokens:
            for at in range(before, token.start):
                if at in blamed:
                    result.append(self._illegal(at, tuple(blamed.pop(at))))
            faults = [f for at in range(token.start, token.end) for f in blamed.pop(at, ())]
            if faults:
                token = token._replace(kind=ILLEGAL, faults=(*token.faults, *faults))
            result.append(token)
            before = token.end
        self.tokens = result

    def _blamed(self, at: int) -> int:
        """The offset of the character at fault for the one at `at`: the one before, or the comment it is in."""
        at = max(at - 1, 0)
        if at == 0 and self.text.startswith("\ufeff"):
            return 1
        for comment in self.comments:
            if comment.start <= at < comment.start + 1 + len(comment.text):
                return comment.start
        return at

    def _illegal(self, at: int, faults: tuple[str, ...]) -> Token:
        row = self.text.count("\n", 0, at) + 1
        col = at - (self.text.rfind("\n", 0, at) + 1) + 1
        if self.text[at] == "\n":
            row, col = row + 1, 0
        return Token(ILLEGAL, self.text[at], at, at + 1, row, col, GAP_NONE, faults)


def _comment_text(text: str) -> str:
    if text == "\r":
        return ""
    while len(text) > 1 and text.endswith("\r"):
        text = text[:-1]
    return text


def _scan_string(
    text: str, pos: int, quote: str, faults: list[str], *, template: bool = False
) -> tuple[int, list[int]]:
    """The end of a string whose body starts at `pos`, and the offsets of backslashes to drop (`\\{`)."""
    size = len(text)
    removed: list[int] = []
    while True:
        if pos >= size or text[pos] == "\n":
            faults.append("non-terminated string")
            return min(pos, size), removed
        char = text[pos]
        pos += 1
        if char == quote or (template and char == "{"):
            return pos, removed
        if char != "\\":
            continue
        escape = text[pos : pos + 1]
        if escape and escape in _ESCAPES:
            pos += 1
        elif template and escape == "{":
            removed.append(pos - 1)
            pos += 1
        elif escape == "u":
            pos += 4
        else:
            faults.append("illegal escape sequence")


def _scan_raw_template(text: str, pos: int, faults: list[str]) -> tuple[int, list[int]]:
    size = len(text)
    removed: list[int] = []
    while True:
        if pos >= size:
            faults.append("non-terminated string")
            return size, removed
        char = text[pos]
        pos += 1
        if char in "`{":
            return pos, removed
        if char == "\\" and text[pos : pos + 1] == "{":
            removed.append(pos - 1)
            pos += 1

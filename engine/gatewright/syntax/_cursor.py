"""Where the parser stands: the current token, what has gone wrong so far, and the way back.

The parser looks ahead by trying and returning: `mark` and `back` save and restore all that a try can change, the
errors and hints found meanwhile included. Spaces count in Rego (`x [1]` is two terms), so `step` stops at a space
where `scan` skips it.
"""

from __future__ import annotations

from typing import NamedTuple

from gatewright.errors import RegoSyntaxError
from gatewright.source import Location
from gatewright.syntax import _tokens
from gatewright.syntax._tokens import EOF, GAP_LINE, IDENT, ILLEGAL, OPERATOR_NAMES, WHITESPACE, RawComment, Token
from gatewright.syntax.nodes import Term, Var

# OPA's bound on nested parse steps; a level of brackets takes about ten steps.
MAX_DEPTH = 100_000


class Fault(NamedTuple):
    """An error in the making: where in the text, and what."""

    row: int
    col: int
    offset: int
    message: str


class Span(Location):
    """A location that also knows the text it covers, which may begin before its row and column: the parentheses
    around a term belong to the text but not to the place. Made for the formatter only."""

    __slots__ = ("end", "start", "text")

    start: int
    end: int
    text: str


def make_span(file: str, row: int, col: int, start: int, end: int, text: str) -> Span:
    span = Span(file, row, col)
    object.__setattr__(span, "start", start)
    object.__setattr__(span, "end", end)
    object.__setattr__(span, "text", text[start:end] if 0 <= start < len(text) and end >= start else "")
    return span


Mark = tuple[int, Token, str, bool, tuple[Fault, ...], tuple[str, ...], int]
CacheEntry = tuple[int, Term | None, Mark, "CacheEntry | None"]


class Cursor:
    """The moving part of the parser. `spans` makes every location a Span."""

    def __init__(self, text: str, *, file: str, version: str, keywords: frozenset[str], spans: bool = False) -> None:
        lexed = _tokens.tokenize(text, _tokens.KEYWORDS | keywords)
        self.text = text
        self.file = file
        self.version = version
        self.spans = spans
        self.tokens = lexed.tokens
        self.comments: list[RawComment] = lexed.comments
        self.line_starts = lexed.line_starts
        self.keywords = _tokens.KEYWORDS | keywords
        self.keywords_in_refs = True
        self.ref_tokens: frozenset[str] = frozenset()
        self.not_bodies = "not" in keywords
        # "" as the keywords stand; "present": no future keyword counts; "future": each one does.
        self.tense = ""
        self.depth = 0
        self.max_depth = MAX_DEPTH
        self.cache: CacheEntry | None = None
        # --- what a mark holds
        self.at = -1
        self.token: Token = Token(ILLEGAL, "", 0, 0, 1, 0, 0, ())
        self.kind = ILLEGAL
        self.at_space = False
        self.faults: tuple[Fault, ...] = ()
        self.hints: tuple[str, ...] = ()
        self.wildcards = 0
        self._know_ref_tokens()

    # --- moving -------------------------------------------------------------------------------------------------

    def scan(self) -> None:
        """On to the next token."""
        if self.at_space:
            self.at_space = False
        elif self.kind != EOF or self.at < 0:
            self.at += 1
            self.token = self.tokens[self.at]
        token = self.token
        if token[7] or self.tense:
            self._arrive()
        else:
            self.kind = token[0]

    def step(self) -> None:
        """On to the next token, or to the space before it."""
        if self.at_space:
            # OPA would step from one space to the next; no caller can tell.
            self.at_space = False
            self._arrive()
            return
        if self.kind == EOF:
            return
        self.at += 1
        self.token = token = self.tokens[self.at]
        if token[6]:
            self.at_space = True
            self.kind = WHITESPACE
        elif token[7] or self.tense:
            self._arrive()
        else:
            self.kind = token[0]

    def _arrive(self) -> None:
        token = self.token
        kind = token[0]
        if self.tense:
            kind = self._tensed(token)
        if token[7]:
            for fault in token[7]:
                self.error(token, fault)
            kind = ILLEGAL
        self.kind = kind

    def _tensed(self, token: Token) -> str:
        kind, lit = token.kind, token.lit
        if lit not in _tokens.FUTURE or kind not in (IDENT, lit):
            return kind
        return IDENT if self.tense == "present" else lit

    def mark(self) -> Mark:
        return (self.at, self.token, self.kind, self.at_space, self.faults, self.hints, self.wildcards)

    def back(self, mark: Mark) -> None:
        self.at, self.token, self.kind, self.at_space, self.faults, self.hints, self.wildcards = mark

    def next_kind(self, *, spaces: bool = False) -> str:
        """The kind of the token after this one; with `spaces`, WHITESPACE when a space comes first."""
        mark = self.mark()
        if spaces:
            self.step()
        else:
            self.scan()
        kind = self.kind
        self.back(mark)
        return kind

    @property
    def skipped_line(self) -> bool:
        """Whether a line end stands before the current token."""
        if self.at_space:
            return self.text[self.space_at()[2]] == "\n"
        return self.token.gap == GAP_LINE

    @property
    def previous(self) -> Token:
        """The last token passed."""
        return self.tokens[self.at - 1] if self.at > 0 else self.token

    def leave_template(self) -> None:
        """A template string has been given up: what follows is not its next part, as it is the parser that tells OPA's
        scanner where parts begin."""
        following = self.tokens[self.at + 1 : self.at + 2]
        if self.kind == "}" and following and following[0].kind in _TEMPLATE_KINDS:
            self.tokens[self.at + 1 :] = _tokens.plain_tokens(self.text, self.keywords, self.token)

    # --- keywords -----------------------------------------------------------------------------------------------

    def add_keywords(self, names: frozenset[str]) -> None:
        """Makes `names` keywords from the token after the current one on."""
        if "every" in names:
            names |= {"in"}
        new = names - self.keywords
        self.keywords |= names
        if new:
            tokens = self.tokens
            for i in range(self.at + 1, len(tokens)):
                token = tokens[i]
                if token[0] == IDENT and token[1] in new:
                    tokens[i] = token._replace(kind=token.lit)
        self._know_ref_tokens()

    def is_keyword(self, name: str) -> bool:
        if self.tense == "present" and name in _tokens.FUTURE:
            return False
        if self.tense == "future" and name in _tokens.FUTURE:
            return True
        return name in self.keywords

    def reclassify(self) -> None:
        """The current token was read before an import made a keyword of it."""
        if self.kind == IDENT and self.token.lit in _tokens.FUTURE and self.token.lit in self.keywords:
            self.kind = self.token.lit

    def _know_ref_tokens(self) -> None:
        if not self.keywords_in_refs:
            self.ref_tokens = frozenset()
            return
        names = _tokens.VERSION_KEYWORDS[self.version] | self.keywords
        # OPA goes by the operator's name, so that `&` and `|` count as the keywords `and` and `or`.
        operators = {kind for kind, name in OPERATOR_NAMES.items() if name in names}
        self.ref_tokens = frozenset(names | operators)

    # --- places -------------------------------------------------------------------------------------------------

    def here(self) -> Location:
        """The current token's location."""
        token = self.token
        if self.at_space:
            return self._space()
        return self.place(token)

    def place(self, token: Token) -> Location:
        start, end, row, col = token[2:6]
        if self.spans:
            return make_span(self.file, row, col, start, end, self.text)
        if token[0] not in _MULTI_LINE:
            return Location(self.file, row, col, row, col + end - start)
        end_row, end_col = token_end(token)
        return Location(self.file, row, col, end_row, end_col)

    def _space(self) -> Location:
        row, col, start = self.space_at()
        if self.spans:
            return make_span(self.file, row, col, start, start + 1, self.text)
        return Location(self.file, row, col, row, col + 1)

    def space_at(self) -> tuple[int, int, int]:
        text = self.text
        at = self.tokens[self.at - 1].end if self.at else 0
        while text[at] == "#":
            at = text.find("\n", at)
        row = text.count("\n", 0, at) + 1
        if text[at] == "\n":
            return row + 1, 0, at
        return row, at - (text.rfind("\n", 0, at) + 1) + 1, at

    def span(self, place: Location, start: int, last: Token) -> Location:
        """The row and column of `place`, ending with the token `last`; its text begins at offset `start`."""
        if self.spans:
            return make_span(self.file, place.row, place.col, start, last.end, self.text)
        if last[0] in _MULTI_LINE:
            end_row, end_col = token_end(last)
        else:
            end_row, end_col = last[4], last[5] + last[3] - last[2]
        return Location(self.file, place.row, place.col, end_row, end_col)

    def from_token(self, first: Token) -> Location:
        """From the start of `first` to the end of the last token passed."""
        last = self.tokens[self.at - 1] if self.at > 0 else self.token
        if self.spans:
            return make_span(self.file, first.row, first.col, first.start, last.end, self.text)
        if last[0] in _MULTI_LINE:
            end_row, end_col = token_end(last)
        else:
            end_row, end_col = last[4], last[5] + last[3] - last[2]
        return Location(self.file, first[4], first[5], end_row, end_col)

    def offset(self, place: Location) -> int:
        return self.line_starts[place.row - 1] + place.col - 1 if place.row else 0

    # --- faults -------------------------------------------------------------------------------------------------

    def error(self, where: Token | Location | None, message: str) -> None:
        """Notes a fault, with the hints given since the last one. None means where the cursor stands."""
        if self.hints:
            message = _with_hints(message, self.hints)
            self.hints = ()
        if where is None:
            if self.at_space:
                row, col, offset = self.space_at()
            else:
                _, _, offset, _, row, col, _, _ = self.token
        elif isinstance(where, Token):
            row, col, offset = where.row, where.col, where.start
        else:
            row, col, offset = where.row, where.col, self.offset(where)
        self.faults = (*self.faults, Fault(row, col, offset, message))

    def with_pending_hints(self, faults: list[Fault]) -> list[Fault]:
        """Faults found elsewhere; the first takes the hints that no error here has taken."""
        if faults and self.hints:
            faults = [faults[0]._replace(message=_with_hints(faults[0].message, self.hints)), *faults[1:]]
        return faults

    def hint(self, text: str) -> None:
        self.hints = (*self.hints, text)

    def illegal(self, note: str = "") -> None:
        """Notes that the current token cannot stand here."""
        kind = self.kind
        if kind == ILLEGAL:
            self.error(None, "illegal token")
            return
        name = OPERATOR_NAMES.get(kind, kind)
        what = "keyword" if kind in _tokens.ALL_KEYWORDS else "token"
        self.error(None, f"unexpected {name} {what}: {note}" if note else f"unexpected {name} {what}")

    # --- depth --------------------------------------------------------------------------------------------------

    def enter(self, steps: int = 1) -> bool:
        """Goes `steps` deeper if OPA would; the caller takes them off `depth` again."""
        self.depth += steps
        if self.depth > self.max_depth:
            self.depth -= steps
            self.error(None, "max parsing recursion depth exceeded")
            return False
        return True

    # --- names --------------------------------------------------------------------------------------------------

    def variable(self) -> Term:
        """The current identifier; each `_` is a variable of its own."""
        token = self.token
        lit = token[1]
        value = self.wildcard() if lit == "_" else Var(lit)
        if self.spans:
            return Term(value, self.here())
        _, _, start, end, row, col, _, _ = token
        return Term(value, Location(self.file, row, col, row, col + end - start))

    def wildcard(self) -> Var:
        name = f"${self.wildcards}"
        self.wildcards += 1
        return Var(name)


_TEMPLATE_KINDS = frozenset(
    (_tokens.TEMPLATE_PART, _tokens.TEMPLATE_END, _tokens.RAW_TEMPLATE_PART, _tokens.RAW_TEMPLATE_END)
)
_MULTI_LINE = _TEMPLATE_KINDS | {_tokens.STRING, ILLEGAL}


def token_end(token: Token) -> tuple[int, int]:
    """The row and column after a token."""
    lines = token.lit.count("\n")
    if not lines:
        return token.row, token.col + token.end - token.start
    return token.row + lines, len(token.lit) - token.lit.rfind("\n")


def _with_hints(message: str, hints: tuple[str, ...]) -> str:
    if len(hints) == 1:
        return f"{message} (hint: {hints[0]})"
    return f"{message} (hints: {', '.join(hints)})"


def to_errors(text: str, file: str, faults: tuple[Fault, ...]) -> list[RegoSyntaxError]:
    """The faults as errors, each with OPA's two detail lines: the source line and a caret."""
    encoded = text.encode("utf-8", "surrogateescape")
    return [
        RegoSyntaxError(
            fault.message,
            Location(file, fault.row, fault.col),
            details=_details(encoded, len(text[: fault.offset].encode("utf-8", "surrogateescape"))),
        )
        for fault in faults
    ]


# OPA looks at single bytes here, so parts of wider characters count as the spaces of Latin-1.
_SPACE_BYTES = frozenset(b"\t\n\v\f\r \x85\xa0")


def _details(encoded: bytes, offset: int) -> tuple[str, str]:
    if not encoded:
        return ("", "^")
    offset = min(offset, len(encoded) - 1)
    while offset > 0 and encoded[offset] in _SPACE_BYTES:
        offset -= 1
    begin = offset
    while begin > 0 and encoded[begin] not in b"\r\n":
        begin -= 1
    if encoded[begin] in b"\r\n":
        begin += 1
    end = offset
    while end < len(encoded) and encoded[end] not in b"\r\n":
        end += 1
    begin = min(begin, end)
    line = encoded[begin:end]
    shown = line.lstrip(b"\t")
    indent = max(offset - begin - (len(line) - len(shown)), 0)
    return (shown.decode("utf-8", "replace"), " " * indent + "^")

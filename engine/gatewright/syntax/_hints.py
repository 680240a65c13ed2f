"""What can be said beyond OPA's message about the usual slips: filled into `error.hint`, the message left alone."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence

from gatewright.errors import RegoError
from gatewright.syntax._cursor import Cursor
from gatewright.syntax._tokens import (
    EOF,
    IDENT,
    ILLEGAL,
    RAW_TEMPLATE_END,
    RAW_TEMPLATE_PART,
    STRING,
    TEMPLATE_END,
    TEMPLATE_PART,
    Token,
)

_OPENERS = {"{": "}", "[": "]", "(": ")"}
# What follows the brace that ends an expression in a template string.
_TEMPLATE_KINDS = frozenset((TEMPLATE_PART, TEMPLATE_END, RAW_TEMPLATE_PART, RAW_TEMPLATE_END))
_CLOSERS = {closer: opener for opener, closer in _OPENERS.items()}
_READ_AS_V0 = (
    "this is valid Rego v0: read it with `--rego-version v0` (in a template, drop `version: v1`), "
    "or rewrite it with `gatewright fmt --rego-version v0 --to v1`"
)
_READ_AS_V1 = (
    "this is valid Rego v1: drop `--rego-version v0` (in a template, say `version: v1` beside `rego`), "
    "or add `import rego.v1`"
)

_WORDS = {
    "elif": "write `else := value if { … }`",
    "elseif": "write `else := value if { … }`",
    "for": "write `some x in xs` in a body, or a comprehension",
    "def": "a function is written `f(x) := value if { … }`",
    "function": "a function is written `f(x) := value if { … }`",
    "return": "a rule's value stands in its head: `p := value if { … }`",
    "let": "write `x := value`",
    "var": "write `x := value`",
    "const": "write `x := value`",
    "True": "write `true`",
    "False": "write `false`",
    "None": "write `null`",
    "nil": "write `null`",
    "is": "write `==`",
}
# What OPA's message alone tells of a slip.
_MESSAGES = {
    "expected `x[, y] in xs": "write `every x in xs { … }`",
    "missing body": "write `every x in xs { … }`",
    "illegal negation of 'some'": "write `not x in xs`, or name the condition in a rule of its own and negate that",
    "illegal default rule (value": "a default is a constant: what is computed stands in rules without `default`",
    "non-terminated set": "members are separated by commas; in an object each is `key: value`",
    "non-terminated object": "members are separated by commas, each `key: value`",
    'expected "," or ")"': "operands are separated by commas",
    "expected as keyword": "write `with path as value`",
    "package expected": "a file begins with its package: `package name`",
}
_PATH = re.compile(r"[\w.]+")
_ALL_MUST_HOLD = "expressions on lines of their own, or separated by `;`, must all hold"
_EITHER = "define the rule once for each alternative, or test `x in {a, b}`"


def explained(
    errors: Sequence[RegoError], parser: Cursor, parses_as: Callable[[str], bool] | None = None
) -> Sequence[RegoError]:
    """`errors`, the first few with a hint where we know one. `parses_as(version)` tries another dialect."""
    dialect = _dialect_hint(parser, parses_as)
    if dialect:
        errors[0].hint = dialect
        return errors
    given = set()
    for error in errors[:3]:
        hint, about = _hint(error, parser)
        if hint not in given:
            error.hint = hint
            error.hint_location = parser.place(about) if about is not None else None
            given.add(hint)
    return errors


def _dialect_hint(parser: Cursor, parses_as: Callable[[str], bool] | None) -> str:
    if parses_as is None:
        return ""
    if parser.version == "v1" and parses_as("v0"):
        return _READ_AS_V0
    if parser.version == "v0" and parses_as("v1"):
        return _READ_AS_V1
    return ""


def _hint(error: RegoError, parser: Cursor) -> tuple[str, Token | None]:
    """The hint, and the token elsewhere that it is about."""
    if error.location is None or not error.location.row:
        return "", None
    message = error.message
    if message.startswith("`if` keyword is required"):
        return "write `if` between the rule's head and its body: `p if { … }`", None
    if message.startswith("`contains` keyword is required"):
        return "write `p contains x if { … }`", None
    at = _token_index(parser.tokens, error.location.row, error.location.col)
    token = parser.tokens[at]
    if message.startswith("unexpected import path, must begin"):
        path = _PATH.match(parser.text, token.start)
        return f"modules are imported by the path of their package: `import data.{path[0]}`" if path else "", None
    if "illegal escape sequence" in message:
        return _escape_hint(token), None
    hint = _operator_hint(parser, at)
    if hint:
        return hint, None
    hint, bracket = _bracket_hint(parser, at)
    if hint:
        return hint, bracket
    hint = _word_hint(parser.tokens, at) or _sign_hint(parser, at, message) or _place_hint(parser.tokens, at, message)
    return hint or next((hint for part, hint in _MESSAGES.items() if part in message), ""), None


def _token_index(tokens: Sequence[Token], row: int, col: int) -> int:
    return max(bisect_right(tokens, (row, col), key=lambda t: (t.row, t.col)) - 1, 0)


def _escape_hint(token: Token) -> str:
    text = token.lit
    at = 1
    while 0 <= (at := text.find("\\", at)) < len(text) - 1:
        char = text[at + 1]
        if char not in '\\"/bfnrtu{':
            return f"`\\{char}` is no escape: write `\\\\{char}`, or a raw string in back quotes"
        at += 2
    return "back slashes in patterns are easiest in a raw string, in back quotes"


def _operator_hint(parser: Cursor, at: int) -> str:
    """`&&`, `||`, `!x`, `++` and the like."""
    tokens = parser.tokens
    for i in (at, at - 1):
        if i < 0 or i + 1 >= len(tokens):
            continue
        pair = tokens[i].kind + tokens[i + 1].kind if tokens[i].end == tokens[i + 1].start else ""
        if pair == "&&":
            return f"Rego has no `&&`: {_ALL_MUST_HOLD}"
        if pair == "||":
            return f"Rego has no `||`: {_EITHER}"
        if pair in ("//", "/*"):
            return "a comment starts with `#`"
        if pair == "===" or (pair == "==" and tokens[i].kind == "="):
            return "write `==`"
        if pair in ("++", "--", "+=", "-="):
            return "variables do not change in Rego: bind the new value to another name"
    token = tokens[at]
    char = parser.text[token.start : token.start + 1]
    if token.kind == ILLEGAL and char == "!":
        return "write `not x`"
    if token.kind == ILLEGAL and char == "'":
        return 'strings stand in double quotes: "…", or in back quotes'
    if token.kind == ILLEGAL and char == "?":
        return "Rego has no conditional operator: use `else`, or two rules"
    return ""


def _bracket_hint(parser: Cursor, at: int) -> tuple[str, Token | None]:
    """Which bracket is left open, closed by another kind, or closes nothing."""
    tokens = parser.tokens
    stack: list[Token] = []
    for i, token in enumerate(tokens):
        if token.kind in _OPENERS:
            stack.append(token)
        elif token.kind in _CLOSERS:
            if tokens[i + 1].kind in _TEMPLATE_KINDS and tokens[i + 1].start == token.end:
                continue
            if stack and stack[-1].kind == _CLOSERS[token.kind]:
                stack.pop()
                continue
            if not stack:
                return (
                    (f"`{token.kind}` at {token.row}:{token.col} closes nothing", token) if i <= at + 1 else ("", None)
                )
            opener = stack[-1]
            return f"`{opener.kind}` at {opener.row}:{opener.col} is not closed before `{token.kind}`", opener
    if stack and (tokens[at].kind == EOF or stack[-1].start <= tokens[at].start):
        opener = stack[-1]
        return f"`{opener.kind}` at {opener.row}:{opener.col} is never closed", opener
    return "", None


def _word_hint(tokens: Sequence[Token], at: int) -> str:
    for i in (at, at - 1):
        if i < 0:
            continue
        token = tokens[i]
        after = tokens[i + 1] if i + 1 < len(tokens) else token
        if token.kind == IDENT and token.lit == "and":
            return f"{_ALL_MUST_HOLD}; `and` needs `import future.keywords.and`"
        if token.kind == IDENT and token.lit == "or":
            return f"{_EITHER}; `or` needs `import future.keywords.or`"
        if token.lit == "not" and after.lit == "in":
            return "write `not x in xs`"
        if token.kind == "else" and after.kind == IDENT and after.lit == "if":
            return "`else if` needs `import rego.v1`; in Rego v0 write `else = value { … }`"
        if token.kind == IDENT and token.lit in _WORDS and i == at:
            return _WORDS[token.lit]
    before = tokens[at - 1] if at else tokens[at]
    return _WORDS.get(before.lit, "") if before.kind == IDENT else ""


def _sign_hint(parser: Cursor, at: int, message: str) -> str:
    token = parser.tokens[at]
    if token.kind == "=":
        return "`:=` assigns and `==` compares; `=` cannot stand here"
    if "non-terminated string" in message and token.kind in (STRING, TEMPLATE_PART, TEMPLATE_END, ILLEGAL):
        place = f"{token.row}:{token.col}"
        return f"the string that starts at {place} is not closed on its line; longer ones stand in back quotes"
    if token.kind == ":=":
        return "`:=` can only stand in a body or after a rule's head; `==` compares"
    return ""


def _place_hint(tokens: Sequence[Token], at: int, message: str) -> str:
    """What a token that may not stand where it does is likely meant to be."""
    token, before = tokens[at], tokens[max(at - 1, 0)]
    line = [each for each in tokens[:at] if each.row == token.row]
    first = line[0].kind if line else ""
    if token.kind == "]" and before.kind == "[":
        return "write `[_]` for every member"
    if token.kind == "if":
        return "a default holds without a condition" if first == "default" else _HEAD_FIRST if not line else ""
    if ";" in (token.kind, before.kind if token.kind == EOF else ""):
        return "rules stand on lines of their own, without `;`"
    if first == "package" and message.startswith("unexpected"):
        return 'parts of a path that are no names stand in brackets: `package a["b-c"]`'
    if "expected \\n or ;" not in message:
        return ""
    if _some_without_in(line):
        return "write `some x in xs`"
    if token.kind == ",":
        return "commas separate members and operands; expressions stand on lines of their own, or behind `;`"
    return "expressions stand on lines of their own, or are separated by `;`"


_HEAD_FIRST = "a rule begins with its head: `p if { … }`"


def _some_without_in(line: Sequence[Token]) -> bool:
    """Whether the last `some` of a line has no `in`."""
    kinds = [token.kind for token in line]
    if "some" not in kinds:
        return False
    start = len(kinds) - 1 - kinds[::-1].index("some")
    return "in" not in kinds[start:]

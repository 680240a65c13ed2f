"""CEL text to tokens. Errors are worded as cel-go's ANTLR lexer words them."""

from __future__ import annotations

import re
from math import isinf
from typing import Final

from gatewright.cel.values import INT_MAX, INT_MIN, UINT_MAX, Uint
from gatewright.records import record

_ESCAPE = r"\\(?:[abfnrtv\"'\\?`]|[0-3][0-7][0-7]|[xX][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})"
_STRING = (
    r"[rR]\"\"\"(?:.|\n)*?\"\"\"|[rR]'''(?:.|\n)*?'''"
    rf'|"""(?:{_ESCAPE}|[^\\])*?"""' + rf"|'''(?:{_ESCAPE}|[^\\])*?'''"
    r"|[rR]\"[^\"\n\r]*\"|[rR]'[^'\n\r]*'"
    rf'|"(?:{_ESCAPE}|[^\\"\n\r])*"' + rf"|'(?:{_ESCAPE}|[^\\'\n\r])*'"
)
_TOKEN: Final = re.compile(
    rf"""(?P<SKIP>[\t \r\n\f]+|//[^\n]*)
    |(?P<BYTES>[bB](?:{_STRING}))
    |(?P<STRING>{_STRING})
    |(?P<NUM_FLOAT>[0-9]+\.[0-9]+(?:[eE][+-]?[0-9]+)?|[0-9]+[eE][+-]?[0-9]+|\.[0-9]+(?:[eE][+-]?[0-9]+)?)
    |(?P<NUM_UINT>0x[0-9a-fA-F]+[uU]|[0-9]+[uU])
    |(?P<NUM_INT>0x[0-9a-fA-F]+|[0-9]+)
    |(?P<WORD>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<ESC_IDENTIFIER>`[A-Za-z0-9_.\-/\ ]+`)
    |(?P<OP>==|!=|<=|>=|&&|\|\||[-<>\[\]{{}}().,!?:+*/%])""",
    re.VERBOSE,
)
_KEYWORDS: Final = frozenset({"in", "true", "false", "null"})
_BROKEN: Final = {
    quote: re.compile(
        rf"[bB]?{quote}(?:{_ESCAPE}|[^\\{quote}\n\r])*"
        r"(?:\\(?:[0-3][0-7]?|[xX][0-9a-fA-F]?|u[0-9a-fA-F]{0,3}|U[0-9a-fA-F]{0,7})?)?"
    )
    for quote in "\"'"
}


@record(frozen=True, slots=True)
class Token:
    """`kind` is the text itself for operators and keywords, else the ANTLR name; `<EOF>` ends the stream."""

    kind: str
    text: str
    at: int


def tokenize(text: str) -> tuple[list[Token], list[tuple[int, str]]]:
    """The tokens of `text` with `<EOF>` last, and (offset, message) of each stretch that is no token."""
    tokens: list[Token] = []
    errors: list[tuple[int, str]] = []
    at, end = 0, len(text)
    scan = _TOKEN.match
    while at < end:
        found = scan(text, at)
        if found is None:
            stop = unrecognised(text, at)
            errors.append((at, f"Syntax error: token recognition error at: '{text[at:stop]}'"))
            at = stop
            continue
        kind = found.lastgroup
        if kind != "SKIP":
            word = found.group()
            if kind == "OP" or (kind == "WORD" and word in _KEYWORDS):
                kind = word
            elif kind == "WORD":
                kind = "IDENTIFIER"
            assert kind is not None
            tokens.append(Token(kind, word, at))
        at = found.end()
    tokens.append(Token("<EOF>", "<EOF>", end))
    return tokens, errors


def unrecognised(text: str, at: int) -> int:
    """Where a stretch ends that is no token: ANTLR takes the character it could not accept with it."""
    first = text[at]
    if first in "=&|":
        return min(at + 2, len(text))
    for quote, pattern in _BROKEN.items():
        if found := pattern.match(text, at):
            del quote
            return min(found.end() + 1, len(text))
    if first == "`":
        stop = at + 1
        while stop < len(text) and re.match(r"[A-Za-z0-9_.\-/ ]", text[stop]):
            stop += 1
        return min(stop + 1, len(text))
    return at + 1


class LiteralError(Exception):
    """A literal that stands for nothing; the text is cel-go's."""


def literal_value(token: Token, sign: str = "") -> object:
    """The value of a literal, with the sign before a number."""
    text = token.text
    match token.kind:
        case "NUM_INT":
            value = int(sign + text, 16 if text[:2] == "0x" else 10)
            if not INT_MIN <= value <= INT_MAX:
                raise LiteralError("invalid int literal")
            return value
        case "NUM_UINT":
            value = int(text[:-1], 16 if text[:2] == "0x" else 10)
            if value > UINT_MAX:
                raise LiteralError("invalid uint literal")
            return Uint(value)
        case "NUM_FLOAT":
            double = float(sign + text)
            if isinf(double):
                raise LiteralError("invalid double literal")
            return double
        case "true" | "false":
            return token.kind == "true"
        case "STRING":
            return string_value(text)
        case "BYTES":
            return bytes_value(text)
    return None


_SIMPLE: Final = {
    "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v",
    "\\": "\\", "'": "'", '"': '"', "`": "`", "?": "?",
}  # fmt: skip
_ESCAPES: Final = re.compile(_ESCAPE, re.DOTALL)


def string_value(token: str) -> str:
    """The string that a string literal denotes."""
    body, raw = _body(token)
    if raw or "\\" not in body:
        return body

    def decode(match: re.Match[str]) -> str:
        sequence = match.group()[1:]
        if sequence in _SIMPLE:
            return _SIMPLE[sequence]
        code = int(sequence[1:], 16) if sequence[0] in "xXuU" else int(sequence, 8)
        if code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
            raise LiteralError("invalid unicode code point")
        return chr(code)

    return _ESCAPES.sub(decode, body)


def bytes_value(token: str) -> bytes:
    """The bytes that a bytes literal denotes: text as UTF-8, hexadecimal and octal escapes as single bytes."""
    body, raw = _body(token[1:])
    if raw or "\\" not in body:
        return body.encode()
    out = bytearray()
    last = 0
    for match in _ESCAPES.finditer(body):
        out += body[last : match.start()].encode()
        sequence = match.group()[1:]
        if sequence in _SIMPLE:
            out += _SIMPLE[sequence].encode()
        elif sequence[0] in "uU":
            raise LiteralError("unable to unescape string")
        else:
            out.append((int(sequence[1:], 16) if sequence[0] in "xX" else int(sequence, 8)) & 0xFF)
        last = match.end()
    return bytes(out + body[last:].encode())


def _body(token: str) -> tuple[str, bool]:
    token = token.replace("\r\n", "\n").replace("\r", "\n")
    raw = token[0] in "rR"
    if raw:
        token = token[1:]
    width = 3 if len(token) >= 6 and token[:3] in ("'''", '"""') else 1
    return token[width:-width], raw

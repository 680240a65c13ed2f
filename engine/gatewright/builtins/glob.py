"""Globs: `*` and `?` stop at delimiters, `**` does not; `[abc]`, `[!a-z]`, `{a,b}` and `\\` as usual."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from gatewright.builtins._operands import element_error, string, text_bytes
from gatewright.builtins.regexp import compile_regexp, quote_meta
from gatewright.builtins.registry import BuiltinError, builtin, operand_error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


@builtin("glob.match", "(pattern: string, delimiters: any<null, array[string]>, match: string) -> result: boolean")
def glob_match(pattern: Any, delimiters: Any, match: Any) -> bool:
    """Does the glob match? No delimiters for null, `.` for []: `glob.match("*.com", ["."], "a.com") == true`."""
    source = string(pattern, 1)
    if delimiters is None:
        separators = ""
    elif delimiters.__class__ is list:
        separators = "".join([_rune(delimiters, item) for item in delimiters]) or "."
    else:
        raise operand_error(2, delimiters, "array", "null")
    return _matcher(source, separators)(string(match, 3))


def _rune(delimiters: list[Any], item: Any) -> str:
    if item.__class__ is not str:
        raise element_error(2, delimiters, item, "string")
    if len(item) != 1:
        raise element_error(2, delimiters, item, "rune")
    return item


@builtin("glob.quote_meta", "(pattern: string) -> output: string")
def glob_quote_meta(pattern: Any) -> str:
    """With what is special to globs escaped: `glob.quote_meta("*.com") == "\\\\*.com"`."""
    return re.sub(r"[*?\\\[\]{}]", r"\\\g<0>", string(pattern, 1))


@lru_cache(maxsize=1024)
def _matcher(pattern: str, separators: str) -> Callable[[str], bool]:
    simple = _simple(pattern, separators)
    if simple is not None:
        return simple
    return compile_regexp(f"^(?:{_Translator(pattern, separators).run()})$").matches


def _simple(pattern: str, separators: str) -> Callable[[str], bool] | None:
    """The few shapes that string methods decide: a text, `text*`, `*text` (where the star stops at nothing)."""
    body = pattern.strip("*")
    if re.search(r"[*?\\\[\]{}]", body) or "\ufffd" in pattern:
        return None
    if body == pattern:
        return body.__eq__
    if separators or not body:
        return None
    if pattern.startswith("*"):
        return (lambda text: body in text) if pattern.endswith("*") else (lambda text: text.endswith(body))
    return lambda text: text.startswith(body)


class _Translator:
    """A glob as a regular expression; positions in errors count bytes."""

    def __init__(self, pattern: str, separators: str) -> None:
        self.pattern = pattern
        self.at = 0
        self.depth = 0
        inner = "".join([rf"\x{{{ord(c):x}}}" for c in separators])
        self.single = f"[^{inner}]" if inner else "(?s:.)"

    def run(self) -> str:
        pieces = []
        while self.at < len(self.pattern):
            pieces.append(self._next())
        if self.depth:
            raise self._error("unclosed `{`")
        return "".join(pieces)

    def _next(self) -> str:
        char = self._take()
        if char == "*":
            if self.pattern[self.at : self.at + 1] == "*":
                self.at += 1
                return "(?s:.*)"
            return self.single + "*"
        if char == "?":
            return self.single
        if char == "[":
            return self._class()
        if char == "{":
            self.depth += 1
            return "(?:"
        if self.depth and char in "},":
            self.depth -= char == "}"
            return ")" if char == "}" else "|"
        return self._literal(char)

    def _literal(self, char: str) -> str:
        if "\udc80" <= char <= "\udcff":
            self.at -= 1
            raise self._error("invalid UTF-8 sequence")
        return quote_meta(self._unescaped(char))

    def _unescaped(self, char: str) -> str:
        if char != "\\":
            return char
        if self.at >= len(self.pattern):
            raise self._error("trailing backslash")
        return self._take()

    def _take(self) -> str:
        self.at += 1
        return self.pattern[self.at - 1]

    def _class(self) -> str:
        negation = "^" if self.pattern[self.at : self.at + 1] == "!" else ""
        self.at += len(negation)
        if self.pattern[self.at + 1 : self.at + 2] == "-":
            return self._range(negation)
        chars = []
        while True:
            if self.at >= len(self.pattern):
                raise self._error("unexpected end of input")
            char = self._take()
            if char == "]":
                break
            chars.append(self._unescaped(char))
        if not chars:
            raise self._error("could not parse range")
        return f"[{negation}{''.join([_code(c) for c in chars])}]"

    def _range(self, negation: str) -> str:
        low = self._take()
        self.at += 1
        if self.at >= len(self.pattern):
            raise self._error("unexpected end of input")
        high = self._take()
        if self.at >= len(self.pattern):
            raise self._error("unexpected end of input")
        if self._take() != "]":
            raise self._error("expected close range character")
        if high < low:
            raise self._error("range hi character is less than lo")
        return f"[{negation}{_code(low)}-{_code(high)}]"

    def _error(self, reason: str) -> BuiltinError:
        offset = len(text_bytes(self.pattern[: self.at]))
        return BuiltinError(f"glob: syntax error at {offset}: {reason}")


def _code(char: str) -> str:
    return rf"\x{{{ord(char):x}}}"

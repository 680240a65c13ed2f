"""Regular expressions in RE2's syntax, in time linear in the text."""

from __future__ import annotations

from functools import lru_cache

from gatewright.builtins._operands import integer, not_strings, string, text_bytes
from gatewright.builtins.regexp import Regexp, RegexpError, compile_regexp, quote_meta
from gatewright.builtins.registry import BuiltinError, builtin
from gatewright.runtime.text import go_quote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def _compiled(pattern: str) -> Regexp:
    try:
        return compile_regexp(pattern)
    except RegexpError as error:
        raise BuiltinError(str(error)) from None


@builtin("regex.is_valid", "(pattern: string) -> result: boolean")
def regex_is_valid(pattern: Any) -> bool:
    """Is it a pattern? `regex.is_valid("[") == false`."""
    if pattern.__class__ is not str:
        return False
    try:
        compile_regexp(pattern)
    except RegexpError:
        return False
    return True


@builtin("regex.match", "(pattern: string, value: string) -> result: boolean")
def regex_match(pattern: Any, value: Any) -> bool:
    """Does the text hold a match? `regex.match("^a+$", "aa") == true`."""
    if pattern.__class__ is not str or value.__class__ is not str:
        raise not_strings(pattern, value)
    try:
        return compile_regexp(pattern).matches(value)
    except RegexpError as error:
        raise BuiltinError(str(error)) from None


@builtin("re_match", "(string, string) -> boolean", deprecated=True)
def re_match(pattern: Any, value: Any) -> bool:
    """The old name of regex.match: `re_match("^a+$", "aa") == true`."""
    return regex_match(pattern, value)


@builtin("regex.split", "(pattern: string, value: string) -> output: array[string]")
def regex_split(pattern: Any, value: Any) -> list[str]:
    """The parts between matches: `regex.split(",\\\\s*", "a, b") == ["a", "b"]`."""
    if pattern.__class__ is not str or value.__class__ is not str:
        raise not_strings(pattern, value)
    return _compiled(pattern).split(value)


@builtin("regex.find_n", "(pattern: string, value: string, number: number) -> output: array[string]")
def regex_find_n(pattern: Any, value: Any, number: Any) -> list[str]:
    """The first `number` matches, all for a negative one: `regex.find_n("[a-z]", "ab", -1) == ["a", "b"]`."""
    text, limit = string(value, 2) if pattern.__class__ is str else string(pattern, 1), integer(number, 3)
    data = text_bytes(text)
    spans = _compiled(pattern).all_matches(data, limit)
    return [data[slice(*match[0])].decode("utf-8", "surrogateescape") for match in spans]


@builtin(
    "regex.find_all_string_submatch_n",
    "(pattern: string, value: string, number: number) -> output: array[array[string]]",
)
def regex_find_all_string_submatch_n(pattern: Any, value: Any, number: Any) -> list[list[str]]:
    """The matches with their groups: `regex.find_all_string_submatch_n("(a)(b)", "ab", -1) == [["ab", "a", "b"]]`."""
    text, limit = string(value, 2) if pattern.__class__ is str else string(pattern, 1), integer(number, 3)
    data = text_bytes(text)
    spans = _compiled(pattern).all_matches(data, limit)
    return [[_group(data, span) for span in match] for match in spans]


def _group(data: bytes, span: tuple[int, int]) -> str:
    return data[slice(*span)].decode("utf-8", "surrogateescape") if span[0] >= 0 else ""


@builtin("regex.replace", "(s: string, pattern: string, value: string) -> output: string")
def regex_replace(s: Any, pattern: Any, value: Any) -> str:
    """Every match replaced; `$1` is a group: `regex.replace("ab", "(a)", "<$1>") == "<a>b"`."""
    if s.__class__ is not str or pattern.__class__ is not str or value.__class__ is not str:
        raise not_strings(s, pattern, value)
    return _compiled(pattern).replace(s, value)


@builtin(
    "regex.template_match",
    "(template: string, value: string, delimiter_start: string, delimiter_end: string) -> result: boolean",
)
def regex_template_match(template: Any, value: Any, delimiter_start: Any, delimiter_end: Any) -> bool:
    """Text with patterns between delimiters: `regex.template_match("id-{[0-9]+}", "id-7", "{", "}") == true`."""
    for position, operand in enumerate((template, value, delimiter_start, delimiter_end), 1):
        string(operand, position)
    start, end = len(text_bytes(delimiter_start)), len(text_bytes(delimiter_end))
    if start != 1:
        raise BuiltinError(f"start delimiter has to be exactly one character long but is {start} long")
    if end != 1:
        # OPA reports the length of the start delimiter here, too.
        raise BuiltinError(f"end delimiter has to be exactly one character long but is {start} long")
    return _compiled(_template_pattern(template, delimiter_start, delimiter_end)).matches(value)


@lru_cache(maxsize=256)
def _template_pattern(template: str, start: str, end: str) -> str:
    """The pattern a template stands for, its text quoted."""
    pieces, level, opened, done = ["^"], 0, 0, 0
    for i, char in enumerate(template):
        if char == start:
            level += 1
            if level == 1:
                opened = i
        elif char == end:
            level -= 1
            if level < 0:
                break
            if level == 0:
                inner = template[opened + 1 : i]
                _compiled(f"^{inner}$")
                pieces.append(f"{quote_meta(template[done:opened])}({inner})")
                done = i + 1
    if level:
        raise BuiltinError(f"unbalanced braces in {go_quote(template)}")
    return "".join([*pieces, quote_meta(template[done:]), "$"])


@builtin("regex.globs_match", "(glob1: string, glob2: string) -> result: boolean")
def regex_globs_match(glob1: Any, glob2: Any) -> bool:
    """Is there a text that both patterns match? `regex.globs_match("a.a.", ".b.b") == true`."""
    from gatewright.builtins._globs import GlobError, intersect

    if glob1.__class__ is not str or glob2.__class__ is not str:
        raise not_strings(glob1, glob2)
    try:
        return intersect(glob1, glob2)
    except GlobError as error:
        raise BuiltinError(str(error)) from None

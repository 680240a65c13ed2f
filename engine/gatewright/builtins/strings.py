"""Strings: searching, cutting, joining, case and formatting. Positions and lengths count characters."""

from __future__ import annotations

import re

from gatewright.builtins._format import compile_format
from gatewright.builtins._operands import (
    bytes_text,
    element_error,
    integer,
    not_strings,
    number,
    object_,
    string,
    strings,
    text_bytes,
)
from gatewright.builtins.registry import BuiltinError, OperandError, builtin, operand_error
from gatewright.runtime.numbers import big_float, int_text, machine_int, number_text
from gatewright.runtime.values import RegoSet, sorted_keys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# unicode.IsSpace; Python's own idea also has the separators 0x1c to 0x1f.
_SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))


@builtin("startswith", "(search: string, base: string) -> result: boolean")
def startswith(search: Any, base: Any) -> bool:
    """Does it begin with that? `startswith("abc", "ab") == true`."""
    if search.__class__ is str and base.__class__ is str:
        return search.startswith(base)
    raise not_strings(search, base)


@builtin("endswith", "(search: string, base: string) -> result: boolean")
def endswith(search: Any, base: Any) -> bool:
    """Does it end with that? `endswith("abc", "bc") == true`."""
    if search.__class__ is str and base.__class__ is str:
        return search.endswith(base)
    raise not_strings(search, base)


@builtin("contains", "(haystack: string, needle: string) -> result: boolean")
def contains(haystack: Any, needle: Any) -> bool:
    """Is that in it? `contains("abc", "b") == true`."""
    if haystack.__class__ is str and needle.__class__ is str:
        return needle in haystack
    raise not_strings(haystack, needle)


@builtin("strings.count", "(search: string, substring: string) -> output: number")
def strings_count(search: Any, substring: Any) -> int:
    """How often is that in it, without overlaps? `strings.count("banana", "an") == 2`."""
    if search.__class__ is str and substring.__class__ is str:
        return search.count(substring)
    raise not_strings(search, substring)


@builtin(
    "strings.any_prefix_match",
    "(search: any<string, array[string], set[string]>, base: any<string, array[string], set[string]>) -> "
    "result: boolean",
)
def strings_any_prefix_match(search: Any, base: Any) -> bool:
    """Does any string begin with any of those? `strings.any_prefix_match(["abc"], ["x", "ab"]) == true`."""
    searched = _one_or_more(search, 1)
    affixes = tuple(_one_or_more(base, 2))
    return any(text.startswith(affixes) for text in searched)


@builtin(
    "strings.any_suffix_match",
    "(search: any<string, array[string], set[string]>, base: any<string, array[string], set[string]>) -> "
    "result: boolean",
)
def strings_any_suffix_match(search: Any, base: Any) -> bool:
    """Does any string end with any of those? `strings.any_suffix_match("abc", {"bc"}) == true`."""
    searched = _one_or_more(search, 1)
    affixes = tuple(_one_or_more(base, 2))
    return any(text.endswith(affixes) for text in searched)


def _one_or_more(value: Any, position: int) -> list[str]:
    return [value] if value.__class__ is str else strings(value, position, "string", "set", "array")


@builtin("indexof", "(haystack: string, needle: string) -> output: number")
def indexof(haystack: Any, needle: Any) -> int:
    """The position of the first occurrence, -1 for none: `indexof("abc", "c") == 2`."""
    if haystack.__class__ is not str or needle.__class__ is not str:
        raise not_strings(haystack, needle)
    if not needle:
        raise BuiltinError("empty search character")
    return haystack.find(needle)


@builtin("indexof_n", "(haystack: string, needle: string) -> output: array[number]")
def indexof_n(haystack: Any, needle: Any) -> list[int]:
    """The positions of all occurrences, overlapping ones too: `indexof_n("aaa", "aa") == [0, 1]`."""
    if haystack.__class__ is not str or needle.__class__ is not str:
        raise not_strings(haystack, needle)
    if not needle:
        raise BuiltinError("empty search character")
    positions = []
    at = haystack.find(needle)
    while at >= 0:
        positions.append(at)
        at = haystack.find(needle, at + 1)
    return positions


@builtin("substring", "(value: string, offset: number, length: number) -> output: string")
def substring(value: Any, offset: Any, length: Any) -> str:
    """The characters from `offset` on, to the end for a negative length: `substring("abcd", 1, 2) == "bc"`."""
    text, first, count = string(value, 1), integer(offset, 2), integer(length, 3)
    if first < 0:
        raise BuiltinError("negative offset")
    return text[first:] if count < 0 else text[first : first + count]


@builtin("lower", "(x: string) -> y: string")
def lower(x: Any) -> str:
    """In lower case: `lower("AbC") == "abc"`."""
    if x.__class__ is not str:
        raise not_strings(x)
    if x.isascii():
        return x.lower()
    return "".join([_lower(c) for c in x])


@builtin("upper", "(x: string) -> y: string")
def upper(x: Any) -> str:
    """In upper case: `upper("AbC") == "ABC"`."""
    if x.__class__ is not str:
        raise not_strings(x)
    if x.isascii():
        return x.upper()
    return "".join([_upper(c) for c in x])


def _lower(char: str) -> str:
    """Go maps each character to one character; Python may give several ("İ")."""
    return char.lower()[0]


def _upper(char: str) -> str:
    mapped = char.upper()
    if len(mapped) > 1:
        mapped = char.title()
    return mapped if len(mapped) == 1 else char


@builtin("split", "(x: string, delimiter: string) -> ys: array[string]")
def split(x: Any, delimiter: Any) -> list[str]:
    """The parts between delimiters; single characters for the empty one: `split("a,b", ",") == ["a", "b"]`."""
    if x.__class__ is not str or delimiter.__class__ is not str:
        raise not_strings(x, delimiter)
    return x.split(delimiter) if delimiter else list(x)


@builtin("strings.split_n", "(x: string, delimiter: string, n: number) -> ys: array[string]")
def strings_split_n(x: Any, delimiter: Any, n: Any) -> list[str]:
    """The first `n` parts, or the last -`n`: `strings.split_n("a,b,c", ",", 2) == ["a", "b"]`."""
    parts = split(x, delimiter)
    count = integer(n, 3)
    return parts[:count] if count >= 0 else parts[max(len(parts) + count, 0) :]


@builtin("concat", "(delimiter: string, collection: any<array[string], set[string]>) -> output: string")
def concat(delimiter: Any, collection: Any) -> str:
    """The strings, joined: `concat("/", ["a", "b"]) == "a/b"`."""
    if delimiter.__class__ is not str:
        raise operand_error(1, delimiter, "string")
    if collection.__class__ is list:
        items = collection
    elif collection.__class__ is RegoSet:
        items = collection.sorted()
    else:
        raise operand_error(2, collection, "set", "array")
    try:
        return delimiter.join(items)
    except TypeError:
        wrong = next(item for item in items if item.__class__ is not str)
        raise element_error(2, collection, wrong, "string") from None


@builtin("replace", "(x: string, old: string, new: string) -> y: string")
def replace(x: Any, old: Any, new: Any) -> str:
    """Every occurrence replaced: `replace("aba", "a", "x") == "xbx"`."""
    if x.__class__ is not str or old.__class__ is not str or new.__class__ is not str:
        raise not_strings(x, old, new)
    if not old and not x.isascii():
        return _replace_bytewise([("", new)], x)
    return x.replace(old, new)


@builtin("strings.replace_n", "(patterns: object[string: string], value: string) -> output: string")
def strings_replace_n(patterns: Any, value: Any) -> str:
    """Every key replaced by its value, in one pass: `strings.replace_n({"a": "b", "b": "a"}, "ab") == "ba"`."""
    table, text = object_(patterns, 1), string(value, 2)
    pairs = []
    for key in sorted_keys(table):
        if key.__class__ is not str:
            raise OperandError("operand 1 non-string key found in pattern object")
        if table[key].__class__ is not str:
            raise OperandError("operand 1 non-string value found in pattern object")
        pairs.append((key, table[key]))
    if not pairs:
        return text
    if "" in table:
        return _replace_bytewise(pairs, text)
    pattern = re.compile("|".join([re.escape(key) for key, _ in pairs]))
    return pattern.sub(lambda match: table[match[0]], text)


def _replace_bytewise(pairs: list[tuple[str, str]], text: str) -> str:
    """Go's replacer with an empty key among the others: it matches between any two bytes."""
    data = text_bytes(text)
    table = {text_bytes(old): text_bytes(new) for old, new in pairs}
    pieces = []
    at, after_empty = 0, False
    while at <= len(data):
        if not after_empty:
            pieces.append(table[b""])
            after_empty = True
            continue
        match = next((old for old in table if old and data.startswith(old, at)), None)
        after_empty = False
        if match is None:
            pieces.append(data[at : at + 1])
            at += 1
        else:
            pieces.append(table[match])
            at += len(match)
    return bytes_text(b"".join(pieces))


@builtin("trim", "(value: string, cutset: string) -> output: string")
def trim(value: Any, cutset: Any) -> str:
    """Without these characters at both ends: `trim("--a-", "-") == "a"`."""
    if value.__class__ is str and cutset.__class__ is str:
        return value.strip(cutset)
    raise not_strings(value, cutset)


@builtin("trim_left", "(value: string, cutset: string) -> output: string")
def trim_left(value: Any, cutset: Any) -> str:
    """Without these characters at the start: `trim_left("--a-", "-") == "a-"`."""
    if value.__class__ is str and cutset.__class__ is str:
        return value.lstrip(cutset)
    raise not_strings(value, cutset)


@builtin("trim_right", "(value: string, cutset: string) -> output: string")
def trim_right(value: Any, cutset: Any) -> str:
    """Without these characters at the end: `trim_right("-a--", "-") == "-a"`."""
    if value.__class__ is str and cutset.__class__ is str:
        return value.rstrip(cutset)
    raise not_strings(value, cutset)


@builtin("trim_prefix", "(value: string, prefix: string) -> output: string")
def trim_prefix(value: Any, prefix: Any) -> str:
    """Without that at the start: `trim_prefix("v1.2", "v") == "1.2"`."""
    if value.__class__ is str and prefix.__class__ is str:
        return value.removeprefix(prefix)
    raise not_strings(value, prefix)


@builtin("trim_suffix", "(value: string, suffix: string) -> output: string")
def trim_suffix(value: Any, suffix: Any) -> str:
    """Without that at the end: `trim_suffix("a.yaml", ".yaml") == "a"`."""
    if value.__class__ is str and suffix.__class__ is str:
        return value.removesuffix(suffix)
    raise not_strings(value, suffix)


@builtin("trim_space", "(value: string) -> output: string")
def trim_space(value: Any) -> str:
    """Without white space at both ends: `trim_space(" a ") == "a"`."""
    if value.__class__ is str:
        return value.strip(_SPACE)
    raise not_strings(value)


@builtin("strings.reverse", "(x: string) -> y: string")
def strings_reverse(x: Any) -> str:
    """The characters, last first: `strings.reverse("abc") == "cba"`."""
    return string(x, 1)[::-1]


_BASES = {2: "b", 8: "o", 10: "d", 16: "x"}


@builtin("format_int", "(number: number, base: number) -> output: string")
def format_int(number_: Any, base: Any) -> str:
    """A number in base 2, 8, 10 or 16, fractions cut off: `format_int(255, 16) == "ff"`."""
    value, radix = number(number_, 1), number(base, 2)
    if radix.__class__ is not int or radix not in _BASES:
        raise OperandError("operand 2 must be one of {2, 8, 10, 16}")
    whole = machine_int(value)
    if whole is None:
        whole = value if value.__class__ is int else _truncated(number_text(value))
    return int_text(whole) if radix == 10 else format(whole, _BASES[radix])


def _truncated(text: str) -> int:
    negative, mantissa, exponent = big_float(text)
    whole = mantissa << exponent if exponent >= 0 else mantissa >> -exponent
    return -whole if negative else whole


@builtin("sprintf", "(format: string, values: array[any]) -> output: string")
def sprintf(format: Any, values: Any) -> str:
    """Text with values in it, as Go's fmt.Sprintf writes them: `sprintf("%s has %d", ["a", 1]) == "a has 1"`."""
    if format.__class__ is str and values.__class__ is list:
        return compile_format(format)(values)
    raise operand_error(1, format, "string") if format.__class__ is not str else operand_error(2, values, "array")


@builtin("strings.render_template", "(value: string, vars: object[string: any]) -> result: string")
def strings_render_template(value: Any, vars: Any) -> str:
    """Go's text/template: `strings.render_template("{{.a}}!", {"a": 1}) == "1!"`."""
    from gatewright.builtins._template import TemplateError, render

    source, variables = string(value, 1), object_(vars, 2)
    try:
        return render(source, variables).replace("<no value>", "<undefined>")
    except TemplateError as error:
        raise BuiltinError(str(error)) from None

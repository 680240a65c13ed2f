"""String functions: CEL's own and version 2 of cel-go's extension. Positions count code points."""

from __future__ import annotations

from gatewright.cel.runtime import no_overload
from gatewright.cel.values import CelEvaluationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

_LOWER: Final = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
_UPPER: Final = {code: code - 32 for code in range(ord("a"), ord("z") + 1)}
# What Go's strings.TrimSpace trims: unicode.IsSpace, which leaves out \x1c-\x1f that Python's strip takes.
SPACES: Final = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))


def starts_with(text: Any, prefix: Any) -> bool:
    """'abc'.startsWith('a')"""
    if text.__class__ is str and prefix.__class__ is str:
        return text.startswith(prefix)
    raise no_overload()


def ends_with(text: Any, suffix: Any) -> bool:
    """'abc'.endsWith('c')"""
    if text.__class__ is str and suffix.__class__ is str:
        return text.endswith(suffix)
    raise no_overload()


def contains(text: Any, part: Any) -> bool:
    """'abc'.contains('b')"""
    if text.__class__ is str and part.__class__ is str:
        return part in text
    raise no_overload()


def _expect(name: str, args: tuple[Any, ...], *kinds: type) -> None:
    if len(args) > len(kinds):
        raise no_overload(name, *args)
    for arg, kind in zip(args, kinds, strict=False):
        if arg.__class__ is not kind:
            raise no_overload(name, *args)


def char_at(*args: Any) -> str:
    """'abc'.charAt(1) == 'b'; the end of the string gives ''"""
    _expect("charAt", args, str, int)
    text, at = args
    if not 0 <= at <= len(text):
        raise CelEvaluationError(f"index out of range: {at}")
    return text[at : at + 1]  # type: ignore[no-any-return]


def index_of(*args: Any) -> int:
    """'abc'.indexOf('c') == 2, or of a list's member; -1 when absent"""
    if args and args[0].__class__ is list:
        from gatewright.cel.library.lists import index_of as list_index_of

        return list_index_of(*args)
    _expect("indexOf", args, str, str, int)
    text, part = args[0], args[1]
    offset = args[2] if len(args) > 2 else 0
    if offset < 0:
        raise CelEvaluationError(f"index out of range: {offset}")
    if not part:
        return min(offset, len(text))
    return text.find(part, offset)  # type: ignore[no-any-return]


def last_index_of(*args: Any) -> int:
    """'abcb'.lastIndexOf('b') == 3, or of a list's member; -1 when absent"""
    if args and args[0].__class__ is list:
        from gatewright.cel.library.lists import last_index_of as list_last_index_of

        return list_last_index_of(*args)
    _expect("lastIndexOf", args, str, str, int)
    text, part = args[0], args[1]
    if len(args) == 2:
        if not part:
            return len(text)
        return int(text.rfind(part))
    offset = args[2]
    if offset < 0:
        raise CelEvaluationError(f"index out of range: {offset}")
    if not part:
        return int(min(offset, len(text)))
    if offset >= len(text):
        return -1
    return int(text.rfind(part, 0, offset + len(part)))


def substring(*args: Any) -> str:
    """'tacocat'.substring(4) == 'cat', 'tacocat'.substring(0, 4) == 'taco'"""
    _expect("substring", args, str, int, int)
    text, start = args[0], args[1]
    end = args[2] if len(args) > 2 else len(text)
    if len(args) > 2 and start > end:
        raise CelEvaluationError(f"invalid substring range. start: {start}, end: {end}")
    for at in (start, end):
        if not 0 <= at <= len(text):
            raise CelEvaluationError(f"index out of range: {at}")
    return text[start:end]  # type: ignore[no-any-return]


def replace(*args: Any) -> str:
    """'hello'.replace('l', 'w', 1) == 'hewlo'"""
    _expect("replace", args, str, str, str, int)
    text, old, new = args[:3]
    limit = args[3] if len(args) > 3 else -1
    return text.replace(old, new, limit if limit >= 0 else -1)  # type: ignore[no-any-return]


def split(*args: Any) -> list[str]:
    """'a,b'.split(',') == ['a', 'b']"""
    _expect("split", args, str, str, int)
    text, separator = args[0], args[1]
    limit = args[2] if len(args) > 2 else -1
    if limit == 0:
        return []
    if separator:
        return text.split(separator, limit - 1 if limit > 0 else -1)  # type: ignore[no-any-return]
    if 0 < limit < len(text):
        return [*text[: limit - 1], text[limit - 1 :]]
    return list(text)


def join(*args: Any) -> str:
    """['a', 'b'].join('-') == 'a-b'"""
    _expect("join", args, list, str)
    try:
        return (args[1] if len(args) > 1 else "").join(args[0])
    except TypeError:
        raise no_overload("join", *args) from None


def lower_ascii(*args: Any) -> str:
    """'TacoCat'.lowerAscii() == 'tacocat'"""
    _expect("lowerAscii", args, str)
    text = args[0]
    return text.lower() if text.isascii() else text.translate(_LOWER)  # type: ignore[no-any-return]


def upper_ascii(*args: Any) -> str:
    """'TacoCat'.upperAscii() == 'TACOCAT'"""
    _expect("upperAscii", args, str)
    text = args[0]
    return text.upper() if text.isascii() else text.translate(_UPPER)  # type: ignore[no-any-return]


def trim(*args: Any) -> str:
    """'  a '.trim() == 'a'"""
    _expect("trim", args, str)
    return args[0].strip(SPACES)  # type: ignore[no-any-return]


_QUOTED: Final = str.maketrans(
    {
        "\a": "\\a",
        "\b": "\\b",
        "\f": "\\f",
        "\n": "\\n",
        "\r": "\\r",
        "\t": "\\t",
        "\v": "\\v",
        "\\": "\\\\",
        '"': '\\"',
    }
)


def quote(*args: Any) -> str:
    """strings.quote('a"b') == '"a\\"b"'"""
    _expect("strings.quote", args, str)
    return f'"{args[0].translate(_QUOTED)}"'


def go_quote(text: str) -> str:
    """Go's %q."""
    out = ['"']
    for c in text:
        code = ord(c)
        if c in _GO_ESCAPES:
            out.append(_GO_ESCAPES[c])
        elif c == " " or (c.isprintable() and not c.isspace()):
            out.append(c)
        elif code < 0x80:
            out.append(f"\\x{code:02x}")
        else:
            out.append(f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}")
    return "".join(out) + '"'


_GO_ESCAPES: Final = {
    "\a": "\\a", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v", "\\": "\\\\", '"': '\\"',
}  # fmt: skip

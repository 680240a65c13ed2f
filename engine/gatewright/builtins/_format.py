"""Go's fmt.Sprintf on Rego values, its complaints included (`%!d(string=a)`, `%!s(MISSING)`, `%!(EXTRA …)`).

OPA hands fmt a float64, an int64, a *big.Int or a string: numbers by how they are written, everything that is no
number as its text. A format is read once into a list of pieces; `compile_format` keeps the last ones read.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from gatewright.builtins._operands import text_bytes
from gatewright.records import record
from gatewright.runtime.numbers import int_text, number_text
from gatewright.runtime.text import go_quote, quoted_char, term_text
from gatewright.runtime.values import NumberText

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeAlias

Formatter: TypeAlias = "Callable[[list[Any]], str]"

_INT64 = range(-(2**63), 2**63)
# Go refuses wider fields and higher indexes.
_LARGEST = 1_000_000
_MAX_RUNE = 0x10FFFF
_SIMPLE = re.compile(r"%[vsdq%]|[^%]+")


class _BigInt(int):
    """An argument that Go holds in a *big.Int, which has its own rules of formatting."""


@lru_cache(maxsize=2048)
def compile_format(format: str) -> Formatter:
    """The function from a list of Rego values to the text."""
    pieces = _SIMPLE.findall(format)
    if sum(map(len, pieces)) != len(format):
        return lambda values: _Printer(format, [_argument(v) for v in values]).run()
    verbs = [p[1] for p in pieces if p[0] == "%" and p != "%%"]
    template = "".join([_percent_s(p) for p in pieces])
    count = len(verbs)

    def simple(values: list[Any]) -> str:
        if len(values) != count:
            return _Printer(format, [_argument(v) for v in values]).run()
        return template % tuple([_simple_text(v, verb) for v, verb in zip(values, verbs, strict=True)])

    return simple


def plain_pieces(format: str) -> list[tuple[str, str]] | None:
    """A format whose verbs write strings as they are (%v, %s) or quoted (%q): each piece as its verb and its text."""
    pieces = _SIMPLE.findall(format)
    if sum(map(len, pieces)) != len(format) or "%d" in pieces:
        return None
    return [(p[1], "") if p in _STRING_VERBS else ("", "%" if p == "%%" else p) for p in pieces]


_STRING_VERBS = frozenset(("%q", "%s", "%v"))


def _percent_s(piece: str) -> str:
    """A piece of a Go format in Python's: every verb takes a text made before."""
    if piece[0] != "%":
        return piece
    return "%%" if piece == "%%" else "%s"


def _simple_text(value: Any, verb: str) -> str:
    """A value under %v, %s, %d or %q without flags."""
    kind = value.__class__
    if kind is str:
        return value if verb in "sv" else go_quote(value) if verb == "q" else f"%!d(string={value})"
    if verb == "q":
        return _formatted(_argument(value), verb, _Flags())
    if kind is int:
        return int_text(value) if verb != "s" or value not in _INT64 else f"%!s(int64={value})"
    if kind is float or kind is NumberText:
        return _Printer("%" + verb, [_argument(value)]).run()
    return _kept_text(value) if verb != "d" else f"%!d(string={term_text(value)})"


_MOST_TEXTS = 64
_texts: dict[int, tuple[Any, str]] = {}


def _kept_text(value: Any) -> str:
    """The text of an object, array or set; the last ones are kept, as messages repeat a constraint's parameters."""
    kept = _texts.get(id(value))
    if kept is not None and kept[0] is value:
        return kept[1]
    text = term_text(value)
    if len(_texts) >= _MOST_TEXTS:
        _texts.clear()
    _texts[id(value)] = (value, text)
    return text


def _argument(value: Any) -> Any:
    """What OPA passes to fmt for a value: int, _BigInt, float or str."""
    kind = value.__class__
    if kind is str:
        return value
    if kind is int:
        return value if value in _INT64 else _BigInt(value)
    if kind is float or kind is NumberText:
        text = number_text(value)
        if "." not in text and "e" not in text and "E" not in text:
            whole = int(text)  # an integral float, or -0
            return whole if whole in _INT64 else _BigInt(whole)
        return text if abs(value) == float("inf") else float(value)
    return term_text(value)


def _go_type(argument: Any) -> str:
    kind = argument.__class__
    if kind is int:
        return "int64"
    if kind is _BigInt:
        return "*big.Int"
    return "float64" if kind is float else "string"


@record(slots=True)
class _Flags:
    plus: bool = False
    minus: bool = False
    sharp: bool = False
    space: bool = False
    zero: bool = False
    sharp_v: bool = False
    plus_v: bool = False
    width: int | None = None
    precision: int | None = None

    def pad(self, text: str, *, zeros: bool | None = None) -> str:
        """Filled up to the width; with zeros where that is asked for."""
        if not self.width or len(text) >= self.width:
            return text
        if self.minus:
            return text.ljust(self.width)
        filler = "0" if (self.zero if zeros is None else zeros) else " "
        return text.rjust(self.width, filler)


class _Printer:
    """One run through a format; the position in it and the next argument are its state."""

    def __init__(self, format: str, arguments: list[Any]) -> None:
        self.format = format
        self.arguments = arguments
        self.at = 0
        self.next = 0
        self.reordered = False
        self.good_index = True
        self.after_index = False
        self.pieces: list[str] = []

    def run(self) -> str:
        while self.at < len(self.format):
            start = self.format.find("%", self.at)
            if start < 0:
                self.pieces.append(self.format[self.at :])
                break
            self.pieces.append(self.format[self.at : start])
            self.at = start + 1
            self.good_index, self.after_index = True, False
            if not self._directive():
                break
        if not self.reordered and self.next < len(self.arguments):
            extra = [f"{_go_type(a)}={_formatted(a, 'v', _Flags())}" for a in self.arguments[self.next :]]
            self.pieces.append("%!(EXTRA " + ", ".join(extra) + ")")
        return "".join(self.pieces)

    def _directive(self) -> bool:
        """One directive after its percent sign; False at the end of the format."""
        flags = _Flags()
        char = self._flags(flags)
        if "a" <= char <= "z" and self.next < len(self.arguments):
            self.at += 1
            self._print(char, flags)
            return True
        self._argument_index()
        self._width(flags)
        self._precision(flags)
        if not self.after_index:
            self._argument_index()
        if self.at >= len(self.format):
            self.pieces.append("%!(NOVERB)")
            return False
        verb = self.format[self.at]
        self.at += 1
        if verb == "%":
            self.pieces.append("%")
        elif not self.good_index:
            self.pieces.append(f"%!{verb}(BADINDEX)")
        elif self.next >= len(self.arguments):
            self.pieces.append(f"%!{verb}(MISSING)")
        else:
            self._print(verb, flags)
        return True

    def _print(self, verb: str, flags: _Flags) -> None:
        if verb in "vw":
            flags.sharp_v, flags.sharp = flags.sharp, False
            flags.plus_v, flags.plus = flags.plus, False
        self.pieces.append(_formatted(self.arguments[self.next], verb, flags))
        self.next += 1

    def _char(self) -> str:
        return self.format[self.at] if self.at < len(self.format) else ""

    def _flags(self, flags: _Flags) -> str:
        while (char := self._char()) and char in "#0+- ":
            if char == "#":
                flags.sharp = True
            elif char == "0":
                flags.zero = True
            elif char == "+":
                flags.plus = True
            elif char == "-":
                flags.minus = True
            else:
                flags.space = True
            self.at += 1
        return char

    def _number(self) -> int | None:
        """Digits, or nothing; a number beyond Go's bound is no number, and the digits are passed over."""
        start = self.at
        while self._char() and self._char() in "0123456789":
            self.at += 1
            if int(self.format[start : self.at]) > _LARGEST:
                # Go gives up at once and takes the end of the format for what follows.
                self.at = len(self.format)
                return None
        return int(self.format[start : self.at]) if self.at > start else None

    def _argument_index(self) -> None:
        """`[3]`: which argument comes next."""
        self.after_index = False
        if self._char() != "[":
            return
        self.reordered = True
        rest = self.format[self.at :]
        closing = rest.find("]")
        if len(rest) < 3 or closing < 0:
            self.at += 1
            self.good_index = False
            return
        digits = rest[1:closing]
        self.at += closing + 1
        if not (digits.isascii() and digits.isdigit()) or int(digits) > _LARGEST:
            self.good_index = False
            return
        self.after_index = True
        if 1 <= int(digits) <= len(self.arguments):
            self.next = int(digits) - 1
        else:
            self.good_index = False

    def _star(self) -> int | None:
        """The argument a `*` takes, where it is a modest integer."""
        if self.next >= len(self.arguments):
            return None
        value = self.arguments[self.next]
        self.next += 1
        return value if value.__class__ is int and -_LARGEST <= value <= _LARGEST else None

    def _width(self, flags: _Flags) -> None:
        if self._char() != "*":
            flags.width = self._number()
            if self.after_index and flags.width is not None:
                self.good_index = False
            return
        self.at += 1
        flags.width = self._star()
        if flags.width is None:
            self.pieces.append("%!(BADWIDTH)")
        elif flags.width < 0:
            flags.width, flags.minus, flags.zero = -flags.width, True, False
        self.after_index = False

    def _precision(self, flags: _Flags) -> None:
        if self._char() != "." or self.at + 1 >= len(self.format):
            return
        self.at += 1
        if self.after_index:
            self.good_index = False
        self._argument_index()
        if self._char() != "*":
            flags.precision = self._number() or 0
            return
        self.at += 1
        flags.precision = self._star()
        if flags.precision is not None and flags.precision < 0:
            flags.precision = None
        if flags.precision is None:
            self.pieces.append("%!(BADPREC)")
        self.after_index = False


def _formatted(argument: Any, verb: str, flags: _Flags) -> str:
    if verb == "T":
        return flags.pad(_cut(_go_type(argument), flags))
    kind = argument.__class__
    if verb == "p":
        return _bad_verb(argument, verb, flags)
    if kind is str:
        return _string(argument, verb, flags)
    if kind is int:
        return _integer(argument, verb, flags)
    if kind is _BigInt:
        return _bad_verb(argument, verb, flags) if verb == "w" else _big_integer(argument, verb, flags)
    return _float(argument, verb, flags)


def _bad_verb(argument: Any, verb: str, flags: _Flags) -> str:
    if argument.__class__ is _BigInt:
        # Formatting it in turn would call its own method, which Go avoids: the struct is shown.
        return f"%!{verb}(*big.Int={_big_struct(argument)})"
    return f"%!{verb}({_go_type(argument)}={_formatted(argument, 'v', flags)})"


def _big_struct(number: int) -> str:
    """Go's view of a big.Int as a struct: sign and 64-bit words."""
    words, rest = [], abs(number)
    while rest:
        words.append(str(rest & (2**64 - 1)))
        rest >>= 64
    return f"&{{{'true' if number < 0 else 'false'} [{' '.join(words)}]}}"


# Strings ------------------------------------------------------------------------------------------------------------


def _cut(text: str, flags: _Flags) -> str:
    return text if flags.precision is None else text[: flags.precision]


def _string(text: str, verb: str, flags: _Flags) -> str:
    if verb == "s" or (verb == "v" and not flags.sharp_v):
        return flags.pad(_cut(text, flags))
    if verb in ("q", "v"):
        return _quoted(_cut(text, flags), flags)
    if verb in ("x", "X"):
        return _hex_string(text, verb, flags)
    return _bad_verb(text, verb, flags)


def _quoted(text: str, flags: _Flags) -> str:
    if flags.sharp and _can_backquote(text):
        return flags.pad(f"`{text}`")
    return flags.pad(go_quote(text, ascii_only=flags.plus))


def _can_backquote(text: str) -> bool:
    return not any(c in "`\x7f\ufeff" or (c < " " and c != "\t") or "\ud800" <= c <= "\udfff" for c in text)


def _hex_string(text: str, verb: str, flags: _Flags) -> str:
    data = text_bytes(text)[: flags.precision]
    prefix = f"0{verb}" if flags.sharp else ""
    if not data:
        return flags.pad("")
    pieces = [f"{byte:02{verb}}" for byte in data]
    if flags.space:
        return flags.pad(" ".join([prefix + piece for piece in pieces]))
    return flags.pad(prefix + "".join(pieces))


# Integers -----------------------------------------------------------------------------------------------------------

_BASES = {"v": "d", "d": "d", "b": "b", "o": "o", "O": "o", "x": "x", "X": "X"}


def _integer(number: int, verb: str, flags: _Flags) -> str:
    if verb in _BASES:
        return _based_integer(number, verb, flags)
    if verb == "c":
        return flags.pad(_rune(number))
    if verb == "q":
        return flags.pad("'" + quoted_char(_rune(number), "'", ascii_only=flags.plus) + "'")
    if verb == "U":
        return _unicode(number, flags)
    return _bad_verb(number, verb, flags)


def _rune(number: int) -> str:
    return chr(number) if 0 <= number <= _MAX_RUNE and not 0xD800 <= number < 0xE000 else "\ufffd"


def _based_integer(number: int, verb: str, flags: _Flags) -> str:
    precision = flags.precision
    if precision is not None:
        if precision == 0 and number == 0:
            return " " * (flags.width or 0)
    elif flags.zero and not flags.minus and flags.width is not None:
        precision = flags.width - (number < 0 or flags.plus or flags.space)
    digits = format(abs(number), _BASES[verb]).rjust(precision or 0, "0")
    if flags.sharp:
        if verb in ("x", "X", "b"):
            digits = f"0{verb}{digits}"
        elif verb in ("o", "O") and not digits.startswith("0"):
            digits = "0" + digits
    if verb == "O":
        digits = "0o" + digits
    return flags.pad(_sign(number < 0, flags) + digits, zeros=False)


def _sign(negative: bool, flags: _Flags) -> str:
    if negative:
        return "-"
    if flags.plus:
        return "+"
    return " " if flags.space else ""


def _unicode(number: int, flags: _Flags) -> str:
    code = number & (2**64 - 1)
    text = "U+" + f"{code:X}".rjust(max(flags.precision or 0, 4), "0")
    if flags.sharp and code <= _MAX_RUNE and chr(code).isprintable():
        text += f" '{chr(code)}'"
    return flags.pad(text, zeros=False)


def _big_integer(number: int, verb: str, flags: _Flags) -> str:
    if verb not in "bodxXOsv":
        return f"%!{verb}(big.Int={int_text(int(number))})"
    kind = "d" if verb in "dsv" else verb.lower() if verb == "O" else verb
    digits = int_text(abs(number)) if kind == "d" else format(abs(number), kind)
    prefix = "0o" if verb == "O" else ""
    if flags.sharp or flags.sharp_v:
        prefix = {"b": "0b", "o": "0", "x": "0x", "X": "0X"}.get(verb, prefix)
    sign = _sign(number < 0, flags) if number < 0 or not flags.plus_v else "+"
    zeros = max((flags.precision or 0) - len(digits), 0)
    missing = (flags.width or 0) - len(sign) - len(prefix) - zeros - len(digits)
    left = right = 0
    if missing > 0:
        if flags.minus:
            right = missing
        elif flags.zero and flags.precision is None:
            zeros = missing
        else:
            left = missing
    return " " * left + sign + prefix + "0" * zeros + digits + " " * right


# Floats -------------------------------------------------------------------------------------------------------------


def _float(number: float, verb: str, flags: _Flags) -> str:
    if verb not in "vbgGxXfFeE":
        return _bad_verb(number, verb, flags)
    form = {"v": "g", "F": "f"}.get(verb, verb)
    precision = flags.precision
    if precision is None:
        precision = 6 if verb in "feEF" else -1
    from gatewright.builtins._strconv import format_float

    text = format_float(number, form, precision)
    negative = text.startswith("-")
    digits = text.lstrip("-")
    if flags.sharp and form != "b":
        digits = _keep_point(digits, form, precision)
    sign = "-" if negative else "+" if flags.plus else " " if flags.space else ""
    width = flags.width or 0
    if sign and flags.zero and not flags.minus and width > len(sign + digits):
        return sign + digits.rjust(width - 1, "0")
    return flags.pad(sign + digits)


def _keep_point(digits: str, form: str, precision: int) -> str:
    """The # flag: always a decimal point, and for %g the zeros after it."""
    wanted = 0
    if form in "gGxX":
        wanted = 6 if precision == -1 and form in "gGx" else precision
    marks = "pP" if form in "xX" else "eEpP"
    cut = next((i for i, c in enumerate(digits) if c in marks), len(digits))
    body, tail = digits[:cut], digits[cut:]
    # Go counts the x of 0x as a digit.
    significant = body.lstrip("0.") if form not in "xX" else body[1:]
    count = sum(c != "." for c in significant)
    if "." not in body:
        if body == "0":
            count = 1
        body += "."
    return body + "0" * max(wanted - count, 0) + tail

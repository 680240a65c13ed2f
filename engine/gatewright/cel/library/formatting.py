"""`'…%s…'.format([…])`: its clauses, and the check of literal format strings that the compiler makes."""

from __future__ import annotations

from collections.abc import Callable
from math import isinf, isnan

from gatewright.cel import nodes as ast
from gatewright.cel.library.numbers import parse_double, to_string
from gatewright.cel.library.strings import go_quote
from gatewright.cel.runtime import no_overload
from gatewright.cel.types import Type, output_name
from gatewright.cel.values import (
    CelEvaluationError,
    Duration,
    KeyedMap,
    Timestamp,
    TypeValue,
    Uint,
    map_keys,
    type_name,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

    from gatewright.cel.checker import Checked

_WRONG: Final = {
    "s": "string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and "
    "timestamps",
    "d": "decimal clause can only be used on integers",
    "f": "fixed-point clause can only be used on doubles",
    "e": "scientific clause can only be used on doubles",
    "b": "only integers and bools can be formatted as binary",
    "x": "only integers, byte buffers, and strings can be formatted as hex",
    "X": "only integers, byte buffers, and strings can be formatted as hex",
    "o": "octal clause can only be used on integers",
}
_DEFAULT_PRECISION: Final = 6


def format_string(*args: Any) -> str:
    """'%s has %d'.format(['a', 2]) == 'a has 2'"""
    if len(args) != 2 or args[0].__class__ is not str or args[1].__class__ is not list:
        raise no_overload("format", *args)
    template, values = args

    def show(number: int, clause: str, precision: int | None) -> str:
        return _CLAUSES[clause](values[number], clause, precision)

    return _interpolate(template, len(values), show)


def _interpolate(template: str, count: int, show: Callable[[int, str, int | None], str]) -> str:
    out = []
    at = number = 0
    while at < len(template):
        percent = template.find("%", at)
        if percent < 0:
            out.append(template[at:])
            break
        out.append(template[at:percent])
        at = percent + 1
        if template[at : at + 1] == "%":
            out.append("%")
            at += 1
            continue
        if number >= count:
            raise CelEvaluationError(f"index {number} out of range")
        if at >= len(template):
            raise CelEvaluationError("unexpected end of string")
        at, precision = _precision(template, at)
        clause = template[at]
        if clause not in _CLAUSES:
            raise CelEvaluationError(f'could not parse formatting clause: unrecognized formatting clause "{clause}"')
        try:
            out.append(show(number, clause, precision))
        except _FormatError as error:
            error.message = f"error during formatting: {error.message}"
            raise
        at += 1
        number += 1
    return "".join(out)


class _FormatError(CelEvaluationError):
    """A value its clause cannot show; `at` is its place in the expression where the compiler checks."""

    at = -1

    def __str__(self) -> str:
        return self.message


def _precision(template: str, at: int) -> tuple[int, int | None]:
    if template[at] != ".":
        return at, None
    end = at + 1
    while end < len(template) and template[end] in "0123456789":
        end += 1
    where = "could not parse formatting clause: error while parsing precision: "
    if end >= len(template):
        raise CelEvaluationError(f"{where}could not find end of precision specifier")
    if end == at + 1:
        raise CelEvaluationError(
            f'{where}error while converting precision to integer: strconv.Atoi: parsing "": invalid syntax'
        )
    return end, int(template[at + 1 : end])


def _wrong(clause: str, given: str) -> _FormatError:
    return _FormatError(f"{_WRONG[clause]}, was given {given}")


def _string(value: Any, clause: str, _: int | None) -> str:
    kind = value.__class__
    if kind is str:
        return value  # type: ignore[no-any-return]
    if kind is list:
        return "[" + ", ".join([_literal(item) for item in value]) + "]"
    if kind is dict or kind is KeyedMap:
        members = zip(map_keys(value), value.values(), strict=True)
        shown = sorted(((_map_key(k), _literal(v)) for k, v in members), key=lambda pair: pair[0].encode())
        return "{" + ", ".join(f"{k}:{v}" for k, v in shown) + "}"
    if value is None:
        return "null"
    if kind is TypeValue:
        return value.name  # type: ignore[no-any-return]
    if kind in (int, Uint, float, bool, bytes, Timestamp, Duration):
        return to_string(value)
    raise _wrong(clause, type_name(value))


def _literal(value: Any) -> str:
    """A member of a list or map, shown as a CEL literal."""
    kind = value.__class__
    if kind is str:
        return go_quote(value)
    if kind is bytes:
        return "b" + go_quote(to_string(value))
    if kind is float:
        text = _fixed_text(value, _DEFAULT_PRECISION)
        text = {"inf": "+Inf", "-inf": "-Inf", "nan": "NaN"}.get(text, text)
        return go_quote(text) if isinf(value) or isnan(value) else text
    if kind is Timestamp:
        return f"timestamp({go_quote(to_string(value))})"
    if kind is Duration:
        return f"duration({go_quote(to_string(value))})"
    if kind in (list, dict, KeyedMap, int, Uint, bool, TypeValue) or value is None:
        return _string(value, "s", None)
    raise _FormatError(f"no formatting function for {type_name(value)}")


def _map_key(key: Any) -> str:
    kind = key.__class__
    if kind is str:
        return go_quote(key)
    if kind in (bool, int, Uint):
        return to_string(key)
    raise _FormatError(f"no formatting function for map key of type {type_name(key)}")


def _decimal(value: Any, clause: str, _: int | None) -> str:
    if value.__class__ is int or value.__class__ is Uint:
        return str(int(value))
    raise _wrong(clause, type_name(value))


def _double(value: Any, clause: str) -> float:
    if value.__class__ is float:
        return value
    if value.__class__ is str and value in ("NaN", "Infinity", "-Infinity"):
        return parse_double(value) or 0.0
    raise _wrong(clause, type_name(value))


def _fixed_text(number: float, precision: int) -> str:
    return f"{number:.{precision}f}"


def _special(number: float) -> str:
    if isnan(number):
        return "NaN"
    return "∞" if number > 0 else "-∞"


def _fixed(value: Any, clause: str, precision: int | None) -> str:
    number = _double(value, clause)
    if isnan(number) or isinf(number):
        return _special(number)
    text = _fixed_text(abs(number), _DEFAULT_PRECISION if precision is None else precision)
    whole, dot, fraction = text.partition(".")
    sign = "-" if number < 0 else ""
    return f"{sign}{int(whole):,}{dot}{fraction}"


def _scientific(value: Any, clause: str, precision: int | None) -> str:
    # The message printer of Go's text package, in English: 1.500000×10⁰³. What the clause calls its precision is given
    # to the printer as the width.
    number = _double(value, clause)
    width = _DEFAULT_PRECISION if precision is None else precision
    if isnan(number) or isinf(number):
        return _special(number).rjust(width)
    mantissa, _, exponent = f"{number or 0.0:.{_DEFAULT_PRECISION}e}".partition("e")
    return f"{mantissa}×10{exponent.removeprefix('+').translate(_SUPERSCRIPT)}".rjust(width)


_SUPERSCRIPT: Final = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


def _binary(value: Any, clause: str, _: int | None) -> str:
    kind = value.__class__
    if kind is int or kind is Uint or kind is bool:
        return f"{int(value):b}"
    raise _wrong(clause, type_name(value))


def _hex(value: Any, clause: str, _: int | None) -> str:
    kind = value.__class__
    if kind is int or kind is Uint:
        text = f"{int(value):x}"
    elif kind is str or kind is bytes:
        text = (value.encode() if kind is str else value).hex()
    else:
        raise _wrong(clause, type_name(value))
    return text.upper() if clause == "X" else text


def _octal(value: Any, clause: str, _: int | None) -> str:
    if value.__class__ is int or value.__class__ is Uint:
        return f"{int(value):o}"
    raise _wrong(clause, type_name(value))


_CLAUSES: Final[dict[str, Callable[[Any, str, int | None], str]]] = {
    "s": _string,
    "d": _decimal,
    "f": _fixed,
    "e": _scientific,
    "b": _binary,
    "x": _hex,
    "X": _hex,
    "o": _octal,
}

_ACCEPTS: Final = {
    "s": frozenset(
        ["list", "map", "int", "uint", "double", "bool", "string", "timestamp", "bytes", "duration", "type", "null"]
    ),
    "d": frozenset({"int", "uint"}),
    "f": frozenset({"double", "string"}),
    "e": frozenset({"double", "string"}),
    "b": frozenset({"int", "uint", "bool"}),
    "x": frozenset({"int", "uint", "string", "bytes"}),
    "X": frozenset({"int", "uint", "string", "bytes"}),
    "o": frozenset({"int", "uint"}),
}  # fmt: skip


def validate_format(checked: Checked, target: ast.Literal, args: ast.ListExpr, errors: list[tuple[int, str]]) -> None:
    """cel-go's compile-time check of a literal format string against a literal list."""
    used = 0

    def show(number: int, clause: str, precision: int | None) -> str:
        nonlocal used
        used += 1
        bad = _unfit(checked, args.items[number], clause)
        if bad is not None:
            error = _wrong(clause, output_name(checked.types[bad]).split("(", 1)[0])
            error.at = bad.at
            raise error
        return ""

    call_at = next(n.at for n in _calls(checked.root) if n.args and n.args[0] is args)
    try:
        _interpolate(str(target.value), len(args.items), show)
    except _FormatError as error:
        errors.append((error.at if error.at >= 0 else call_at, str(error)))
    except CelEvaluationError as error:
        errors.append((call_at, error.message))
    else:
        if len(args.items) > used:
            message = f"too many arguments supplied to string.format (expected {used}, got {len(args.items)})"
            errors.append((call_at, message))


def _calls(node: ast.Node) -> list[ast.Call]:
    found = [node] if isinstance(node, ast.Call) else []
    for child in ast.children(node):
        found += _calls(child)
    return found


def _unfit(checked: Checked, node: ast.Node, clause: str) -> ast.Node | None:
    kind: Type = checked.types[node]
    if kind.kind == "wrapper":
        kind = kind.params[0]
    if kind.kind != "dyn" and kind.name not in _ACCEPTS[clause]:
        return node
    if clause == "s" and isinstance(node, ast.ListExpr | ast.MapExpr):
        for child in ast.children(node):
            if (bad := _unfit(checked, child, clause)) is not None:
                return bad
    return None

"""How Go prints values: the forms that Gatekeeper's messages contain (`%v`, `%T`, `%q` and encoding/json)."""

from __future__ import annotations

from collections.abc import Iterator

from gatewright.runtime.values import NumberText

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

_INFINITY: Final = float("inf")

_TYPES: Final = {
    type(None): "<nil>",
    bool: "bool",
    int: "int64",
    float: "float64",
    str: "string",
    list: "[]interface {}",
    dict: "map[string]interface {}",
}

_KINDS: Final = {bool: "bool", int: "int64", float: "float64", str: "string", list: "slice", dict: "map"}

# encoding/json escapes these so that its output can stand in HTML and JavaScript.
_HTML: Final = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"})

_ESCAPES: Final = {
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


def type_text(value: Any) -> str:
    """`%T` of a decoded JSON value."""
    return _TYPES.get(value.__class__, "float64")


def kind_text(value: Any) -> str:
    """The name of a decoded JSON value's reflect.Kind."""
    return _KINDS.get(value.__class__, "float64")


def value_text(value: Any) -> str:
    """`%v` of a decoded JSON value: `map[a:1 b:[x y]]`, keys sorted."""
    if value is None:
        return "<nil>"
    if value is True:
        return "true"
    if value is False:
        return "false"
    if isinstance(value, float):
        return float_text(value)
    if isinstance(value, dict):
        return "map[" + " ".join(f"{k}:{value_text(value[k])}" for k in sorted(value)) + "]"
    if isinstance(value, list):
        return "[" + " ".join(map(value_text, value)) + "]"
    return str(value)


def float_text(value: float) -> str:
    """`%v` of a float64: shortest digits, an exponent below 1e-4 and from 1e6 on."""
    return _shortest(value, -4, 6)


def _json_float(value: float) -> str:
    """encoding/json's form, where exponents are rarer and have no leading zero."""
    return _shortest(value, -6, 21).replace("e-0", "e-")


def _shortest(value: float, smallest: int, largest: int) -> str:
    if value != value:
        return "NaN"
    if value in (_INFINITY, -_INFINITY):
        return "+Inf" if value > 0 else "-Inf"
    sign, digits, exponent = _decimal(value)
    point = len(digits) + exponent
    if not smallest <= point - 1 < largest:
        return f"{sign}{_scientific(digits, point - 1)}"
    if point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    if exponent >= 0:
        return sign + digits + "0" * exponent
    return f"{sign}{digits[:point]}.{digits[point:]}"


def _decimal(value: float) -> tuple[str, str, int]:
    mantissa, _, power = repr(abs(value)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    fraction = "" if fraction == "0" else fraction
    exponent = int(power or 0) - len(fraction)
    digits = (whole + fraction).lstrip("0") or "0"
    stripped = digits.rstrip("0") or "0"
    if digits != "0":
        exponent += len(digits) - len(stripped)
    sign = "-" if repr(value)[0] == "-" else ""
    return sign, stripped, 0 if stripped == "0" else exponent


def _scientific(digits: str, power: int) -> str:
    fraction = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{digits[0]}{fraction}e{'-' if power < 0 else '+'}{abs(power):02d}"


def quote(text: str) -> str:
    """`%q` of a string."""
    out = []
    for c in text:
        if c in _ESCAPES:
            out.append(_ESCAPES[c])
        elif c.isprintable():
            out.append(c)
        elif ord(c) < 0x80:
            out.append(f"\\x{ord(c):02x}")
        else:
            out.append(f"\\u{ord(c):04x}" if ord(c) < 0x10000 else f"\\U{ord(c):08x}")
    return '"' + "".join(out) + '"'


def json_text(value: Any) -> str:
    """encoding/json's Marshal: compact, keys sorted, HTML characters escaped."""
    return "".join(_json(value, "", "", sort_keys=True))


def json_indented(value: Any, indent: str, *, sort_keys: bool = True) -> str:
    """encoding/json's MarshalIndent; empty containers stay on one line."""
    return "".join(_json(value, indent, "\n", sort_keys=sort_keys))


def _json(value: Any, indent: str, newline: str, *, sort_keys: bool) -> Iterator[str]:
    """`newline` is a line end with the indentation of the enclosing line, or nothing."""
    if isinstance(value, NumberText):
        yield value.text
    elif isinstance(value, float):
        yield _json_float(value)
    elif isinstance(value, (dict, list, tuple)):
        keyed = isinstance(value, dict)
        opening, closing = "{}" if keyed else "[]"
        inner = newline + indent
        yield opening
        for i, item in enumerate(sorted(value) if keyed and sort_keys else value):
            yield f",{inner}" if i else inner
            if keyed:
                yield f"{_json_leaf(item)}:{' ' if newline else ''}"
            yield from _json(value[item] if keyed else item, indent, inner, sort_keys=sort_keys)
        yield newline + closing if value else closing
    else:
        yield _json_leaf(value)


def _json_leaf(value: Any) -> str:
    import json

    return json.dumps(value, ensure_ascii=False).translate(_HTML)

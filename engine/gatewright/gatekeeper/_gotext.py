"""How Go prints values: the forms that Gatekeeper's messages contain (`%v`, `%T`, `%q` and encoding/json)."""

from __future__ import annotations

import json
import math
from typing import Any, Final

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


def float_text(value: float, *, threshold: int = 21) -> str:
    """`%v` of a float64: shortest digits, an exponent below 1e-4 and from 1e21 on."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    sign, digits, exponent = _decimal(value)
    point = len(digits) + exponent
    if not -5 < point - 1 < threshold:
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
    sign = "-" if math.copysign(1.0, value) < 0 else ""
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
    return json.dumps(_plain(value), ensure_ascii=False, separators=(",", ":"), sort_keys=True).translate(_HTML)


def json_indented(value: Any, indent: str, *, sort_keys: bool = True) -> str:
    """encoding/json's MarshalIndent; empty containers stay on one line as Go's do."""
    text = json.dumps(_plain(value), ensure_ascii=False, indent=indent, sort_keys=sort_keys)
    return text.translate(_HTML)


def _plain(value: Any) -> Any:
    # Go prints an integral float64 without a fraction.
    if isinstance(value, float):
        # The shortest digits that read back, not all that the double has.
        return int(float_text(value)) if value.is_integer() and abs(value) < 1e21 else value
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    return value

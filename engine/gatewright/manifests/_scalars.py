"""What a YAML scalar means: sigs.k8s.io/yaml's reading (go-yaml v2), and go-yaml v3's, which `gator verify` uses.

Both are YAML 1.1 with Go's number syntax: `010` and `0o10` are eight, `1_000` is a thousand, dates stay strings in v2
and become RFC 3339 text in v3, sexagesimals do not exist. v2 alone reads `yes`, `on`, `y` and their negations as
booleans. Numbers leave here as Kubernetes' JSON decoder would hold them: int where a 64-bit integer fits, else float.
"""

from __future__ import annotations

import re

from gatewright.errors import ManifestError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import timezone
    from typing import Any

TAG_PREFIX = "tag:yaml.org,2002:"
STR, BOOL, INT, FLOAT, NULL, TIMESTAMP, BINARY, MERGE = (
    TAG_PREFIX + name for name in ("str", "bool", "int", "float", "null", "timestamp", "binary", "merge")
)
_RESOLVABLE = frozenset({STR, BOOL, INT, FLOAT, NULL, TIMESTAMP})

_NAN, _INF = float("nan"), float("inf")
_COMMON: dict[str, tuple[str, Any]] = {
    **dict.fromkeys(("true", "True", "TRUE"), (BOOL, True)),
    **dict.fromkeys(("false", "False", "FALSE"), (BOOL, False)),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), (NULL, None)),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), (FLOAT, _NAN)),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), (FLOAT, _INF)),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), (FLOAT, -_INF)),
}
_WORDS_V2: dict[str, tuple[str, Any]] = {
    **_COMMON,
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "on", "On", "ON"), (BOOL, True)),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "off", "Off", "OFF"), (BOOL, False)),
}
_WORDS_V3 = _COMMON

_DIGITS_OR_SIGN = frozenset("0123456789+-")
_INTEGER = re.compile(r"([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]([0-7]+)|0([0-7]*)|([1-9][0-9]*))", re.A)
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", re.A)
# What is met seldom is compiled when it is met.
_DOT_FLOAT = r"\.[0-9]+(?:[eE][-+]?[0-9]+)?"
# go-yaml retries "0b" (and v3 "0o") with the digits alone, sign included: 0b-11 is -3.
_RETRIED_BINARY = r"0b([-+][01]+)"
_RETRIED_OCTAL = r"0o([-+][0-7]+)"
_TIMESTAMP = (
    r"(?a)(\d{4})-(\d\d?)-(\d\d?)"
    r"(?:(?:(?P<t>[Tt])|(?P<space> ))(?P<h>\d\d?):(?P<m>\d\d?):(?P<s>\d\d?)(?:[.,](?P<f>\d+))?"
    r"(?P<zone>Z|[-+]\d\d:\d\d)?)?"
)
_BASE64 = r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?"
_MIN_INT, _MAX_INT, _MAX_UINT = -(2**63), 2**63 - 1, 2**64 - 1
_EXACT = 2.0**53


def resolve(text: str, tag: str, *, v3: bool = False) -> tuple[str, Any]:
    """The tag and value of a scalar that is plain (`tag` is "") or carries `tag` in its long form.

    Integers beyond 64 bits and floats come out as floats that are not yet `settled`; timestamps as their text in v2
    and as RFC 3339 in v3.
    """
    if tag == BINARY:
        return BINARY, _decode_binary(text)
    if tag and tag not in _RESOLVABLE:
        return tag, text
    if tag == STR:
        return STR, text
    found, value = _implicit(text, tag, v3)
    if tag in ("", found):
        return found, value
    if tag == FLOAT and found == INT and value <= _MAX_INT:
        return FLOAT, float(value)
    raise ManifestError(f"cannot decode {short_tag(found)} `{text}` as a {short_tag(tag)}")


def _implicit(text: str, tag: str, v3: bool) -> tuple[str, Any]:
    word = (_WORDS_V3 if v3 else _WORDS_V2).get(text)
    if word is not None:
        return word
    first = text[0]
    if first in _DIGITS_OR_SIGN:
        # A date is never a number, so v2, which hands out the text of a date, need not look for one.
        if (v3 or tag) and tag in ("", TIMESTAMP):
            when = _timestamp(text)
            if when is not None:
                return TIMESTAMP, when if v3 else text
        return _number(text, v3)
    if first == "." and re.fullmatch(_DOT_FLOAT, text):
        return _float(text, text)
    return STR, text


def _number(text: str, v3: bool) -> tuple[str, Any]:
    plain = text.replace("_", "")
    match = _INTEGER.fullmatch(plain)
    if match:
        value = _integer(match)
        if _MIN_INT <= value <= _MAX_INT or (value <= _MAX_UINT and value > 0 and not match[1]):
            return INT, value
    if _FLOAT.fullmatch(plain):
        return _float(plain, text)
    retried = re.fullmatch(_RETRIED_BINARY, plain) if plain.startswith("0b") else None
    if retried:
        return _retried(int(retried[1], 2), text)
    retried = re.fullmatch(_RETRIED_OCTAL, plain) if v3 else None
    if retried:
        return _retried(int(retried[1], 8), text)
    return STR, text


def _integer(match: re.Match[str]) -> int:
    sign, hexadecimal, binary, octal, old_octal, decimal = match.groups()
    if decimal:
        # Past the float range no integer is a number; the bound also keeps int() from refusing the text.
        value = int(decimal) if len(decimal) <= 400 else _MAX_UINT * _MAX_UINT
    elif hexadecimal:
        value = int(hexadecimal, 16)
    elif binary:
        value = int(binary, 2)
    else:
        value = int(octal or old_octal or "0", 8)
    return -value if sign == "-" else value


def _float(plain: str, text: str) -> tuple[str, Any]:
    value = float(plain)
    if value in (_INF, -_INF):
        return STR, text
    return FLOAT, value


def _retried(value: int, text: str) -> tuple[str, Any]:
    if _MIN_INT <= value <= _MAX_INT:
        return INT, value
    return STR, text


def _decode_binary(text: str) -> str:
    # Go skips line ends and is strict about everything else; what is not UTF-8 becomes U+FFFD, a byte at a time.
    compact = text.replace("\n", "").replace("\r", "")
    if re.fullmatch(_BASE64, compact) is None:
        raise ManifestError("!!binary value contains invalid base64 data")
    import binascii

    return decode_lossy(binascii.a2b_base64(compact))


def decode_lossy(data: bytes) -> str:
    """`data` as text, each byte that is not UTF-8 as U+FFFD, as Go prints it."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("utf-8", "surrogateescape")
        return re.sub("[\udc80-\udcff]", "�", text)


def settled(value: float) -> int | float:
    """A YAML number as Kubernetes' JSON decoder holds it: int if it is integral and fits 64 bits."""
    if isinstance(value, int):
        return value if value <= _MAX_INT else float(value)
    if value != value or value in (_INF, -_INF):
        raise ManifestError(
            f"a manifest cannot hold {value}: JSON has no such number", hint="quote it to mean the text"
        )
    if -_EXACT < value < _EXACT:
        whole = int(value)
        return whole if value == whole else value
    # The number passes through JSON text, its shortest digits padded with zeros, and it is those that must fit.
    if -1e19 < value < 1e19:
        from decimal import Decimal

        whole = int(Decimal(repr(value)))
        return whole if _MIN_INT <= whole <= _MAX_INT else value
    return value


def key_text(tag: str, value: Any) -> str:
    """The string a resolved mapping key becomes in JSON."""
    if isinstance(value, str):
        return value
    if value is True:
        return "true"
    if value is False:
        return "false"
    if value is None or (isinstance(value, int) and value > _MAX_INT):
        shown = "null" if value is None else str(value)
        raise ManifestError(f"a mapping key cannot be {shown}: JSON keys are strings", hint="quote the key")
    if isinstance(value, float):
        return _float_key(value)
    return str(value)


def _float_key(value: float) -> str:
    if value != value:
        return ".nan"
    if value in (_INF, -_INF):
        return ".inf" if value > 0 else "-.inf"
    return _shortest_float32(value)


def _shortest_float32(value: float) -> str:
    """Go's FormatFloat(value, 'g', -1, 32): the fewest digits that single out the float32; keys are printed so."""
    import struct

    try:
        single = struct.unpack("<f", struct.pack("<f", value))[0]
    except OverflowError:
        return ".inf" if value > 0 else "-.inf"
    for digits in range(1, 10):
        text = f"{single:.{digits - 1}e}"
        if struct.unpack("<f", struct.pack("<f", float(text)))[0] == single:
            break
    mantissa, _, exponent = text.partition("e")
    power = int(exponent)
    if power < -4 or power >= 6:
        return f"{mantissa}e{'-' if power < 0 else '+'}{abs(power):02d}"
    return f"{single:.{max(0, len(mantissa.lstrip('-').replace('.', '')) - 1 - power)}f}"


def short_tag(tag: str) -> str:
    """`!!int` for the long form of a YAML tag."""
    return "!!" + tag[len(TAG_PREFIX) :] if tag.startswith(TAG_PREFIX) else tag


def _timestamp(text: str) -> str | None:
    """RFC 3339 text of a timestamp in one of the four forms go-yaml accepts; None if it is not one."""
    match = re.fullmatch(_TIMESTAMP, text)
    if match is None:
        return None
    year, month, day = int(match[1]), int(match[2]), int(match[3])
    hours, minutes, seconds = int(match["h"] or 0), int(match["m"] or 0), int(match["s"] or 0)
    zone = match["zone"]
    if match["h"] is not None and (match["t"] is None) is not (zone is None):
        return None
    if hours > 23 or minutes > 59 or seconds > 59:
        return None
    from datetime import datetime

    offset = _zone(zone)
    if offset is None:
        return None
    try:
        when = datetime(max(year, 1), month, day, hours, minutes, seconds, tzinfo=offset)
    except ValueError:
        return None
    fraction = (match["f"] or "")[:9].rstrip("0")
    tail = "Z" if not when.utcoffset() else f"{zone}"
    shown = f"{year:04d}-{when:%m-%dT%H:%M:%S}"
    return shown + (f".{fraction}" if fraction else "") + tail


def _zone(zone: str | None) -> timezone | None:
    from datetime import UTC, timedelta, timezone

    if zone is None or zone == "Z":
        return UTC
    hours, minutes = int(zone[1:3]), int(zone[4:6])
    if hours > 24 or minutes > 60:
        return None
    delta = timedelta(hours=hours, minutes=minutes)
    try:
        return timezone(-delta if zone[0] == "-" else delta)
    except ValueError:
        return None

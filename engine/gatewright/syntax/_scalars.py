"""The text of scalars: numbers that OPA can handle, and strings without their escapes."""

from __future__ import annotations

import json
import re

_MAX_EXPONENT = 100_000
_PLAIN_NUMBER = re.compile(r"-?[0-9]*\.?[0-9]+\Z")
_NUMBER = re.compile(r"(-?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]+))?\Z")


def number_fault(text: str) -> str:
    """What makes `text` no number OPA can handle, or ""."""
    if len(text) < 300 and _PLAIN_NUMBER.match(text):
        return ""
    found = _NUMBER.match(text)
    if not found or not (found[2] or found[3]):
        return "invalid float"
    digits = (found[2] + (found[3] or "")).lstrip("0")
    if not digits:
        return ""
    # The power of ten of the first digit, then of two: log2(10) as a fraction is exact enough at this bound.
    exponent = found[4] or "0"
    if len(exponent) > 12:
        return "number too big"
    leading = len(found[2].lstrip("0"))
    if not leading:
        leading = len(digits) - len(found[3] or "")
    power = int(exponent) + leading
    return "number too big" if abs(power) * 3.321928094887362 > _MAX_EXPONENT else ""


_SURROGATE = re.compile("[\ud800-\udfff]")


def unescape(literal: str) -> str | None:
    """The text of a double-quoted literal, read as JSON; None when it is none. Lone surrogates become U+FFFD."""
    try:
        text = json.loads(literal)
    except ValueError:
        return None
    assert isinstance(text, str)
    return _SURROGATE.sub("�", text)

"""JSON of plain data, byte for byte as orjson writes it, whose import takes longer than a report of a few lines."""

from __future__ import annotations

try:
    from _json import encode_basestring as encode_basestring
except ImportError:  # a Python without it
    from json.encoder import encode_basestring

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class NotPlainError(ValueError):
    """A value whose text is for orjson to find, or to refuse."""


def json_text(value: Any) -> str:
    """The text of a value. Raises NotPlainError."""
    kind = value.__class__
    if kind is str:
        return encode_basestring(value)
    if kind is dict:
        return "{" + ",".join([f"{_key(key)}:{json_text(item)}" for key, item in value.items()]) + "}"
    if kind is list or kind is tuple:
        return "[" + ",".join([json_text(item) for item in value]) + "]"
    if value is None:
        return "null"
    if kind is bool:
        return "true" if value else "false"
    # Beyond 64 bits, or where there may be an exponent, the two differ.
    if (kind is int and -(2**63) <= value < 2**64) or (kind is float and (value == 0.0 or 1e-3 <= abs(value) < 1e15)):
        return repr(value)
    raise NotPlainError


def _key(key: Any) -> str:
    if key.__class__ is not str:
        raise NotPlainError
    return encode_basestring(key)

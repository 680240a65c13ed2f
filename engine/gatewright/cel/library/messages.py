"""protobuf's well-known messages written as literals: google.protobuf.Int64Value{value: 1} and its kin."""

from __future__ import annotations

import struct
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from gatewright.cel.values import CelEvaluationError, Duration, Timestamp, Uint, type_name

Fields = dict[str, Any]
_ZERO: Final[dict[str, Any]] = {
    "BoolValue": False,
    "BytesValue": b"",
    "DoubleValue": 0.0,
    "FloatValue": 0.0,
    "Int32Value": 0,
    "Int64Value": 0,
    "StringValue": "",
    "UInt32Value": Uint(0),
    "UInt64Value": Uint(0),
}


def constructor(name: str) -> Callable[[Fields], Any]:
    """The function from a message's fields to its value."""
    short = name.removeprefix("google.protobuf.")
    return partial(_box, short) if short in _ZERO else _OTHERS[short]


def _box(name: str, fields: Fields) -> Any:
    value = fields.get("value", _ZERO[name])
    wrong = f"field type conversion error for google.protobuf.{name}.value value type: "
    if value.__class__ is not _ZERO[name].__class__:
        raise CelEvaluationError(f"{wrong}unsupported native conversion from {type_name(value)}")
    if name == "Int32Value" and not -(1 << 31) <= value < 1 << 31:
        raise CelEvaluationError(f"{wrong}integer overflow")
    if name == "UInt32Value" and value >= 1 << 32:
        raise CelEvaluationError(f"{wrong}unsigned integer overflow")
    if name == "FloatValue":
        return _single(value)
    return value


def _single(value: float) -> float:
    """The nearest 32-bit float."""
    try:
        return float(struct.unpack("<f", struct.pack("<f", value))[0])
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")


def _nanos(fields: Fields) -> int:
    return int(fields.get("seconds", 0)) * 10**9 + int(fields.get("nanos", 0))


def _value(fields: Fields) -> Any:
    for name, value in fields.items():
        return None if name == "null_value" else value
    return None


_OTHERS: Final[dict[str, Callable[[Fields], Any]]] = {
    "Duration": lambda fields: Duration(_nanos(fields)),
    "ListValue": lambda fields: fields.get("values", []),
    "Struct": lambda fields: fields.get("fields", {}),
    "Timestamp": lambda fields: Timestamp(_nanos(fields)),
    "Value": _value,
}

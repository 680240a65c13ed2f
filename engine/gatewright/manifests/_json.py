"""JSON documents, one or many in a row, as Go's decoder and Kubernetes' number rules read them."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import Any

import orjson

from gatewright.errors import ManifestError
from gatewright.manifests._scalars import settled

# A number that orjson and Kubernetes hold differently: a fraction, an exponent, or beyond 64 bits.
_UNSETTLED_NUMBER = re.compile(rb"[:\[,]\s*-?(?:\d+[.eE]|\d{19})")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_SPACE = re.compile(r"[ \t\r\n]*")
_LONGEST_NUMBER = 400


def read_json(data: bytes) -> Any:
    """The value of a text that is one JSON document; raises ValueError for anything else."""
    value = orjson.loads(data)
    if isinstance(value, (int, float)) or _UNSETTLED_NUMBER.search(data):
        return _settled(value)
    return value


def scan_json(text: str) -> Iterator[tuple[Any, int, int]]:
    """Each value of concatenated JSON with its start and end in the text; raises ValueError at the first fault.

    Bytes that are not UTF-8 arrive as surrogate escapes and end up, as in Go, as U+FFFD.
    """
    odd = "\\u" in text or _LONE_SURROGATE.search(text) is not None
    decode = json.JSONDecoder(parse_int=_integer, parse_float=_number, parse_constant=_constant).raw_decode
    at = _skip(text, 0)
    while at < len(text):
        try:
            value, end = decode(text, at)
        except RecursionError:
            raise ValueError("nested too deeply for JSON") from None
        yield (_without_surrogates(value) if odd else value), at, end
        at = _skip(text, end)


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    assert match is not None
    return match.end()


def _integer(text: str) -> int | float:
    if len(text) > _LONGEST_NUMBER:
        raise ValueError("a number is too large")
    value = int(text)
    if -(2**63) <= value < 2**63:
        return value
    return _number(text)


def _number(text: str) -> int | float:
    value = float(text)
    if math.isinf(value):
        raise ValueError(f"cannot hold the number {text}")
    return settled(value)


def _constant(text: str) -> Any:
    raise ValueError(f"{text} is not JSON")


def _settled(value: Any) -> Any:
    """`value` with every number as Kubernetes holds it; changes containers in place."""
    box = [value]
    todo: list[Any] = [box]
    while todo:
        container = todo.pop()
        for at, item in list(container.items() if container.__class__ is dict else enumerate(container)):
            kind = item.__class__
            if kind is dict or kind is list:
                todo.append(item)
            elif kind is float or kind is int:
                try:
                    container[at] = settled(item)
                except ManifestError as error:
                    raise ValueError(error.message) from None
    return box[0]


def _without_surrogates(value: Any) -> Any:
    """`value` with U+FFFD for each half of a surrogate pair, as Go has it; changes containers in place."""
    box = [value]
    todo: list[Any] = [box]
    while todo:
        container = todo.pop()
        if container.__class__ is dict:
            entries = [(_clean(key), item) for key, item in container.items()]
            container.clear()
            container.update(entries)
        for at, item in list(container.items() if container.__class__ is dict else enumerate(container)):
            if item.__class__ is str:
                container[at] = _clean(item)
            elif item.__class__ is dict or item.__class__ is list:
                todo.append(item)
    return box[0]


def _clean(text: str) -> str:
    return _LONE_SURROGATE.sub("\ufffd", text)

"""Where a part of a JSON text stands, found by skipping the values before it."""

from __future__ import annotations

import re
from functools import lru_cache
from json import JSONDecoder
from json.decoder import scanstring  # type: ignore[attr-defined]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_SPACE = re.compile(r"[ \t\r\n]*")
_skip_value: Any = JSONDecoder().scan_once  # type: ignore[attr-defined]


def place_in(text: str, path: tuple[str | int, ...]) -> tuple[int, int]:
    """Where the deepest part of `path` begins: an entry at its key, an item at its value. And where that ends, if it
    is a key or a scalar, else 0. Raises ValueError or IndexError for what is no JSON."""
    at = _after_space(text, 0)
    start, end = at, 0
    for step in path:
        if text[at] == "{" and isinstance(step, str):
            entry = _entries(text, at).get(step)
            if entry is None:
                break
            start, end, at = entry
        elif text[at] == "[" and isinstance(step, int):
            items = _items(text, at)
            if not 0 <= step < len(items):
                break
            start = at = items[step]
            end = _end(text, at) if text[at] not in "{[" else 0
        else:
            break
    return start, end


def _after_space(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    assert match is not None
    return match.end()


def _end(text: str, at: int) -> int:
    try:
        end: int = _skip_value(text, at)[1]
    except (StopIteration, RecursionError):
        raise ValueError("not JSON") from None
    return end


@lru_cache(maxsize=64)
def _entries(text: str, at: int) -> dict[str, tuple[int, int, int]]:
    """The keys of the object at `at`, each with its start and end and where its value starts; the last of equals."""
    entries: dict[str, tuple[int, int, int]] = {}
    at = _after_space(text, at + 1)
    while text[at] != "}":
        key, end = scanstring(text, at + 1, True)
        value = _after_space(text, _after_space(text, end) + 1)
        entries[key] = at, end, value
        at = _after_space(text, _end(text, value))
        if text[at] == ",":
            at = _after_space(text, at + 1)
    return entries


@lru_cache(maxsize=16)
def _items(text: str, at: int) -> list[int]:
    """Where the items of the array at `at` start."""
    items: list[int] = []
    at = _after_space(text, at + 1)
    while text[at] != "]":
        items.append(at)
        at = _after_space(text, _end(text, at))
        if text[at] == ",":
            at = _after_space(text, at + 1)
    return items

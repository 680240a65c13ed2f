"""Where a part of a document stands, by the lines on which the fast route saw its objects and arrays begin.

Only a few lines are looked at for one answer. None is given where a part is written within a line.
"""

from __future__ import annotations

from collections.abc import Sequence

from gatewright.manifests._fast import columns

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from gatewright.manifests._fast import Origin

# The line (from 0) of a part, whether it is an array's item, and whether it is an object or array itself.
Found = tuple[int, bool, bool]


def find(value: Any, origins: dict[int, Origin], lines: Sequence[str], path: tuple[str | int, ...]) -> Found | None:
    """The deepest part of `path` that exists in `value`; None when its line is not known, or it is all of the value."""
    parent: Any = None
    step: Any = None
    for key in path:
        child = _member(value, key)
        if child is _ABSENT:
            break
        parent, step, value = value, key, child
    start = origins.get(id(parent), _UNKNOWN)[0]
    if start < 0:
        return None
    known = origins.get(id(value), _UNKNOWN)[0] if value.__class__ is dict or value.__class__ is list else -1
    is_item = parent.__class__ is list
    if is_item:
        row = known if known >= 0 else _item(lines, start, step)
    else:
        row = _key_above(lines, start, known, step) if known >= 0 else _key(lines, start, step)
    return None if row < 0 else (row, is_item, known >= 0)


_ABSENT = object()
_UNKNOWN: Origin = (-1, None, "")


def _member(value: Any, key: Any) -> Any:
    if value.__class__ is dict:
        return value.get(key, _ABSENT) if key.__class__ is str else _ABSENT
    if value.__class__ is list and key.__class__ is int and 0 <= key < len(value):
        return value[key]
    return _ABSENT


def _item(lines: Sequence[str], start: int, index: int) -> int:
    """The line of an item of the array that begins on line `start`."""
    column = columns(lines[start])[0]
    for row in range(start, len(lines)):
        depth = _depth(lines[row])
        if depth == column and lines[row][column] == "-":
            if not index:
                return row
            index -= 1
        elif 0 <= depth <= column:
            break
    return -1


def _key_above(lines: Sequence[str], start: int, below: int, key: str) -> int:
    """The line of the key whose value begins on line `below`."""
    for row in range(below - 1, start - 1, -1):
        found = columns(lines[row])
        if found[2] == key:
            return row
        if found[2] is not None:
            return -1
    return -1


def _key(lines: Sequence[str], start: int, key: str) -> int:
    """The line of a key of the object that begins on line `start`; of equal keys the last counts."""
    column, inner, first = columns(lines[start])
    if inner >= 0:
        column = inner
    last = start if first == key else -1
    for row in range(start + 1, len(lines)):
        depth = _depth(lines[row])
        if 0 <= depth < column:
            break
        if depth == column:
            found = columns(lines[row])
            if found[1] >= 0:
                break
            if found[2] == key:
                last = row
    return last


def _depth(line: str) -> int:
    """How far a line is indented; -1 for one without content."""
    bare = line.lstrip(" ")
    return -1 if not bare or bare[0] == "#" else len(line) - len(bare)

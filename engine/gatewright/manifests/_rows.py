"""Where a part of a document stands, by the lines on which the fast route saw its objects and arrays begin.

Only a few lines are looked at for one answer. None is given where a part is written within a line, and for all of a
document.
"""

from __future__ import annotations

from collections.abc import Sequence

from gatewright.manifests._fast import Origins
from gatewright.manifests._lines import EMPTY, OPENS, shapes, span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final, TypeAlias

# A line, and the columns there on which a part begins and ends, all from 0; an end of 0 is not on this line.
Span: TypeAlias = "tuple[int, int, int]"


def find(value: Any, origins: Origins, path: Sequence[str | int]) -> Span | None:
    """The deepest part of `path` that exists in `value`: an entry is at its key, an item at its value."""
    parent: Any = None
    step: Any = None
    for key in path:
        if value.__class__ is dict and key.__class__ is str:
            child = value.get(key, _ABSENT)
        elif value.__class__ is list and key.__class__ is int and 0 <= key < len(value):
            child = value[key]
        else:
            break
        if child is _ABSENT:
            break
        parent, step, value = value, key, child
    start = _row(origins, parent)
    if start < 0:
        return None
    known = _row(origins, value) if value.__class__ is dict or value.__class__ is list else -1
    if parent.__class__ is list:
        return _of_item(origins.lines, start, step, known)
    row = _key(origins.lines, start, step) if known < 0 else _key_above(origins.lines, start, known, step)
    return None if row < 0 else (row, *_key_span(origins.lines[row]))


_ABSENT: Final = object()


def _row(origins: Origins, container: Any) -> int:
    """The line on which an object or array begins; -1 if it does not begin with one."""
    origin = origins.get(id(container))
    return -1 if origin is None else origin[0]


def _of_item(lines: Sequence[str], start: int, index: int, known: int) -> Span | None:
    """An item of the array that begins on line `start`; `known` is the line of one that is an object with lines."""
    if known >= 0:
        return known, shapes[lines[known]][3][0] >> 1, 0
    row = _item(lines, start, index)
    return None if row < 0 else (row, *span(lines[row], item=True))


def _key_span(line: str) -> tuple[int, int]:
    """The columns of the key of a line, with its quotes."""
    depth, kind, _, value = shapes[line]
    column = (value[0] if kind >= OPENS else depth) >> 1
    quote = line[column]
    if quote in "\"'":
        return column, line.index(quote, column + 1) + 1
    return column, line.index(":", column)


def _item(lines: Sequence[str], start: int, index: int) -> int:
    """The line of an item of the array that begins on line `start`."""
    column = " " * (shapes[lines[start]][0] >> 1)
    dash, deeper = column + "- ", column + " "
    for row in range(start, len(lines)):
        line = lines[row]
        if line.startswith(dash):
            if not index:
                return row
            index -= 1
        elif not line.startswith(deeper) and _has_content(line):
            break
    return -1


def _key_above(lines: Sequence[str], start: int, below: int, key: str) -> int:
    """The line of the key whose value begins on line `below`."""
    for row in range(below - 1, start - 1, -1):
        depth, _, found, _ = shapes[lines[row]]
        if depth != EMPTY:
            return row if found == key else -1
    return -1


def _key(lines: Sequence[str], start: int, key: str) -> int:
    """The line of a key of the object that begins on line `start`; of equal keys the last counts."""
    depth, kind, first, value = shapes[lines[start]]
    if kind >= OPENS:
        depth = value[0]
    column = " " * (depth >> 1)
    deeper = column + " "
    last = start if first == key else -1
    for row in range(start + 1, len(lines)):
        line = lines[row]
        if line.startswith(deeper):
            continue
        if line.startswith(column):
            found = shapes[line]
            if found[2] == key and found[0] == depth:
                last = row
        elif _has_content(line):
            break
    return last


def _has_content(line: str) -> bool:
    bare = line.lstrip(" ")
    return bool(bare) and bare[0] != "#"

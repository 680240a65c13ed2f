"""Where a part of a document stands, by the lines on which the fast route saw the keys of its objects and arrays.

Only a few lines are looked at for one answer. None is given where a part is written within a line, and for all of a
document.
"""

from __future__ import annotations

from collections.abc import Sequence

from gatewright.manifests._fast import WITHIN, Origin, Origins
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
    told = origins.told
    holder = told.get(id(parent))
    if holder is None or holder[0] == WITHIN:
        return None
    lines = origins.lines
    own = told.get(id(value)) if value.__class__ is dict or value.__class__ is list else None
    if own is None or own[0] == WITHIN:
        start = _first_line(lines, holder)
        return _item(lines, start, step) if parent.__class__ is list else _entry(lines, start, step)
    row = own[0]
    if parent.__class__ is list:
        return row, shapes[lines[row]][3][0] >> 1, 0
    return _at_key(row, lines[row], own[4])


_ABSENT: Final = object()


def _first_line(lines: Sequence[str], origin: Origin) -> int:
    """The first line with content of an object or array."""
    row = origin[0]
    if origin[1].__class__ is list:
        return row
    row += 1
    while shapes[lines[row]][0] == EMPTY:
        row += 1
    return row


def _at_key(row: int, line: str, depth: int) -> Span:
    """The key of a line, with its quotes."""
    column = depth >> 1
    quote = line[column]
    if quote in "\"'":
        return row, column, line.index(quote, column + 1) + 1
    return row, column, line.index(":", column)


def _item(lines: Sequence[str], start: int, index: int) -> Span | None:
    """An item of the array that begins on line `start`."""
    column = " " * (shapes[lines[start]][0] >> 1)
    dash, deeper = column + "- ", column + " "
    for row in range(start, len(lines)):
        line = lines[row]
        if line.startswith(dash):
            if not index:
                return row, *span(line, item=True)
            index -= 1
        elif not line.startswith(deeper) and _has_content(line):
            break
    return None


def _entry(lines: Sequence[str], start: int, key: str) -> Span | None:
    """An entry of the object that begins on line `start`; of equal keys the last counts."""
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
    return None if last < 0 else _at_key(last, lines[last], depth)


def _has_content(line: str) -> bool:
    bare = line.lstrip(" ")
    return bool(bare) and bare[0] != "#"

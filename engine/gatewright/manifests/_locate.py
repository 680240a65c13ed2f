"""Where a part of a document stands, found by reading its text once more.

Three ways: by lines for the documents the fast route reads, with the parser's positions for other YAML, and by
skipping values for JSON. What was found out about a text is kept for the next questions about it, and the items of a
long List are looked at one by one, so that many questions about a long text cost little more than one.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

from gatewright.manifests._fast import Origins, read_fast
from gatewright.manifests._lines import NOT_PROVEN
from gatewright.manifests._rows import find
from gatewright.source import Location

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from gatewright.manifests._marks import Node

# Texts longer than this are Lists, most likely; the parts of such are looked up item by item.
_LONG = 1 << 16

# Row and column of the start and of the end, all from 0; an end of (0, 0) is not known.
_Region = tuple[int, int, int, int]


def locate(text: str, path: tuple[str | int, ...], *, file: str, row: int) -> Location:
    """The place of the deepest part of `path` in `text`; a mapping's entry is at its key, a sequence's at its value."""
    if not text:  # a document that was never text, such as a template of the library
        return Location(file, row, 1)
    try:
        first, column, last, end = _region(text, path)
    except (ValueError, IndexError):
        return Location(file, row, 1)
    if not end:
        return Location(file, first + row, column + 1)
    return Location(file, first + row, column + 1, last + row, end + 1)


@lru_cache(maxsize=8)
def _lines(text: str) -> list[str]:
    return text.split("\n")


def lines_of(text: str, first: int, count: int) -> list[str]:
    """`count` lines of `text` from line `first` on, counted from 0."""
    if len(text) < _LONG:
        return _lines(text)[first : first + count]
    starts = _line_starts(text)
    bounds = starts[first : first + count + 1]
    return [text[a : b - 1] for a, b in pairwise(bounds)]


@lru_cache(maxsize=2)
def _line_starts(text: str) -> list[int]:
    starts = [0]
    while found := text.find("\n", starts[-1]) + 1:
        starts.append(found)
    starts.append(len(text) + 1)
    return starts


def _region(text: str, path: tuple[str | int, ...]) -> _Region:
    if text.lstrip()[:1] in ("{", "["):
        try:
            return _json_region(text, path)
        except ValueError:
            pass  # YAML in flow style
    elif len(text) >= _LONG and len(path) > 1 and path[0] == "items" and isinstance(path[1], int):
        spans = _item_rows(text)
        if path[1] < len(spans) - 1:
            return _item_region(text, spans[path[1]], spans[path[1] + 1], path[2:])
    return _yaml_region(text, path)


# --- YAML by lines ---------------------------------------------------------------------------------------------------


def _yaml_region(text: str, path: tuple[str | int, ...]) -> _Region:
    read = _read(text)
    if read is None:
        return _node_region(_nodes(text), path)
    value, origins = read
    found = find(value, origins, path)
    if found is not None:
        row, start, end = found
        return row, start, row if end else 0, end
    # All of it, or a part that is written within a line.
    return _node_region(_nodes(text), path) if _leads_inside(value, path) else _first_content(text)


@lru_cache(maxsize=8)
def _read(text: str) -> tuple[Any, Origins] | None:
    """The value of a text with its lines, if the fast route reads it."""
    origins = Origins()
    value = read_fast(text, origins)
    return None if value is NOT_PROVEN else (value, origins)


def _leads_inside(value: Any, path: tuple[str | int, ...]) -> bool:
    """Whether a path leads to a part of a value."""
    if not path:
        return False
    step = path[0]
    if isinstance(value, dict):
        return step in value
    return isinstance(value, list) and isinstance(step, int) and 0 <= step < len(value)


def _first_content(text: str) -> _Region:
    for row, line in enumerate(text.split("\n")):
        bare = line.lstrip(" ")
        if bare and not bare.startswith("#"):
            return row, len(line) - len(bare), 0, 0
    return 0, 0, 0, 0


def _item_region(text: str, first: int, end: int, path: tuple[str | int, ...]) -> _Region:
    row, column, last, stop = _yaml_region(_item_text(text, first, end), path)
    return row + first, column, last + first if stop else 0, stop


@lru_cache(maxsize=8)
def _item_text(text: str, first: int, end: int) -> str:
    """One item of a long List as a document: its lines, with a blank for its dash."""
    lines = lines_of(text, first, end - first)
    lines[0] = lines[0].replace("-", " ", 1)
    return "\n".join(lines) + "\n"


_ITEMS = re.compile(r"^items:[ ]*(?:#.*)?$", re.M)


@lru_cache(maxsize=2)
def _item_rows(text: str) -> list[int]:
    """The lines on which the items of a List begin, and the one after the last; empty if they do not have their own."""
    starts = _line_starts(text)
    head = _ITEMS.search(text)
    if head is None:
        return []
    rows: list[int] = []
    column = -1
    for row in range(text.count("\n", 0, head.start()) + 1, len(starts) - 1):
        line = text[starts[row] : starts[row + 1] - 1]
        bare = line.lstrip(" ")
        depth = len(line) - len(bare)
        if not bare or bare[0] == "#":
            continue
        if column < 0:
            column = depth
        if bare.startswith("- ") and depth == column:
            rows.append(row)
        elif depth <= column:
            return [*rows, row]
    return [*rows, len(starts) - 2]


def _nodes(text: str) -> Node:
    from gatewright.manifests._marks import nodes

    return nodes(text)


def _node_region(node: Node, path: tuple[str | int, ...]) -> _Region:
    for step in path:
        parts = node.parts
        found = None
        if isinstance(parts, dict) and isinstance(step, str):
            found = parts.get(step)
        elif isinstance(parts, list) and isinstance(step, int) and 0 <= step < len(parts):
            found = parts[step]
        if found is None:
            break
        node = found
    if node.end is None:
        return node.start.line, node.start.column, 0, 0
    return node.start.line, node.start.column, node.end.line, node.end.column


# --- JSON ------------------------------------------------------------------------------------------------------------


def _json_region(text: str, path: tuple[str | int, ...]) -> _Region:
    from gatewright.manifests._json_places import place_in

    start, end = place_in(text, path)
    row, column = _row_and_column(text, start)
    return row, column, row if end else 0, column + end - start if end else 0


def _row_and_column(text: str, at: int) -> tuple[int, int]:
    if len(text) < _LONG:
        return text.count("\n", 0, at), at - text.rfind("\n", 0, at) - 1
    from bisect import bisect_right

    starts = _line_starts(text)
    row = bisect_right(starts, at) - 1
    return row, at - starts[row]

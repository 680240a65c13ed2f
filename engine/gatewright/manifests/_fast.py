"""The fast route: block YAML as manifests are written, read line by line; everything else is left to the exact reader.

`read_fast` answers only for documents whose every line has a shape (`_lines`) and whose indentation nests. For those
the YAML grammar leaves one meaning, which the loop below builds directly. At the first line it cannot prove it gives up
and returns NOT_PROVEN.
"""

from __future__ import annotations

from itertools import islice

from gatewright.manifests._lines import EMPTY, HEAD, NOT_PROVEN, OPENS, OTHER, SCALAR, shapes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, Final, TypeAlias

# Where an object or array comes from: the line (from 0) of its key or dash, or WITHIN; what holds it, and its key or
# index there; itself; the depth of what holds it (`_lines`), and where that comes from.
Origin: TypeAlias = "tuple[int, Any, str | int, Any, int, Any]"
# For the line of one that is written within a line, and of the document itself.
WITHIN: Final = -2
_ROOT: Final = -1


class Origins:
    """Where the objects and arrays of a document come from, in the order in which they begin; the document's text; and
    whether an integer of seven or more digits is among its values.

    Most documents are asked nothing about, and what is kept of each must be made and freed again; so that is little,
    and the rest is made of it when it is asked for.
    """

    __slots__ = ("_lines", "_told", "born", "large", "text")

    def __init__(self) -> None:
        self.text = ""
        self.born: list[Origin] = []
        self.large = False
        self._lines: list[str] | None = None
        self._told: dict[int, Origin] | None = None

    @property
    def lines(self) -> list[str]:
        if self._lines is None:
            self._lines = self.text.split("\n")
        return self._lines

    @property
    def told(self) -> dict[int, Origin]:
        """By identity, whose origin each is."""
        if self._told is None:
            self._told = {id(origin[3]): origin for origin in self.born}
        return self._told


# The depth of a place for which the next line decides what is there.
_OPEN: Final = -3


def read_fast(text: str, origins: Origins | None = None) -> Any:
    """The value of a document whose lines end in newlines, or NOT_PROVEN; `origins` is filled."""
    if text[-1:] != "\n":
        return NOT_PROVEN
    origins = Origins() if origins is None else origins
    origins.text = text
    lines = text[:-1].split("\n")
    born = origins.born
    root: dict[str, Any] = {}
    top: Any = root
    here, around = _OPEN, -1  # the depth of `top`; that of what holds the open place
    pending: Any = ""  # the key of the open place
    head = _ROOT  # and its line
    origin: Any = None  # of `top`
    rows = enumerate(lines)
    for row, line in rows:
        depth, kind, key, value = shapes[line]
        if depth != here:
            if depth < 0:
                if depth == EMPTY:
                    continue
                return NOT_PROVEN
            if here == _OPEN:
                if depth > around:
                    child: Any = [] if depth & 1 else {}
                    origin = head, top, pending, child, around, origin
                    born.append(origin)
                    top[pending] = child
                    top, here = child, depth
                else:
                    top[pending], here = None, around
            while here > depth:
                _, top, _, _, here, origin = origin
            if here != depth:
                return NOT_PROVEN
        if kind == SCALAR:
            top[key] = value
            continue
        if kind >= OPENS:
            child = {}
            origin = row, top, len(top), child, here, origin
            born.append(origin)
            top.append(child)
            top = child
            here, value = value
            kind -= OPENS
            if kind == SCALAR:
                top[key] = value
                continue
        if kind == HEAD:
            head, pending, around, here = row, key, here, _OPEN
            continue
        if kind == OTHER:
            value = _read(value, row, rows, here, lines, origins)
            if value is NOT_PROVEN:
                return NOT_PROVEN
            if value.__class__ is dict or value.__class__ is list:
                born.append((WITHIN, top, len(top) if key is None else key, value, here, origin))
        if key is None:
            top.append(value)
        else:
            top[key] = value
    if here == _OPEN:
        top[pending] = None
    return root[""]


def _read(value: Any, row: int, rows: Iterator[tuple[int, str]], depth: int, lines: list[str], origins: Origins) -> Any:
    """A value that a line only begins; `rows` are those after it."""
    read, end = value.read(lines, row + 1, depth >> 1)
    more = end - row - 1
    if more:
        next(islice(rows, more, more), None)
    if value.large:
        origins.large = True
    return read

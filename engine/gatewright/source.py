"""Where a thing stands in a text, and how to show it: Source, Location and the excerpt with a caret.

Rows and columns are 1-based and count characters, as OPA's do; row 0 means "no position".
"""

from __future__ import annotations

from itertools import islice

from gatewright.records import record, replace


@record(frozen=True, slots=True)
class Location:
    """A place in a file: `row` and `col` count from 1 (0: unknown), `end_col` is exclusive where it is known."""

    file: str
    row: int = 0
    col: int = 0
    end_row: int = 0
    end_col: int = 0

    def __str__(self) -> str:
        if not self.row:
            return self.file
        return f"{self.file}:{self.row}"

    def shifted(self, *, file: str, rows: int, cols: int = 0) -> Location:
        """The same place seen from an enclosing file: Rego inside a template's YAML, say."""
        end_row = self.end_row + rows if self.end_row else 0
        end_col = self.end_col + cols if self.end_col else 0
        return Location(file, self.row + rows, self.col + cols, end_row, end_col)


class Source:
    """A named text with its lines, for excerpts."""

    __slots__ = ("_lines", "name", "text")

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.text = text
        self._lines: list[str] | None = None

    @property
    def lines(self) -> list[str]:
        if self._lines is None:
            self._lines = self.text.split("\n")
        return self._lines

    def line(self, row: int) -> str:
        """The text of line `row`, without its line end; empty when there is none."""
        if 1 <= row <= len(self.lines):
            return self.lines[row - 1].rstrip("\r")
        return ""

    def excerpt(self, location: Location, *, context: int = 0) -> str:
        """The line at `location` with a caret under its column, and `context` lines around it."""
        return excerpt(self.lines, location, context=context)


def excerpt(lines: list[str], location: Location, *, context: int = 0) -> str:
    """`lines` around `location`, numbered, with a caret line under the place; empty when there is no place."""
    if not 1 <= location.row <= len(lines):
        return ""
    first = max(1, location.row - context)
    last = min(len(lines), location.row + context)
    width = len(str(last))
    shown = []
    for row in range(first, last + 1):
        line, here = _clipped(lines[row - 1].rstrip("\r"), location)
        shown.append(f"{row:>{width}} | {line}".rstrip())
        if row == location.row and location.col:
            shown.append(f"{'':>{width}} | {_caret(line, here)}")
    return "\n".join(shown)


def file_excerpt(location: Location) -> str:
    """The line of the file itself at `location`; empty where there is none, or the file is no text to be read."""
    if not location.row:
        return ""
    try:
        with open(location.file, "rb") as lines:
            found = next(islice(lines, location.row - 1, None), None)
    except (OSError, ValueError):
        return ""
    if found is None:
        return ""
    shown = excerpt([found.decode("utf-8", "replace").rstrip("\r\n")], replace(location, row=1, end_row=1))
    margin = " " * len(str(location.row))
    first, *caret = shown.split("\n")
    return "\n".join([f"{location.row}{first[1:]}", *(f"{margin}{line[1:]}" for line in caret)])


_WIDEST = 160


def _clipped(line: str, location: Location) -> tuple[str, Location]:
    """A line too long to show (JSON on one line, say) cut down to what stands around the column."""
    if len(line) <= _WIDEST:
        return line, location
    start = max(0, min(location.col - _WIDEST // 2, len(line) - _WIDEST))
    end = start + _WIDEST
    text = f"{'…' if start else ''}{line[start:end]}{'…' if end < len(line) else ''}"
    moved = start - (1 if start else 0)
    return text, replace(location, col=location.col - moved, end_col=max(0, location.end_col - moved))


def _caret(line: str, location: Location) -> str:
    # Tabs are kept so that the caret stands under its character whatever the tab width.
    lead = "".join("\t" if c == "\t" else " " for c in line[: location.col - 1])
    length = 1
    if location.end_row == location.row and location.end_col > location.col:
        length = location.end_col - location.col
    return lead + "^" * max(1, min(length, len(line) - location.col + 1))

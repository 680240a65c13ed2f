"""The formatter's output: lines, their indentation, and the comments on their way to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

from gatewright.errors import RegoError
from gatewright.source import Location
from gatewright.syntax._cursor import Span, make_span
from gatewright.syntax._format_imports import DEFAULT_FILE, Target
from gatewright.syntax._format_style import Style
from gatewright.syntax.nodes import (
    Expr,
    Module,
    Term,
)
from gatewright.syntax.text import (
    node_text,
)

_NO_ROW = -1


class Note:
    """A comment on its way to the output: `text` as it will be written, `raw` as it was."""

    __slots__ = ("col", "raw", "row", "text")

    def __init__(self, text: str, place: Location, line: str) -> None:
        self.text = "#" + text.rstrip()
        self.raw = line[place.col - 1 :]
        self.row = place.row
        self.col = place.col

    @property
    def metadata(self) -> bool:
        return self.col == 1 and self.text[1:].strip().startswith("METADATA")


class Misplaced:
    """A comment stands where the layout has no place for one. A value, not an exception, for what is half written
    has to be finished."""

    __slots__ = ()


Notes: TypeAlias = "list[Note]"
Outcome: TypeAlias = "tuple[list[Note], Misplaced | None]"


class LineWriter:
    """Holds what is written, and where the writing stands."""

    def __init__(self, module: Module, text: str, target: Target, keywords_in_refs: bool) -> None:
        self.source = text
        self.tree = module
        self.target = target
        self.keywords_in_refs = keywords_in_refs
        self.out: list[str] = []
        self.level = 0
        self.inline = False
        self.before_end: Note | None = None
        self.delay = False
        self.errors: list[RegoError] = []
        self.comment_on_final_line = False
        self.paren_expr: Expr | None = None
        self.paren_term: Term | None = None
        self.style = Style(module, target)
        self.keywords = self.style.keywords
        self._defaults: dict[int, tuple[Any, Span]] = {}

    # --- places -------------------------------------------------------------------------------------------------

    def place(self, node: Any) -> Span:
        """The node's span; one of its own for a node no one wrote."""
        location = node.location
        if type(location) is Span:
            return location
        known = self._defaults.get(id(node))
        if known is None:
            text = node_text(node)
            known = (node, make_span(DEFAULT_FILE, 1, 1, 0, len(text), text))
            self._defaults[id(node)] = known
        return known[1]

    # --- lines --------------------------------------------------------------------------------------------------

    def put(self, text: str) -> None:
        self.out.append(text)

    def start_line(self) -> None:
        self.inline = True
        if self.level:
            self.out.append("\t" * self.level)

    def end_line(self) -> None:
        self.inline = False
        if self.before_end is not None and not self.delay:
            self.out.append(" " + self.before_end.text)
            self.before_end = None
        self.delay = False
        self.out.append("\n")

    def blank_line(self) -> None:
        if self.inline:
            self.end_line()
        self.out.append("\n")

    def whole_line(self, text: str) -> None:
        if not self.inline:
            self.start_line()
        self.put(text)
        self.end_line()

    # --- comments -----------------------------------------------------------------------------------------------

    def notes(self, notes: Sequence[Note]) -> None:
        in_metadata = False
        for i, note in enumerate(notes):
            if i:
                before = notes[i - 1]
                rows = note.row - before.row or note.col - before.col
                if rows > 1:
                    self.blank_line()
                    in_metadata = False
                elif rows == 1 and in_metadata and note.metadata:
                    self.blank_line()
            if note.metadata:
                in_metadata = True
            self.whole_line(note.text)

    def insert(self, notes: Notes, row: int) -> Outcome:
        """Writes the comments above `row`, and keeps one on it for the end of the line."""
        if not notes:
            return notes, None
        before, at, after = parted(notes, row)
        self.notes(before)
        if before and row - before[-1].row > 1:
            self.blank_line()
        return after, self._at_end(at)

    def _at_end(self, note: Note | None) -> Misplaced | None:
        if self.before_end is not None:
            if note is None:
                return None
            self.before_end = None
            return Misplaced()
        self.before_end = note
        return None


def parted(notes: Notes, row: int) -> tuple[Notes, Note | None, Notes]:
    """The comments above the row, the last one on it, and those below."""
    before: Notes = []
    after: Notes = []
    at: Note | None = None
    for note in notes:
        if note.row < row:
            before.append(note)
        elif note.row > row:
            after.append(note)
        else:
            at = note
    return before, at, after


def closing_row(text: str, row: int, signs: str, skip: str = "") -> int:
    """The row of the bracket that closes the first one in `text`; -1 when there is none.

    With `skip`, a first pair of those brackets is passed. Brackets in strings count too, as in OPA."""
    at = 0
    if skip:
        at, row = _past(text, row, skip)
    at = text.find(signs[0], at)
    if at < 0:
        return _NO_ROW
    depth = 1
    while depth > 0:
        at += 1
        if at >= len(text):
            return _NO_ROW
        char = text[at]
        if char == signs[0]:
            depth += 1
        elif char == signs[1]:
            depth -= 1
        elif char == "\n":
            row += 1
    return row


def _past(text: str, row: int, signs: str) -> tuple[int, int]:
    at = text.find(signs[0])
    if at < 0:
        at = len(text)
    depth = 1
    while depth > 0:
        at += 1
        if at >= len(text):
            break
        char = text[at]
        if char == signs[0]:
            depth += 1
        elif char == signs[1]:
            depth -= 1
        elif char == "\n":
            row += 1
    return at, row

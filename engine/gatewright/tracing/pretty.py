"""A trace as text, as OPA prints it (topdown/trace.go, PrettyTraceWithOpts)."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

from gatewright.tracing.events import ENTER, INDEX, NOTE, REDO, Event
from gatewright.tracing.program import OPA_1_22, Edition, TracedRule
from gatewright.tracing.terms import ref_text, text_of

if TYPE_CHECKING:
    from gatewright.source import Location

_PADDING: Final = 4
_IDEAL_WIDTH: Final = 64
_QUERY: Final = "query"


def pretty_trace(
    trace: Iterable[Event], names: Mapping[str, str], *, locations: bool = False, edition: Edition = OPA_1_22
) -> str:
    """The trace, a line an event; `names` are what generated variables were written as."""
    events = list(trace)
    depths: dict[int, int] = {}
    shown = _short_names(events) if locations else {}
    rows = []
    for event in events:
        line = _line(event, _depth(depths, event), names, edition)
        rows.append((_place(event.location, shown), line) if locations else ("", line))
    if not locations:
        return "".join(f"{line}\n" for _, line in rows)
    width = max((len(place.encode()) for place, _ in rows), default=0) + _PADDING
    return "".join(f"{place.ljust(width)} {line}\n" for place, line in rows)


def _depth(depths: dict[int, int], event: Event) -> int:
    """All events of a query are at one depth, one below the query that led to it."""
    if not depths.get(event.query):
        depths[event.query] = depths.get(event.parent, 0) + 1
    return depths[event.query]


def _line(event: Event, depth: int, names: Mapping[str, str], edition: Edition) -> str:
    outer = event.op == ENTER or (event.op == REDO and not event.of_expression)
    start = "| " * (depth - 1 if outer else depth) + event.op + " "
    if event.op == NOTE:
        return f'{start}"{event.message}"'
    what = _about(event, names, edition)
    return f"{start}{what} {event.message}" if event.message else f"{start}{what}"


def _about(event: Event, names: Mapping[str, str], edition: Edition) -> str:
    if isinstance(event.about, TracedRule):
        return event.about.title(edition, names)
    if event.op == INDEX:
        return ref_text(event.ref, {})
    if event.sides:
        return " = ".join(text_of(side, names) for side in event.sides)
    assert event.about is not None
    return event.about.text(names)


# --- places -------------------------------------------------------------------------------------------------------


def _place(location: Location | None, shown: Mapping[str, str]) -> str:
    if location is None:
        return ""
    return f"{shown.get(location.file, _QUERY)}:{location.row}"


def _short_names(events: list[Event]) -> dict[str, str]:
    """The files by the names they are shown with: shortened alike, where the longest place is too wide."""
    files: dict[str, None] = {}
    longest = 0
    for event in events:
        if event.location is not None:
            longest = max(longest, len(f"{event.location.file or _QUERY}:{event.location.row}"))
            if event.location.file:
                files[event.location.file] = None
    if not files or longest <= _IDEAL_WIDTH:
        return {file: file for file in files}
    return truncated_paths(_IDEAL_WIDTH, longest, list(files))


def truncated_paths(ideal: int, longest: int, paths: list[str]) -> dict[str, str]:
    """The paths with what they have in common in their middle as `...`, no more of it than it takes (OPA:
    internal/strings, TruncateFilePaths)."""
    common = _longest_common([_below_first_folder(path) for path in paths])
    spare = ideal - (longest - len(common) + 3)
    if spare > 0:
        common = common[: max(len(common) - spare, 0)]
    if len(common) <= 3:
        return {path: path for path in paths}
    return {path: path.replace(common, "...", 1) for path in paths}


def _below_first_folder(path: str) -> str:
    folder = os.path.dirname(path).removeprefix("/")
    first, slash, rest = folder.partition("/")
    return rest if slash and first else folder


def _longest_common(texts: list[str]) -> str:
    shortest = min(texts, key=len)
    for length in range(len(shortest), 0, -1):
        for start in range(len(shortest) - length + 1):
            part = shortest[start : start + length]
            if all(part in text for text in texts):
                return part
    return ""

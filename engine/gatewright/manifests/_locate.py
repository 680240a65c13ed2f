"""Where a part of a document stands, found by reading its text once more with the parser's positions."""

from __future__ import annotations

from typing import Any

import yaml
from yaml.cyaml import CParser  # type: ignore[attr-defined]
from yaml.events import (
    AliasEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceStartEvent,
)

from gatewright.errors import ManifestError
from gatewright.manifests._compose import scalar_key
from gatewright.source import Location


def locate(text: str, path: tuple[str | int, ...], *, file: str, row: int) -> Location:
    """The place of the deepest part of `path` in `text`; a mapping's entry is at its key, a sequence's at its value."""
    try:
        mark, end = _find(text, path)
    except (yaml.YAMLError, ManifestError, _Lost):
        return Location(file, row, 1)
    if mark is None:
        return Location(file, row, 1)
    end_row = end.line + row if end is not None else 0
    end_col = end.column + 1 if end is not None else 0
    return Location(file, mark.line + row, mark.column + 1, end_row, end_col)


class _Lost(Exception):  # noqa: N818 - never leaves this module
    """The text no longer reads as it did."""


def _find(text: str, path: tuple[str | int, ...]) -> tuple[Any, Any]:
    next_event = CParser(text).get_event
    next_event()
    next_event()
    event = next_event()
    mark, end = getattr(event, "start_mark", None), None
    for step in path:
        found = _child(next_event, event, step)
        if found is None:
            break
        mark, end, event = found
    return mark, end


def _child(next_event: Any, event: Any, step: str | int) -> tuple[Any, Any, Any] | None:
    """The place and first event of a container's child; an alias has no children of its own."""
    if event.__class__ is MappingStartEvent and isinstance(step, str):
        return _entry(next_event, step)
    if event.__class__ is SequenceStartEvent and isinstance(step, int):
        return _item(next_event, step)
    return None


def _entry(next_event: Any, key: str) -> tuple[Any, Any, Any] | None:
    while True:
        name = next_event()
        if name.__class__ is not ScalarEvent:
            if name.__class__ is AliasEvent:
                _skip(next_event, next_event())
                continue
            return None
        if scalar_key(name) == key:
            return name.start_mark, name.end_mark, next_event()
        _skip(next_event, next_event())


def _item(next_event: Any, index: int) -> tuple[Any, Any, Any] | None:
    for _ in range(index):
        event = next_event()
        if _closes(event):
            return None
        _skip(next_event, event)
    event = next_event()
    if _closes(event):
        return None
    scalar = event.__class__ is ScalarEvent
    return event.start_mark, event.end_mark if scalar else None, event


def _closes(event: Any) -> bool:
    return event.__class__.__name__ in ("SequenceEndEvent", "MappingEndEvent")


def _skip(next_event: Any, event: Any) -> None:
    """Passes over the node that `event` begins."""
    depth = 0
    while True:
        kind = event.__class__
        if kind is MappingStartEvent or kind is SequenceStartEvent:
            depth += 1
        elif _closes(event):
            depth -= 1
        if depth <= 0:
            return
        event = next_event()

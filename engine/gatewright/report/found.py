"""One violation as reports show it: where it stands, and the line it stands on."""

from __future__ import annotations

from gatewright.records import record
from gatewright.source import Location

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from gatewright.gatekeeper.result import Violation
    from gatewright.manifests import Document


@record(frozen=True, slots=True)
class Found:
    """A violation with its location, and an excerpt of the manifest where one is wanted."""

    violation: Violation
    excerpt: str = ""


def place(document: Document, violation: Violation, path_of: Callable[[], tuple[Any, ...]], *, excerpts: bool) -> Found:
    """The violation at its path in its document, or at the deepest part of it that exists.

    `path_of` tells what the policy read on the way to the violation; it is not asked where results name a place
    themselves (`details.path`, or `details.line` for documents made from text), which are taken at their word.
    """
    details = violation.details
    line = _line(document, details) if details else None
    if line is not None:
        location = Location(document.file, line, 1)
    else:
        location = document.locate((details and _stated(details)) or path_of() or _NAME)
    excerpt = document.excerpt(location) if excerpts else ""
    return Found(violation.at(location), excerpt)


_NAME = ("metadata", "name")


def states_place(document: Document, violation: Violation) -> bool:
    """Whether a violation names its place itself, so that `place` needs no path."""
    details = violation.details
    if not details:
        return False
    return bool(_stated(details)) or _line(document, details) is not None


def _line(document: Document, details: Any) -> int | None:
    """`details.line` of what is said about a document made from text."""
    line = details.get("line") if isinstance(details, dict) else None
    return line if type(line) is int and is_from_text(document) else None


def _stated(details: Any) -> tuple[str | int, ...]:
    """`details.path` as a path, when it is a list of keys and indexes."""
    stated = details.get("path") if isinstance(details, dict) else None
    if not isinstance(stated, list):
        return ()
    return tuple(stated) if _STEPS.issuperset(map(type, stated)) else ()


_STEPS = frozenset((str, int))


def is_from_text(document: Document) -> bool:
    """Whether a reader of another format made the document."""
    value = document.value
    return isinstance(value, dict) and value.get("apiVersion") == "gatewright.dev/v1"

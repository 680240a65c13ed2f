"""What happens in an evaluation, and which of it is shown (OPA: topdown/trace.go, topdown/lineage)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Final

from gatewright.records import record
from gatewright.tracing.program import Expression

if TYPE_CHECKING:
    from gatewright.source import Location
    from gatewright.tracing.program import Shown

ENTER: Final = "Enter"
EXIT: Final = "Exit"
EVAL: Final = "Eval"
REDO: Final = "Redo"
FAIL: Final = "Fail"
DUPLICATE: Final = "Duplicate"
INDEX: Final = "Index"
NOTE: Final = "Note"
UNIFY: Final = "Unify"


@record(frozen=True, slots=True)
class Event:
    """One step. `about` is the rule, body or expression it happens to; `ref` what an index was asked for; `sides` the
    two terms that are unified. `query` and `parent` number the queries, a body's evaluation each."""

    op: str
    query: int
    parent: int
    about: Shown | None
    location: Location | None
    message: str = ""
    ref: tuple[Any, ...] = ()
    sides: tuple[Any, ...] = ()

    @property
    def of_expression(self) -> bool:
        return isinstance(self.about, Expression)


def full(trace: Iterable[Event]) -> list[Event]:
    """All but the unifications."""
    return [event for event in trace if event.op != UNIFY]


def notes(trace: Iterable[Event]) -> list[Event]:
    """The notes that `trace` left, each with the queries that led to it."""
    return _paths(trace, NOTE)


def fails(trace: Iterable[Event]) -> list[Event]:
    """What failed, with the queries that led to it."""
    return _paths(trace, FAIL)


def debug(trace: Iterable[Event]) -> list[Event]:
    return list(trace)


MODES: Final[dict[str, Callable[[Iterable[Event]], list[Event]]]] = {
    "notes": notes,
    "fails": fails,
    "full": full,
    "debug": debug,
}


def _paths(trace: Iterable[Event], op: str) -> list[Event]:
    found: list[Event] = []
    entered: dict[int, Event] = {}
    for event in trace:
        if event.op == op:
            path = [event]
            current, before = entered.get(event.query), None
            while current is not None and current is not before:
                path.append(current)
                current, before = entered.get(current.parent), current
            found.extend(reversed(path))
            entered = {}
        if event.op in (ENTER, REDO) and event.about is not None and not event.of_expression:
            entered[event.query] = event
    return found

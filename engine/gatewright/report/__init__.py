"""Results → text, one renderer a format.

A renderer makes *fragments*: the text for the violations of one unit of input, which depends on nothing outside the
unit, so that workers render and the parent only puts fragments in a row. `start` and `finish` frame them.
"""

from __future__ import annotations

from collections.abc import Sequence

from gatewright import lazily
from gatewright.errors import UsageError
from gatewright.records import field, record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Protocol

    from gatewright.report.found import Found
else:
    Protocol = object

Section = tuple[str, str]


@record(slots=True)
class Summary:
    """The figures at the end of a report. `seconds` is wall time; `actions` counts violations by enforcement action.

    Violations that a waiver covers (`waived`) or a baseline holds (`known`) are in none of the others.
    """

    objects: int = 0
    constraints: int = 0
    pairs: int = 0
    actions: dict[str, int] = field(default_factory=dict)
    errors: int = 0
    waived: int = 0
    known: int = 0
    seconds: float = 0.0
    notices: tuple[str, ...] = ()

    @property
    def violations(self) -> int:
        return sum(self.actions.values())

    def data(self) -> dict[str, Any]:
        """As JSON and YAML reports carry it."""
        return {
            "objects": self.objects,
            "constraints": self.constraints,
            "pairs": self.pairs,
            "violations": {"total": self.violations, **dict(sorted(self.actions.items()))},
            "errors": self.errors,
            "waived": self.waived,
            "known": self.known,
            "seconds": round(self.seconds, 3),
            "notices": list(self.notices),
        }


class Renderer(Protocol):
    """One format. Sections are joined by `between`, and `heading` is put before the first one of a file."""

    between: str

    def start(self) -> str: ...

    def heading(self, file: str) -> str: ...

    def fragment(self, found: Sequence[Found]) -> list[Section]: ...

    def rules(self, found: Sequence[Found]) -> dict[str, dict[str, Any]]:
        """What a format that lists the rules at its end needs to know of those that fired, by id."""

    def finish(self, summary: Summary, errors: Sequence[dict[str, Any]], rules: dict[str, dict[str, Any]]) -> str: ...


# Format on the command line → module of this package, whose `make(colour=…)` gives the renderer.
FORMATS = {
    "github": "github",
    "gitlab": "gitlab",
    "json": "json",
    "junit": "junit",
    "sarif": "sarif",
    "text": "text",
    "yaml": "yaml",
}


def make_renderer(format: str, *, colour: bool = False) -> Renderer:
    """The renderer of a format; UsageError for an unknown one."""
    if format not in FORMATS:
        raise UsageError(f"unknown format {format!r}", hint=f"there are {', '.join(FORMATS)}")
    renderer: Renderer = lazily.module(f"gatewright.report.{FORMATS[format]}").make(colour=colour)
    return renderer


class Plain:
    """What most formats have in common: sections that are not grouped, nothing between, no rules at the end."""

    between = ""

    def start(self) -> str:
        return ""

    def heading(self, file: str) -> str:
        return ""

    def rules(self, found: Sequence[Found]) -> dict[str, dict[str, Any]]:
        return {}
